"""What a visit on a European card costs, line by line: priced as any other, and paid by the patient whole."""

from tournee.billing.european.ceam import CareLine
from tournee.billing.nomenclature.table import Nomenclature, packaged
from tournee.billing.pricing.items import decimal
from tournee.billing.pricing.line import PricedLine
from tournee.billing.pricing.shares import FREE_OF_CHARGE
from tournee.billing.visit import JudgedVisit

_INCLUDED = "non payé : troisième acte, ou compris dans un forfait"
_IN_FEE = "compris dans les honoraires demandés"
_HOURS = ("N", "F")  # a night, a Sunday: an invoice has them on the act that they raise
_WHOLE = 100


def care_lines(judged: JudgedVisit, table: Nomenclature | None = None) -> tuple[CareLine, ...]:
    """The lines of the care sheet of a judged visit; their sum is what the patient pays.

    `table` tells the labels, the packaged one when none is given.
    """
    table = table or packaged()
    raised: dict[int, PricedLine] = {}  # by passage: the line that a night or a Sunday raises
    for line in judged.lines:
        if line.billed and line.code not in _HOURS:
            raised.setdefault(line.passage, line)
    made = []
    for line in judged.lines:
        day = judged.visit.passages[line.passage].day
        carrier = raised.get(line.passage) if line.code in _HOURS else None
        swallowed = carrier is not None and _is_asked_otherwise(carrier)
        cents = 0 if swallowed else _asked(line)
        notes = [*_notes(line), *([_IN_FEE] if swallowed else [])]
        label, has_coefficient = _label(line, judged, table)
        coefficient = line.billed_coefficient if has_coefficient else 0
        made.append(CareLine(day, line.code, label, coefficient, line.quantity, cents, ", ".join(notes)))
    return tuple(made)


def _label(line: PricedLine, judged: JudgedVisit, table: Nomenclature) -> tuple[str, bool]:
    """What a line is called, and whether it has a coefficient; a cotation of several acts names none."""
    day = judged.visit.passages[line.passage].day
    rows = table.cotations(judged.profession, line.code, day, line.coefficient) if line.kind == "act" else ()
    named = [row.label for row in rows if line.act in ("", row.id)]
    if len(named) == 1:
        return named[0], True
    if named:
        return f"acte coté {line.code} {decimal(line.coefficient)}", True
    price = table.amount(judged.profession, line.code, day, "metro", line.band)
    return price.label if price else line.code, False


def _notes(line: PricedLine) -> list[str]:
    if not line.billed:
        return [_INCLUDED]
    notes = [f"à {line.rate} % de {decimal(line.coefficient)}"] if line.rate < _WHOLE else []
    return [*notes, line.doubt] if line.doubt else notes


def _is_asked_otherwise(line: PricedLine) -> bool:
    return line.fee is not None or line.qualifier == FREE_OF_CHARGE


def _asked(line: PricedLine) -> int:
    if line.qualifier == FREE_OF_CHARGE:
        return 0
    return line.cents if line.fee is None else line.fee
