"""Acts and amounts found, and tables installed, on the screen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from rich import box
from rich.table import Table
from rich.text import Text

from tournee.billing.nomenclature.described import (
    ANNOUNCED,
    INFERRED,
    beside_forfait,
    certainty_told,
    goes_with,
    limits,
    not_with,
    reserve,
    travel_told,
)
from tournee.billing.nomenclature.rows import Coming, Cotation, Price, Profession
from tournee.billing.nomenclature.search import Found, pair, prices, search
from tournee.billing.nomenclature.table import Nomenclature, coefficient_told
from tournee.french import euros

_WHO: dict[str, str] = {"IF": "Infirmier", "MK": "Masseur-kinésithérapeute"}
_MARKS = {ANNOUNCED: "*", INFERRED: "**"}
_WHERE = {"metro": "Métropole", "drom": "DROM"}
_INSTEAD = 6


def heading(table: Nomenclature, day: date, text: str) -> Text:
    """What is asked, for which day, of which table."""
    return Text(f"« {text} », le {day:%d/%m/%Y}, table {table.name} {table.version}", "dim")


def acts_table(
    table: Nomenclature, profession: Profession, found: Iterable[Found], day: date, zones: Sequence[str]
) -> Table:
    """What was found for a profession: code, act and what goes with it, price in each zone."""
    shown = Table(
        title=_WHO[profession],
        title_style="bold",
        title_justify="left",
        box=box.SIMPLE_HEAD,
        caption_style="yellow",
        caption_justify="left",
        pad_edge=False,
    )
    shown.add_column("Code", no_wrap=True)
    shown.add_column("Acte", ratio=1)
    for zone in zones:
        shown.add_column(_WHERE[zone], justify="right", no_wrap=True)
    doubted: set[str] = set()
    for one in found:
        worth = prices(table, one.item, day)
        told = {zone: price for zone, price in worth.items() if zone in zones}
        cells = [_price(told[zone]) for zone in zones]  # type: ignore[index]
        doubted |= {reserve(price) for price in told.values() if price is not None}
        shown.add_row(_code(one), _act(one, table, day, told.values()), *cells)
    marked = [f"{mark} {text}" for text, mark in _MARKS.items() if text in doubted]
    shown.caption = "\n".join(marked) or None
    return shown


def nothing_found(
    table: Nomenclature, text: str, professions: Iterable[Profession], day: date
) -> Iterator[Text]:
    """Why nothing was found: a coefficient that names no act, an act of other days, or words unknown."""
    typed = pair(text)
    is_told = False
    for profession in professions:
        if typed is not None:
            known = table.coefficients(profession, typed[0], day)
            if known:
                listed = " · ".join(map(coefficient_told, known))
                yield Text(f"{typed[0]} {typed[1]} ne désigne aucun acte ce jour-là.")
                yield Text(f"Coefficients de {typed[0]} : {listed}")
                is_told = True
                continue
        for one in search(table, text, profession, None)[:_INSTEAD]:
            if isinstance(one.item, Coming):
                continue
            ended = one.item.end is not None and one.item.end < day
            when = f"fini le {one.item.end:%d/%m/%Y}" if ended else f"à partir du {one.item.start:%d/%m/%Y}"
            yield Text(f"Pas ce jour-là : {_code(one)}, {one.item.label}, {when}.")
            is_told = True
    if not is_told:
        yield Text(f"Aucun acte ne répond à « {text} ». Essayez un seul mot, ou le début d’un code.")


def _code(found: Found) -> str:
    if isinstance(found.item, Cotation):
        return f"{found.code} {coefficient_told(found.item.coefficient)}"
    return f"{found.code} {found.item.band}" if not isinstance(found.item, Coming) else found.item.code


def _price(price: Price | None) -> Text:
    if price is None:
        return Text("—", "dim")
    doubt = reserve(price)
    return Text(f"{euros(price.cents)} €{_MARKS.get(doubt, '')}", "yellow" if doubt else "")


def _act(found: Found, table: Nomenclature, day: date, worth: Iterable[Price | None]) -> Text:
    """The label, and under it: limits, what it goes with and what it excludes, how sure the price is."""
    item = found.item
    shown = Text(item.label, "bold")
    if isinstance(item, Coming):
        when = f" pour le {item.start:%d/%m/%Y}" if item.start else ""
        return shown.append(f"\nannoncé{when}, sans tarif connu", "yellow")
    known = [price for price in worth if price is not None]
    if not known:
        shown.append("\nmontant inconnu de cette table", "yellow")
    details = limits(item)
    if isinstance(item, Cotation):
        goes, apart = goes_with(item), not_with(item, table, day)
        details += [f"avec : {', '.join(goes)}"] if goes else []
        details += [f"pas avec : {', '.join(apart)}"] if apart else []
        details += filter(None, (beside_forfait(item), travel_told(item)))
    details.append(certainty_told(known[0].certainty if known else item.certainty))
    if item.own:
        details.append("ligne ajoutée par votre éditeur")
    return shown.append(f"\n{' ; '.join(details)}", "not bold dim")
