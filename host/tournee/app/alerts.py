"""What a carer must look into now: no ARL after the route's delay, files that stay, doubts, refusals.

Nothing of it is kept: an alert is a question to the journal and to the clock, and ends with its cause.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from tournee.app.context import Office
from tournee.exchange.route import ARL_DAYS
from tournee.french import euros
from tournee.model import Effect
from tournee.store import LEASE, DoubtState, FileState, MessageState, ReturnState, WaitingRow

UNSENT_DAYS = 2
"""Days until a file framed and not sent raises an alert: ours, no text gives it."""


_PUT_RIGHT = "mettez en ordre ce que dit le motif, puis facturez la visite de nouveau"
_CLAIM_THE_REST = "réclamez le reste à l’organisme, ou passez-le en perte avec un mot"
_WAIT = "attendez le retour suivant de l’organisme ; ne facturez pas de nouveau"


class AlertKind(StrEnum):
    """What is amiss."""

    JOURNAL_ALTERED = "journal_altered"
    NO_ARL = "no_arl"
    NOT_SENT = "not_sent"
    UNCERTAIN = "uncertain"
    UNFINISHED = "unfinished"
    UNDELIVERED = "undelivered"
    REFUSED = "refused"
    BILLED_TWICE = "billed_twice"
    PAYMENT_REFUSED = "payment_refused"
    PAYMENT_DEFERRED = "payment_deferred"
    PARTLY_PAID = "partly_paid"
    CONTRADICTED = "contradicted"
    UNBALANCED = "unbalanced"
    UNMATCHED = "unmatched"
    UNSOUND = "unsound"
    ODD = "odd"
    OTHER_INSURED = "other_insured"
    QUARANTINED = "quarantined"


_NO_REASON = {
    AlertKind.PAYMENT_REFUSED: "l’organisme ne dit pas pourquoi",
    AlertKind.PAYMENT_DEFERRED: "différé, sans motif",
    AlertKind.PARTLY_PAID: "le reste n’est pas venu",
}


_SAID = {
    DoubtState.CONTRADICTED: "deux retours se contredisent : ",
    DoubtState.UNBALANCED: "montants qui ne sont pas ceux de la facture : ",
    DoubtState.UNMATCHED: "ne correspond à rien d’envoyé d’ici : ",
    DoubtState.UNSOUND: "ce retour ne tombe pas juste ou est abîmé : ",
    DoubtState.ODD: "ce retour n’est pas venu comme les autres : ",
}
_TO_SETTLE = {
    DoubtState.CONTRADICTED: "demandez à l’organisme lequel est vrai, puis marquez le retour comme vu",
    DoubtState.UNBALANCED: "demandez à l’organisme pourquoi, puis marquez le retour comme vu",
    DoubtState.UNMATCHED: "voyez d’où cela vient (autre poste, journal neuf), puis marquez-le comme vu",
    DoubtState.UNSOUND: "comparez avec votre relevé de compte, puis marquez le retour comme vu",
    DoubtState.ODD: "vérifiez qu’il vient bien de l’organisme, puis marquez-le comme vu",
}


@dataclass(frozen=True)
class Alert:
    """One thing to look into: `about` names it, `text` says what is amiss, `next_step` what to do, in French.

    `since` is ISO 8601, `days` how many whole days that is ago; `ps` is the professional's number, `lot` and
    `file` what it is about, "" where there is none.
    """

    kind: AlertKind
    about: str
    since: str
    days: int
    text: str
    next_step: str
    ps: str = ""
    lot: str = ""
    file: str = ""


def alerts(office: Office) -> list[Alert]:
    """Everything to look into at this time, what is most urgent first."""
    return [
        *_altered(office),
        *_without_arl(office),
        *_billed_twice(office),
        *_refused(office),
        *_payments(office),
        *_uncertain(office),
        *_unfinished(office),
        *_undelivered(office),
        *_not_sent(office),
        *_other_insured(office),
        *_doubts(office),
        *_quarantined(office),
    ]


def _altered(office: Office) -> list[Alert]:
    return [
        Alert(
            AlertKind.JOURNAL_ALTERED,
            "journal",
            "",
            0,
            f"il n’est plus tel que Tournée l’a laissé : {one.text}",
            one.next_step,
        )
        for one in office.journal.health.alterations
    ]


def _without_arl(office: Office) -> list[Alert]:
    delays = {route.name: route.arl_days for route in (*office.former, office.route)}
    found: list[Alert] = []
    for row in office.journal.waiting.lots_without_arl():
        delay = delays.get(row.route, ARL_DAYS)
        if _age(office, row.since) >= timedelta(days=delay):
            text = f"aucun ARL après {delay} jours"
            next_step = "relevez les retours ; si rien ne vient, renvoyez le fichier"
            found.append(_alert(office, AlertKind.NO_ARL, row, text, next_step))
    return found


def _billed_twice(office: Office) -> list[Alert]:
    return [
        Alert(
            AlertKind.BILLED_TWICE,
            f"facture {row.number}",
            row.since,
            _age(office, row.since).days,
            f"la même visite a la facture {row.former}, et l’une est payée",
            "ne la faites pas payer deux fois : voyez avec l’organisme",
            row.ps,
        )
        for row in office.journal.waiting.billed_twice()
    ]


def _refused(office: Office) -> list[Alert]:
    return [
        _alert(office, AlertKind.REFUSED, row, "refusé et pas refait", "refaites-le")
        for row in office.journal.waiting.lots_not_put_right()
    ]


def _payments(office: Office) -> list[Alert]:
    waiting = office.journal.waiting
    part = [row for row in waiting.partly_paid() if not row.waits]
    deferred = [*waiting.payments_deferred(), *(row for row in waiting.partly_paid() if row.waits)]
    return [
        Alert(
            kind,
            f"facture {row.number}, {row.patient}",
            row.since,
            _age(office, row.since).days,
            f"{said}{row.reason or _NO_REASON[kind]}",
            next_step,
            row.ps,
        )
        for kind, rows, said, next_step in (
            (AlertKind.PAYMENT_REFUSED, waiting.payments_refused(), "paiement refusé : ", _PUT_RIGHT),
            (AlertKind.PARTLY_PAID, part, "payée en partie : ", _CLAIM_THE_REST),
            (AlertKind.PAYMENT_DEFERRED, deferred, "paiement en attente : ", _WAIT),
        )
        for row in rows
    ]


def _not_sent(office: Office) -> list[Alert]:
    return [
        _alert(office, AlertKind.NOT_SENT, row, "formé et pas envoyé", "envoyez-le")
        for row in office.journal.waiting.files_not_sent()
        if _age(office, row.since) >= timedelta(days=UNSENT_DAYS)
    ]


def _uncertain(office: Office) -> list[Alert]:
    found = []
    for message in office.journal.messages.find(MessageState.UNCERTAIN):
        file = office.journal.files.get(message.file_id)
        text = "on ne sait pas s’il est arrivé"
        next_step = "relevez les retours ; si aucun ARL ne vient, renvoyez le fichier"
        row = WaitingRow(message.id, file.ps, "", file.name, message.route, message.made)
        found.append(_alert(office, AlertKind.UNCERTAIN, row, text, next_step))
    return found


def _unfinished(office: Office) -> list[Alert]:
    """Messages that a program began to send and has not settled: it still does, or died. Told at once."""
    found = []
    for message in office.journal.messages.find(MessageState.TRANSMITTING):
        file = office.journal.files.get(message.file_id)
        until = datetime.fromisoformat(message.leased_until) if message.leased_until else office.clock()
        start = until - LEASE
        text = f"envoi commencé à {start:%H:%M}, pas fini : parti ou non, on le saura après {until:%H:%M}"
        next_step = (
            "si un autre programme l’envoie, laissez-le finir ; s’il s’est arrêté (coupure, panne), "
            "relevez les retours après cette heure, et ne renvoyez le fichier que si aucun ARL ne vient"
        )
        since = start.isoformat(timespec="seconds")
        row = WaitingRow(message.id, file.ps, "", file.name, message.route, since)
        found.append(_alert(office, AlertKind.UNFINISHED, row, text, next_step))
    return found


def _undelivered(office: Office) -> list[Alert]:
    """Messages given back whose file nothing else took since: the last of their file."""
    found = []
    for message in office.journal.messages.find(MessageState.UNDELIVERED):
        file = office.journal.files.get(message.file_id)
        last = office.journal.messages.find(file_id=file.id)[-1]
        if last.id == message.id and file.state in (FileState.MADE, FileState.SENT):
            text = f"le message n’a pas été remis : {message.reason}"
            next_step = f"vérifiez l’adresse du destinataire, puis renvoyez le fichier {file.name}"
            row = WaitingRow(message.id, file.ps, "", file.name, message.route, message.made)
            found.append(_alert(office, AlertKind.UNDELIVERED, row, text, next_step))
    return found


def _other_insured(office: Office) -> list[Alert]:
    found = []
    for row in office.journal.effects.other_insured():
        taken = office.journal.returns.get(row.return_id).taken
        told = row.effect
        what = f"{told.outcome.label}, {euros(told.paid)} €" if told.paid else told.outcome.label
        found.append(
            Alert(
                AlertKind.OTHER_INSURED,
                f"retour {row.return_id}, facture {told.invoice}",
                taken,
                _age(office, taken).days,
                f"{what} pour un autre NIR que celui de la facture : rien n’est changé",
                "si la caisse a donné un nouveau NIR à ce patient, acceptez-le ; sinon, voyez avec elle",
                told.ps,
            )
        )
    return found


def _doubts(office: Office) -> list[Alert]:
    """What settled returns say that only the carer can settle: each until she says that she saw it."""
    return [
        Alert(
            AlertKind(row.state.value),
            f"retour {row.return_id}" + (f", {_named(row.effect)}" if row.effect else ""),
            row.since,
            _age(office, row.since).days,
            f"{_SAID[row.state]}{row.reason}",
            _TO_SETTLE[row.state],
            row.effect.ps if row.effect else "",
        )
        for row in office.journal.doubts.waiting()
    ]


def _named(told: Effect) -> str:
    """What an effect speaks of, and its money."""
    things = (("facture", told.invoice), ("lot", told.lot), ("fichier", told.file))
    what = next((f"{word} {number}, " for word, number in things if number), "")
    money = f" {euros(told.paid)} €" if told.paid else ""
    return f"{what}{told.outcome.label}{money}"


def _quarantined(office: Office) -> list[Alert]:
    return [
        Alert(
            AlertKind.QUARANTINED,
            f"retour {row.id}",
            row.taken,
            _age(office, row.taken).days,
            f"mis de côté : {row.reason}",
            "une fois la cause levée, essayez-le de nouveau",
        )
        for row in office.journal.returns.find(ReturnState.QUARANTINED)
    ]


def _alert(office: Office, kind: AlertKind, row: WaitingRow, text: str, next_step: str) -> Alert:
    about = f"lot {row.lot}, fichier {row.file}" if row.lot else f"fichier {row.file}"
    return Alert(
        kind, about, row.since, _age(office, row.since).days, text, next_step, row.ps, row.lot, row.file
    )


def _age(office: Office, since: str) -> timedelta:
    """How long ago that was, 0 when the clock was set back since."""
    return max(office.clock() - datetime.fromisoformat(since), timedelta())
