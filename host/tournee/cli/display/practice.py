"""Patients, prescriptions, plans and rounds on the screen, and as values for programs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tournee.app.practice.day.day_round import DayRound, RoundStop, StopMark
from tournee.app.practice.patients import said_day
from tournee.app.practice.plans import PlanOf
from tournee.app.practice.strips import DayMark
from tournee.practice.completing import differences
from tournee.practice.patient_file import ORIGINS

if TYPE_CHECKING:
    from tournee.app.practice.day.series import PlannedSeries
    from tournee.app.practice.dossiers import Dossier
    from tournee.app.practice.prescriptions import Counted
    from tournee.app.visits.pricing import PricedVisit
    from tournee.billing.quote import Quote
    from tournee.practice.patient_file import PatientFile
    from tournee.practice.planning.plan_file import PlanFile
    from tournee.practice.prescription_file import PrescriptionFile

_WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
_MARKS = {
    DayMark.DONE: ("✓", "green"),
    DayMark.TICKED: ("☑", "green"),
    DayMark.DUE: ("○", "cyan"),
    DayMark.MISSED: ("✗", "red"),
}
_STATES = {
    StopMark.DONE: "green",
    StopMark.TICKED: "green",
    StopMark.TO_SIGN: "cyan",
    StopMark.CARD_MISSING: "yellow",
    StopMark.TO_COUNTERSIGN: "yellow",
    StopMark.TO_CORRECT: "red",
    StopMark.SET_ASIDE: "dim",
}


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
    end += f" — deux versions (tournee patient versions {one.id})" if one.others else ""
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


def show_round(console: Console, told: DayRound, *, priced: bool) -> None:
    """A day's round, in order."""
    from tournee.french import euros

    day = long_day(told.day).capitalize()
    if not told.stops:
        console.print(f"{day} : aucune visite prévue.")
        return
    done = sum(one.mark is StopMark.DONE for one in told.stops)
    console.print(f"{day} : {done} visite(s) sur {len(told.stops)}")
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("Heure", "Patient", "Où", "Soin", "État", "Prix"):
        table.add_column(name, overflow="fold", justify="right" if name == "Prix" else "left")
    for one in told.stops:
        patient, plan = one.stop.plan.patient.told, one.stop.plan.plan
        address = patient.address
        where = " ".join(filter(None, (address.street, address.town, address.floor, address.door_code)))
        session = f", séance {one.rank} sur {one.total}" if one.total else ""
        table.add_row(
            plan.told.slots[0].hour,
            patient.who,
            where,
            f"{plan.told.words or 'soin'} (plan {plan.id}){session}",
            Text("\n".join((one.mark.value, *one.faults)), _STATES.get(one.mark, "")),
            f"{euros(one.cents)} €" if priced and one.cents is not None else "",
        )
    console.print(table)
    for one in told.stops if priced else ():
        for warning in one.warnings:
            console.print(f"{one.stop.plan.patient.told.who} : {warning}", soft_wrap=True)


def stop_value(one: RoundStop) -> dict[str, Any]:
    """A stop for programs; `mark` is where it stands as one sees it on the round."""
    stop, quote = one.stop, one.quote
    return {
        "plan": stop.plan.plan.id,
        "patient": stop.plan.patient.id,
        "who": stop.plan.patient.told.who,
        "day": stop.day.isoformat(),
        "hour": stop.plan.plan.told.slots[0].hour,
        "state": stop.state.name.lower(),
        "mark": one.mark.name.lower(),
        "visit": one.visit_id,
        "reference": stop.plan.reference(stop.day),
        "cents": one.cents,
        "shares": {"amo": quote.amo, "amc": quote.amc, "due": quote.due} if quote else None,
        "rank": one.rank,
        "total": one.total,
        "invoice": one.invoice,
        "kilometres": one.kilometres,
        "faults": list(one.faults),
        "warnings": list(one.warnings),
    }


def listed_days(days: Iterable[date]) -> str:
    """Days as they are said: "09/11/2026 et 10/11/2026"."""
    told = [f"{day:%d/%m/%Y}" for day in sorted(days)]
    return " et ".join(filter(None, (", ".join(told[:-1]), *told[-1:])))


def act_words(acts: Iterable[Mapping[str, Any]]) -> str:
    """Acts of the day file in a few words: `AMI 1,5 + Pansement de stomie`."""
    told = []
    for act in acts:
        coefficient = f" {act['coefficient']:g}".replace(".", ",") if "coefficient" in act else ""
        told.append(f"{act.get('code') or act.get('acte', '?')}{coefficient}")
    return " + ".join(told)


def shares_line(quote: Quote) -> str:
    """Who gives what."""
    from tournee.french import euros

    return (
        f"Total {euros(quote.fee)} € · caisse {euros(quote.amo)} € · mutuelle {euros(quote.amc)} € · "
        f"à demander {euros(quote.due)} €"
    )


def series_price(series: PlannedSeries, days: Collection[date], told: PricedVisit) -> dict[str, Any]:
    """What days of a series come to, for programs."""
    quote, (first, last) = told.quote, series.ranks(days)
    return {
        "plan": series.plan.plan.id,
        "days": [day.isoformat() for day in sorted(days)],
        "sessions": [first, last],
        "total": series.total,
        "cents": quote.fee,
        "shares": {"amo": quote.amo, "amc": quote.amc, "due": quote.due},
        "refusals": [one.text for one in told.judged.mistakes],
    }


def planned_value(day: date, plans: Sequence[PlanOf]) -> dict[str, Any]:
    """What is planned on a day, for programs."""
    return {
        "day": day.isoformat(),
        "visits": [
            {"plan": one.plan.id, "patient": one.patient.id, "who": one.patient.told.who} for one in plans
        ],
    }
