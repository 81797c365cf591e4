"""How a patient pays, and what a line of a patient's payments is."""

from enum import Enum


class Means(Enum):
    """By what a patient pays or is given back. CREDIT: by what is kept of a visit that was paid too much.
    LOSS: by nothing, the carer gives it up.
    """

    CASH = "cash"
    CHEQUE = "cheque"
    CARD = "card"
    TRANSFER = "transfer"
    OTHER = "other"
    CREDIT = "credit"
    LOSS = "loss"

    @property
    def label(self) -> str:
        """In French, as a list has it."""
        return _MEANS[self]

    @property
    def told(self) -> str:
        """In French, as a sentence has it."""
        return _TOLD.get(self, f"par {self.label}")


class PaymentKind(Enum):
    """PAID by the patient, GIVEN_BACK to the patient, GIVEN_UP by the carer; TAKEN_BACK: the line that
    undoes a mistaken one.
    """

    PAID = "paid"
    GIVEN_UP = "given_up"
    GIVEN_BACK = "given_back"
    TAKEN_BACK = "taken_back"

    @property
    def label(self) -> str:
        """In French."""
        return _KINDS[self]


_MEANS = {
    Means.CASH: "espèces",
    Means.CHEQUE: "chèque",
    Means.CARD: "carte",
    Means.TRANSFER: "virement",
    Means.OTHER: "autre moyen",
    Means.CREDIT: "avoir",
    Means.LOSS: "perte",
}
_TOLD = {
    Means.CASH: "en espèces",
    Means.OTHER: "par un autre moyen",
    Means.CREDIT: "sur un avoir",
    Means.LOSS: "sans paiement",
}
_KINDS = {
    PaymentKind.PAID: "payé",
    PaymentKind.GIVEN_UP: "abandonné",
    PaymentKind.GIVEN_BACK: "rendu",
    PaymentKind.TAKEN_BACK: "contre-écriture",
}
