"""All that waits to be settled: the alerts, each with its patient and its money, and what nobody refused but
nobody paid.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from weakref import WeakKeyDictionary

from tournee.app.accounts.unpaid import Debtor
from tournee.app.alerts import Alert, AlertKind, alerts
from tournee.app.context import Office
from tournee.app.to_settle.owing import of_insurers, of_patients
from tournee.app.to_settle.reasons import PLAIN, CorrectionAsked, asked_by, words_only
from tournee.app.to_settle.thing import SettleAct, ToSettle
from tournee.app.to_settle.wording import (
    ALONE_TODO,
    REFUSED_DRE,
    TODO_BY_REFUSAL,
    WORDS,
    KindWords,
    days_told,
    person_named,
)
from tournee.errors import StoreError
from tournee.french import euros
from tournee.model.codes import DRE
from tournee.store import InvoiceRow, Journal, SheetRow, SheetState

_KEPT: WeakKeyDictionary[Journal, tuple[tuple[int, str], tuple[ToSettle, ...]]] = WeakKeyDictionary()
"""What was found last of each open journal, and when: the page asks for it at everything that happens."""

_REFUSED = (SheetState.REFUSED, SheetState.PAYMENT_REFUSED)
_NAMED_MAX = 2
_OF_REFUSAL = (AlertKind.PAYMENT_REFUSED, AlertKind.REFUSED)
_SAID_ALL = (AlertKind.NO_ARL, AlertKind.NOT_SENT, AlertKind.UNCERTAIN, AlertKind.TAKEN_ELSEWHERE)
"""Kinds whose words say all that the alert's do, in fewer."""

_OF_RETURN = (
    *(AlertKind.CONTRADICTED, AlertKind.UNBALANCED, AlertKind.UNMATCHED, AlertKind.UNSOUND, AlertKind.ODD),
    *(AlertKind.OTHER_INSURED, AlertKind.QUARANTINED),
)


def to_settle(office: Office) -> tuple[ToSettle, ...]:
    """Everything of all carers, what presses most first; looked for anew after each step of the journal, and
    each minute.
    """
    journal = office.journal
    now = (journal.db.last_step, f"{office.clock():%Y%m%d%H%M}")
    kept = _KEPT.get(journal)
    if kept is None or kept[0] != now:
        kept = _KEPT[journal] = (now, _found(office))
    return kept[1]


def _found(office: Office) -> tuple[ToSettle, ...]:
    told = alerts(office)
    of_alerts = [_of_alert(office, one) for one in told]
    known = {visit for one in of_alerts for visit in one.visits}
    return (*of_alerts, *of_insurers(office, known), *of_patients(office))


def thing_to_settle(office: Office, key: str) -> ToSettle:
    """The one of a key; StoreError when it waits no more."""
    found = next((one for one in to_settle(office) if one.key == key), None)
    if found is None:
        raise StoreError(
            "Cela n’attend plus rien de vous.",
            cause="une réponse est venue, ou c’est déjà réglé",
            next_step="revenez à la liste",
        )
    return found


def words_of(one: ToSettle) -> KindWords:
    """The words of a thing's kind."""
    return REFUSED_DRE if one.act is SettleAct.SEND_DRE else WORDS[one.kind]


def _of_alert(office: Office, alert: Alert) -> ToSettle:
    invoices = _meant(office, alert)
    words = WORDS[alert.kind]
    is_dre = alert.kind is AlertKind.REFUSED and _is_of_dre(invoices)
    words = REFUSED_DRE if is_dre else words
    others = tuple(act for act in words.others if _may(act, invoices))
    return ToSettle(
        kind=alert.kind,
        who=_who(alert, invoices),
        said=_said(alert, words, invoices),
        told=_told(alert, invoices),
        lead=_lead(alert, invoices),
        headline=_headline(alert, invoices),
        todo=_todo(alert, words, invoices),
        day=_day_of(office, invoices),
        act=words.act,
        others=others,
        debtor=_debtor(alert, invoices),
        cents=_cents(alert, invoices),
        since=alert.since,
        days=alert.days,
        alert=alert,
        invoices=tuple(one.id for one in invoices),
        visits=tuple(dict.fromkeys(one.visit_id for one in invoices)) or alert.visits,
        number=invoices[0].number if len(invoices) == 1 else "",
        ps=alert.ps,
        substitute=alert.substitute or _substitute(invoices),
    )


def _substitute(invoices: Sequence[InvoiceRow]) -> str:
    """Who gave the care of all of them in another's place, "" where that is not one."""
    found = {one.substitute for one in invoices}
    return found.pop() if len(found) == 1 else ""


def _meant(office: Office, alert: Alert) -> tuple[InvoiceRow, ...]:
    """The invoices that an alert is about, if few: of a lot, those that returns blame, where they do."""
    if not alert.ps or alert.kind is AlertKind.OTHER_STATION:
        return ()
    ids: list[int] = []
    for number in alert.invoices:
        ids += office.journal.lookup.numbered(int(number), alert.ps)
    rows = office.journal.invoices.get_all(sorted(ids))
    if alert.kind is AlertKind.REFUSED:
        blamed = [one for one in rows if any(map(_is_blamed, one.sheets))]
        return tuple(blamed) if blamed else tuple(rows)
    return tuple(rows)


def _is_blamed(sheet: SheetRow) -> bool:
    return sheet.state in _REFUSED and bool(sheet.reason)


def _is_of_dre(invoices: Sequence[InvoiceRow]) -> bool:
    """Whether what was refused of them is the demand to the complementary insurer alone."""
    refused = {sheet.kind for one in invoices for sheet in one.sheets if sheet.state in _REFUSED}
    return refused == {DRE}


def _is_beside(invoice: InvoiceRow) -> bool:
    """Whether something else of an invoice stands than what was refused of it."""
    return any(sheet.state not in (*_REFUSED, SheetState.ABANDONED) for sheet in invoice.sheets)


def _may(act: SettleAct, invoices: Sequence[InvoiceRow]) -> bool:
    """Whether another way is one for this thing."""
    if act is SettleAct.CHARGE_PATIENT:
        dre = [sheet for one in invoices for sheet in one.sheets if sheet.kind == DRE]
        return len(invoices) == 1 and any(sheet.state in _REFUSED for sheet in dre)
    if act in (SettleAct.CORRECT, SettleAct.WRITE_OFF, SettleAct.CANCELLED, SettleAct.LEAVE):
        return len(invoices) == 1
    return True


def _who(alert: Alert, invoices: Sequence[InvoiceRow]) -> str:
    names = list(dict.fromkeys(one.sheets[0].patient.title() for one in invoices))
    if alert.kind is AlertKind.PRESCRIPTION_ENDING:
        return alert.about.partition(", ")[2]
    if alert.kind is AlertKind.TO_COUNTERSIGN:
        return alert.about.removeprefix("à contresigner par ").title()
    if alert.kind in (AlertKind.JOURNAL_ALTERED, AlertKind.OTHER_NUMBERS):
        return "Vos données"
    if alert.kind is AlertKind.OTHER_STATION:
        return f"Autre appareil, n° {int(alert.station)}"
    if names and len(names) <= _NAMED_MAX:
        return " et ".join(map(person_named, names))
    if alert.kind in _OF_RETURN:
        return f"Réponse n° {alert.number}"
    if alert.file:
        return f"Envoi n° {int(alert.file)}"
    return alert.about[:1].upper() + alert.about[1:]


def _said(alert: Alert, words: KindWords, invoices: Sequence[InvoiceRow]) -> str:
    text = words.said.format(days=days_told(alert.days))
    debtor = _debtor(alert, invoices)
    asked = _asked(alert, invoices)
    if alert.kind in _OF_REFUSAL and asked is not CorrectionAsked.OTHER:
        text = PLAIN[asked]
    if debtor is None or not invoices:
        return text
    return f"{debtor.value.capitalize()} : {text[:1].lower()}{text[1:]}"


def _asked(alert: Alert, invoices: Sequence[InvoiceRow]) -> CorrectionAsked:
    reasons = [sheet.reason for one in invoices for sheet in one.sheets if sheet.state in _REFUSED]
    return asked_by(" ".join(filter(None, [*reasons, alert.also])) or alert.text)


def asked_of(one: ToSettle, invoices: Sequence[InvoiceRow]) -> CorrectionAsked:
    """What the refusal of a thing asks for."""
    assert one.alert is not None
    return _asked(one.alert, invoices)


def _debtor(alert: Alert, invoices: Sequence[InvoiceRow]) -> Debtor | None:
    if not invoices:
        return None
    wanted = _REFUSED if alert.kind in _OF_REFUSAL else ()
    kinds = {sheet.kind for one in invoices for sheet in one.sheets if not wanted or sheet.state in wanted}
    return Debtor.MUTUELLE if kinds == {DRE} else Debtor.CAISSE


def _cents(alert: Alert, invoices: Sequence[InvoiceRow]) -> int:
    """What hangs on it: the shares of what was refused, or all that was asked of insurers."""
    total = 0
    for one in invoices:
        refused = {sheet.kind for sheet in one.sheets if sheet.state in _REFUSED}
        if alert.kind in _OF_REFUSAL and refused:
            beside = any(sheet.kind == DRE for sheet in one.sheets)
            total += 0 if refused == {DRE} else one.shares.amo
            total += one.shares.amc if DRE in refused or not beside else 0
        else:
            total += one.shares.amo + one.shares.amc
    return total


def _lead(alert: Alert, invoices: Sequence[InvoiceRow]) -> str:
    if len(invoices) == 1:
        return f"Facture {int(invoices[0].number)}"
    return f"Depuis {days_told(alert.days)}" if alert.days else ""


def _day_of(office: Office, invoices: Sequence[InvoiceRow]) -> date | None:
    if len(invoices) != 1:
        return None
    return date.fromisoformat(office.journal.visits.get(invoices[0].visit_id).date)


def _headline(alert: Alert, invoices: Sequence[InvoiceRow]) -> str:
    """Who does not pay what."""
    cents, debtor = _cents(alert, invoices), _debtor(alert, invoices)
    if alert.kind not in _OF_REFUSAL or not cents or debtor is None:
        return ""
    if debtor is Debtor.MUTUELLE:
        return f"La part mutuelle, {euros(cents)} €, est revenue"
    if cents > sum(one.shares.amo for one in invoices):  # one sheet asks both
        return f"{euros(cents)} € ne sont pas payés"
    return f"La caisse ne paie pas ses {euros(cents)} €"


def _todo(alert: Alert, words: KindWords, invoices: Sequence[InvoiceRow]) -> str:
    if alert.kind is not AlertKind.PAYMENT_REFUSED:
        return words.todo
    if _is_of_dre(invoices) and all(_is_beside(one) for one in invoices):
        return ALONE_TODO
    return TODO_BY_REFUSAL.get(_asked(alert, invoices), words.todo)


def _told(alert: Alert, invoices: Sequence[InvoiceRow]) -> str:
    """Why, without a code: an insurer's own words where they are all that is known."""
    if alert.kind in _SAID_ALL:
        return ""
    if alert.kind not in _OF_REFUSAL:
        return alert.text
    asked = _asked(alert, invoices)
    if asked is not CorrectionAsked.OTHER:
        return PLAIN[asked]
    reasons = [sheet.reason for one in invoices for sheet in one.sheets if _is_blamed(sheet)]
    return words_only(reasons[0]) if reasons else words_only(alert.also)
