"""`tournee return …`: what came back, those set aside among them, looked at again."""

from __future__ import annotations

from pathlib import Path

import click

from tournee.cli import as_json as values
from tournee.cli.context import Desk, json_option
from tournee.cli.french import FrenchGroup


@click.group("return", cls=FrenchGroup)
def returned() -> None:
    """Les retours : ART, ARL, RSP, et ceux que l'on n'a pas compris, gardés entiers."""


@returned.command("list", short_help="Tous les retours.")
@click.option("--aside", is_flag=True, help="Ceux qui sont mis de côté seulement.")
@json_option
@click.pass_obj
def list_returns(desk: Desk, aside: bool, as_json: bool) -> None:
    """Liste les retours gardés au journal, avec le numéro à donner à tournee return show."""
    from tournee.store import ReturnState

    with desk.office() as office:
        rows = office.journal.returns.find(ReturnState.QUARANTINED if aside else None)
    if as_json:
        values.write({"returns": [values.kept(row) for row in rows]})
    else:
        from tournee.cli.show_returns import list_table

        desk.console.print(list_table(rows))


@returned.command("show", short_help="Un retour, en entier.")
@click.argument("number", metavar="RETOUR", type=int)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FICHIER",
    help="Écrit aussi le message tel que reçu dans ce fichier.",
)
@json_option
@click.pass_obj
def show(desk: Desk, number: int, out: Path | None, as_json: bool) -> None:
    """Montre ce que dit un retour, ce qu'il a changé, ses octets ; mis de côté, pourquoi et tel que reçu."""
    from tournee.app.inbound import read_again

    with desk.office() as office:
        one = read_again(office, number)
        raw = one.row.raw
        if out is not None:
            with out.open("xb") as file:
                file.write(raw)
        if as_json:
            values.write({"return": {**values.received(one), "message": raw.decode("latin-1")}})
            return
        from tournee.cli.show_returns import lines_of

        for line in lines_of(one):
            desk.console.print(line)
