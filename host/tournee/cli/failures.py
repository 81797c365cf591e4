"""How a command that failed ends: a message in French on stderr, and the exit status of its kind."""

from __future__ import annotations

import sys

import click

from tournee.cli import status, streams
from tournee.cli.display.hints import command_for
from tournee.cli.display.show import labelled, screen
from tournee.cli.usage import usage_in_french
from tournee.errors import TourneeError
from tournee.french import reason
from tournee.logs import where

_REPORT = "ce qui était fait est au journal ; signalez-la avec ce que dit le diagnostic"


def tell(error: BaseException, program: str) -> int:
    """Say what stopped `program`, if anything can be said; gives the exit status."""
    match error:
        case TourneeError():
            told, after, code = str(error), command_for(error), status.of(error)
            after = f"Commande : {after}" if after else ""
        case click.Abort() | KeyboardInterrupt():
            told, after, code = "", "Interrompu ; ce qui était fait est au journal.", status.INTERRUPTED
        case click.ClickException():
            told, after, code = (
                usage_in_french(error),
                f"Aide : {program}{_after(error)} --help",
                status.USAGE,
            )
        case OSError():
            streams.drop(sys.stdout)  # it may be what does not write any more
            told = str(TourneeError("Le système refuse d’écrire ou de lire.", cause=reason(error)))
            after, code = "", status.FAILED
        case _:
            told = str(TourneeError(f"Erreur imprévue ({where(error)}).", next_step=_REPORT))
            after, code = "", status.FAILED
    try:
        errors = screen(stderr=True)
        if told:
            errors.print(labelled(f"{program} :", told, "bold red"), soft_wrap=True)
        if after:
            errors.print(after, soft_wrap=True)
    except OSError:
        streams.drop(sys.stderr)
    return code


def _after(error: click.ClickException) -> str:
    """The words of the command that was typed, behind the program's own name."""
    context = error.ctx if isinstance(error, click.UsageError) else None
    return context.command_path.removeprefix(context.find_root().info_name or "") if context else ""
