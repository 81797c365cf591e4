"""One line of a visit: what was done, at what price, by which row of the nomenclature."""

from dataclasses import dataclass, field
from typing import Literal

from tournee.billing.nomenclature.table import Certainty
from tournee.model.amounts import half_up
from tournee.model.form import KEPT

_PERCENT = 100
_HUNDREDTH = 100

Kind = Literal["act", "majoration", "travel"]


@dataclass(frozen=True)
class PricedLine:
    """Amounts in cents, coefficient in hundredths (100 where there is none), rate in percent.

    `passage` is its rank in the visit, from 0. `quantity` counts times, or kilometres. `rate` is what is paid
    of the coefficient: 100, 50, or 0 for what is done and not billed. `row` is the table's row of the unit
    price, `act` the id of the cotation when one is meant alone. `band` tells the two nights apart. `fee` is
    asked in place of the tariff, with its `qualifier`. `exemption` is what the carer says of the act.
    """

    passage: int
    kind: Kind
    code: str
    unit: int
    row: str
    certainty: Certainty
    label: str = field(default="", compare=False, metadata={KEPT: False})
    announced: bool = False
    coefficient: int = _HUNDREDTH
    rate: int = _PERCENT
    quantity: int = 1
    band: str = ""
    act: str = ""
    fee: int | None = None
    qualifier: str = ""
    exemption: str = ""
    rounded: int | None = None  # cents, where they are a share of a sum that was rounded as a whole

    @property
    def cents(self) -> int:
        """The tariff of the line: coefficient, value, quantity and rate, rounded once, half up."""
        if self.rounded is not None:
            return self.rounded
        return half_up(self.unit * self.coefficient * self.quantity * self.rate, _HUNDREDTH * _PERCENT)

    @property
    def billed(self) -> bool:
        """Whether it is asked for: what pays nothing is not written on an invoice."""
        return self.rate > 0

    @property
    def billed_coefficient(self) -> int:
        """The coefficient that record 4 holds: half an odd hundredth is rounded up, the amount is not."""
        return half_up(self.coefficient * self.rate, _PERCENT)

    @property
    def unsure(self) -> bool:
        """Whether the price is announced or worked out: it says so wherever it is shown."""
        return self.announced or self.certainty == "inferred"

    @property
    def doubt(self) -> str:
        """What is said, in French, of a price that is unsure; empty for any other."""
        if self.announced:
            return "tarif annoncé, à confirmer"
        return "tarif déduit, à vérifier" if self.unsure else ""
