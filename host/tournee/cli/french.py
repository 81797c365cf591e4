"""Click in French: commands and groups whose help speaks as we do, and which take the log's options."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click

from tournee.cli.options.log_options import log_options
from tournee.cli.usage import help_in_french
from tournee.extras import extra_of, missing

SIMULATION = "SIMULATION — profil open-1 : personnes fictives, ne facture personne."

_HELP_WIDTH = 100
_NO_FAILURE = (click.ClickException, click.Abort, click.exceptions.Exit, BrokenPipeError)
_log = logging.getLogger(__name__)


class FrenchCommand(click.Command):
    """A command whose help speaks French, and says that all this is a simulation; with the log's options."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params += log_options()

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Say how it is typed."""
        formatter.write_usage(ctx.command_path, " ".join(self.collect_usage_pieces(ctx)), "Emploi : ")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the options under a French heading, then, for a group, its commands."""
        records = [record for param in self.get_params(ctx) if (record := param.get_help_record(ctx))]
        with formatter.section("Options "):
            formatter.write_dl([(name, help_in_french(told)) for name, told in records])

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """End the help with what this is."""
        formatter.write_paragraph()
        formatter.write_text(SIMULATION)

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Return the usual `--help`, described in French."""
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = "Affiche cette aide."
        return option


class FrenchGroup(FrenchCommand, click.Group):
    """A group whose help and whose sub-commands speak French."""

    command_class = FrenchCommand

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"subcommand_metavar": "COMMANDE …", **kwargs})

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the options, then the commands."""
        super().format_options(ctx, formatter)
        self.format_commands(ctx, formatter)

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
            with formatter.section("Commandes "):
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
