"""What visits cost, for people and for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.table import Table

from tournee.billing.breach import place_of
from tournee.billing.pricing.coverage import reason_of
from tournee.billing.pricing.items import decimal
from tournee.cli.display.show import labelled
from tournee.french import euros
from tournee.printable import line as one_line

if TYPE_CHECKING:
    from rich.console import Console

    from tournee.app.visits.pricing import Priced, PricedVisit
    from tournee.billing.pricing.coverage import Cover
    from tournee.billing.pricing.line import PricedLine
    from tournee.billing.visit import Passage

_HUNDRED = 100


def as_json(done: list[Priced]) -> dict[str, Any]:
    """Every file, visit, line, remark and refusal; amounts in cents, coefficients as they are written."""
    return {
        "files": [
            {
                "file": one.name,
                **_head(one),
                "table": {"name": one.table.name, "version": one.table.version},
                "visits": [_visit(visit) for visit in one.visits],
                "errors": [
                    {
                        "rule": wrong.rule,
                        "place": place_of(wrong.path),
                        "line": wrong.line,
                        "text": wrong.text,
                    }
                    for wrong in one.mistakes
                ],
                "total_cents": one.cents,
            }
            for one in done
        ],
        "total_cents": sum(one.cents for one in done),
        "refused": any(one.refused for one in done),
    }


def _head(one: Priced) -> dict[str, Any]:
    if one.day is None:
        return {"date": None, "ps": None, "profession": None, "zone": None}
    carer = one.day.carer
    return {
        "date": one.day.day.isoformat(),
        "ps": carer.number,
        "profession": carer.profession,
        "zone": carer.zone,
    }


def _visit(one: PricedVisit) -> dict[str, Any]:
    judged, quote = one.judged, one.quote
    visit, lines = judged.judgement.visit.visit, judged.judgement.lines
    return {
        "visit": judged.rank + 1,
        "nir": visit.nir,
        "ceam": None if visit.ceam is None else visit.ceam.country,
        "lines": [
            _line(line, visit.passages[line.passage]) | _cover(cover)
            for line, cover in zip(lines, quote.covers or [None] * len(lines), strict=True)
        ],
        "total_cents": judged.judgement.cents,
        "fee_cents": quote.fee,
        "amo_cents": quote.amo,
        "amc_cents": quote.amc,
        "patient_cents": quote.patient,
        "due_cents": quote.due,
        "rights_supposed": quote.supposed,
        "remarks": [
            {"rule": told.rule, "place": place_of(told.path), "text": told.text} for told in judged.remarks
        ],
        "refusals": [
            {"rule": wrong.rule, "place": place_of(wrong.path), "line": wrong.line, "text": wrong.text}
            for wrong in judged.mistakes
        ],
    }


def _cover(cover: Cover | None) -> dict[str, Any]:
    """What the caisse pays of a line, in percent, and by which codes of records 2 and 4."""
    if cover is None:
        return {"amo_rate": None, "insurance": None, "exemption": None}
    return {"amo_rate": cover.rate, "insurance": cover.insurance, "exemption": cover.exemption}


def _line(line: PricedLine, passage: Passage) -> dict[str, Any]:
    minute = passage.minute
    is_distance = line.code.startswith("IK")
    return {
        "passage": line.passage + 1,
        "date": passage.day.isoformat(),
        "time": None if minute is None else f"{minute // 60:02d}:{minute % 60:02d}",
        "kind": line.kind,
        "code": line.code,
        "coefficient": line.coefficient / _HUNDRED,
        "rate": line.rate,
        "quantity": line.quantity,
        "km": line.quantity if is_distance else None,
        "unit_cents": line.unit,
        "cents": line.cents,
        "band": line.band,
        "act": line.act,
        "label": line.label,
        "row": line.row,
        "certainty": line.certainty,
        "announced": line.announced,
        "billed": line.billed,
        "note": line.doubt,
    }


def show(screen: Console, done: list[Priced]) -> None:
    """A table a visit, its total and shares, then what is refused and what should be known."""
    for one in done:
        for wrong in one.mistakes:
            screen.print(labelled("Refusé :", f"« {one_line(one.name)} », {wrong}"), soft_wrap=True)
        for visit in one.visits:
            _show_visit(screen, one_line(one.name), visit)
    total = sum(one.cents for one in done)
    screen.print(f"Total de ce qui peut être facturé : {euros(total)} €")


def _show_visit(screen: Console, name: str, one: PricedVisit) -> None:
    judged, quote = one.judged, one.quote
    visit = judged.judgement.visit.visit
    who = f"NIR {visit.nir}" if visit.ceam is None else f"CEAM, {visit.ceam.holder}, hors télétransmission"
    table = Table(title=f"« {name} », visite {judged.rank + 1} ({who})", title_justify="left")
    for header in ("Quand", "Acte", "Ce que c’est"):
        table.add_column(header)
    for header in ("Taux", "Montant"):
        table.add_column(header, justify="right")
    for line in judged.judgement.lines:
        passage = visit.passages[line.passage]
        minute = passage.minute
        when = f"{passage.day:%d/%m}" + ("" if minute is None else f" {minute // 60} h {minute % 60:02d}")
        note = f" ({line.doubt})" if line.doubt else ""
        table.add_row(when, _name(line), line.label + note, f"{line.rate} %", f"{euros(line.cents)} €")
    screen.print(table)
    rights = " (droits supposés, avant la carte)" if quote.supposed else ""
    screen.print(
        f"Total {euros(quote.fee)} € · caisse {euros(quote.amo)} € · mutuelle {euros(quote.amc)} € · "
        f"patient {euros(quote.patient)} €, à demander {euros(quote.due)} €{rights}"
    )
    for why in dict.fromkeys(why for cover in quote.covers if (why := reason_of(cover))):
        screen.print(f"Prise en charge par la caisse : {why}.")
    for wrong in judged.mistakes:
        screen.print(labelled("Refusé :", str(wrong)), soft_wrap=True)
    for told in judged.remarks:
        screen.print(f"À savoir : {told.text}", soft_wrap=True)


def _name(line: PricedLine) -> str:
    if line.kind == "act" and not line.row.startswith("amount"):
        return f"{line.code} {decimal(line.coefficient)}"
    return f"{line.quantity} × {line.code}" if line.quantity > 1 else line.code
