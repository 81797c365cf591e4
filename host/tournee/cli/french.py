"""Click in French: headings, the help option and the messages for wrong usage."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click

from tournee.cli.log_options import log_options
from tournee.extras import extra_of, missing

SIMULATION = "SIMULATION — profil open-1 : personnes fictives, ne facture personne."

_HELP_WIDTH = 100
_NO_FAILURE = (click.ClickException, click.Abort, click.exceptions.Exit, BrokenPipeError)
_log = logging.getLogger(__name__)
_UNKNOWN_COMMAND = re.compile(r"No such command '(.*?)'")


class FrenchCommand(click.Command):
    """A command whose help speaks French, and says that all this is a simulation; with the log's options."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params += log_options()

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """End the help with what this is."""
        _say_simulation(formatter)

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Return the usual `--help`, described in French."""
        return _french_help(super().get_help_option(ctx))


class FrenchGroup(click.Group):
    """A group whose help and whose sub-commands speak French."""

    command_class = FrenchCommand

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params += log_options()

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Return the usual `--help`, described in French."""
        return _french_help(super().get_help_option(ctx))

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """End the help with what this is."""
        _say_simulation(formatter)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a sub-command; the outermost group logs what stopped it, and names a part that is missing."""
        try:
            return super().invoke(ctx)
        except ModuleNotFoundError as error:
            extra = extra_of(error.name or "")
            if extra is None or ctx.parent is not None:
                raise
            raise missing(extra) from error
        except Exception as error:
            if ctx.parent is None and not isinstance(error, _NO_FAILURE):
                self.failed(ctx, error)
            raise

    def failed(self, ctx: click.Context, error: Exception) -> None:
        """Log the error by its class and place."""
        from tournee.logs import where

        _log.error("%s %s failed: %s", ctx.info_name, ctx.invoked_subcommand, where(error))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the sub-commands under a French heading."""
        rows = [(name, self.short_help_of(ctx, name)) for name in self.list_commands(ctx)]
        if rows:
            with formatter.section("Commandes"):
                formatter.write_dl(rows)

    def short_help_of(self, ctx: click.Context, name: str) -> str:
        """What the list says of a sub-command."""
        command = self.get_command(ctx, name)
        return "" if command is None else command.get_short_help_str(limit=_HELP_WIDTH)


class LazyGroup(FrenchGroup):
    """A group whose commands are loaded when they are run, each from its own module.

    `table` gives for each name its `module:attribute` under the package `commands_at`, and its short help.
    """

    def __init__(
        self, *args: Any, commands_at: str, table: Mapping[str, tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._package = commands_at
        self._table = table

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Give the names of its own commands, then of the table, in its order."""
        return [*self.commands, *self._table]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load a command; None when there is none of this name."""
        if cmd_name not in self._table:
            return super().get_command(ctx, cmd_name)
        module, _, name = self._table[cmd_name][0].partition(":")
        command: click.Command = getattr(import_module(f"{self._package}.{module}"), name)
        return command

    def short_help_of(self, ctx: click.Context, name: str) -> str:
        """Give the table's words: nothing is loaded."""
        return self._table[name][1] if name in self._table else super().short_help_of(ctx, name)


def _say_simulation(formatter: click.HelpFormatter) -> None:
    formatter.write_paragraph()
    formatter.write_text(SIMULATION)


def _french_help(option: click.Option | None) -> click.Option | None:
    if option is not None:
        option.help = "Affiche cette aide."
    return option


def usage_in_french(error: click.ClickException) -> str:
    """Say what click refused, in French, keeping the words the user typed."""
    match error:
        case click.MissingParameter():
            name = error.param.human_readable_name if error.param is not None else error.param_hint
            return f"Il manque « {name} »."
        case click.NoSuchOption():
            return f"L'option « {error.option_name} » n'existe pas."
        case click.UsageError() if (found := _UNKNOWN_COMMAND.search(error.message)) is not None:
            return f"La commande « {found[1]} » n'existe pas."
        case click.BadParameter():
            name = error.param.human_readable_name if error.param is not None else ""
            return f"Valeur refusée pour « {name} » : {error.message}"
        case _:
            return error.format_message()
