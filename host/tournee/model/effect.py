"""What a return says of a file, a lot, an invoice or a payment: told by `returns`, settled by the journal."""

import json
from dataclasses import asdict, dataclass, field
from enum import Enum

from tournee.french import day, euros


class Target(Enum):
    """What an effect speaks of; PAYMENT: money outside invoices (RSP 900); PIECE: what proves an invoice."""

    FILE = "file"
    LOT = "lot"
    INVOICE = "invoice"
    PAYMENT = "payment"
    PIECE = "piece"


class Outcome(Enum):
    """What an effect says.

    ACCEPTED, REFUSED and DUPLICATE come from an ARL (or an ART). DUPLICATE (ARL code 0105) says that the file
    or lot was already there: it proves that it arrived and changes nothing that is settled. PAID, REJECTED,
    DEFERRED and REMARK come from an RSP. FRANCHISE is of no effect: it is how the journal keeps `franchise`.
    """

    ACCEPTED = "accepted"
    REFUSED = "refused"
    DUPLICATE = "duplicate"
    PAID = "paid"
    REJECTED = "rejected"
    DEFERRED = "deferred"
    REMARK = "remark"
    FRANCHISE = "franchise"

    @property
    def label(self) -> str:
        """What is said, in French."""
        return _OUTCOMES[self]


_OUTCOMES = {
    Outcome.ACCEPTED: "accepté",
    Outcome.REFUSED: "refusé",
    Outcome.DUPLICATE: "déjà reçu",
    Outcome.PAID: "payé",
    Outcome.REJECTED: "paiement refusé",
    Outcome.DEFERRED: "différé",
    Outcome.REMARK: "signalé",
    Outcome.FRANCHISE: "franchise retenue",
}


@dataclass(frozen=True)
class Effect:
    """One outcome told by a return.

    `target` FILE needs `file`; LOT needs `lot`, and `file` or `lot_date` where known; INVOICE needs
    `invoice`. `ps` is the 9-digit billing number, empty where the return does not give it. For a LOT,
    `invoice` names the invoice at fault, if any. `document` (FSE, DRE) and `share` (AMO, AMC) choose the
    sheet of an invoice; `nir` (13 characters, its key may follow), `lot` and `lot_date`, where the return
    gives them, must be the sheet's own. `asked` (0: not said), `paid` and `franchise` are cents, `paid`
    below 0 when money is taken back; `franchise` is left out of `paid`: the patient owes it to the
    caisse. `level` of a rejection: F invoice, L line, A act. `reference` is the virement's.

    An ARL's `stamp` is the compostage of the message that it answers, `digest` the first 16 digits of the
    SHA-256 of its file; `taken_under` the compostage under which a duplicate (0105) came first, which the
    journal says to be `elsewhere` when it is none of its own. `piece` is the rank of a PIECE in its file.
    """

    target: Target
    outcome: Outcome
    ps: str = ""
    file: str = ""
    lot: str = ""
    lot_date: str = ""
    invoice: str = ""
    document: str = ""
    share: str = ""
    asked: int = 0
    paid: int = 0
    code: str = ""
    label: str = ""
    level: str = ""
    reference: str = ""
    nir: str = field(default="", repr=False)
    moved: int = 0
    franchise: int = 0
    stamp: str = ""
    digest: str = ""
    taken_under: str = ""
    elsewhere: bool = False
    piece: int = 0

    @property
    def told(self) -> str:
        """What the return speaks of, on one French line: file, lot, invoice, professional, money."""
        document, made = f" ({self.document})", f" du {day(self.lot_date)}"
        parts = (
            (self.file, f"fichier {self.file}"),
            (self.stamp and not (self.file or self.lot), f"message {self.stamp}"),
            (self.lot or self.lot_date, f"lot {self.lot}".strip() + (made if self.lot_date else "")),
            (self.piece, f"pièce {self.piece:03}"),
            (self.invoice, f"facture {self.invoice}" + (document if self.document else "")),
            (self.share, f"part {self.share}"),
            (self.ps, f"professionnel {self.ps}"),
            (self.asked, f"{euros(self.asked)} € demandés"),
            (self.paid, f"{euros(self.paid)} € payés"),
            (self.franchise, f"franchise de {euros(self.franchise)} €"),
            (self.moved, f"dette : {euros(self.moved)} €"),
        )
        return ", ".join(text for given, text in parts if given)

    @property
    def reason(self) -> str:
        """Code and label as a face shows them."""
        return " ".join(part for part in (self.code, self.label) if part)

    def as_json(self) -> bytes:
        """The effect as the journal keeps it."""
        values = asdict(self) | {"target": self.target.value, "outcome": self.outcome.value}
        return json.dumps(values, ensure_ascii=False, sort_keys=True).encode()

    @staticmethod
    def from_json(kept: bytes) -> "Effect":
        """The effect that `as_json` gave."""
        values = json.loads(kept)
        named = {"target": Target(values["target"]), "outcome": Outcome(values["outcome"])}
        return Effect(**(values | named))
