"""What a Vitale card says of a beneficiary on a day, a line each, with what is wrong; in French."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from tournee.app.context import Office
from tournee.app.opposition.in_force import list_state
from tournee.app.services.card_update.due import WHERE, due_of
from tournee.app.services.rights.answer import SERVICE
from tournee.billing.identity import Patient
from tournee.practice.patient_file import PatientFile

_DAY = "%Y%m%d"
_ENDLESS = "2900"

OPPOSITION = "Opposition"
"""Name of the line of the opposition list."""


@dataclass(frozen=True)
class RightsLine:
    """`state` is ok, info, warn or bad; `name` what it is about; `act` the screen that mends it, "" none."""

    name: str
    icon: str
    text: str
    state: str = "ok"
    act: str = ""


@dataclass(frozen=True)
class CardRights:
    """What the card says of one person on a day; `wrong` is the first thing amiss, "" for none."""

    lines: tuple[RightsLine, ...]
    wrong: str = ""

    @property
    def is_fine(self) -> bool:
        """Whether nothing is amiss."""
        return not self.wrong


def rights_on(office: Office, patient: Patient, day: date, file: PatientFile | None = None) -> CardRights:
    """The lines of a beneficiary on a day; the patient's file may say an insurer that the card does not."""
    lines = [
        replace(_rights(patient, day), act="droits" if office.services.has(SERVICE) else ""),
        RightsLine("Caisse", "lieu", f"{patient.regime} · {patient.caisse} · {patient.centre}"),
        _coverage(patient, day),
        _insurer(patient, day, file),
        _opposition(office),
    ]
    if (due := due_of(office, patient, day)) is not None:
        text = f"Carte à mettre à jour {WHERE} : {due.text}"
        lines.append(RightsLine("Carte", "carte", text, "warn"))
    wrong = next((one.text for one in lines if one.state == "bad"), "")
    return CardRights(tuple(lines), wrong)


def _rights(patient: Patient, day: date) -> RightsLine:
    end = patient.rights_end
    if patient.has_rights_on(f"{day:{_DAY}}"):
        endless = not end or end >= _ENDLESS
        return RightsLine("Droits", "bouclier", f"Ouverts{', sans date de fin' if endless else _until(end)}")
    if end and end < f"{day:{_DAY}}":
        return RightsLine("Droits", "bouclier", f"Terminés depuis le {_said(end)}", "bad")
    return RightsLine("Droits", "bouclier", "Pas encore ouverts ce jour", "bad")


def _coverage(patient: Patient, day: date) -> RightsLine:
    told = []
    if patient.has_ald(f"{day:{_DAY}}"):
        told.append("ALD : soins liés remboursés à 100 %")
    told += [f"Accident {one}" for one in patient.accidents]
    if patient.amc is not None and patient.amc.c2s:
        told.append("Complémentaire santé solidaire")
    text = " · ".join(told) or "Aucune sur la carte"
    return RightsLine("ALD, maternité, accident", "document", text, "info" if not told else "ok")


def _insurer(patient: Patient, day: date, file: PatientFile | None) -> RightsLine:
    amc = patient.amc
    if amc is None and file is not None and file.amc is not None:
        return RightsLine("Mutuelle", "regler", f"n° {file.amc.number}, d’après le dossier")
    if amc is None:
        return RightsLine("Mutuelle", "regler", "Aucune sur la carte", "info", "mutuelle")
    if not amc.period.holds(f"{day:{_DAY}}"):
        end = amc.period.end
        return RightsLine(
            "Mutuelle", "regler", f"n° {amc.number}, terminée le {_said(end)}", "warn", "mutuelle"
        )
    return RightsLine("Mutuelle", "regler", f"n° {amc.number}{_until(amc.period.end)}")


def _opposition(office: Office) -> RightsLine:
    state = list_state(office)
    if state.doubt:
        return RightsLine(OPPOSITION, "carte", state.doubt[:1].upper() + state.doubt[1:], "warn")
    return RightsLine(OPPOSITION, "carte", "Aucune")


def _until(end: str) -> str:
    return f", jusqu’au {_said(end)}" if end and end < _ENDLESS else ""


def _said(day: str) -> str:
    try:
        return f"{datetime.strptime(day, _DAY):%d/%m/%Y}"
    except ValueError:
        return day
