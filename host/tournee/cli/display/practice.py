"""Patients, prescriptions, plans and rounds on the screen, and as values for programs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tournee.app.practice.patients import said_day
from tournee.app.practice.plans import DayMark, PlanOf
from tournee.app.practice.rounds import Stop, StopState
from tournee.practice.completing import differences
from tournee.practice.patient_file import ORIGINS

if TYPE_CHECKING:
    from tournee.app.practice.dossiers import Dossier
    from tournee.app.practice.prescriptions import Counted
    from tournee.practice.patient_file import PatientFile
    from tournee.practice.plan_file import PlanFile
    from tournee.practice.prescription_file import PrescriptionFile

_WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
_MARKS = {DayMark.DONE: ("✓", "green"), DayMark.DUE: ("○", "cyan"), DayMark.MISSED: ("✗", "red")}
_STATES = {StopState.DONE: "green", StopState.TAKEN: "cyan", StopState.SET_ASIDE: "dim"}


def long_day(day: date) -> str:
    """A day with its name."""
    return f"{_WEEKDAYS[day.weekday()]} {day:%d/%m/%Y}"


def patients_table(found: Sequence[Dossier[PatientFile]]) -> Table:
    """Patients, a line each."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("N°", "Patient", "Né(e) le", "Adresse", "Téléphone"):
        table.add_column(name, overflow="fold")
    for one in found:
        told = one.told
        lines = " ".join(filter(None, (told.address.street, told.address.postcode, told.address.town)))
        table.add_row(str(one.id), told.who, said_day(told.born), lines, told.phone)
    return table


def patient_lines(one: Dossier[PatientFile]) -> list[str]:
    """A patient's file, a line for each thing it says."""
    told = one.told
    lines = [f"Dossier {one.id} : {told.who}, né(e) le {said_day(told.born)}"]
    if told.nir:
        lines.append(f"NIR {told.nir} {told.key}")
    if told.birth_rank != "1":
        lines.append(f"rang de naissance {told.birth_rank}")
    address = told.address
    where = ", ".join(filter(None, (address.street, f"{address.postcode} {address.town}".strip())))
    door = ", ".join(filter(None, (address.floor, f"code {address.door_code}" * bool(address.door_code))))
    lines += [line for line in (where, door, told.phone, told.mail) if line]
    read = told.last_read
    if read is not None:
        rights = read.beneficiary
        end = f", droits jusqu’au {said_day(rights.rights_end)}" if rights.rights_end else ""
        ald = ", ALD" if rights.has_ald(f"{read.day:%Y%m%d}") else ""
        where = f"caisse {rights.regime}-{rights.caisse}-{rights.centre}"
        lines.append(f"{where}{end}{ald} ({ORIGINS[read.origin]}, {read.day:%d/%m/%Y})")
        if rights.amc is not None and told.amc is None:
            lines.append(f"mutuelle {rights.amc.number} ({ORIGINS[read.origin]})")
    if told.amc is not None:
        lines.append(f"mutuelle {told.amc.number} (saisie)")
    lines += [f"{one.name}{f', {one.tie}' if one.tie else ''} : {one.phone}" for one in told.contacts]
    if told.doctor is not None:
        lines.append(f"médecin : {told.doctor.name} {told.doctor.rpps}".rstrip())
    lines += [f"note : {told.notes}"] if told.notes else []
    for difference in differences(told):
        lines.append(
            f"à décider : {difference.label}, dossier « {difference.kept} », lu « {difference.told} »"
        )
    lines += [f"un autre appareil dit : {other.who}, {said_day(other.born)}" for other in one.others]
    return lines


def prescription_line(one: Dossier[PrescriptionFile], counted: Counted, today: date) -> str:
    """A prescription and where it stands."""
    told = one.told
    who = told.prescriber.name or told.prescriber.rpps or told.prescriber.number
    words = " ; ".join(line.words for line in told.lines)
    of = f" sur {told.total}" if told.total else ""
    done = f"{counted.done} séance{'s' if counted.done > 1 else ''}{of}, {counted.billed} facturée(s)"
    end = ""
    if counted.is_over(today):
        end = " — terminée"
    elif counted.ends_soon(today):
        end = " — bientôt terminée"
    agreed = ", accord préalable demandé" if told.agreement else ""
    agreed += ", image gardée" if told.scan else ""
    return (
        f"Ordonnance {one.id} du {told.day:%d/%m/%Y}, {who}{f' : {words}' if words else ''} : {done}, "
        f"jusqu’au {counted.last_day:%d/%m/%Y}{agreed}{end}"
    )


def plan_line(number: int, told: PlanFile) -> str:
    """A plan in one line."""
    when = told.when
    hours = ", ".join(slot.hour for slot in told.slots if slot.hour)
    days = "tous les jours" if len(when.weekdays) == len(_WEEKDAYS) else ""
    days = days or ", ".join(_WEEKDAYS[day] for day in sorted(when.weekdays))
    every = f", une semaine sur {when.weeks}" if when.weeks > 1 else ""
    end = f" au {when.last:%d/%m/%Y}" if when.last else ""
    count = f", {when.sessions} séances" if when.sessions else ""
    return (
        f"Plan {number}{f' « {told.words} »' if told.words else ''} : {days}{every} "
        f"du {when.first:%d/%m/%Y}{end}{count}{f', à {hours}' if hours else ''}"
    )


def strip_line(marks: Sequence[tuple[date, DayMark]]) -> Text:
    """Fourteen days, a mark each: done, due, missed."""
    told = Text()
    for day, mark in marks:
        sign, style = _MARKS.get(mark, ("·", "dim"))
        told.append(f"{day.day:>3}{sign}", style)
    return told


def show_round(console: Console, day: date, stops: Sequence[Stop], prices: dict[str, int]) -> None:
    """A day's round, in order."""
    from tournee.french import euros

    if not stops:
        console.print(f"{long_day(day).capitalize()} : aucune visite prévue.")
        return
    done = sum(stop.state is StopState.DONE for stop in stops)
    console.print(f"{long_day(day).capitalize()} : {done} visite(s) sur {len(stops)}")
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("Heure", "Patient", "Où", "Soin", "État", "Prix"):
        table.add_column(name, overflow="fold", justify="right" if name == "Prix" else "left")
    for stop in stops:
        told, plan = stop.plan.patient.told, stop.plan.plan
        address = told.address
        where = " ".join(filter(None, (address.street, address.town, address.floor, address.door_code)))
        price = prices.get(stop.plan.reference(day))
        table.add_row(
            plan.told.slots[0].hour,
            told.who,
            where,
            f"{plan.told.words or 'soin'} (plan {plan.id})",
            Text(stop.state.value, _STATES.get(stop.state, "")),
            f"{euros(price)} €" if price is not None else "",
        )
    console.print(table)


def stop_value(stop: Stop) -> dict[str, Any]:
    """A stop for programs."""
    return {
        "plan": stop.plan.plan.id,
        "patient": stop.plan.patient.id,
        "who": stop.plan.patient.told.who,
        "day": stop.day.isoformat(),
        "hour": stop.plan.plan.told.slots[0].hour,
        "state": stop.state.name.lower(),
        "visit": stop.visit_id,
        "reference": stop.plan.reference(stop.day),
    }


def planned_value(day: date, plans: Sequence[PlanOf]) -> dict[str, Any]:
    """What is planned on a day, for programs."""
    return {
        "day": day.isoformat(),
        "visits": [
            {"plan": one.plan.id, "patient": one.patient.id, "who": one.patient.told.who} for one in plans
        ],
    }
