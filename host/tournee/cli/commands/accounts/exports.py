"""`tournee account export …`: files for the accountant; no patient is named in them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from tournee.cli.commands.accounts.papers import write_paper
from tournee.cli.context import Desk, json_option
from tournee.cli.display import as_json as values
from tournee.cli.display.show import counted
from tournee.cli.french import FrenchGroup
from tournee.cli.options.filters import DayOption
from tournee.french import euros

_ps = click.option("--ps", default="", metavar="NUMÉRO", help="De quel professionnel, si plusieurs.")


@click.group("export", cls=FrenchGroup)
def export() -> None:
    """Les comptes, pour le comptable : recettes ou écritures en CSV, et FEC. Aucun patient n’y est nommé : un
    code tient lieu de chacun, le même partout.
    """


@export.command("csv", short_help="Les recettes, ou toutes les écritures, en CSV.")
@click.option(
    "--what",
    type=click.Choice(["recettes", "ecritures"]),
    default="recettes",
    show_default=True,
    help="Ce qui est venu, ou les écritures en partie double.",
)
@click.option("--since", type=DayOption(), help="À partir de ce jour.")
@click.option("--until", type=DayOption(), help="Jusqu’à ce jour.")
@click.option(
    "--separator",
    type=click.Choice([";", ","]),
    default=";",
    show_default=True,
    help="Entre les colonnes ; avec « ; » les montants ont une virgule, avec « , » un point.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FICHIER",
    help="Où l’écrire ; sans rien dire, recettes.csv ou ecritures.csv.",
)
@_ps
@json_option
@click.pass_obj
def as_csv(
    desk: Desk,
    what: str,
    since: date | None,
    until: date | None,
    separator: str,
    out: Path | None,
    ps: str,
    as_json: bool,
) -> None:
    """Écrit les recettes (une ligne par somme reçue, avec l’année où elle est venue et celle des soins) ou
    les écritures, en CSV.
    """
    from tournee.app.accounts.books import tables

    first, last = (f"{day:%Y%m%d}" if day else "" for day in (since, until))
    with desk.office() as office:
        if what == "recettes":
            content, lines, total = tables.receipts_csv(
                office, ps=ps, since=first, until=last, separator=separator
            )
        else:
            content, lines = tables.entries_csv(office, ps=ps, since=first, until=last, separator=separator)
            total = 0
    target = out or Path(f"{what}.csv")
    write_paper(target, content)
    if as_json:
        values.write({"file": str(target), "lines": lines, "cents": total})
        return
    sum_ = f", {euros(total)} € en tout" if what == "recettes" else ""
    desk.console.print(f"{target} : {counted(lines, 'ligne')}{sum_}")


@export.command("fec", short_help="Le fichier des écritures comptables (FEC) d’un exercice.")
@click.option("--siren", required=True, help="Votre numéro SIREN, neuf chiffres.")
@click.option("--closing", type=DayOption(), required=True, help="Le jour de clôture de l’exercice.")
@click.option(
    "--separator",
    type=click.Choice(["tab", "|"]),
    default="tab",
    show_default=True,
    help="Entre les colonnes : tabulation, ou barre.",
)
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    metavar="DOSSIER",
    help="Où l’écrire, sous le nom que la loi donne.",
)
@_ps
@json_option
@click.pass_obj
def as_fec(
    desk: Desk, siren: str, closing: date, separator: str, folder: Path, ps: str, as_json: bool
) -> None:
    """Écrit le FEC de l’exercice d’un an clos ce jour (article A47 A-1 du livre des procédures fiscales) :
    SIRENFECAAAAMMJJ.txt.
    """
    from tournee.app.accounts.books.fec import PIPE, TAB, fec

    with desk.office() as office:
        made = fec(
            office, siren.replace(" ", ""), closing, ps=ps, separator=TAB if separator == "tab" else PIPE
        )
        is_over = closing < office.clock().date()
    if not is_over:
        desk.warn("cet exercice n’est pas fini : ce fichier est provisoire.")
    target = folder / made.name
    write_paper(target, made.content)
    if as_json:
        values.write({"file": str(target), "entries": made.entries, "cents": made.total})
        return
    desk.console.print(
        f"{target} : {counted(made.entries, 'écriture')}, {euros(made.total)} € au débit et au crédit"
    )
