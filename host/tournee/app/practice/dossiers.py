"""Values of the practice's file in the journal: written, read, found, changed, put together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from tournee.app.context import Office
from tournee.errors import StoreError
from tournee.practice.care_model import CareModel
from tournee.practice.forms import read_form, write_form
from tournee.practice.insurer_file import InsurerFile
from tournee.practice.patient_file import PatientFile
from tournee.practice.planning.plan_file import PlanFile
from tournee.practice.planning.round_file import Absence, RoundFile
from tournee.practice.prescriber_file import PrescriberFile
from tournee.practice.prescription_file import PrescriptionFile
from tournee.practice.replacement_contract import ReplacementContract, SignedStatement
from tournee.practice.scan_file import ScanFile
from tournee.practice.words import search_words
from tournee.store import DossierDraft, DossierRow

KINDS: dict[type, str] = {
    PatientFile: "patient",
    PrescriptionFile: "prescription",
    PlanFile: "plan",
    PrescriberFile: "prescriber",
    InsurerFile: "insurer",
    RoundFile: "round",
    Absence: "absence",
    ScanFile: "scan",
    CareModel: "model",
    ReplacementContract: "contract",
    SignedStatement: "statement",
}
"""What is kept, and how the journal calls it."""

_NUMBER_DIGITS = 9
_SHOWN_MAX = 12

Told = TypeVar("Told")


@dataclass(frozen=True)
class Dossier(Generic[Told]):
    """A value with its place in the journal. `others`: what another device says it is, while both stand;
    `all_heads`: the value of each head.
    """

    row: DossierRow
    told: Told
    others: tuple[Told, ...] = ()
    all_heads: tuple[Told, ...] = ()

    @property
    def id(self) -> int:
        """Its number."""
        return self.row.id


def draft_of(told: Any, *, patient: int | None = None, ps: str = "") -> DossierDraft:
    """How a value stands in the journal: by what it is found, on which days."""
    content = write_form(told)
    if isinstance(told, PatientFile):
        return DossierDraft(content, name=told.person, words=told.words)
    if isinstance(told, PrescriberFile):
        return DossierDraft(content, name=told.told, words=told.words)
    if isinstance(told, InsurerFile):
        return DossierDraft(content, name=told.number, words=told.words)
    if isinstance(told, ScanFile):
        return DossierDraft(content, patient=patient)
    if isinstance(told, CareModel):
        return DossierDraft(content, ps=ps, name=told.named(ps), words=" ".join(search_words(told.name)))
    if isinstance(told, ReplacementContract):
        return DossierDraft(content, ps=ps, words=told.words)
    if isinstance(told, SignedStatement):
        return DossierDraft(content, ps=ps, name=told.named)
    if isinstance(told, PrescriptionFile):
        first, last = told.day, told.last_day
        return DossierDraft(content, patient=patient, first_day=f"{first:%Y%m%d}", last_day=f"{last:%Y%m%d}")
    if isinstance(told, RoundFile):
        day = f"{told.day:%Y%m%d}"
        return DossierDraft(content, ps=ps, name=f"{ps} {day}", first_day=day, last_day=day)
    if isinstance(told, Absence):
        return DossierDraft(content, ps=ps, first_day=f"{told.first:%Y%m%d}", last_day=f"{told.last:%Y%m%d}")
    assert isinstance(told, PlanFile)
    when = told.when.bounds
    first_day, last_day = (f"{day:%Y%m%d}" if day else "" for day in when)
    return DossierDraft(content, patient=patient, ps=ps, first_day=first_day, last_day=last_day)


def read(kind: type[Told], row: DossierRow) -> Dossier[Told]:
    """A dossier as its value. FormError."""
    if row.kind != KINDS[kind]:
        raise StoreError(
            f"Le dossier {row.id} n’est pas de cette sorte.", next_step="cherchez-le par son nom"
        )
    *before, now = (read_form(kind, head.content) for head in row.heads)
    return Dossier(row, now, tuple(one for one in before if one != now), (*before, now))


def get(office: Office, kind: type[Told], dossier_id: int) -> Dossier[Told]:
    """One of this kind by its number, or what it became once it was merged; StoreError when there is none,
    or it is erased.
    """
    row = office.journal.dossiers.root(office.journal.dossiers.get(dossier_id))
    if not row.content:
        raise StoreError(f"Le dossier {dossier_id} est effacé.")
    return read(kind, row)


def search(office: Office, kind: type[Told], words: str, limit: int | None = None) -> list[Dossier[Told]]:
    """Those of a kind whose words hold each of these somewhere, in the order of their words, `limit` at most;
    "": all.
    """
    found = office.journal.dossiers.search(KINDS[kind], search_words(words), limit)
    return [read(kind, row) for row in found]


def latest(office: Office, kind: type[Told], limit: int) -> list[Dossier[Told]]:
    """The last of a kind by their first day, the latest first, whatever became of them but erased."""
    found = office.journal.dossiers.latest(KINDS[kind], limit)
    return [read(kind, row) for row in found if row.content]


def of_patient(office: Office, kind: type[Told], patient_id: int) -> list[Dossier[Told]]:
    """The open ones of a kind that are about a patient, in the order they came."""
    found = office.journal.dossiers.find(KINDS[kind], patient=patient_id)
    return [read(kind, row) for row in found]


def add(office: Office, told: Any, *, patient: int | None = None, ps: str = "") -> int:
    """Take a value in; gives its number."""
    return office.journal.dossiers.add(KINDS[type(told)], draft_of(told, patient=patient, ps=ps))


def reopen(office: Office, dossier_id: int, reason: str) -> None:
    """Take up again what was set aside."""
    row = office.journal.dossiers.get(dossier_id)
    kind = next(kind for kind, name in KINDS.items() if name == row.kind)
    office.journal.dossiers.reopen(dossier_id, draft_of(get(office, kind, dossier_id).told).words, reason)


def change(office: Office, dossier: Dossier[Told], told: Told) -> None:
    """Write what a dossier says now; where two devices said two things, this is what they come to.

    StoreError when it was changed since it was read.
    """
    if told == dossier.told and not dossier.others:
        return
    draft = draft_of(told, patient=dossier.row.patient, ps=dossier.row.ps)
    office.journal.dossiers.change(dossier.id, draft, [head.uid for head in dossier.row.heads])


def pick(
    office: Office, kind: type[Told], words: Sequence[str], show: Callable[[Dossier[Told]], str]
) -> Dossier[Told]:
    """The only one that these words find, or that has this number; StoreError tells which may be meant."""
    said = " ".join(words)
    if said.isdecimal() and len(said) < _NUMBER_DIGITS:
        return get(office, kind, int(said))
    found = search(office, kind, said, _SHOWN_MAX + 1)
    if len(found) == 1:
        return found[0]
    if not found:
        raise StoreError(f"Rien ne répond à « {said} ».", next_step="cherchez par une partie du nom")
    told = [f"{one.id} : {show(one)}" for one in found[:_SHOWN_MAX]]
    more = " et d’autres" if len(found) > _SHOWN_MAX else ""
    raise StoreError(
        f"« {said} » peut être {', '.join(told)}{more}.",
        next_step="redites-le avec le numéro, ou plus de mots",
    )
