"""All that is tied to a message or to an invoice, by what a carer has at hand; a number reads no visit."""

from __future__ import annotations

from collections.abc import Sequence

from tournee.app.context import Office
from tournee.store import Trace

_INVOICE_DIGITS = 9


def trace_of(office: Office, words: Sequence[str], ps: str = "") -> Trace:
    """All that is tied to a message, by its subject or its compostage, or to the invoice that words name."""
    said = " ".join(words).strip()
    is_number = said.isdecimal() and said.isascii()
    if "/" in said or (is_number and len(said) > _INVOICE_DIGITS):
        return office.journal.trace(said, ps)
    if is_number:
        found = office.journal.lookup.numbered(int(said), ps)
        if len(found) == 1:
            ((_, of_ps),) = found.values()
            return office.journal.trace(f"{int(said):09}", of_ps)
        if not office.journal.lookup.nearest(int(said), ps, 1):  # no invoice at all
            return office.journal.trace(f"{int(said):09}", ps)
    from tournee.app.finding import find_invoice  # reads visits

    one, row = find_invoice(office, words, ps=ps)
    return office.journal.trace(row.number, one.visit.row.ps)
