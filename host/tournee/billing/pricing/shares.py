"""The lines of a visit as an invoice has them: majorations on the line they raise, and who pays what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from tournee.billing.pricing.coverage import Cover
from tournee.billing.pricing.line import PricedLine
from tournee.model.amounts import half_up

FREE_OF_CHARGE, NOT_REIMBURSED = "G", "N"  # qualificatif de la dépense
QUANTITY_MAX = 99  # two columns of record 4
_COMPLEMENTS = ("N", "F")


@dataclass(frozen=True)
class InvoiceLine:
    """One line of an invoice; amounts in cents, `coefficient` in hundredths, `rate` in percent.

    `base` holds the complement, which has no line of its own. `remainder` is what is left of the base for an
    AMC, when one is asked.
    """

    day: date
    code: str
    coefficient: int
    quantity: int
    complement: str
    qualifier: str
    exemption: str
    unit_price: int
    base: int
    rate: int
    amo: int
    fee: int
    remainder: int
    said: str = ""  # what the carer said that exempts the act
    passage: int = 0  # its rank in the visit


def share_out(lines: Iterable[tuple[PricedLine, date, Cover]]) -> tuple[InvoiceLine, ...]:
    """Share out the billed lines of a visit: each with its day and what the compulsory insurer pays that day.

    A night or a Sunday goes to the first billed line of its passage.
    """
    billed = [entry for entry in lines if entry[0].billed]
    raised = {
        line.passage: line for line, _, _ in billed if line.kind == "majoration" and line.code in _COMPLEMENTS
    }
    made = []
    for line, day, cover in billed:
        if raised.get(line.passage) is line and line.code in _COMPLEMENTS:
            continue
        made.append((line, day, cover))
    shared: list[InvoiceLine] = []
    for line, day, cover in made:
        complement = raised.pop(line.passage, None)
        shared.extend(_share(part, day, cover, complement) for part in _parts(line))
    return tuple(shared)


def _parts(line: PricedLine) -> Iterator[PricedLine]:
    """A line in as many as record 4 can count, which add up to it to the cent."""
    done = 0
    while line.quantity - done > QUANTITY_MAX:
        yield _part(line, done, QUANTITY_MAX)
        done += QUANTITY_MAX
    yield _part(line, done, line.quantity - done) if done else line


def _part(line: PricedLine, done: int, count: int) -> PricedLine:
    before, after = (half_up(line.cents * at, line.quantity) for at in (done, done + count))
    return replace(line, quantity=count, rounded=after - before)


def _share(line: PricedLine, day: date, cover: Cover, complement: PricedLine | None) -> InvoiceLine:
    base = line.cents + (complement.cents if complement else 0)
    fee = base if line.fee is None else line.fee
    if line.qualifier == FREE_OF_CHARGE:
        fee = 0
    base = min(base, fee)
    rate = 0 if line.qualifier == NOT_REIMBURSED else cover.rate
    amo = half_up(base * rate, 100)
    return InvoiceLine(
        day=day,
        code=line.code,
        coefficient=line.billed_coefficient,
        quantity=line.quantity,
        complement=complement.code if complement else "",
        qualifier=line.qualifier,
        exemption=cover.exemption,
        unit_price=line.unit,
        base=base,
        rate=rate,
        amo=amo,
        fee=fee,
        remainder=0 if line.qualifier == NOT_REIMBURSED else base - amo,
        said=line.exemption,
        passage=line.passage,
    )
