"""`tournee web`: the page for the carer, on this machine."""

from __future__ import annotations

import contextlib
import webbrowser
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tournee.cli.context import CONFIG_NAME, Desk
from tournee.cli.french import FrenchCommand
from tournee.errors import ConfigError

if TYPE_CHECKING:
    from tournee.web.setting import TestCards

_PORT = 8737


@click.command("web", cls=FrenchCommand)
@click.option(
    "--port", type=click.IntRange(1024, 65535), default=_PORT, show_default=True, help="Port local."
)
@click.option("--no-open", is_flag=True, help="Écrit le lien au lieu d’ouvrir le navigateur.")
@click.option("--demo", is_flag=True, help="Un cabinet fictif de soixante patients, lecteur et OCT émulés.")
@click.option("--forget-code", is_flag=True, help="Oublie le code de la page et les appareils admis.")
@click.pass_obj
def web(desk: Desk, port: int, no_open: bool, demo: bool, forget_code: bool) -> None:
    """Ouvre la page de la tournée dans le navigateur de cette machine, et la sert jusqu’à Ctrl-C.

    Sans configuration, elle commence par la première utilisation.
    """
    try:
        from tournee.web.desk.server import serve
    except ImportError as error:
        raise ConfigError(
            "La page a besoin de paquets qui ne sont pas installés.",
            cause=str(error),
            next_step="installez Tournée avec son extra « web »",
        ) from error

    def opened(link: str, file: Path) -> None:
        if no_open:
            desk.console.print(f"La page est ouverte ; ce lien ne sert qu’une fois : {link}", soft_wrap=True)
        else:
            desk.console.print(f"La page s’ouvre dans le navigateur ; sinon, ouvrez {file}", soft_wrap=True)
            webbrowser.open(file.resolve().as_uri())

    with contextlib.ExitStack() as stack:
        path, cards = stack.enter_context(_demonstration(desk)) if demo else (_path(desk), None)
        if forget_code:
            from tournee.web.desk.enrolled import NAME

            (path.resolve().parent / NAME).unlink(missing_ok=True)
        serve(path, port, opened, cards)


def _path(desk: Desk) -> Path:
    """The configuration, there or to be."""
    try:
        return desk.path()
    except ConfigError:  # none yet
        return Path(click.get_app_dir("tournee")) / CONFIG_NAME


@contextlib.contextmanager
def _demonstration(desk: Desk) -> Iterator[tuple[Path, TestCards]]:
    from tournee.cli.signals import end_as_interrupted
    from tournee.emulation.showing import showing

    desk.console.print("Cabinet fictif, lecteur et OCT émulés ; tout disparaît à l’arrêt. Code porteur 1234.")
    end_as_interrupted()  # its folder goes with it
    with showing() as shown:
        yield shown
