"""`tournee plan …`: what is done for a patient, on which days."""

from __future__ import annotations

from datetime import date
from typing import Any

import click

from tournee.cli.commands.practice.models import favourites, models
from tournee.cli.commands.practice.plan_days import (
    move,
    plan_argument,
    skip,
    take,
    tell,
    tick,
    with_day,
)
from tournee.cli.context import Desk, json_option
from tournee.cli.display import as_json as values
from tournee.cli.french import FrenchGroup
from tournee.cli.options.plan_options import model_said, plan_of_options, plan_options, travel_said
from tournee.cli.options.planned import NearDay


@click.group("plan", cls=FrenchGroup)
def plan() -> None:
    """Les plans : d’une ordonnance à ses visites."""


@plan.command("add", short_help="Planifie un soin.")
@click.argument("words", metavar="PATIENT…", nargs=-1, required=True)
@click.option("--ordonnance", "order", type=int, help="Son numéro ; sans elle, la seule en cours.")
@click.option("--du", "first", type=NearDay(), help="Le premier jour ; sans lui, aujourd’hui.")
@click.option("--seances", "sessions", type=click.IntRange(0, 999), default=0, help="Tant de séances.")
@plan_options
@json_option
@click.pass_obj
def add(
    desk: Desk,
    /,
    words: tuple[str, ...],
    order: int | None,
    first: date | None,
    sessions: int,
    ps: str,
    profession: Any,
    as_json: bool,
    **told: Any,
) -> None:
    """Planifie un soin d’un patient : ses actes, ses heures, ses jours. Chaque jour prévu fait une visite de
    la tournée, au tarif de son jour ; avec --ensemble, ses jours sont cochés (tournee plan tick), puis
    facturés en une fois (tournee plan take). --dire dit ce que toutes ses visites disent, dans les mots du
    fichier du jour.
    """
    from tournee.app.practice.patients import find_patient
    from tournee.app.practice.plans import add_plan, carer_for
    from tournee.app.practice.prescriptions import current_prescription
    from tournee.cli.display.practice import plan_line

    with desk.office() as office:
        one = find_patient(office, words)
        prescription = current_prescription(office, one, order)
        number, kind = carer_for(office, one, ps, profession)
        model = model_said(office, told, number)
        travel_said(office, told, one, number)
        made = plan_of_options(told, first or office.clock().date(), sessions, kind, model)
        done = add_plan(office, one, prescription, made, number)
    if as_json:
        values.write({"plan": done.plan.id, "patient": one.id})
    else:
        line = plan_line(done.plan.id, done.plan.told)
        desk.console.print(f"{one.told.who} — {line}", soft_wrap=True)


@plan.command("show", short_help="Un plan et ses quatorze jours.")
@plan_argument
@click.option("--du", "first", type=NearDay(), help="Depuis ce jour ; sans lui, depuis lundi dernier.")
@json_option
@click.pass_obj
def show(desk: Desk, number: str, first: date | None, as_json: bool) -> None:
    """Un plan, et quatorze jours de sa série : ✓ fait, ☑ coché, ○ à faire, ✗ manqué."""
    from datetime import timedelta

    from tournee.app.practice.rounds import absence_of, find_plan
    from tournee.app.practice.strips import strip
    from tournee.cli.display.practice import plan_line, strip_line

    with desk.office() as office:
        one = find_plan(office, number)
        today = office.clock().date()
        start = first or today - timedelta(days=today.weekday())
        marks = strip(office, one, start, absence_of(office, one.ps))
    if as_json:
        days = [{"day": day.isoformat(), "mark": mark.name.lower()} for day, mark in marks]
        values.write({"plan": one.plan.id, "patient": one.patient.id, "days": days})
        return
    desk.console.print(f"{one.patient.told.who} — {plan_line(one.plan.id, one.plan.told)}", soft_wrap=True)
    desk.console.print(strip_line(marks))


@plan.command("end", short_help="Arrête un plan.")
@plan_argument
@click.option("--reason", required=True, help="Pourquoi, pour l’historique.")
@json_option
@click.pass_obj
def end(desk: Desk, number: str, reason: str, as_json: bool) -> None:
    """Arrête un plan : il ne fait plus de visites ; ce qui est fait ou facturé reste."""
    from tournee.app.practice.rounds import find_plan

    with desk.office() as office:
        one = find_plan(office, number)
        office.journal.dossiers.close(one.plan.id, reason)
    text = f"{one.patient.told.who}, plan {one.plan.id} : arrêté."
    values.answer(desk, as_json, {"plan": one.plan.id, "ended": True}, text)


plan.add_command(models)
for command in (skip, with_day, move, tell, tick, take, favourites):
    plan.add_command(command)
