"""The numbers that the journal gives are those that the records bear."""

from sesam import records
from tournee.errors import StoreError


def check_number(data: bytes, kind: str, field: str, number: int) -> None:
    """Refuse records whose first one, of `kind`, does not bear in `field` the number that was just given."""
    start, length = records.locate(kind, field)
    found = data[start : start + length].decode("latin-1")
    if found != f"{number:0{length}}":
        raise StoreError(
            f"Les enregistrements faits portent {field} « {found} » au lieu de {number:0{length}}."
        )
