"""Care that another station billed and this journal has too: the same patient, day and act."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from tournee.app.context import Office
from tournee.errors import TourneeError
from tournee.store import DoubtRow

if TYPE_CHECKING:
    from tournee.returns.rsp.content import SheetReturn

_RETURNS_MAX, _NAMED_MAX = 50, 5


def told_of_same_care(office: Office, rows: Sequence[DoubtRow]) -> str:
    """Which of their invoices may be of care that is in this journal, in French; "" where none is.

    A return that tells no act says nothing of it: a patient seen every day has the same amounts.
    """
    from tournee.returns.rsp.reading import read_rsp

    theirs = {row.effect.invoice for row in rows if row.effect is not None and row.effect.invoice}
    returns = sorted({row.return_id for row in rows})[-_RETURNS_MAX:]
    found: dict[str, str] = {}
    for received in office.journal.returns.get_all(returns):
        with suppress(TourneeError):
            for sheet in read_rsp(received.content).sheets:
                if sheet.invoice in theirs and sheet.invoice not in found:
                    ours = next(_ours(office, sheet), "")
                    if ours:
                        found[sheet.invoice] = ours
    named = [f"{number} est {ours}" for number, ours in found.items()][:_NAMED_MAX]
    more = ", …" if len(found) > _NAMED_MAX else ""
    return f"peut-être le même soin, facturé deux fois : {', '.join(named)}{more}" if named else ""


def _ours(office: Office, sheet: SheetReturn) -> Iterator[str]:
    from tournee.billing.kept.judged import read_judged

    for day in sorted({f"20{line.date}" for line in sheet.lines}):
        done = {(line.code, line.coefficient) for line in sheet.lines if f"20{line.date}" == day}
        for known in office.journal.known.of_person(sheet.nir[:13], day, day):
            if not known.counts:
                continue
            judged = read_judged(office.journal.visits.get(known.id).payload)
            acts = {
                (line.code, line.coefficient)
                for line in judged.lines
                if line.kind == "act" and f"{judged.visit.passages[line.passage].day:%Y%m%d}" == day
            }
            if acts & done:
                invoice = known.invoice_id and office.journal.invoices.get(known.invoice_id)
                yield f"votre facture {invoice.number}" if invoice else f"votre visite {known.id}"
