"""What the journal knows: where invoices stand, and what to look into; a page at a time.

A cursor goes on after the last row of its page, whatever was added since: nothing is told twice, and nothing
that was there from the first page to the last is left out.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from tournee.api.opening import Practice
from tournee.api.problems import CursorError
from tournee.app.context import Office

if TYPE_CHECKING:
    from tournee.app.alerts import Alert
    from tournee.store import OverviewRow

PAGE, PAGE_MAX = 100, 1000
_CURSOR = re.compile(r"([0-9a-f]{8})\.(.{1,120})", re.ASCII)


class InvoiceState(StrEnum):
    """The state of an invoice or a sheet, from its making to its payment; `SEALED`: by the Vitale card alone,
    `WRITTEN_OFF`: it will not be paid, `ON_PATIENT`: the patient owes it.
    """

    MADE = "made"
    SEALED = "sealed"
    CERTIFIED = "certified"
    IN_LOT = "in_lot"
    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    REFUSED = "refused"
    PAID = "paid"
    PARTLY_PAID = "partly_paid"
    PAYMENT_REFUSED = "payment_refused"
    WRITTEN_OFF = "written_off"
    ON_PATIENT = "on_patient"
    ABANDONED = "abandoned"


@dataclass(frozen=True)
class SheetStanding:
    """One sheet of an invoice, `FSE` or `DRE`, and its state."""

    kind: str
    state: InvoiceState


@dataclass(frozen=True)
class InvoiceStanding:
    """Where one invoice stands: its number on 9 digits, the `visit` that it bills, who bills and who cared
    (`substitute`, an RPPS number, "": the same), the day of care, the patient's name.

    `state` is that of the sheet that needs most attention, `label` the same in French, `reason` why. Cents:
    the `fee`; what caisse, complementary insurer and patient bear (`amo`, `amc`, `patient_share`); `paid` by
    insurers as returns said, and `given_back` of it; what the patient paid and owes. `lots`, `files`,
    `subjects` carried it. `replaces`, `replaced_by` are numbers, "" for none; `cancelled`: its insurer gave
    it up; `counts`: the visit is counted by this invoice.
    """

    number: str
    visit: int
    ps: str
    substitute: str
    day: date
    patient: str = field(repr=False)
    sheets: tuple[SheetStanding, ...]
    state: InvoiceState
    label: str
    reason: str = field(repr=False)
    fee: int
    amo: int
    amc: int
    patient_share: int
    paid: int
    given_back: int
    patient_paid: int
    patient_owes: int
    lots: tuple[str, ...]
    files: tuple[str, ...]
    subjects: tuple[str, ...]
    replaces: str
    replaced_by: str
    cancelled: bool
    counts: bool


@dataclass(frozen=True)
class InvoicePage:
    """Some invoices, those made last first; `cursor` asks for the next page, "" when there is none."""

    invoices: tuple[InvoiceStanding, ...]
    cursor: str


@dataclass(frozen=True)
class PracticeAlert:
    """One thing to look into: `kind` is a word for programs, of which later versions may have more; `about`
    names it, `text` and `next_step` say in French what is amiss and what to do; `since` when, `days` how many
    days ago; `urgent`: a delay is over. Whose it is (`ps`, `substitute`), the invoices (9 digits), visits,
    lot and file that it is about, `number` of the return or prescription, where there are any.
    """

    kind: str
    about: str
    text: str
    next_step: str
    since: datetime | None
    days: int
    urgent: bool
    ps: str
    substitute: str
    invoices: tuple[str, ...]
    visits: tuple[int, ...]
    lot: str
    file: str
    number: int


@dataclass(frozen=True)
class AlertPage:
    """Some alerts, the urgent ones first; `cursor` asks for the next page, "" when there is none."""

    alerts: tuple[PracticeAlert, ...]
    cursor: str


def invoices(
    practice: Practice,
    *,
    since: date | None = None,
    ps: str = "",
    states: Collection[InvoiceState] = (),
    patient: str = "",
    reference: str = "",
    limit: int = PAGE,
    cursor: str = "",
) -> InvoicePage:
    """Where invoices stand: all, or those of days from `since` on, of one professional, in one of `states`,
    of patients whose name holds `patient`, of the visit that a professional's (`ps`) `reference` names.

    `limit` is how many at most, 1 to 1,000; `cursor` that of the page before, asked with the same filters.
    CursorError.
    """
    _check_limit(limit)
    wanted = [InvoiceState(state) for state in states]
    filters = (since, ps, sorted(wanted), patient, reference)
    before = int(_after(cursor, "i", filters, r"[0-9]{1,18}") or 0)

    def work(office: Office) -> InvoicePage:
        from tournee.store import SheetState

        if reference:
            return _of_reference(office, ps, reference)
        rows = office.journal.overview(
            since=f"{since:%Y%m%d}" if since else "",
            ps=ps,
            states=[SheetState(state.value) for state in wanted],
            patient=patient,
            limit=limit + 1,
            before=before,
        )
        more = len(rows) > limit
        page = rows[:limit]
        return InvoicePage(
            tuple(map(_invoice, page)),
            _cursor("i", filters, str(page[-1].invoice_id)) if more else "",
        )

    return practice._ask_journal(work)


def alerts(
    practice: Practice,
    *,
    kinds: Collection[str] = (),
    ps: str = "",
    urgent: bool = False,
    limit: int = PAGE,
    cursor: str = "",
) -> AlertPage:
    """What to look into now: all, or of some `kinds`, of one professional, only what is `urgent`. `limit` and
    `cursor` as for `invoices`. An alert ends with its cause.
    """
    _check_limit(limit)
    filters = (sorted(kinds), ps, urgent)
    after = _after(cursor, "a", filters, r"[01][0-9]{3}[0-9T:+.-]*_[0-9a-f]{16}")

    def work(office: Office) -> AlertPage:
        from tournee.app.alerts import alerts as find

        found = [
            one
            for one in find(office)
            if (not kinds or one.kind.value in kinds) and ps in ("", one.ps) and (one.urgent or not urgent)
        ]
        keyed = sorted(((_key(one), one) for one in found), key=lambda entry: entry[0])
        left = [(key, one) for key, one in keyed if key > after]
        page = left[:limit]
        return AlertPage(
            tuple(_alert(one) for _, one in page),
            _cursor("a", filters, page[-1][0]) if len(left) > limit else "",
        )

    return practice._ask_journal(work)


def _of_reference(office: Office, ps: str, reference: str) -> InvoicePage:
    known = office.journal.known.by_reference(ps, reference)
    if known is None or known.invoice_id is None:
        return InvoicePage((), "")
    rows = office.journal.overview(limit=1, before=known.invoice_id + 1)
    return InvoicePage(tuple(_invoice(row) for row in rows if row.invoice_id == known.invoice_id), "")


# --- cursors ---


def _check_limit(limit: int) -> None:
    if not 1 <= limit <= PAGE_MAX:
        raise CursorError(
            f"Une page a de 1 à {PAGE_MAX} lignes, pas {limit}.", next_step="demandez-en moins à la fois"
        )


def _cursor(of: str, filters: Sequence[object], last: str) -> str:
    return f"{_digest(of, filters)}.{last}"


def _digest(of: str, filters: Sequence[object]) -> str:
    return hashlib.sha256(f"{of}{filters!r}".encode()).hexdigest()[:8]


def _after(cursor: str, of: str, filters: Sequence[object], shape: str) -> str:
    """What a cursor says, "" for the first page; CursorError for one of another question."""
    if not cursor:
        return ""
    found = _CURSOR.fullmatch(cursor)
    if not found or found[1] != _digest(of, filters) or not re.fullmatch(shape, found[2], re.ASCII):
        raise CursorError(
            "Ce curseur n’est pas celui d’une page de cette question.",
            cause="il est abîmé, ou les filtres ont changé depuis la première page",
            next_step="recommencez à la première page",
        )
    return found[2]


def _key(one: Alert) -> str:
    """Where an alert stands among all others, now and later: its urgency, kind and age, then itself."""
    kinds = list(type(one.kind))
    whole = repr((one.about, one.ps, one.substitute, one.lot, one.file, one.number, one.invoices, one.text))
    itself = hashlib.sha256(whole.encode()).hexdigest()[:16]
    return f"{int(not one.urgent)}{kinds.index(one.kind):03d}{one.since}_{itself}"


# --- rows ---


def _invoice(row: OverviewRow) -> InvoiceStanding:
    return InvoiceStanding(
        number=row.number,
        visit=row.visit_id,
        ps=row.ps,
        substitute=row.substitute,
        day=datetime.strptime(row.date, "%Y%m%d").date(),
        patient=row.patient,
        sheets=tuple(
            SheetStanding(kind, InvoiceState(state.value))
            for kind, state in zip(row.kinds, row.states, strict=True)
        ),
        state=InvoiceState(row.state.value),
        label=row.label,
        reason=row.reason,
        fee=row.fee,
        amo=row.amo,
        amc=row.amc,
        patient_share=row.shares.patient,
        paid=row.paid,
        given_back=row.given_back,
        patient_paid=row.given.given,
        patient_owes=row.patient_owes,
        lots=row.lots,
        files=row.files,
        subjects=row.subjects,
        replaces=row.replaces,
        replaced_by=row.replaced_by,
        cancelled=row.cancelled,
        counts=row.counts,
    )


def _alert(one: Alert) -> PracticeAlert:
    return PracticeAlert(
        kind=one.kind.value,
        about=one.about,
        text=one.text,
        next_step=one.next_step,
        since=datetime.fromisoformat(one.since) if one.since else None,
        days=one.days,
        urgent=one.urgent,
        ps=one.ps,
        substitute=one.substitute,
        invoices=one.invoices,
        visits=one.visits,
        lot=one.lot,
        file=one.file,
        number=one.number,
    )
