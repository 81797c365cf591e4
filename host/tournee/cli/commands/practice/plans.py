"""`tournee plan …`: what is done for a patient, on which days."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import click

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
from tournee.cli.options.filters import DayOption
from tournee.cli.options.planned import ActWord, Hour, KeyWord, TravelWord, Weekdays, said_keys

if TYPE_CHECKING:
    from tournee.practice.recurrence import Recurrence

_REST = {"faits": "kept", "laissés": "left", "reportés": "next"}
_WHERE = ("domicile", "cabinet", "établissement")


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
@click.option("--dire", "said", type=KeyWord(), multiple=True, metavar="CLÉ=VALEUR", help="Comme contrat=99.")
@click.option("--ensemble", "together", is_flag=True, help="Ses jours se facturent à plusieurs.")
@click.option("--majorations", "by_clock", is_flag=True, help="Nuit, dimanche et fériés, par le calendrier.")
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
    la tournée, au tarif de son jour ; avec --ensemble, ses jours sont cochés (tournee plan tick), puis
    facturés en une fois (tournee plan take). --dire dit ce que toutes ses visites disent, dans les mots du
    fichier du jour.
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
        made = PlanFile(
            slots,
            _when(told),
            profession,
            called,
            usual=as_care(said_keys(told["said"])),
            together=told["together"],
            by_clock=told["by_clock"],
        )
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
@plan_argument
@click.option("--du", "first", type=DayOption(), help="Depuis ce jour ; sans lui, depuis lundi dernier.")
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
@click.pass_obj
def end(desk: Desk, number: str, reason: str) -> None:
    """Arrête un plan : il ne fait plus de visites ; ce qui est fait ou facturé reste."""
    from tournee.app.practice.rounds import find_plan

    with desk.office() as office:
        one = find_plan(office, number)
        office.journal.dossiers.close(one.plan.id, reason)
    desk.console.print(f"{one.patient.told.who}, plan {one.plan.id} : arrêté.", soft_wrap=True)


for command in (skip, with_day, move, tell, tick, take):
    plan.add_command(command)
