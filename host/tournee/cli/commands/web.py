"""`tournee web`: the page for the carer, on this machine."""

from __future__ import annotations

import webbrowser

import click

from tournee.cli.context import Desk
from tournee.cli.french import FrenchCommand
from tournee.errors import ConfigError

_PORT = 8737


@click.command("web", cls=FrenchCommand)
@click.option(
    "--port", type=click.IntRange(1024, 65535), default=_PORT, show_default=True, help="Port local."
)
@click.option("--no-open", is_flag=True, help="Écrit le lien au lieu d’ouvrir le navigateur.")
@click.pass_obj
def web(desk: Desk, port: int, no_open: bool) -> None:
    """Ouvre la page de la tournée dans le navigateur de cette machine, et la sert jusqu’à Ctrl-C."""
    try:
        from tournee.web.desk.server import serve
    except ImportError as error:
        raise ConfigError(
            "La page a besoin de paquets qui ne sont pas installés.",
            cause=str(error),
            next_step="installez Tournée avec son extra « web »",
        ) from error

    def opened(link: str) -> None:
        desk.console.print(f"La page est ouverte : {link}", soft_wrap=True)
        if not no_open:
            webbrowser.open(link)

    serve(desk.path(), port, opened)
