"""Whose each thing to settle is: hers, everybody's, or another carer's of the same journal, named as such."""

from __future__ import annotations

from dataclasses import dataclass

from tournee.app.bedside.carer import CarerShown
from tournee.app.certifying.last_read import carer_named
from tournee.app.context import Office
from tournee.app.to_settle.listing import to_settle
from tournee.app.to_settle.thing import ToSettle
from tournee.french import of_name


@dataclass(frozen=True)
class OthersPart:
    """What waits of another carer: her billing number, her name as far as it is known, her things."""

    ps: str
    name: str
    things: tuple[ToSettle, ...]

    @property
    def cents(self) -> int:
        """What hangs on them."""
        return sum(one.cents for one in self.things)


def own_things(office: Office, carer: CarerShown) -> tuple[ToSettle, ...]:
    """What is hers to settle, and what is everybody's, what presses most first."""
    return tuple(one for one in to_settle(office) if carer.has(one.ps, one.substitute))


def count_to_settle(office: Office, carer: CarerShown) -> int:
    """How many of them there are."""
    return len(own_things(office, carer))


def others_parts(office: Office, carer: CarerShown) -> tuple[OthersPart, ...]:
    """What is of each other carer of the journal, by billing number."""
    found: dict[str, list[ToSettle]] = {}
    for one in to_settle(office):
        if not carer.has(one.ps, one.substitute):
            found.setdefault(one.ps, []).append(one)
    return tuple(OthersPart(ps, _named(office, ps), tuple(found[ps])) for ps in sorted(found))


def whose(office: Office, one: ToSettle, carer: CarerShown) -> str:
    """Whose a thing is where it is not simply hers: `de Claire Lefebvre`, `soins d’Inès Faure`, "" else."""
    if not carer.has(one.ps, one.substitute):
        return of_name(_named(office, one.ps))
    if one.substitute and one.substitute != carer.rpps:
        return f"soins {of_name(_named(office, '', one.substitute))}"
    if one.ps and carer.number and one.ps != carer.number:
        return f"pour {_named(office, one.ps)}"
    return ""


def _named(office: Office, ps: str, rpps: str = "") -> str:
    """A carer's name, or her number as that of a colleague whose card was never read here."""
    name = carer_named(office, ps, rpps)
    return f"collègue n° {name}" if name.isdecimal() else name
