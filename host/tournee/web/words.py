"""How people, ages and moments are said on the page."""

from __future__ import annotations

import re
from datetime import date

from tournee.app.bedside.care_visit import CareVisit
from tournee.french import of_name as of
from tournee.practice.patient_file import Address, PatientFile

__all__ = ["age", "is_woman", "is_woman_file", "lead", "of", "owes", "said", "state", "where"]

_WOMAN = "2"


def owes(care: CareVisit) -> str:
    """« La patiente doit », « Le patient doit »: by the number of who is insured herself."""
    return f"{'La patiente' if is_woman(care) else 'Le patient'} doit"


def is_woman(care: CareVisit) -> bool:
    """Whether the number says so; a beneficiary's number is another person's."""
    person = care.person
    own = person.born is None or f"{person.born:%y%m}" == person.nir[1:5]
    return own and person.nir.startswith(_WOMAN)


def is_woman_file(file: PatientFile) -> bool:
    """The same of a patient's file."""
    return file.nir.startswith(_WOMAN) and file.born[2:6] == file.nir[1:5]


def age(patient: PatientFile, day: date) -> str:
    """`71 ans`, `5 mois`."""
    born = patient.born
    years = day.year - int(born[:4]) - (f"{day:%m%d}" < born[4:])
    if years >= 2:
        return f"{years}\N{NO-BREAK SPACE}ans"
    months = (day.year - int(born[:4])) * 12 + day.month - max(int(born[4:6]), 1)
    return f"{max(months, 0)}\N{NO-BREAK SPACE}mois"


_KEYS = re.compile(r" \(« [^»]* »\)")


def said(text: str) -> str:
    """A rule's words as the page says them: without the keys of the day file."""
    plain = plainly(_KEYS.sub("", text))
    return plain[:1].upper() + plain[1:]


_STATES = {
    "certifiée": "sécurisée",
    "en lot": "préparée pour l’envoi",
}


def state(text: str) -> str:
    """Where an invoice stands, in the page's words."""
    for word, ours in _STATES.items():
        text = text.replace(word, ours)
    return text


_PLAIN = tuple(
    (re.compile(rf"\b{term}\b"), ours)
    for term, ours in (
        (r"NIR", "numéro de sécurité sociale"),
        (r"aucun ARL", "aucune réponse"),
        (r"(l’|un )ARL", "la réponse"),
        (r"ARL", "réponse"),
        (r"(le retour|ce retour) (\d+)", r"la réponse n° \2"),
        (r"retours (\d+)", r"réponses \1"),
        (r"retour (\d+)", r"réponse n° \1"),
        (r"les retours", "les réponses"),
        (r"des retours", "des réponses"),
        (r"vos retours", "vos réponses"),
        (r"ce retour", "cette réponse"),
        (r"son retour", "sa réponse"),
        (r"un autre poste", "un autre appareil"),
        (r"du poste", "de l’appareil"),
        (r"part AMO", "part de la caisse"),
        (r"part AMC", "part de la mutuelle"),
        (r"l’AMC", "la mutuelle"),
        (r"AMC", "mutuelle"),
        (r"AMO", "caisse"),
        (r"FSE et DRE", "facture et demande à la mutuelle"),
        (r"FSE", "facture"),
        (r"DRE", "demande à la mutuelle"),
        (r"mode dégradé", "facture sans carte"),
        (r"l’OCT", "l’organisme qui transmet vos factures"),
        (r"votre OCT", "l’organisme qui transmet vos factures"),
        (r"à certifier", "à sécuriser"),
        (r"certifiées", "sécurisées"),
        (r"certifiée", "sécurisée"),
        (r"dans le fichier du jour", "sur sa page"),
        (r"oct-emule", "OCT d’essai"),
        (r"direct-emule", "caisses d’essai"),
    )
)
"""Terms of the field that errors and alerts say to every face, and what the page says in their place."""


def plainly(text: str) -> str:
    """A message in the page's words: no term of the trade's machinery is left in it."""
    for term, ours in _PLAIN:
        text = term.sub(ours, text)
    return text


def where(address: Address) -> str:
    """The address on one line, town left out: she knows it."""
    floor = f"étage {address.floor}" if address.floor.isdecimal() else address.floor
    return ", ".join(part for part in (address.street, floor) if part)


def lead(care: CareVisit) -> str:
    """Age, address, door code."""
    if care.patient is None:
        return ""
    told = care.patient.told
    code = f"code {told.address.door_code}" if told.address.door_code else ""
    return " · ".join(part for part in (age(told, care.day), where(told.address), code) if part)
