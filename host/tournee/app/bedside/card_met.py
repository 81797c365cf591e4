"""A Vitale card that comes in: whose it is, and which visits of the day are its family's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from tournee.app.bedside.care_visit import OPEN, CareVisit, care_visits, new_key
from tournee.app.context import Office
from tournee.app.practice.dossiers import Dossier, of_patient
from tournee.app.practice.patients import Met, meet, meet_card
from tournee.billing.identity import Patient
from tournee.practice.planning.plan_file import PlanFile


@dataclass(frozen=True)
class PersonOnCard:
    """One beneficiary: her visits of the day, and the key of a new one; `met` is her file, None while she has
    none; `series` are the plans of several days that are billed now and then.
    """

    patient: Patient
    visits: tuple[CareVisit, ...]
    met: Met | None
    new: str = ""
    series: tuple[Dossier[PlanFile], ...] = ()

    @property
    def to_see(self) -> tuple[CareVisit, ...]:
        """Her visits that are not signed."""
        return tuple(one for one in self.visits if one.standing in OPEN)


def people_on_card(office: Office, people: Sequence[Patient], day: date, ps: str) -> list[PersonOnCard]:
    """The people of a card, the insured person first, with their visits of a carer's day.

    Their files are completed by what the card says; what differs is told, never overwritten.
    """
    if not people:
        return []
    met = {one.patient.told.person: one for one in meet_card(office, people)}
    nir = people[0].nir
    visits = [one for one in care_visits(office, day, ps) if one.person.nir == nir]
    found = []
    for one in people:
        own = met.get(f"{one.nir} {one.born} {one.birth_rank}")
        mine = tuple(visit for visit in visits if _is_of(visit, one))
        new = new_key(own.patient.id, day) if own else ""
        found.append(PersonOnCard(one, mine, own, new, _series(office, own, ps)))
    return found


def _series(office: Office, met: Met | None, ps: str) -> tuple[Dossier[PlanFile], ...]:
    if met is None:
        return ()
    plans = of_patient(office, PlanFile, met.patient.id)
    return tuple(one for one in plans if one.told.together and one.row.ps == ps)


def file_of_person(office: Office, patient: Patient) -> Met:
    """The file of one beneficiary, made when there is none."""
    return meet(office, patient)


def _is_of(visit: CareVisit, patient: Patient) -> bool:
    person = visit.person
    born = f"{person.born:%Y%m%d}" if person.born else ""
    if born:
        return born == patient.born and person.rank in ("", patient.birth_rank)
    return patient.beneficiary_rank == "001" or patient.born[2:6] == patient.nir[1:5]
