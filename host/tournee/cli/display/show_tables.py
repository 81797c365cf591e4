"""The nomenclature's tables on the screen: those installed, one of them, what another changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from rich import box
from rich.table import Table
from rich.text import Text

from tournee.billing.nomenclature.check import Change
from tournee.billing.nomenclature.described import certainty_told
from tournee.billing.nomenclature.rows import CERTAINTIES, Certainty, Rows
from tournee.billing.nomenclature.tables import Installed, Update
from tournee.cli.display.show import counted

_KINDS = {"table": "", "supplement": "complément"}
_SORTS = {
    "added": ("Nouveau", "green"),
    "price": ("Changent", "yellow"),
    "ended": ("Finissent", "red"),
    "changed": ("Modifiés", ""),
    "gone": ("Disparus", "bold red"),
}
_DIGEST = 12


def installed_table(installed: Sequence[Installed], in_force: Sequence[Installed]) -> Table:
    """The tables installed, the newest first."""
    table = Table(title="Tables des actes et des tarifs", title_style="bold", box=box.SIMPLE_HEAD)
    for heading in ("", "Table", "Version", "Dès le", "Reçue par", "Empreinte"):
        table.add_column(heading, no_wrap=heading != "Reçue par")
    for one in installed:
        name = " ".join(filter(None, (one.name, _KINDS[one.kind])))
        cells = (name, one.version, f"{one.start:%d/%m/%Y}", one.accepted, f"{one.sha256[:_DIGEST]}…")
        table.add_row("→" if one in in_force else "", *cells)
    return table


def lines_of(one: Installed, rows: Rows, sure: Mapping[Certainty, int], announced: int) -> Iterator[Text]:
    """One table: what it is, how many rows, how sure they are, where they come from."""
    kind = f" ({_KINDS[one.kind]})" if _KINDS[one.kind] else ""
    yield Text(f"Table {one.name} {one.version}{kind}, dès le {one.start:%d/%m/%Y}", "bold")
    if rows.heading.reference:
        yield Text(f"Texte lu : {rows.heading.reference}")
    yield Text(f"Empreinte SHA-256 : {one.sha256}")
    yield Text(f"Reçue par : {one.accepted}")
    acts, rates = counted(len(rows.acts), "ligne"), counted(len(rows.rates), "ligne")
    yield Text(f"{acts} d’actes, {rates} de prix :")
    for certainty in CERTAINTIES:
        if sure.get(certainty):
            yield Text(f"  {sure[certainty]:>5}  {certainty_told(certainty)}")
    if announced:
        yield Text(f"  {announced:>5}  annoncées, à confirmer", "yellow")
    if rows.sources:
        yield Text("Sources :")
        for code, what in rows.sources.items():
            yield Text(f"  {code:6} {what}", "dim")
    if rows.coming:
        yield Text("Annoncés, sans tarif connu :")
        for row in rows.coming:
            yield Text(f"  {row.profession} {row.code:8} {row.label}", "yellow")


def change_lines(update: Update, found: Sequence[Change], start: date) -> Iterator[Text]:
    """What a table would change, told by what becomes of the acts."""
    one = update.installed
    if update.is_known:
        yield Text(f"La table {one.name} {one.version} est juste ; elle est déjà installée.")
        return
    after = f" après la {update.after.version}" if update.after else ""
    yield Text(
        f"La table {one.name} {one.version} est juste ; elle viendrait{after}, dès le {start:%d/%m/%Y}."
    )
    if not found:
        yield Text("Elle ne change aucun acte ni aucun prix.")
    for sort, (title, style) in _SORTS.items():
        rows = [change for change in found if change.sort == sort]
        if rows:
            yield Text(f"{title} ({len(rows)}) :", "bold")
            for change in rows:
                yield Text(f"  {change.told}", style)
    past = [change for change in found if change.start < start and change.sort != "added"]
    if past:
        told = counted(len(past), "changement")
        yield Text(
            f"Attention : {told} d’avant le {start:%d/%m/%Y} ; ces jours-là restent à l’ancienne table.",
            "yellow",
        )
