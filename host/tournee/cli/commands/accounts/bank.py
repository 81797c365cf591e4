"""`tournee account bank …`: the bank's credits beside what returns announced."""

from __future__ import annotations

from pathlib import Path

import click

from tournee.cli.context import Desk, json_option
from tournee.cli.display import as_json as values
from tournee.cli.display.show import counted
from tournee.cli.french import FrenchGroup
from tournee.french import euros
from tournee.printable import line as one_line

_line = click.argument("line", metavar="LIGNE", type=int)
_SKIPPED_SHOWN = 10


@click.group("bank", cls=FrenchGroup)
def bank() -> None:
    """Le rapprochement avec la banque : les sommes reçues, et les virements que les retours annoncent."""


@bank.command("import", short_help="Prend un relevé de la banque (CSV ou OFX).")
@click.argument("file", metavar="RELEVÉ", type=click.Path(path_type=Path))
@json_option
@click.pass_obj
def take(desk: Desk, file: Path, as_json: bool) -> None:
    """Prend les sommes reçues d’un relevé de compte, en CSV ou en OFX. Repris, ou recouvert par un autre
    relevé, il n’ajoute rien deux fois ; ce que vous avez payé n’est pas gardé.
    """
    from tournee.app.accounts.bank import take_statement

    with desk.office() as office:
        told = take_statement(office, file)
    if as_json:
        skipped = [{"line": one.line, "why": one.why} for one in told.skipped]
        counts = {"new": told.new, "known": told.known, "debits": told.debits, "skipped": skipped}
        values.write({"form": told.form, **counts})
        return
    new = counted(told.new, "somme reçue nouvelle", "sommes reçues nouvelles")
    known = counted(told.known, "déjà connue", "déjà connues")
    desk.console.print(f"Relevé en {told.form} : {new}, {known}.")
    for one in told.skipped[:_SKIPPED_SHOWN]:
        desk.warn(f"ligne {one.line} : {one.why}" if one.line else f"une ligne : {one.why}")
    if len(told.skipped) > _SKIPPED_SHOWN:
        desk.warn(f"et {len(told.skipped) - _SKIPPED_SHOWN} autres lignes.")
    desk.console.print("Ensuite : tournee account bank list")


@bank.command("list", short_help="Ce que chaque somme reçue peut être.")
@json_option
@click.pass_obj
def list_lines(desk: Desk, as_json: bool) -> None:
    """Montre ce qui est proposé, ce qui est ambigu, les sommes reçues que rien n’annonce et les virements
    annoncés qui ne sont pas venus.
    """
    from tournee.app.accounts.bank import standing

    with desk.office() as office:
        found = standing(office)
        lines = {one.id: one for one in office.journal.bank.lines()}
    from tournee.cli.display.accounts import bank as show_bank

    if as_json:
        values.write(show_bank.standing_json(found, lines))
        return
    for one in show_bank.standing_tables(found, lines):
        desk.console.print(one)


@bank.command("accept", short_help="Accepte ce qui est proposé, ou dit de quel virement c’est.")
@click.argument("line", metavar="[LIGNE]", type=int, required=False)
@click.argument("virements", metavar="[VIREMENT…]", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Tout ce qui est proposé sans doute.")
@json_option
@click.pass_obj
def accept(desk: Desk, line: int | None, virements: tuple[str, ...], everything: bool, as_json: bool) -> None:
    """Accepte le virement proposé pour LIGNE, ou dit lequel c’est (12-1), ou lesquels s’ils font la somme."""
    from tournee.app.accounts import bank as bank_lines

    if everything == (line is not None):
        raise click.UsageError("Dites une ligne du relevé, ou --all.")
    with desk.office() as office:
        if line is None:
            count = bank_lines.accept_all(office)
            told = counted(count, "somme rapprochée", "sommes rapprochées")
        else:
            chosen = bank_lines.accept(office, line, virements)
            count = 1
            names = ", ".join(f"{one.number} ({one_line(one.label)}, {euros(one.cents)} €)" for one in chosen)
            told = f"Ligne {line} : virement {names}"
    if as_json:
        values.write({"accepted": count})
        return
    desk.console.print(told, soft_wrap=True)


@bank.command("undo", short_help="Défait un rapprochement.")
@_line
@json_option
@click.pass_obj
def undo(desk: Desk, line: int, as_json: bool) -> None:
    """Défait ce qui est noté de LIGNE : elle attend de nouveau."""
    with desk.office() as office:
        office.journal.bank.undo(line)
    if as_json:
        values.write({"undone": line})
        return
    desk.console.print(f"La ligne {line} attend de nouveau.")


@bank.command("aside", short_help="Met de côté une somme qui n’est d’aucun virement.")
@_line
@click.option("--reason", required=True, help="D’où elle vient.")
@json_option
@click.pass_obj
def aside(desk: Desk, line: int, reason: str, as_json: bool) -> None:
    """Met de côté LIGNE, qui n’est d’aucun virement annoncé : un chèque déposé, une autre recette."""
    with desk.office() as office:
        office.journal.bank.set_aside(line, reason)
    if as_json:
        values.write({"aside": line})
        return
    desk.console.print(f"La ligne {line} est mise de côté : {reason}", soft_wrap=True)
