"""A visit as its screen shows it: acts with their prices, extras, the prescription's counter, the series."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from tournee.app.bedside.bill import code_of, label_of
from tournee.app.bedside.by_card import by_card
from tournee.app.bedside.care_visit import CareVisit, JudgedCare, care_visit
from tournee.app.bedside.carer import carer_shown
from tournee.app.bedside.changing import MAU, acts_of_passage, passages
from tournee.app.bedside.proposing import Extra, proposed
from tournee.app.bedside.rights import CardRights, rights_on
from tournee.app.context import Office
from tournee.app.practice.prescriptions import Counted, count, visits_of
from tournee.app.practice.rounds import absence_of
from tournee.app.practice.strips import DayMark, strip
from tournee.app.services.from_here import reads_phones
from tournee.billing.dayfile.passages import TRAVEL
from tournee.billing.identity import Patient
from tournee.web.live.reader_seen import ReaderSeen

_MONDAY_BEFORE = 7


@dataclass(frozen=True)
class ActRow:
    """An act of a passage; `at` is its rank among the passage's acts."""

    passage: int
    at: int
    label: str
    code: str
    cents: int
    quantity: int
    doubt: str = ""


@dataclass(frozen=True)
class TravelRow:
    """The travel of a passage."""

    passage: int
    kilometres: int
    cents: int
    code: str


@dataclass(frozen=True)
class VisitView:
    """What the screen of a visit shows; `reads_phones`: a patient's phone may stand in for her card."""

    care: CareVisit
    judged: JudgedCare
    acts: tuple[ActRow, ...]
    extras: tuple[Extra, ...]
    travels: tuple[TravelRow, ...]
    counted: Counted | None
    days: tuple[tuple[date, DayMark], ...]
    card: CardRights | None
    holder: Patient | None
    reads_phones: bool = False

    @property
    def many_days(self) -> tuple[date, ...]:
        """The days of a visit that has several."""
        judged = self.judged.judged
        days = sorted({one.day for one in judged.visit.passages}) if judged else []
        return tuple(days) if len(days) > 1 else ()

    @property
    def session(self) -> int:
        """Which session of its prescription this visit is, from 1."""
        return (self.counted.done if self.counted else 0) + (self.care.is_open)

    @property
    def total(self) -> int:
        """The sessions prescribed, 0 when it does not say."""
        plan = self.care.plan
        return plan.prescription.told.total if plan and plan.prescription else 0


def view_of(office: Office, key: str, state: ReaderSeen) -> VisitView:
    """A visit with all that its screen shows. StoreError."""
    care = shown_visit(office, key, state)
    judged, extras = proposed(office, care)
    care = judged.care
    plan = care.plan
    days: tuple[tuple[date, DayMark], ...] = ()
    if plan is not None:
        first = care.day - timedelta(days=care.day.weekday() + _MONDAY_BEFORE)
        days = tuple(strip(office, plan, first, absence_of(office, plan.ps)))
        if care.is_open and care.thing is not None:  # begun, it is not done
            days = tuple((day, DayMark.DUE if day == care.day else mark) for day, mark in days)
    holder = on_card(care, state)
    card = None
    if holder is not None:
        card = rights_on(office, holder, care.day, care.patient.told if care.patient else None)
    return VisitView(
        care,
        judged,
        tuple(_acts(office, judged)),
        extras,
        tuple(_travels(judged)),
        sessions_of(office, care),
        days,
        card,
        holder,
        reads_phones(office),
    )


def sessions_of(office: Office, care: CareVisit) -> Counted | None:
    """The sessions of a visit's prescription until its day; of one that is only begun, without it."""
    plan = care.plan
    if plan is None or plan.prescription is None:
        return None
    own = care.thing.id if care.thing is not None and care.is_open else 0
    rows = tuple(row for row in visits_of(office, plan.patient.told) if row.id != own)
    return count(plan.prescription.told, plan.patient.told, rows, care.day)


def shown_visit(office: Office, key: str, state: ReaderSeen) -> CareVisit:
    """The visit of a key, for the carer whose page this is."""
    carer = carer_shown(office, state.ps)
    care = care_visit(office, key, ps=carer.number, profession=carer.profession)
    return by_card(care, on_card(care, state))


def on_card(care: CareVisit, state: ReaderSeen) -> Patient | None:
    """The visit's patient on the card that is in, None when the card is not there or not hers."""
    if state.vitale is None:
        return None
    for one in state.vitale.patients:
        person = care.person
        if one.nir != person.nir:
            return None
        born = f"{person.born:%Y%m%d}" if person.born else ""
        if born in ("", one.born) and person.rank in ("", one.birth_rank):
            return one
    return None


def _acts(office: Office, judged: JudgedCare) -> list[ActRow]:
    if judged.judged is None:
        return []
    rows = []
    first, last = judged.judged.visit.days
    table = office.nomenclature.over(first, last)
    for passage in range(len(passages(judged.care.told))):
        own = [one for one in judged.judged.lines if one.passage == passage and one.kind == "act"]
        ranks = [
            rank
            for rank, act in enumerate(acts_of_passage(judged.care.told, passage))
            if act.get("code") != MAU
        ]
        for line, rank in zip(own, ranks, strict=False):
            label = label_of(table, judged.judged, line)
            rows.append(ActRow(passage, rank, label, code_of(line), line.cents, line.quantity, line.doubt))
    return rows


def _travels(judged: JudgedCare) -> list[TravelRow]:
    if judged.judged is None:
        return []
    rows = []
    for passage, told in enumerate(passages(judged.care.told)):
        lines = [one for one in judged.judged.lines if one.passage == passage and one.kind == "travel"]
        travel = told.get(TRAVEL) or {}
        if lines or travel:
            codes = " + ".join(dict.fromkeys(one.code for one in lines))
            cents = sum(one.cents for one in lines)
            rows.append(TravelRow(passage, int(travel.get("kilometres", 0)), cents, codes))
    return rows
