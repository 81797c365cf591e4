"""`tournee remplacement …`: contracts of replacement, and statements of rétrocession."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tournee.cli.commands.accounts.papers import write_paper
from tournee.cli.context import Desk, json_option
from tournee.cli.display import as_json as values
from tournee.cli.french import FrenchGroup
from tournee.cli.options.amounts import read_amount
from tournee.cli.options.filters import DayOption
from tournee.french import euros

if TYPE_CHECKING:
    from tournee.app.practice.dossiers import Dossier
    from tournee.app.replacements.statements import RetrocessionStatement
    from tournee.billing.replacement import ReplacementSession
    from tournee.practice.replacement_contract import FixedCost, ReplacementContract

_PERCENT = re.compile(r"(\d{1,3})(?:[,.](\d{1,2}))? ?%?", re.ASCII)
_MONTH = re.compile(r"(?:(\d{4})-(\d\d)|(\d\d)/(\d{4}))", re.ASCII)
_COST = re.compile(r"(.+?)[:=] ?(.+?)/(jour|mois|session)")
_WHOLE = 100

_words = click.argument("words", metavar="[CONTRAT…]", nargs=-1)


class _Percent(click.ParamType):  # type: ignore[type-arg]
    name = "pourcentage"

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        return "POURCENT"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        told = _PERCENT.fullmatch(str(value).strip())
        found = int(told[1]) * _WHOLE + int((told[2] or "0").ljust(2, "0")) if told else -1
        if not 0 <= found <= _WHOLE * _WHOLE:
            raise click.BadParameter(f"« {value} » n’est pas un pourcentage ; écrivez 80 ou 72,5", ctx, param)
        return found


class _Session(click.ParamType):  # type: ignore[type-arg]
    name = "session"

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        return "DU:AU[:JOURS]"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> ReplacementSession:
        from tournee.billing.replacement import ReplacementSession
        from tournee.cli.options.planned import Weekdays

        parts = str(value).split(":")
        if len(parts) not in (2, 3):
            raise click.BadParameter(
                f"« {value} » : écrivez le premier jour et le dernier, 2026-11-02:2026-11-08, et au besoin "
                "les jours de la semaine, :lun,mer",
                ctx,
                param,
            )
        first, last = (DayOption().convert(part, param, ctx) for part in parts[:2])
        weekdays = Weekdays().convert(parts[2], param, ctx) if len(parts) > 2 else frozenset(range(7))
        told = () if len(weekdays) == len(range(7)) else tuple(sorted(day + 1 for day in weekdays))
        return ReplacementSession(first, last, told)


class _Cost(click.ParamType):  # type: ignore[type-arg]
    name = "frais"

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        return "NOM:MONTANT/jour|mois|session"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> FixedCost:
        from tournee.practice.replacement_contract import PERS, FixedCost

        told = _COST.fullmatch(str(value).strip())
        cents = read_amount(told[2]) if told else 0
        if told is None or not cents:
            raise click.BadParameter(
                f"« {value} » : écrivez son nom, son montant et par quoi il se compte, studio:150/session",
                ctx,
                param,
            )
        return FixedCost(told[1].strip(), cents, next(one for one in PERS if one == told[3]))


@click.group("remplacement", cls=FrenchGroup)
def replacement() -> None:
    """Les contrats de remplacement, qui a facturé quoi sous le numéro de qui, et les relevés de
    rétrocession. Un contrat permet à la carte du remplaçant de certifier les visites du remplacé, aux jours
    de ses sessions.
    """


def _terms(command: Callable[..., None], *, required: bool) -> Callable[..., None]:
    for option in reversed(
        (
            click.option(
                "--session",
                "sessions",
                type=_Session(),
                multiple=True,
                required=required,
                help="Répétée : ses jours, et au besoin ceux de la semaine.",
            ),
            click.option(
                "--part", "care", type=_Percent(), required=required, help="Des soins, ce qui est rétrocédé."
            ),
            click.option(
                "--part-deplacements",
                "travel",
                type=_Percent(),
                help="Des déplacements ; comme les soins sans rien dire, 0 : non compris.",
            ),
            click.option(
                "--sur",
                "basis",
                type=click.Choice(["encaissé", "facturé"]),
                help="Sur l’argent venu (sans rien dire), ou sur ce qui est facturé.",
            ),
            click.option(
                "--frais", "costs", type=_Cost(), multiple=True, help="Répété : ce que le remplaçant doit."
            ),
            click.option("--note", help="Ce qu’il faut savoir."),
        )
    ):
        command = option(command)
    return command


_new_terms, _changed_terms = partial(_terms, required=True), partial(_terms, required=False)


@replacement.command("ajouter", short_help="Garde un contrat.")
@click.option("--remplace", "replaced", required=True, help="Le numéro de facturation du remplacé.")
@click.option("--nom-remplace", "replaced_name", required=True, help="Son nom.")
@click.option("--rpps", required=True, help="Le RPPS du remplaçant, qui signe avec sa carte.")
@click.option("--nom", "name", required=True, help="Son nom.")
@_new_terms
@json_option
@click.pass_obj
def add(desk: Desk, /, as_json: bool, **told: Any) -> None:
    """Garde un contrat : les deux personnes, les sessions, la part rétrocédée, les frais."""
    from tournee.app.replacements.contracts import add_contract
    from tournee.practice.replacement_contract import ReplacementContract

    if told["travel"] is None:
        told["travel"] = told["care"]
    kept = {key: said for key, said in told.items() if said is not None}
    kept["replaced"], kept["rpps"] = ("".join(kept[key].split()) for key in ("replaced", "rpps"))
    with desk.office() as office:
        _answer(desk, add_contract(office, ReplacementContract(**kept)), "gardé", as_json)


@replacement.command("changer", short_help="Change les conditions ou les sessions d’un contrat.")
@_words
@_changed_terms
@json_option
@click.pass_obj
def edit(desk: Desk, /, words: tuple[str, ...], as_json: bool, **told: Any) -> None:
    """Change ce que vous dites, et rien d’autre ; des sessions ou des frais redits remplacent tous ceux
    d’avant. Cela vaut pour ce qu’aucun relevé signé n’a compté : les relevés signés restent ce qu’ils
    sont, et ce qui change de ce qu’ils ont compté (payé, refusé, annulé plus tard) suit à leurs conditions.
    """
    from dataclasses import replace

    from tournee.app.replacements.contracts import change_contract, find_contract
    from tournee.app.replacements.statements import statements

    kept = {key: said for key, said in told.items() if said not in (None, ())}
    with desk.office() as office:
        one = find_contract(office, words)
        changed = change_contract(office, one, replace(one.told, **kept))
        _answer(desk, changed, "changé", as_json)
        signed = [told.number for told in statements(office, changed) if told.signed is not None]
    if signed and not as_json:
        counted = (
            "le relevé 1, signé, a" if len(signed) == 1 else f"les relevés 1 à {signed[-1]}, signés, ont"
        )
        said = f"Ce que {counted} compté garde ses conditions ; le contrat changé vaut pour le reste."
        desk.console.print(said, soft_wrap=True)


@replacement.command("liste", short_help="Les contrats.")
@json_option
@click.pass_obj
def show_list(desk: Desk, as_json: bool) -> None:
    """Les contrats qui ne sont pas de côté."""
    from tournee.app.replacements.contracts import contracts

    with desk.office() as office:
        found = contracts(office)
    if as_json:
        values.write({"contracts": [_value(one) for one in found]})
        return
    for one in found:
        _show(desk, one)
    if not found:
        desk.console.print("Aucun contrat de remplacement.")


@replacement.command("montrer", short_help="Un contrat et ses relevés.")
@_words
@json_option
@click.pass_obj
def show(desk: Desk, words: tuple[str, ...], as_json: bool) -> None:
    """Un contrat, par un nom ou son numéro, et ses relevés : signés, puis à signer."""
    from tournee.app.replacements.contracts import find_contract
    from tournee.app.replacements.papers import statement_values
    from tournee.app.replacements.statements import outside, statements

    with desk.office() as office:
        one = find_contract(office, words)
        told, apart = statements(office, one), outside(office, one.told)
    if as_json:
        without = [{key: said for key, said in statement_values(s).items() if key != "lines"} for s in told]
        values.write(
            {
                "contract": _value(one),
                "statements": without,
                "outside": [{"invoice": p.invoice, "cents": p.billed.cents} for p in apart],
            }
        )
        return
    _show(desk, one)
    for each in told:
        desk.console.print(_line(each), soft_wrap=True)
    if not told:
        desk.console.print("Rien n’a encore été facturé dans ses sessions.")
    for part in apart:
        desk.warn(f"la facture {part.invoice} ({euros(part.billed.cents)} €) est d’un jour hors session.")


@replacement.command("releve", short_help="Un relevé : à l’écran, PDF, CSV.")
@_words
@click.option("--mois", "month", metavar="AAAA-MM", default="", help="Celui de ce mois.")
@click.option("--numero", "number", type=click.IntRange(1), default=None, help="Celui de ce numéro.")
@click.option("--pdf", type=click.Path(path_type=Path, dir_okay=False), help="L’écrire en PDF.")
@click.option("--csv", "table", type=click.Path(path_type=Path, dir_okay=False), help="L’écrire en CSV.")
@json_option
@click.pass_obj
def statement(
    desk: Desk,
    words: tuple[str, ...],
    month: str,
    number: int | None,
    pdf: Path | None,
    table: Path | None,
    as_json: bool,
) -> None:
    """Ce qui a été facturé et encaissé dans une session et un mois, et la part rétrocédée ; le dernier sans
    rien dire. Ce qui change après la signature vient dans le relevé suivant.
    """
    from tournee.app.replacements import papers
    from tournee.app.replacements.contracts import find_contract
    from tournee.app.replacements.statements import the_statement

    with desk.office() as office:
        told = the_statement(office, find_contract(office, words), _month(month), number or 0)
    if pdf is not None:
        write_paper(pdf, papers.statement_pdf(told))
    if table is not None:
        write_paper(table, papers.statement_csv(told))
    written = [str(one) for one in (pdf, table) if one is not None]
    if as_json:
        values.write({"statement": papers.statement_values(told), "files": written})
        return
    desk.console.print(_line(told), soft_wrap=True)
    for one in told.lines:
        desk.console.print(
            f"  {one.invoice} {papers.line_days(one)} : facturé {euros(one.billed.cents)} €, "
            f"encaissé {euros(one.came.cents)} €"
            + (f", refusé {euros(one.refused)} €" if one.refused else ""),
            soft_wrap=True,
        )
    for label, cents in papers.reckoning(told):
        desk.console.print(f"  {label} : {euros(cents)} €", soft_wrap=True)
    for name in written:
        desk.console.print(name)


@replacement.command("signer", short_help="Signe un relevé : il ne change plus.")
@_words
@click.option("--numero", "number", type=click.IntRange(1), required=True, help="Le numéro du relevé.")
@json_option
@click.pass_obj
def sign(desk: Desk, words: tuple[str, ...], number: int, as_json: bool) -> None:
    """Note que les deux sont d’accord sur un relevé. Ils se signent dans l’ordre, et une fois."""
    from tournee.app.replacements.contracts import find_contract
    from tournee.app.replacements.papers import statement_values
    from tournee.app.replacements.statements import sign_statement

    with desk.office() as office:
        told = sign_statement(office, find_contract(office, words), number)
    values.answer(desk, as_json, {"statement": statement_values(told)}, _line(told))


def _answer(desk: Desk, one: Dossier[ReplacementContract], done: str, as_json: bool) -> None:
    if as_json:
        values.write({"contract": _value(one)})
        return
    desk.console.print(f"Contrat {one.id} : {done}.")
    _show(desk, one)


def _show(desk: Desk, one: Dossier[ReplacementContract]) -> None:
    from tournee.app.replacements.papers import terms_said

    told = one.told
    desk.console.print(f"Contrat {one.id} : {told.who}, {terms_said(told)}, sur ce qui est {told.basis}")
    for session in told.sessions:
        desk.console.print(f"  {session}")
    for cost in told.costs:
        desk.console.print(f"  {cost.label} : {euros(cost.cents)} € par {cost.per}")
    if told.note:
        desk.console.print(f"  {told.note}", soft_wrap=True)


def _value(one: Dossier[ReplacementContract]) -> dict[str, Any]:
    from tournee.model.form import form_of

    return {"id": one.id, **form_of(one.told)}


def _line(told: RetrocessionStatement) -> str:
    from tournee.app.replacements.papers import month_said, owed_said

    state = f"signé le {told.signed:%d/%m/%Y}" if told.signed else "à signer"
    return (
        f"Relevé {told.number}, {month_said(told.month)}, session du {told.session:%d/%m/%Y}, {state} : "
        f"facturé {euros(told.billed.cents)} €, encaissé {euros(told.came.cents)} € ; "
        f"{owed_said(told)} {euros(abs(told.due))} €"
    )


def _month(said: str) -> str:
    if not said:
        return ""
    told = _MONTH.fullmatch(said.strip())
    if told is None:
        raise click.BadParameter(f"« {said} » n’est pas un mois ; écrivez 2026-11", param_hint="--mois")
    return f"{told[1]}{told[2]}" if told[1] else f"{told[4]}{told[3]}"
