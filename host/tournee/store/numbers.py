"""Numbers as digits: those that returns and carers write, those that records bear."""

from tournee.errors import StoreError
from tournee.formats import records

_DIGITS_MAX = 9  # of an invoice number, the longest


def number_of(digits: str) -> int:
    """A number as a return or a carer writes it; -1, which nothing bears, for what is no such number."""
    significant = digits.lstrip("0") or digits[-1:]
    is_number = significant.isascii() and significant.isdigit() and len(significant) <= _DIGITS_MAX
    return int(significant) if is_number else -1


def check_number(data: bytes, kind: str, field: str, number: int) -> None:
    """Refuse records whose first one, of `kind`, does not bear in `field` the number that was just given."""
    start, length = records.locate(kind, field)
    found = data[start : start + length].decode("latin-1")
    if found != f"{number:0{length}}":
        raise StoreError(
            f"Les enregistrements faits portent {field} « {found} » au lieu de {number:0{length}}."
        )
