"""The same picture as the paper of two persons: asked about, for one of them may be a slip."""

from __future__ import annotations

from dataclasses import dataclass

from tournee.app.context import Office
from tournee.app.finding import thing_of
from tournee.app.practice.dossiers import KINDS, get, read
from tournee.billing.visit import Person
from tournee.errors import StoreError
from tournee.practice.patient_file import PatientFile
from tournee.practice.scan_file import ScanFile
from tournee.store import DossierRow

REMEDY = "same-picture"


class SamePictureError(StoreError):
    """The same picture is kept of another person; `who` it is, in French."""

    def __init__(self, who: str) -> None:
        super().__init__(
            f"La même image est déjà gardée pour {who}.",
            next_step="regardez si c’est la bonne, ou gardez-la aussi ici",
            remedy=REMEDY,
        )
        self.who = who


@dataclass(frozen=True)
class PictureOwner:
    """Whose a picture is: by the patient's file, by number and birth, by the holder of a European card."""

    who: str
    patient: int | None = None
    person: Person | None = None
    holder: str = ""

    def is_same(self, other: PictureOwner) -> bool:
        """Whether both are one person."""
        if self.patient is not None and self.patient == other.patient:
            return True
        if self.person is not None and other.person is not None:
            return self.person.same(other.person)
        return bool(self.holder) and self.holder == other.holder


def refuse_same_picture(
    office: Office, told: ScanFile, *, patient: int | None = None, visit: int | None = None
) -> None:
    """SamePictureError when another person than this patient, or this visit's, has this picture and this one
    has not: once it was kept for both, nothing is asked any more.
    """
    own = [_of_patient(office, patient)] if patient is not None else []
    if visit is not None:
        own.append(_of_visit(office, visit))
    rows = office.journal.dossiers.find(KINDS[ScanFile])
    same = [row for row in rows if row.content and read(ScanFile, row).told.is_same_picture(told)]
    whose = [one for row in same for one in _whose(office, row)]
    if whose and not any(one.is_same(other) for one in own for other in whose):
        raise SamePictureError(whose[0].who)


def _whose(office: Office, row: DossierRow) -> list[PictureOwner]:
    if row.patient is not None:
        return [_of_patient(office, row.patient)]
    return [_of_visit(office, tie.visit_id) for tie in office.journal.pieces.visits_of([row.id])]


def _of_patient(office: Office, patient: int) -> PictureOwner:
    one = get(office, PatientFile, patient)
    return PictureOwner(one.told.who, one.id, one.told.as_person if one.told.nir else None)


def _of_visit(office: Office, visit_id: int) -> PictureOwner:
    thing = thing_of(office, visit_id)
    visit = thing.visit.judged.visit
    if visit.ceam is not None:
        holder = f"{visit.ceam.holder} {visit.ceam.born}"
        return PictureOwner(visit.ceam.holder.title(), holder=holder)
    return PictureOwner(thing.patient, person=visit.person if visit.person.nir else None)
