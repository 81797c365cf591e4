"""What the emulated OCT finds wrong, with the ARL code that says so (profile open-1 "Return files")."""

from tournee.formats.text import upper_ascii

UNREADABLE = "0100"
COUNT_OR_TOTAL = "0101"
LOT_CERTIFICATE = "0102"
INVOICE_CERTIFICATE = "0103"
UNKNOWN_SENDER = "0104"
DUPLICATE = "0105"
LAYOUT = "0106"
OTHER = "0199"
LABEL_MAX = 80  # record A 36+80


class OctRefusedError(Exception):
    """A file or a lot is refused: ARL `code`, `label` (at most 80 upper-case ASCII characters), `invoice`
    at fault or "".
    """

    def __init__(self, code: str, label: str, invoice: str = "") -> None:
        self.code = code
        self.label = upper_ascii(label)[:LABEL_MAX]
        self.invoice = invoice
        super().__init__(f"{code} {self.label}")
