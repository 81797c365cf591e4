"""The `tournee` command: what a carer, or who tries it, types. Help in French, `--json` for programs."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console

from tournee.cli import status
from tournee.cli.commands import alerts as alert_commands
from tournee.cli.commands import care as care_commands
from tournee.cli.commands import demo as demo_command
from tournee.cli.commands import exchange as exchange_commands
from tournee.cli.commands import opposition as opposition_commands
from tournee.cli.commands import readers as reader_commands
from tournee.cli.commands import returns as return_commands
from tournee.cli.commands import routes as route_commands
from tournee.cli.context import Desk
from tournee.cli.french import FrenchGroup, usage_in_french
from tournee.cli.show import labelled
from tournee.errors import TourneeError

if TYPE_CHECKING:
    from tournee.reader.transports.bluetooth import Radio

_STATUSES = "\n".join(f"  {code:<5}{meaning}" for code, meaning in status.MEANINGS.items())

_FILE_WIDTH = 120


@click.group(
    cls=FrenchGroup,
    context_settings={"help_option_names": ["--help", "-h"], "max_content_width": 100},
    help=f"""Facturation SESAM-Vitale d'un soignant en tournée.

    \b
    États de sortie :
    {_STATUSES.replace(chr(10), chr(10) + "    ")}
    """,
)
@click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar="TOURNEE_CONFIG",
    help="Fichier de configuration (par défaut : tournee.toml ici, sinon celui du compte).",
)
@click.version_option(
    package_name="tournee",
    prog_name="tournee",
    message="%(prog)s %(version)s, profil open-1",
    help="Affiche la version.",
)
@click.pass_context
def tournee(context: click.Context, config: Path | None) -> None:
    """Gather what every command needs."""
    context.obj = Desk(config, screen(), screen(stderr=True), context.obj)


def screen(*, stderr: bool = False) -> Console:
    """A console as wide as the terminal, or as the tables need; what strangers wrote is no markup to it."""
    console = Console(stderr=stderr, markup=False, emoji=False)
    if not console.is_terminal:
        console.width = _FILE_WIDTH
    return console


for command in (
    *demo_command.COMMANDS,
    *reader_commands.COMMANDS,
    *care_commands.COMMANDS,
    *exchange_commands.COMMANDS,
    *route_commands.COMMANDS,
    *opposition_commands.COMMANDS,
    *alert_commands.COMMANDS,
    *return_commands.COMMANDS,
):
    tournee.add_command(command)


def main(arguments: list[str] | None = None, radio: Radio | None = None) -> None:
    """Run the command line; every error ends in a message in French and an exit status of its own.

    `radio` is what Bluetooth runs on, the platform's own unless handed in.
    """
    errors = screen(stderr=True)
    try:
        tournee.main(args=arguments, standalone_mode=False, obj=radio)
    except click.exceptions.Exit as leave:
        sys.exit(leave.exit_code)
    except click.ClickException as wrong:
        errors.print(labelled("tournee :", usage_in_french(wrong), "bold red"), soft_wrap=True)
        errors.print("Aide : tournee --help")
        sys.exit(status.USAGE)
    except (click.Abort, KeyboardInterrupt):
        errors.print("Interrompu ; ce qui était fait est au journal.")
        sys.exit(status.INTERRUPTED)
    except TourneeError as error:
        errors.print(labelled("tournee :", str(error), "bold red"), soft_wrap=True)
        sys.exit(status.of(error))
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(status.FAILED)
