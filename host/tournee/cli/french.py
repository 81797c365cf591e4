"""Click in French: headings, the help option and the messages for wrong usage."""

from __future__ import annotations

import re

import click

from tournee.cli.show import SIMULATION

_UNKNOWN_COMMAND = re.compile(r"No such command '(.*?)'")


class FrenchCommand(click.Command):
    """A command whose help speaks French, and says that all this is a simulation."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """End the help with what this is."""
        _say_simulation(formatter)

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Return the usual `--help`, described in French."""
        return _french_help(super().get_help_option(ctx))


class FrenchGroup(click.Group):
    """A group whose help and whose sub-commands speak French."""

    command_class = FrenchCommand

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Return the usual `--help`, described in French."""
        return _french_help(super().get_help_option(ctx))

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """End the help with what this is."""
        _say_simulation(formatter)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the sub-commands under a French heading."""
        rows = []
        for name in self.list_commands(ctx):
            command = self.get_command(ctx, name)
            if command is not None and not command.hidden:
                rows.append((name, command.get_short_help_str(limit=formatter.width)))
        if rows:
            with formatter.section("Commandes"):
                formatter.write_dl(rows)


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
