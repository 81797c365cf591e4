"""`tournee round calendar|follow`: rounds as a calendar file, and what was moved in one that comes back."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tournee.cli import status
from tournee.cli.context import Desk, json_option
from tournee.cli.display import as_json as values
from tournee.cli.french import FrenchCommand
from tournee.cli.options.filters import DayOption
from tournee.errors import BillingError

if TYPE_CHECKING:
    from tournee.app.practice.interchange.calendars import CalendarTaken, MovedVisit

_DAYS = 14
_SHOWN = 20
_ps = click.option("--ps", default="", metavar="NUMÉRO", help="De quel soignant, s’ils sont plusieurs.")


@click.command("calendar", cls=FrenchCommand, short_help="Écrit les tournées en calendrier (.ics).")
@click.argument("file", metavar="FICHIER", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--du", "first", type=DayOption(), help="Depuis ce jour ; sans lui, aujourd’hui.")
@click.option("--au", "last", type=DayOption(), help="Jusqu’à ce jour ; sans lui, quatorze jours.")
@click.option("--noms", "names", is_flag=True, help="Avec les noms et les adresses des patients.")
@_ps
@json_option
@click.pass_obj
def calendar(
    desk: Desk, file: Path, first: date | None, last: date | None, names: bool, ps: str, as_json: bool
) -> None:
    """Écrit les visites prévues en calendrier (iCalendar). Sans --noms, personne n’y est nommé : « Visite
    1 », « Visite 2 »… Jamais de numéro de sécurité sociale, de code de porte ni de soin.
    """
    from tournee.app.practice.interchange.calendars import rounds_calendar
    from tournee.app.practice.rounds import carer_of_plans
    from tournee.files import write_whole

    with desk.office() as office:
        start = first or office.clock().date()
        end = last or start + timedelta(days=_DAYS - 1)
        told = rounds_calendar(office, start, end, carer_of_plans(office, ps), names=names)
    write_whole(file, told)
    if as_json:
        span = {"first": start.isoformat(), "last": end.isoformat()}
        values.write({"file": str(file), "names": names, "events": told.count(b"BEGIN:VEVENT"), **span})
        return
    who = "avec les noms et les adresses : gardez-le pour vous" if names else "sans aucun nom"
    desk.console.print(f"{file} : du {start:%d/%m/%Y} au {end:%d/%m/%Y}, {who}.", soft_wrap=True)


@click.command("follow", cls=FrenchCommand, short_help="Suit ce qui a été déplacé dans un calendrier.")
@click.argument("file", metavar="FICHIER", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--montrer", "only_show", is_flag=True, help="Montre ce qui serait fait, sans rien changer.")
@_ps
@json_option
@click.pass_obj
def follow(desk: Desk, file: Path, only_show: bool, ps: str, as_json: bool) -> None:
    """Met les visites au jour et à l’heure qu’un calendrier revenu leur donne. Ce qui n’est pas de Tournée,
    ce qui y est annulé ou n’y est plus est montré, et rien n’en est fait.
    """
    from tournee.app.practice.interchange.calendars import take_calendar
    from tournee.app.practice.rounds import carer_of_plans
    from tournee.files import read_bounded
    from tournee.practice.interchange.calendars import CALENDAR_MAX

    data = read_bounded(file, CALENDAR_MAX)
    with desk.office() as office:
        done = take_calendar(office, data, carer_of_plans(office, ps), only_show=only_show)
    if as_json:
        values.write(_value(done))
    else:
        _show(desk, done, "à déplacer" if only_show else "déplacée(s)")
    if done.left or done.faults:
        raise click.exceptions.Exit(status.OF_ERROR[BillingError])


def _value(done: CalendarTaken) -> dict[str, Any]:
    return {
        "same": done.same,
        "moved": [_moved(one) for one in done.moved],
        "left": [{**_moved(one), "why": why} for one, why in done.left],
        "unknown": [{"uid": one.uid, "day": one.day.isoformat()} for one in done.unknown],
        "cancelled": [_moved(one) for one in done.cancelled],
        "missing": [_moved(one) for one in done.missing],
        "faults": done.faults,
    }


def _moved(one: MovedVisit) -> dict[str, Any]:
    return {
        "plan": one.plan,
        "who": one.who,
        "day": one.day.isoformat(),
        "hour": _hour(one.minute),
        "to": one.to.isoformat(),
        "to_hour": _hour(one.to_minute),
    }


def _hour(minute: int | None) -> str:
    return "" if minute is None else f"{minute // 60:02}:{minute % 60:02}"


def _line(one: MovedVisit) -> str:
    return f"{one.who}, {one.day:%d/%m/%Y} {_hour(one.minute)} → {one.to:%d/%m/%Y} {_hour(one.to_minute)}"


def _show(desk: Desk, done: CalendarTaken, word: str) -> None:
    desk.console.print(f"{len(done.moved)} visite(s) {word}, {done.same} où elles étaient.")
    for one in done.moved:
        desk.console.print(_line(one), soft_wrap=True)
    for one, why in done.left:
        desk.errors.print(f"{_line(one)} : laissée. {why}", soft_wrap=True)
    for one in done.cancelled:
        desk.console.print(f"Annulée dans le calendrier, gardée ici : {_line(one)}", soft_wrap=True)
    for one in done.missing[:_SHOWN]:
        desk.console.print(
            f"Absente du calendrier, gardée ici : {one.who}, {one.day:%d/%m/%Y}", soft_wrap=True
        )
    for event in done.unknown[:_SHOWN]:
        desk.console.print(
            f"Pas de Tournée : {event.summary or event.uid}, {event.day:%d/%m/%Y}", soft_wrap=True
        )
    more = max(len(done.missing) - _SHOWN, 0) + max(len(done.unknown) - _SHOWN, 0)
    if more:
        desk.console.print(f"et {more} autres : --json les montre.")
    for fault in done.faults:
        desk.errors.print(fault, soft_wrap=True)
