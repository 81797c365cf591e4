"""`tournee plan …`: what is done for a patient, on which days."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from tournee.cli.context import Desk, json_option
from tournee.cli.display import as_json as values
from tournee.cli.french import FrenchGroup
from tournee.cli.options.filters import DayOption
from tournee.cli.options.planned import ActWord, Hour, TravelWord, Weekdays

if TYPE_CHECKING:
    from tournee.practice.recurrence import Recurrence

_REST = {"faits": "kept", "laissés": "left", "reportés": "next"}
_WHERE = ("domicile", "cabinet", "établissement")
_number = click.argument("number", metavar="PLAN", type=int)
_day = click.argument("day", metavar="JOUR", type=DayOption())


@click.group("plan", cls=FrenchGroup)
def plan() -> None:
    """Les plans : d’une ordonnance à ses visites."""


@plan.command("add", short_help="Planifie un soin.")
@click.argument("words", metavar="PATIENT…", nargs=-1, required=True)
@click.option("--ordonnance", "order", type=int, help="Son numéro ; sans elle, la seule en cours.")
@click.option("--ps", required=True, metavar="NUMÉRO", help="Votre numéro de facturation, 9 chiffres.")
@click.option("--profession", type=click.Choice(["IF", "MK"]), required=True, help="IF ou MK.")
@click.option(
    "--acte",
    "acts",
    type=ActWord(),
    multiple=True,
    required=True,
    help="AMI 1,5, BSB, ou son nom.",
)
@click.option("--heure", "hours", type=Hour(), multiple=True, help="8h50 ; répétée : plusieurs passages.")
@click.option("--jours", "weekdays", type=Weekdays(), default="tous", help="lun,jeu ou lun-sam ; tous.")
@click.option("--semaines", "weeks", type=click.IntRange(1, 52), default=1, help="Une semaine sur N.")
@click.option("--du", "first", type=DayOption(), required=True, help="Le premier jour.")
@click.option("--au", "last", type=DayOption(), help="Le dernier ; sans lui, celui de l’ordonnance.")
@click.option("--seances", "sessions", type=click.IntRange(0, 999), default=0, help="Tant de séances.")
@click.option("--feries", "holidays", type=click.Choice(list(_REST)), default="faits", help="Les fériés.")
@click.option("--absences", type=click.Choice(list(_REST)), default="laissés", help="Vos absences.")
@click.option("--deplacement", "travel", type=TravelWord(), help="IFA, ou IFA 18 ; sinon celui du patient.")
@click.option("--lieu", "where", type=click.Choice(_WHERE), help="Où le soin est fait.")
@click.option("--mots", "called", default="", help="Comment vous l’appelez.")
@json_option
@click.pass_obj
def add(
    desk: Desk,
    /,
    words: tuple[str, ...],
    order: int | None,
    ps: str,
    profession: Any,
    called: str,
    as_json: bool,
    **told: Any,
) -> None:
    """Planifie un soin d’un patient : ses actes, ses heures, ses jours. Chaque jour prévu fait une visite de
    la tournée, au tarif de son jour.
    """
    from tournee.app.practice.patients import find_patient
    from tournee.app.practice.plans import add_plan
    from tournee.app.practice.prescriptions import current_prescription
    from tournee.cli.display.practice import plan_line
    from tournee.practice.plan_file import PlanFile, Slot, as_care

    care: dict[str, Any] = {"actes": list(told["acts"])}
    if told["travel"]:
        care["deplacement"] = told["travel"]
    if told["where"]:
        care["lieu"] = told["where"]
    slots = tuple(Slot(as_care(care), hour) for hour in sorted(told["hours"])) or (Slot(as_care(care)),)
    with desk.office() as office:
        one = find_patient(office, words)
        prescription = current_prescription(office, one, order)
        made = PlanFile(slots, _when(told), profession, called)
        done = add_plan(office, one, prescription, made, ps)
    if as_json:
        values.write({"plan": done.plan.id, "patient": one.id})
    else:
        line = plan_line(done.plan.id, done.plan.told)
        desk.console.print(f"{one.told.who} — {line}", soft_wrap=True)


def _when(told: dict[str, Any]) -> Recurrence:
    from tournee.practice.recurrence import Recurrence

    return Recurrence(
        told["first"],
        told["last"],
        told["weekdays"],
        told["weeks"],
        told["sessions"],
        _REST[told["holidays"]],  # type: ignore[arg-type]
        _REST[told["absences"]],  # type: ignore[arg-type]
    )


@plan.command("show", short_help="Un plan et ses quatorze jours.")
@_number
@click.option("--du", "first", type=DayOption(), help="Depuis ce jour ; sans lui, depuis lundi dernier.")
@json_option
@click.pass_obj
def show(desk: Desk, number: int, first: date | None, as_json: bool) -> None:
    """Un plan, et quatorze jours de sa série : ✓ fait, ○ à faire, ✗ manqué."""
    from datetime import timedelta

    from tournee.app.practice.plans import strip
    from tournee.app.practice.rounds import absence_of, plan_of
    from tournee.cli.display.practice import plan_line, strip_line

    with desk.office() as office:
        one = plan_of(office, number)
        today = office.clock().date()
        start = first or today - timedelta(days=today.weekday())
        marks = strip(office, one, start, absence_of(office, one.ps))
    if as_json:
        days = [{"day": day.isoformat(), "mark": mark.name.lower()} for day, mark in marks]
        values.write({"plan": number, "patient": one.patient.id, "days": days})
        return
    desk.console.print(f"{one.patient.told.who} — {plan_line(number, one.plan.told)}", soft_wrap=True)
    desk.console.print(strip_line(marks))


def _changed(desk: Desk, number: int, changed: Callable[[Recurrence], Recurrence], said: str) -> None:
    from tournee.app.practice.plans import change_days
    from tournee.app.practice.rounds import plan_of

    with desk.office() as office:
        one = plan_of(office, number)
        change_days(office, one.plan, changed)
    desk.console.print(f"{one.patient.told.who}, plan {number} : {said}.", soft_wrap=True)


@plan.command("skip", short_help="Laisse un jour d’un plan.")
@_number
@_day
@click.pass_obj
def skip(desk: Desk, number: int, day: date) -> None:
    """Laisse un jour ; un plan qui compte ses séances en fait une de plus à la fin."""
    _changed(desk, number, lambda when: when.without(day), f"le {day:%d/%m/%Y} est laissé")


@plan.command("day", short_help="Ajoute un jour à un plan.")
@_number
@_day
@click.pass_obj
def with_day(desk: Desk, number: int, day: date) -> None:
    """Ajoute un jour, ou reprend un jour laissé."""
    _changed(desk, number, lambda when: when.with_day(day), f"le {day:%d/%m/%Y} est ajouté")


@plan.command("move", short_help="Déplace un jour d’un plan.")
@_number
@_day
@click.argument("to", metavar="AU", type=DayOption())
@click.pass_obj
def move(desk: Desk, number: int, day: date, to: date) -> None:
    """Fait un jour de la série un autre jour."""
    _changed(desk, number, lambda when: when.moving(day, to), f"le {day:%d/%m/%Y} est fait le {to:%d/%m/%Y}")


@plan.command("end", short_help="Arrête un plan.")
@_number
@click.option("--reason", required=True, help="Pourquoi, pour l’historique.")
@click.pass_obj
def end(desk: Desk, number: int, reason: str) -> None:
    """Arrête un plan : il ne fait plus de visites ; ce qui est fait ou facturé reste."""
    from tournee.app.practice.rounds import plan_of

    with desk.office() as office:
        one = plan_of(office, number)
        office.journal.dossiers.close(number, reason)
    desk.console.print(f"{one.patient.told.who}, plan {number} : arrêté.", soft_wrap=True)
