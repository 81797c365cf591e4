"""`tournee reader update-card`: an emulated Vitale card brought up to date, a simulation."""

from __future__ import annotations

import base64
from pathlib import Path

import click

from tournee.cli.context import Desk, json_option
from tournee.cli.display import as_json as values
from tournee.cli.french import FrenchCommand


class _CardOfDesk:
    """The Vitale card of a standing emulated reader."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def state(self) -> tuple[str, int, bytes]:
        from tournee.emulation.control import ask

        told = ask(self._directory, "vitale")
        return told["serial"], told["counter"], bytes.fromhex(told["digest"])

    def update(self, update: bytes) -> tuple[bytes, int]:
        from tournee.emulation.control import ask

        told = ask(self._directory, "update", update=base64.b64encode(update).decode())
        return bytes.fromhex(told["digest"]), told["counter"]


@click.command("update-card", cls=FrenchCommand)
@click.argument("directory", metavar="DOSSIER", type=click.Path(path_type=Path, file_okay=False))
@json_option
@click.pass_obj
def update_card(desk: Desk, directory: Path, as_json: bool) -> None:
    """Met à jour la carte Vitale d’essai du lecteur émulé de DOSSIER, par le serveur émulé. Simulation : une
    vraie carte se met à jour dans une pharmacie, à une borne ou à l’accueil de la caisse.
    """
    from tournee.app.context import open_office
    from tournee.app.services.card_update.updating import update_card as bring_forward
    from tournee.config import load_config
    from tournee.emulation.practice import CONFIG_NAME

    with open_office(load_config(directory / CONFIG_NAME)) as office:
        done = bring_forward(office, _CardOfDesk(directory))
    if as_json:
        values.write({"changed": done.changed, "at": done.row.answered, "simulation": True})
    elif done.changed:
        desk.console.print("Carte mise à jour (simulation) ; relisez-la.")
    else:
        desk.console.print("La carte est déjà à jour (simulation).")
