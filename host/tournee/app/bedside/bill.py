"""The lines of a visit as they are read: each act once, with how often and what it comes to."""

from __future__ import annotations

from dataclasses import dataclass

from tournee.app.context import Office
from tournee.billing.identity import zone_of
from tournee.billing.nomenclature.table import Nomenclature
from tournee.billing.pricing.items import decimal
from tournee.billing.pricing.line import PricedLine
from tournee.billing.visit import JudgedVisit


@dataclass(frozen=True)
class BillLine:
    """`code` is what the invoice has, `label` what it means; `times` how often, `cents` in all."""

    code: str
    label: str
    times: int
    cents: int


def bill_lines(office: Office, judged: JudgedVisit | None) -> tuple[BillLine, ...]:
    """What is billed, in the order of the visit; the same thing of several days is one line."""
    if judged is None:
        return ()
    first, last = judged.visit.days
    table = office.nomenclature.over(first, last)
    found: dict[tuple[str, str, int], BillLine] = {}
    for line in judged.lines:
        if not line.billed:
            continue
        code, label = code_of(line), label_of(table, judged, line)
        key = code, label, line.cents
        before = found.get(key, BillLine(code, label, 0, 0))
        found[key] = BillLine(code, label, before.times + line.quantity, before.cents + line.cents)
    return tuple(found.values())


def code_of(line: PricedLine) -> str:
    """`AMI 1,5`, `MAU`."""
    return f"{line.code} {decimal(line.coefficient)}" if line.kind == "act" else line.code


def label_of(table: Nomenclature, judged: JudgedVisit, line: PricedLine) -> str:
    """What a line means: the journal keeps the act's id and the price's row, not their words."""
    if line.label:
        return line.label
    day = judged.visit.passages[line.passage].day
    if line.act and (act := table.named(judged.profession, line.act, day)) is not None:
        return act.label
    price = table.amount(judged.profession, line.code, day, zone_of(judged.ps_number), line.band)
    return price.label if price is not None else line.code
