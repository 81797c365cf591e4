"""An attestation of rights, or of AME, copied from paper: kept with the patient as typed, with its day."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from tournee.app.context import Office
from tournee.app.practice.dossiers import KINDS, Dossier, read, search
from tournee.app.practice.patients import edit_patient
from tournee.billing.dayfile.day import Complete
from tournee.billing.dayfile.payers import AME
from tournee.billing.identity import Coverage, Period
from tournee.billing.numbers import NIR_LENGTH
from tournee.practice.patient_file import (
    ORGANISME_DIGITS,
    ORIGINS,
    PatientError,
    PatientFile,
    RightsRead,
)
from tournee.practice.planning.plan_file import as_care
from tournee.practice.planning.planned_visit import aid_noted, by_aid_noted

_TYPED = "patient"  # a key of the day file


@dataclass(frozen=True)
class CopiedAttestation:
    """What a paper says: régime, caisse and centre in nine digits, the days it covers, ALD, AME; `day`: when
    it was made out.
    """

    organisme: str
    start: date
    end: date
    day: date
    ald: bool = False
    state_aid: bool = False


def note_attestation(
    office: Office, patient: Dossier[PatientFile], told: CopiedAttestation
) -> Dossier[PatientFile]:
    """Keep what a paper says beside what the card said; each visit of an AME is billed by it. PatientError
    for one that is over, or of a person whose number is not known.
    """
    file, digits, today = patient.told, told.organisme, office.clock().date()
    fault = ""
    if not file.nir:
        fault = "son numéro n’est pas connu : dites-le d’abord"
    elif len(digits) != ORGANISME_DIGITS or not (digits.isascii() and digits.isdigit()):
        fault = "régime, caisse et centre font 9 chiffres"
    elif told.end < told.start:
        fault = "l’attestation finit avant de commencer"
    elif told.end < today:
        fault = f"l’attestation est finie depuis le {told.end:%d/%m/%Y} : demandez celle qui est en cours"
    elif told.day > today:
        fault = f"l’attestation est du {told.day:%d/%m/%Y}, un jour à venir"
    elif _is_newer(file.read_by("typed"), told):
        fault = "une attestation plus récente, qui va plus loin, est déjà gardée"
    if fault:
        raise PatientError(f"Attestation de {file.who} : {fault}.", next_step="relisez le papier")
    person = replace(
        file.insured_by(digits),
        coverage=(Coverage(ald="1" if told.ald else "0"),),
        rights=(Period(f"{told.start:%Y%m%d}", f"{told.end:%Y%m%d}"),),
    )
    others = tuple(one for one in file.rights if one.origin != "typed")  # a slip of the pen is typed anew
    changed = replace(file, rights=others).with_rights(RightsRead(told.day, "typed", person))
    usual = json.loads(changed.usual)
    if told.state_aid:
        usual[_TYPED] = {
            "nom": file.name,
            "prenom": file.first_name,
            "regime": person.regime,
            "caisse": person.caisse,
            "centre": person.centre,
            AME: {"debut": told.start.isoformat(), "fin": told.end.isoformat()},
        }
    elif aid_noted(changed):
        del usual[_TYPED]  # the rights of a caisse follow an AME
    changed = replace(changed, usual=as_care(usual))
    return edit_patient(office, patient, changed)


def _is_newer(known: RightsRead | None, told: CopiedAttestation) -> bool:
    return known is not None and known.day > told.day and known.beneficiary.rights_end > f"{told.end:%Y%m%d}"


def attestation_said(file: PatientFile, today: date) -> str:
    """The typed rights of a patient in French, with their day, origin and age; "" when there are none."""
    read = file.read_by("typed")
    if read is None:
        return ""
    until = next((f" jusqu’au {_said(one.end)}" for one in read.beneficiary.rights if one.end), "")
    what = "AME" if aid_noted(file) else "droits"
    days = max((today - read.day).days, 0)
    over = (
        " ; finie" if read.beneficiary.rights_end and read.beneficiary.rights_end < f"{today:%Y%m%d}" else ""
    )
    who = read.beneficiary
    return (
        f"{what}{until}, caisse {who.regime} {who.caisse} {who.centre} "
        f"({ORIGINS['typed']}, papier du {read.day:%d/%m/%Y}, {days} jour{'s' if days > 1 else ''}{over})"
    )


def _said(day: str) -> str:
    return f"{day[6:]}/{day[4:6]}/{day[:4]}"


def by_attestations(office: Office) -> Complete:
    """Completes the visits of a day file by the AME noted of their patients, as planned ones are."""

    def complete(visit: Mapping[str, Any]) -> Mapping[str, Any]:
        file = _file_of(office, visit)
        return visit if file is None else by_aid_noted(file, visit)

    return complete


def _file_of(office: Office, visit: Mapping[str, Any]) -> PatientFile | None:
    """The file of a visit's patient: of the insured person, where no day of birth is told."""
    nir = "".join(str(visit.get("nir", "")).split()).upper()[:NIR_LENGTH]
    if len(nir) < NIR_LENGTH:
        return None
    born = _told_day(visit.get("naissance"))
    if born:
        name = f"{nir} {born} {visit.get('rang_naissance', '1')}"
        row = office.journal.dossiers.named(KINDS[PatientFile], name)
        return read(PatientFile, row).told if row is not None and row.content else None
    found = [one.told for one in search(office, PatientFile, nir)]
    own = [one for one in found if one.nir == nir and one.born[2:6] == nir[1:5]]
    return own[0] if len(own) == 1 else None


def _told_day(said: object) -> str:
    """A day of the day file as eight digits, "" for none."""
    parts = str(said or "").replace("/", "-").split("-")
    return "".join(parts if len(parts[0]) > len("31") else reversed(parts))
