"""`tournee plan skip|day|move|tell|tick|take`: single days of a plan, and several billed at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from tournee.cli import status
from tournee.cli.context import Desk, json_option
from tournee.cli.display import as_json as values
from tournee.cli.french import FrenchCommand
from tournee.cli.options.planned import ActWord, KeyWord, NearDay, said_keys
from tournee.errors import BillingError

if TYPE_CHECKING:
    from tournee.practice.planning.recurrence import Recurrence

plan_argument = click.argument("number", metavar="PLAN")
_day = click.argument("day", metavar="JOUR", type=NearDay())
_days = click.argument("days", metavar="[JOUR…]", type=NearDay(), nargs=-1)


def _changed(
    desk: Desk,
    number: str,
    changed: Callable[[Recurrence], Recurrence],
    said: str,
    as_json: bool,
    **told: str,
) -> None:
    from tournee.app.practice.plans import change_days
    from tournee.app.practice.rounds import find_plan

    with desk.office() as office:
        one = find_plan(office, number)
        change_days(office, one.plan, changed)
    text = f"{one.patient.told.who}, plan {one.plan.id} : {said}."
    values.answer(desk, as_json, {"plan": one.plan.id, **told}, text)


@click.command("skip", cls=FrenchCommand, short_help="Laisse un jour d’un plan.")
@plan_argument
@_day
@json_option
@click.pass_obj
def skip(desk: Desk, number: str, day: date, as_json: bool) -> None:
    """Laisse un jour ; un plan qui compte ses séances en fait une de plus à la fin."""
    said = f"le {day:%d/%m/%Y} est laissé"
    _changed(desk, number, lambda when: when.without(day), said, as_json, skipped=f"{day}")


@click.command("day", cls=FrenchCommand, short_help="Ajoute un jour à un plan.")
@plan_argument
@_day
@json_option
@click.pass_obj
def with_day(desk: Desk, number: str, day: date, as_json: bool) -> None:
    """Ajoute un jour, ou reprend un jour laissé."""
    said = f"le {day:%d/%m/%Y} est ajouté"
    _changed(desk, number, lambda when: when.with_day(day), said, as_json, added=f"{day}")


@click.command("move", cls=FrenchCommand, short_help="Déplace un jour d’un plan.")
@plan_argument
@_day
@click.argument("to", metavar="AU", type=NearDay())
@json_option
@click.pass_obj
def move(desk: Desk, number: str, day: date, to: date, as_json: bool) -> None:
    """Fait un jour de la série un autre jour."""
    said = f"le {day:%d/%m/%Y} est fait le {to:%d/%m/%Y}"
    _changed(desk, number, lambda when: when.moving(day, to), said, as_json, moved=f"{day}", to=f"{to}")


@click.command("tell", cls=FrenchCommand, short_help="Dit un seul jour autrement.")
@plan_argument
@_day
@click.argument("said", metavar="[CLÉ=VALEUR…]", type=KeyWord(), nargs=-1)
@click.option("--acte", "acts", type=ActWord(), multiple=True, help="Les actes de ce jour, tous.")
@click.option("--modele", "model", default="", metavar="NOM", help="Ajoute les actes d’un de vos modèles.")
@json_option
@click.pass_obj
def tell(
    desk: Desk,
    number: str,
    day: date,
    said: tuple[tuple[str, Any], ...],
    acts: tuple[dict[str, Any], ...],
    model: str,
    as_json: bool,
) -> None:
    """Dit la visite d’un seul jour autrement, dans les mots du fichier du jour : heure=10h15,
    deplacement.kilometres=24, majoration=F, amc.numero=… ; une clé sans valeur est laissée, rien du tout
    remet ce jour comme les autres.
    """
    from tournee.app.practice.day.models import find_model, with_acts
    from tournee.app.practice.plans import tell_day
    from tournee.app.practice.rounds import find_plan

    told = said_keys(said)
    if acts:
        told["actes"] = list(acts)
    with desk.office() as office:
        one = find_plan(office, number)
        if model:
            bundle = find_model(office, model, one.ps).told
            before = told if acts else one.visit(day)
            told["actes"] = with_acts({"actes": before.get("actes", [])}, bundle.acts)["actes"]
        one = tell_day(office, one, day, told)
    if as_json:
        values.write({"plan": one.plan.id, "day": day.isoformat(), "said": told})
        return
    how = "est dit autrement" if told else "est comme les autres"
    desk.console.print(
        f"{one.patient.told.who}, plan {one.plan.id} : le {day:%d/%m/%Y} {how}.", soft_wrap=True
    )


@click.command("tick", cls=FrenchCommand, short_help="Coche les jours où le patient a été vu.")
@plan_argument
@_days
@click.option("--enlever", "off", is_flag=True, help="Ces jours ne sont plus cochés.")
@json_option
@click.pass_obj
def tick(desk: Desk, number: str, days: tuple[date, ...], off: bool, as_json: bool) -> None:
    """Coche des jours d’un plan (aujourd’hui sans rien dire), à facturer ensemble : tournee plan take."""
    from tournee.app.practice.day.series import tick_days
    from tournee.app.practice.rounds import find_plan
    from tournee.cli.display.practice import listed_days

    with desk.office() as office:
        one = find_plan(office, number)
        one = tick_days(office, one, days or (office.clock().date(),), on=not off)
    ticked = one.plan.told.ticked
    if as_json:
        values.write({"plan": one.plan.id, "ticked": [day.isoformat() for day in ticked]})
        return
    said = listed_days(ticked) or "aucun jour"
    desk.console.print(f"{one.patient.told.who}, plan {one.plan.id}, coché : {said}.", soft_wrap=True)


@click.command("take", cls=FrenchCommand, short_help="Prend plusieurs jours au journal, en une facture.")
@plan_argument
@_days
@click.option("--prix", "priced", is_flag=True, help="Dit ce que cela vaut, et ne prend rien.")
@json_option
@click.pass_obj
def take(desk: Desk, number: str, days: tuple[date, ...], priced: bool, as_json: bool) -> None:
    """Prend au journal des jours d’un plan en une seule visite, qui fera une facture : ceux que vous dites,
    sinon ceux qui sont cochés, sinon ceux qui étaient prévus jusqu’à aujourd’hui. Reprise avec d’autres
    jours, la visite change tant qu’elle n’est pas facturée.
    """
    from tournee.app.practice.day.series import price_days, series_of, take_days
    from tournee.app.practice.rounds import find_plan
    from tournee.cli.display import imported
    from tournee.cli.display.practice import listed_days, series_price, shares_line

    with desk.office() as office:
        one = find_plan(office, number)
        series = series_of(office, one)
        chosen = days or series.proposed
        if priced:
            told = price_days(office, one, chosen)
            if as_json:
                values.write(series_price(series, chosen, told))
            else:
                desk.console.print(f"{one.patient.told.who} : {listed_days(chosen)}", soft_wrap=True)
                desk.console.print(shares_line(told.quote), soft_wrap=True)
                for wrong in told.judged.mistakes:
                    desk.errors.print(f"Refusé : {wrong}", soft_wrap=True)
            refused = bool(told.judged.mistakes)
        else:
            done = take_days(office, one, chosen)
            imported.show(desk.console, desk.errors, done) if not as_json else values.write(
                imported.as_json(done)
            )
            refused = done.refused
    if refused:
        raise click.exceptions.Exit(status.OF_ERROR[BillingError])
