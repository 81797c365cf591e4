"""`tournee round …`: a day's visits, in order, taken in to be billed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from tournee.cli import status
from tournee.cli.commands.practice.calendars import calendar, follow
from tournee.cli.commands.practice.round_go import go
from tournee.cli.context import Desk, json_option
from tournee.cli.display import as_json as values
from tournee.cli.french import FrenchGroup
from tournee.cli.options.planned import NearDay
from tournee.errors import BillingError

_day = click.argument("day", metavar="[JOUR]", type=NearDay(), required=False)
_ps = click.option("--ps", default="", metavar="NUMÉRO", help="De quel soignant, s’ils sont plusieurs.")
_replacing = click.option(
    "--remplacant", "rpps", default="", metavar="RPPS", help="La tournée de qui vous remplacez ce jour-là."
)


@click.group("round", cls=FrenchGroup)
def rounds() -> None:
    """Les tournées : les visites prévues d’un jour, dans leur ordre."""


rounds.add_command(calendar)
rounds.add_command(follow)


@rounds.command("show", short_help="La tournée d’un jour.")
@_day
@_ps
@_replacing
@click.option("--prix", "priced", is_flag=True, help="Avec ce que vaut chaque visite.")
@json_option
@click.pass_obj
def show(desk: Desk, day: date | None, ps: str, rpps: str, priced: bool, as_json: bool) -> None:
    """Les visites d’un jour (aujourd’hui sans rien dire) : heure, patient, adresse, soin, où elle en est."""
    from tournee.app.practice.day.day_round import day_round
    from tournee.app.practice.rounds import carer_of_plans
    from tournee.cli.display.practice import show_round, stop_value

    with desk.office() as office:
        when = day or office.clock().date()
        carer = carer_of_plans(office, ps, rpps, when)
        told = day_round(office, when, carer, priced=priced or as_json)
    if as_json:
        values.write({"day": when.isoformat(), "ps": told.ps, "stops": list(map(stop_value, told.stops))})
    else:
        show_round(desk.console, told, priced=priced)


@rounds.command("take", short_help="Prend la tournée au journal, pour la facturer.")
@_day
@_ps
@_replacing
@json_option
@click.pass_obj
def take(desk: Desk, day: date | None, ps: str, rpps: str, as_json: bool) -> None:
    """Prend au journal les visites prévues d’un jour : chacune une fois ; une visite changée depuis l’est en
    place, une déjà facturée reste. Ensuite : tournee certify.
    """
    from tournee.app.practice.rounds import carer_of_plans, take_round
    from tournee.cli.display import imported

    with desk.office() as office:
        when = day or office.clock().date()
        done = take_round(office, when, carer_of_plans(office, ps, rpps, when))
    if as_json:
        values.write(imported.as_json(done))
    else:
        imported.show(desk.console, desk.errors, done)
    if done.refused:
        raise click.exceptions.Exit(status.OF_ERROR[BillingError])


@rounds.command("order", short_help="Met la tournée dans votre ordre.")
@click.argument("day", metavar="JOUR", type=NearDay())
@click.argument("plans", metavar="PLAN…", nargs=-1, required=True, type=int)
@_ps
@json_option
@click.pass_obj
def order(desk: Desk, day: date, plans: tuple[int, ...], ps: str, as_json: bool) -> None:
    """Retient l’ordre des plans d’un jour ; ceux que vous ne dites pas suivent, par leur heure."""
    from tournee.app.practice.rounds import carer_of_plans, order_round

    with desk.office() as office:
        order_round(office, day, carer_of_plans(office, ps), plans)
    text = f"Tournée du {day:%d/%m/%Y} : ordre retenu."
    values.answer(desk, as_json, {"day": f"{day}", "plans": plans}, text)


@rounds.command("month", short_help="Ce qui est prévu jour par jour.")
@click.option("--du", "first", type=NearDay(), help="Depuis ce jour ; sans lui, aujourd’hui.")
@click.option("--jours", "days", type=click.IntRange(1, 366), default=31, help="Sur tant de jours.")
@_ps
@json_option
@click.pass_obj
def month(desk: Desk, first: date | None, days: int, ps: str, as_json: bool) -> None:
    """Les visites prévues, jour par jour."""
    from tournee.app.practice.rounds import carer_of_plans, planned_month
    from tournee.cli.display.practice import long_day, planned_value

    with desk.office() as office:
        start = first or office.clock().date()
        found = planned_month(office, start, carer_of_plans(office, ps), days)
    if as_json:
        values.write({"days": [planned_value(day, plans) for day, plans in found.items()]})
        return
    for day, plans in found.items():
        who = ", ".join(one.patient.told.who for one in plans)
        desk.console.print(f"{long_day(day)} : {len(plans)} — {who}", soft_wrap=True)
    if not found:
        desk.console.print("Rien n’est prévu.")


@rounds.command("absence", short_help="Dit quand vous n’êtes pas là, et qui vous remplace.")
@click.argument("first", metavar="DU", type=NearDay())
@click.argument("last", metavar="AU", type=NearDay())
@_ps
@click.option("--mot", "word", default="", help="Pourquoi.")
@click.option("--remplacant", "rpps", default="", metavar="RPPS", help="Qui vous remplace.")
@click.option("--nom-remplacant", "name", default="", help="Son nom.")
@click.option("--mon-nom", "own_name", default="", help="Le vôtre.")
@json_option
@click.pass_obj
def absence(
    desk: Desk,
    first: date,
    last: date,
    ps: str,
    word: str,
    rpps: str,
    name: str,
    own_name: str,
    as_json: bool,
) -> None:
    """Dit des jours d’absence : chaque plan les laisse, les reporte ou les garde. Avec qui vous remplace, la
    tournée continue : elle la voit, et facture à votre numéro avec sa carte.
    """
    from tournee.app.practice.rounds import add_absence, carer_of_plans

    if rpps and not (name and own_name):
        raise click.UsageError("dites aussi --nom-remplacant et --mon-nom")
    with desk.office() as office:
        number = carer_of_plans(office, ps)
        add_absence(office, number, first, last, word, own_name=own_name, rpps=rpps, name=name)
    who = f", remplacée par {name}" if rpps else ""
    text = f"Absence du {first:%d/%m/%Y} au {last:%d/%m/%Y} retenue{who}."
    values.answer(desk, as_json, {"first": f"{first}", "last": f"{last}", "replacement": rpps}, text)


@rounds.command("export", short_help="Écrit la tournée comme un fichier du jour.")
@click.argument("day", metavar="JOUR", type=NearDay())
@click.argument("target", metavar="FICHIER", type=click.Path(path_type=Path, dir_okay=False))
@_ps
@json_option
@click.pass_obj
def export(desk: Desk, day: date, target: Path, ps: str, as_json: bool) -> None:
    """Écrit la tournée d’un jour comme un fichier du jour (JSON), à reprendre sur un autre appareil."""
    from tournee.app.practice.rounds import carer_of_plans, round_file
    from tournee.files import write_whole

    with desk.office() as office:
        told = round_file(office, day, carer_of_plans(office, ps))
    write_whole(target, told)
    text = f"{target} : tournée du {day:%d/%m/%Y}."
    values.answer(desk, as_json, {"file": str(target), "day": f"{day}"}, text)


rounds.add_command(go)
