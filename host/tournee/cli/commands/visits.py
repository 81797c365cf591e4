"""`tournee visit price`: what visits cost, without card, journal or network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from tournee.cli import status
from tournee.cli.context import Desk, json_option
from tournee.cli.display import as_json as values
from tournee.cli.french import FrenchGroup
from tournee.errors import BillingError

if TYPE_CHECKING:
    from tournee.app.pricing import Priced
    from tournee.billing.known import Past


@click.group("visit", cls=FrenchGroup)
def visit() -> None:
    """Les visites : leur prix, avant toute carte."""


@visit.command("price", short_help="Dit ce que valent les visites d’un fichier du jour.")
@click.argument(
    "files",
    metavar="FICHIER…",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
)
@click.option("--journal", "with_journal", is_flag=True, help="Compte aussi avec les visites du journal.")
@json_option
@click.pass_obj
def price(desk: Desk, files: tuple[Path, ...], with_journal: bool, as_json: bool) -> None:
    """Dit pour chaque visite ses lignes, leur prix, qui paie, ce que les règles refusent et ce qui se perd.

    Rien n’est pris au journal. Plusieurs fichiers sont jugés ensemble, dans leur ordre. L’état de sortie dit
    si tout peut être facturé.
    """
    from tournee.cli.display import priced

    if with_journal:
        from tournee.app.past import JournalPast

        with desk.office() as office:
            done = _price(desk, files, JournalPast(office.journal))
    else:
        done = _price(desk, files, None)
    if as_json:
        values.write(priced.as_json(done))
    else:
        priced.show(desk.console, done)
    if any(one.refused for one in done):
        raise click.exceptions.Exit(status.OF_ERROR[BillingError])


def _price(desk: Desk, files: tuple[Path, ...], past: Past | None) -> list[Priced]:
    from tournee.app.pricing import price_files
    from tournee.billing.dayfile.day import read_day_file

    return price_files([(path.name, read_day_file(path)) for path in files], past, desk.tables().dated())
