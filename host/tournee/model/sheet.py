"""A sheet: one document of an invoice, as billing writes it and as the journal takes it."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Sheet:
    """One FSE or DRE of an invoice, not yet certified.

    `kind` and `mode` are codes of `model.codes`, `organisme` has 3 digits; `records` are the invoice's bytes
    from its record 2 to its record 5, with `acts` records 4; amounts are cents; `patient` is the label that a
    face shows and `nir` the 13-character NIR. These two and the records are personal: encrypted at rest.
    `substitute` is the RPPS number of who cared in the place of the PS, empty: the PS did.
    """

    kind: str
    crf: str
    mode: str
    organisme: str
    records: bytes = field(repr=False)
    acts: int
    fee: int
    amo: int
    amc: int
    patient: str = field(repr=False)
    nir: str = field(repr=False)
    substitute: str = ""
