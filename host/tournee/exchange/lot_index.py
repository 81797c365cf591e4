"""A certified lot seen from above: its ends, the numbers of its invoices, the order of its records.

What framing needs, at the speed of slices: the records between were checked one by one, and their signatures
verified, when the lot was certified (`verify_lot`).
"""

import re
from array import array
from collections.abc import Sequence
from dataclasses import dataclass

from tournee.exchange.splitting import INVOICE_SHAPE, LayoutError, Values, split_lot
from tournee.formats import records
from tournee.formats.errors import RecordError
from tournee.formats.records import RECORD_LENGTH, shape_of

_SHAPE = re.compile(f"1(?:{INVOICE_SHAPE})+67*")
_SPLIT_CONTRACT = b"99"  # group 1321 field 1
_NUMBER_AT, _NUMBER_LENGTH = records.locate("2", "facture")


@dataclass(frozen=True)
class LotOutline:
    """A lot: the values of its records 1 and 6, its invoices' numbers in order, how many bytes it has with
    its records 7, and whether it has any.
    """

    head: Values
    trailer: Values
    invoices: Sequence[int]
    size: int
    certified: bool


def outline_lot(data: bytes) -> LotOutline:
    """The outline of one lot: 1, invoices, 6, then its records 7 if any; LayoutError for anything else."""
    shape = "" if len(data) % RECORD_LENGTH else shape_of(data)
    if not _SHAPE.fullmatch(shape):
        split_lot(data)
        raise LayoutError("Lot sans facture", 0)
    starts = [rank * RECORD_LENGTH + _NUMBER_AT for rank, kind in enumerate(shape) if kind == "2"]
    numbers = [data[at : at + _NUMBER_LENGTH] for at in starts]
    last = shape.index("6") * RECORD_LENGTH
    trailer = _end(data, last)
    if not b"".join(numbers).isdigit():
        split_lot(data)
    invoices = array("I", map(int, numbers))
    if trailer["factures"] != len(invoices):
        raise LayoutError(f"Le lot dit {trailer['factures']} factures, il en a {len(invoices)}", last)
    return LotOutline(_end(data, 0), trailer, invoices, len(data), data[-RECORD_LENGTH:][:1] == b"7")


def is_enriched(lot: bytes) -> bool:
    """Whether an invoice of this lot has contract type 99, by which an OCT splits it (OCT-EF-2)."""
    start, length = records.locate("2", "type_contrat")
    starts = (rank * RECORD_LENGTH + start for rank, kind in enumerate(shape_of(lot)) if kind == "2")
    return any(lot[at : at + length] == _SPLIT_CONTRACT for at in starts)


def _end(data: bytes, at: int) -> Values:
    """The values of record 1 or 6."""
    try:
        return records.decode(data[at : at + RECORD_LENGTH], at)[1]
    except RecordError:
        split_lot(data)
        raise
