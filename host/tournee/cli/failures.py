"""How a command that failed ends: a message in French on stderr, and the exit status of its kind."""

from __future__ import annotations

import click

from tournee.cli import status
from tournee.cli.display.hints import command_for
from tournee.cli.display.show import labelled, screen
from tournee.cli.usage import usage_in_french
from tournee.errors import TourneeError


def tell(error: BaseException, program: str) -> int:
    """Say what stopped `program`; gives the exit status."""
    errors = screen(stderr=True)
    match error:
        case TourneeError():
            errors.print(labelled(f"{program} :", str(error), "bold red"), soft_wrap=True)
            if command := command_for(error):
                errors.print(f"Commande : {command}", soft_wrap=True)
            return status.of(error)
        case click.ClickException():
            errors.print(labelled(f"{program} :", usage_in_french(error), "bold red"), soft_wrap=True)
            errors.print(f"Aide : {program} --help")
            return status.USAGE
        case _:
            errors.print("Interrompu ; ce qui était fait est au journal.")
            return status.INTERRUPTED
