"""The control entities of an RSP: what 990 and 999 announce against what was read (NOEMIE, domain 2.4).

A 990 closes a level of rupture: it counts the items of the level below and adds up their amounts. Its
identification starts with the level on two digits; one that names no open level closes the innermost.
"""

from dataclasses import dataclass

from tournee.formats import noemie
from tournee.formats.noemie import Entity

LEVELS = {"010": 1, "020": 1, "040": 2, "080": 3, "100": 4, "102": 4}
_FILE_LEVEL = 0
_SHARES = ("198", "199")
_ENDS_INVOICE = (*LEVELS, "990", "999", "261", "250")
PAYMENTS = "576"
"""The reference of third-party payments."""
CLAIM = "D"
"""The type of a DRE in a 102."""
RECOVERY = "RPR"
"""The one operation of a 250 that moves money; any other (CIN, RDT…) is a movement of the debt itself."""


@dataclass(frozen=True)
class TotalCheck:
    """What a 990 or the 999 says (`count`, `amount` in cents) and what was read; they should be equal.

    `control` names it in French.
    """

    control: str
    count: int
    amount: int
    counted: int
    summed: int

    @property
    def agrees(self) -> bool:
        """Whether count and amount are the same."""
        return (self.count, self.amount) == (self.counted, self.summed)

    def __str__(self) -> str:
        if self.agrees:
            return f"{self.control} : {self.count} et {self.amount} centimes, comme lus"
        return (
            f"{self.control} : annonce {self.count} et {self.amount} centimes, "
            f"lu {self.counted} et {self.summed} centimes (écart {self.summed - self.amount})"
        )


@dataclass
class _Node:
    level: int
    below: int = 0
    amount: int = 0


class RspTotals:
    """Adds up a stream entity by entity; `checks` holds every control met, in order."""

    def __init__(self) -> None:
        self.checks: list[TotalCheck] = []
        self._open = [_Node(_FILE_LEVEL)]
        self._entities = 0
        self._amount = 0
        self._lines, self._kind = 0, ""
        self._told = self._of_payments = False

    @property
    def amount(self) -> int:
        """Cents that the entities read pay, all together."""
        return self._amount

    def take(self, entity: Entity) -> None:
        """Count one entity, and what it pays or holds back."""
        self._entities += 1
        if entity.error is not None:
            return
        self._take_lines(entity)
        if entity.type in LEVELS:
            self._close_down_to(LEVELS[entity.type])
            self._open.append(_Node(LEVELS[entity.type]))
        elif entity.type == "990":
            self._check_level(entity)
        elif entity.type == "999":
            self._check_file(entity)
        amount = paid_by(entity)
        self._amount += amount
        self._open[-1].amount += amount

    def _take_lines(self, entity: Entity) -> None:
        """What the acts of an invoice pay counts at its end, and only where no 198 or 199 says it."""
        if entity.type in _SHARES:
            self._told = True
        elif entity.type == "210":
            self._lines += paid_by_line(entity, self._kind)
        elif entity.type in _ENDS_INVOICE:
            amount = 0 if self._told or not self._of_payments else self._lines
            self._amount += amount
            self._open[-1].amount += amount
            self._lines, self._told = 0, False
        if entity.type in ("100", "102"):
            self._kind = str(entity.fields.get("type", ""))
        if entity.type == "000":
            self._of_payments = noemie.reference(entity) == PAYMENTS

    def _close_down_to(self, level: int) -> None:
        """Close every open node of `level` or deeper into the one above."""
        while self._open[-1].level >= level:
            closed = self._open.pop()
            self._open[-1].below += 1
            self._open[-1].amount += closed.amount

    def _check_level(self, entity: Entity) -> None:
        name = str(entity.fields["identification"])
        named = int(name[:2]) if name[:2].isdigit() else -1
        levels = [node.level for node in self._open]
        level = named if named in levels else levels[-1]
        self._close_down_to(level + 1)
        node = self._open[-1]
        self.checks.append(
            TotalCheck(
                control=f"990 {name}".rstrip(),
                count=int(entity.fields["nombre"]),
                amount=signed(entity.fields["cumul"], entity.fields["signe"]),
                counted=node.below,
                summed=node.amount,
            )
        )

    def _check_file(self, entity: Entity) -> None:
        self.checks.append(
            TotalCheck(
                control="999",
                count=int(entity.fields["enregistrements"]),
                amount=signed(entity.fields["cumul"], entity.fields["signe"]),
                counted=self._entities,
                summed=self._amount,
            )
        )


def signed(amount: str | int, sign: str | int) -> int:
    """Cents with their sign: `N` is negative, `P` and blank are not; a blank amount is 0."""
    cents = 0 if amount == "" else int(amount)
    return -cents if sign == "N" else cents


def paid_by(entity: Entity) -> int:
    """Cents that an entity pays (198, 199, 261) or holds back (250, of a recovery alone), signed; 0 for
    every other.
    """
    fields = entity.fields
    if entity.type in _SHARES:
        return signed(fields["paye"], fields["signe"])
    if entity.type == "250":
        return signed(fields["montant"], fields["signe"]) if fields["operation"] == RECOVERY else 0
    return int(fields["montant"]) if entity.type == "261" else 0


def paid_by_line(entity: Entity, kind: str) -> int:
    """Cents that the act of a 210 is paid, in an invoice of this type: the AMC's share of a DRE, else the
    AMO's. The other one is told for information.
    """
    if kind == CLAIM:
        return int(entity.fields["montant_amc"])
    return signed(paid_for_act(entity.fields), entity.fields["signe"])


def paid_for_act(fields: dict[str, str | int]) -> int:
    """Cents that a 210 says the AMO pays for an act: its own share, and the régime local's, which comes with
    it (Alsace-Moselle).
    """
    return int(fields["montant"]) + int(fields["montant_alsace_moselle"])
