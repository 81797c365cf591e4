"""`tournee acts MOT…`: acts and amounts by words of everyday French, or by a piece of their code."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import click

from tournee.cli.context import Desk, json_option
from tournee.cli.display import as_json as values
from tournee.cli.french import FrenchCommand
from tournee.cli.options.filters import DayOption

if TYPE_CHECKING:
    from tournee.billing.nomenclature.search import Found
    from tournee.billing.nomenclature.table import Nomenclature, Profession

_SHOWN = 12
_PROFESSIONS: dict[str, tuple[Profession, ...]] = {"": ("IF", "MK"), "IF": ("IF",), "MK": ("MK",)}
_ZONES = {"": ("metro", "drom"), "metro": ("metro",), "drom": ("drom",)}


def _begun(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    """Words and codes that a word begun on the command line may become."""
    from tournee.billing.nomenclature.search import completions
    from tournee.billing.nomenclature.table import packaged

    day = context.params.get("day") or date.today()
    asked = _PROFESSIONS[context.params.get("profession") or ""]
    return sorted({word for one in asked for word in completions(packaged(), incomplete, one, day)})


@click.command("acts", cls=FrenchCommand)
@click.argument("words", metavar="MOT…", nargs=-1, required=True, shell_complete=_begun)
@click.option(
    "--profession", type=click.Choice(["IF", "MK"], case_sensitive=False), help="Infirmier, ou kiné."
)
@click.option("--date", "day", type=DayOption(), help="Le jour du soin ; aujourd’hui sinon.")
@click.option("--zone", type=click.Choice(["metro", "drom"]), help="Le prix de cette zone seulement.")
@click.option("--all", "is_whole", is_flag=True, help="Tout ce qui est trouvé, pas seulement le début.")
@json_option
@click.pass_obj
def acts(
    desk: Desk,
    words: tuple[str, ...],
    profession: str | None,
    day: date | None,
    zone: str | None,
    is_whole: bool,
    as_json: bool,
) -> None:
    """Cherche un acte, un forfait, une majoration ou un déplacement : sa lettre, son coefficient, son prix en
    métropole et en DROM, ses limites, avec quoi il va.

    \b
    tournee acts pansement lourd
    tournee acts genou --profession MK
    tournee acts RIC 8,12 --date 16/06/2025
    """
    from tournee.billing.nomenclature.search import search

    on, text = day or date.today(), " ".join(words)
    table = desk.tables().for_day(on)
    asked = _PROFESSIONS[(profession or "").upper()]
    found = {one: search(table, text, one, on) for one in asked}
    if as_json:
        whole = [_told(table, one, on) for rows in found.values() for one in rows]
        table_told = {"name": table.name, "version": table.version}
        known = {} if whole else _coefficients(table, text, asked, on)
        values.write(
            {"date": on.isoformat(), "words": text, "table": table_told, "acts": whole, "coefficients": known}
        )
        return
    from tournee.cli.display.show import counted
    from tournee.cli.display.show_acts import acts_table, heading, nothing_found

    zones = _ZONES[zone or ""]
    desk.console.print(heading(table, on, text))
    for one, rows in found.items():
        if rows:
            shown = rows if is_whole else rows[:_SHOWN]
            desk.console.print(acts_table(table, one, shown, on, zones))
            if len(rows) > len(shown):
                more = len(rows) - len(shown)
                desk.console.print(f"… et {counted(more, 'autre')} : précisez les mots, ou --all.")
    if not any(found.values()):
        for line in nothing_found(table, text, asked, on):
            desk.console.print(line)


def _coefficients(
    table: Nomenclature, text: str, professions: tuple[Profession, ...], day: date
) -> dict[str, list[float]]:
    """The coefficients that name an act of the letter typed, by profession; empty when none was typed."""
    from tournee.billing.nomenclature.search import pair

    typed = pair(text)
    if typed is None:
        return {}
    found = {one: table.coefficients(one, typed[0], day) for one in professions}
    return {one: [each / 100 for each in listed] for one, listed in found.items() if listed}


def _told(table: Nomenclature, found: Found, day: date) -> dict[str, Any]:
    """One act or amount as a program reads it; prices are cents, a coefficient is a number."""
    from tournee.billing.nomenclature.described import (
        beside_forfait,
        goes_with,
        limits,
        not_with,
        reserve,
        travel_told,
    )
    from tournee.billing.nomenclature.rows import Coming, Cotation
    from tournee.billing.nomenclature.search import prices

    item = found.item
    worth = prices(table, item, day)
    end = None if isinstance(item, Coming) else item.end
    is_act = isinstance(item, Cotation)
    return {
        "kind": "act" if is_act else "announced" if isinstance(item, Coming) else "amount",
        "profession": item.profession,
        "code": found.code,
        "coefficient": item.coefficient / 100 if isinstance(item, Cotation) else None,
        "band": "" if isinstance(item, Cotation | Coming) else item.band,
        "id": item.id if isinstance(item, Cotation) else None,
        "label": item.label,
        "article": item.article if isinstance(item, Cotation) else "",
        "from": item.start.isoformat() if item.start else None,
        "to": end.isoformat() if end else None,
        "prices": {
            zone: {
                "cents": price.cents,
                "row": price.row,
                "certainty": price.certainty,
                "announced": price.announced,
                "reserve": reserve(price),
            }
            for zone, price in worth.items()
            if price is not None
        },
        "limits": [] if isinstance(item, Coming) else limits(item),
        "with": goes_with(item) if isinstance(item, Cotation) else [],
        "with_bsi": beside_forfait(item) if isinstance(item, Cotation) else "",
        "travel": travel_told(item) if isinstance(item, Cotation) else "",
        "not_with": not_with(item, table, day) if isinstance(item, Cotation) else [],
        "certainty": item.certainty,
        "announced": True if isinstance(item, Coming) else item.announced,
        "reserve": reserve(item),
        "sources": [f"{code} : {table.rows.sources.get(code, '')}" for code in item.sources],
        "note": item.note,
        "own": False if isinstance(item, Coming) else item.own,
    }
