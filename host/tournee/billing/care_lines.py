"""What a visit on a European card costs, line by line: priced as any other, and paid by the patient whole."""

from tournee.billing.ceam import CareLine
from tournee.billing.nomenclature.table import Nomenclature
from tournee.billing.pricing.items import decimal
from tournee.billing.visit import JudgedVisit

_INCLUDED = "non payé : troisième acte, ou compris dans un forfait"
_HOURS = {"N": "nuit", "F": "dimanche ou jour férié"}


def care_lines(judged: JudgedVisit, table: Nomenclature) -> tuple[CareLine, ...]:
    """The lines of the care sheet of a judged visit; `table` tells their labels."""
    made = []
    for line in judged.lines:
        day = judged.visit.passages[line.passage].day
        rows = table.cotations(judged.profession, line.code, day, line.coefficient)
        named = [row for row in rows if line.act in ("", row.id)] if line.kind == "act" else []
        price = table.amount(judged.profession, line.code, day, "metro", line.band)
        label = " / ".join(row.label for row in named[:2]) or (price.label if price else line.code)
        note = _HOURS.get(line.code, "") if line.billed else _INCLUDED
        if line.billed and line.rate < 100:
            note = f"à {line.rate} % de {decimal(line.coefficient)}"
        coefficient = line.billed_coefficient if named else 0
        made.append(CareLine(day, line.code, label, coefficient, line.quantity, line.cents, note))
    return tuple(made)
