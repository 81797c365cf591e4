"""`tournee cabi`: the SSV functions as a library of C, made here by the machine's compiler."""

from __future__ import annotations

import json
from pathlib import Path

import click

from tournee.cli.context import Desk, json_option
from tournee.cli.french import FrenchGroup


@click.group("cabi", cls=FrenchGroup)
def c_library() -> None:
    """Les fonctions de tournee.ssv pour des programmes en C, Delphi, C#, WinDev (simulation, open-1)."""


@c_library.command("build", short_help="Fait tournee_ssv.h et la bibliothèque dans un dossier.")
@click.argument("folder", metavar="DOSSIER", type=click.Path(path_type=Path, file_okay=False))
@json_option
@click.pass_obj
def build(desk: Desk, folder: Path, as_json: bool) -> None:
    """Fait tournee_ssv.h et la bibliothèque dans un dossier, avec le compilateur C de cette machine.

    Ce n’est pas une bibliothèque du GIE : elle ne facture personne. Elle démarre le Python d’ici, où que soit
    le programme qui la charge.
    """
    from tournee.cabi.building import build_library

    made = build_library(folder)
    if as_json:
        told = {"header": str(made.header), "library": str(made.binary), "python": str(made.python)}
        click.echo(json.dumps(told))
        return
    desk.console.print(f"En-tête : {made.header}", soft_wrap=True)
    desk.console.print(f"Bibliothèque : {made.binary}", soft_wrap=True)
    desk.console.print(f"Elle démarre {made.python}", soft_wrap=True)
