"""A practice of sixty fictitious patients, of a nurse and a physiotherapist, with their prescriptions and
plans, drawn from a seed. A dozen of them have test cards.

Numbers of those without a card are of people born abroad (department 99), in a town that does not exist.
"""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

from tournee.app.context import Office
from tournee.app.practice.dossiers import Dossier
from tournee.app.practice.insurers import add_insurer
from tournee.app.practice.patients import add_patient, meet
from tournee.app.practice.plans import add_plan
from tournee.app.practice.prescriptions import add_prescription
from tournee.billing.identity import IdentityError
from tournee.billing.nomenclature.table import Profession
from tournee.billing.zones.card import patients_from_groups
from tournee.emulation.cards.content import card_content, card_names
from tournee.formats import zones
from tournee.practice.insurer_file import Convention, InsurerFile
from tournee.practice.patient_file import Address, PatientFile
from tournee.practice.planning.plan_file import PlanFile, Slot, as_care
from tournee.practice.planning.recurrence import EVERY_DAY, Recurrence
from tournee.practice.prescription_file import PrescribedCare, Prescriber, PrescriptionFile

PATIENTS = 60
NURSE, PHYSIOTHERAPIST = "756000121", "697000230"
_CARDS = 12
_TOWN = "999"  # of birth: no such commune

_NAMES = (
    *("Abadie", "Barthez", "Castaing", "Delmas", "Escoffier", "Fabre", "Gleizes", "Houdin", "Izard"),
    *("Kervella", "Lagarde", "Maurel", "Noguès", "Ortola", "Peyre", "Quintin", "Rouquette", "Salvan"),
    *("Tournier", "Urbain", "Vidal", "Wagner", "Ysern", "Zeller"),
)
_WOMEN = ("Adèle", "Béatrice", "Céline", "Dominique", "Élodie", "Geneviève", "Hélène", "Irène", "Odile")
_MEN = ("Alain", "Bernard", "Cédric", "Denis", "Émile", "François", "Guy", "Henri", "Ivan", "Léon")
_STREETS = ("rue des Tilleuls", "avenue Foch", "impasse du Moulin", "rue des Filatures", "chemin de Kerven")
_DOCTORS = (
    Prescriber("Dr Anne Roy", "751000126", "10100001071"),
    Prescriber("Dr Marc Salaün", "691000343", "10100002087"),
    Prescriber("Dr Lise Ferrand", "331000562", "10100003093"),
)

_NURSING: tuple[tuple[str, list[dict[str, Any]], frozenset[int], int], ...] = (
    ("injection sous-cutanée", [{"acte": "Injection sous-cutanée"}, {"code": "MAU"}], EVERY_DAY, 0),
    ("pansement de stomie", [{"acte": "Pansement de stomie"}], frozenset({0, 2, 4}), 0),
    ("pansement simple", [{"acte": "Pansement de plaie chirurgicale simple"}], frozenset({0, 3}), 10),
    ("alimentation entérale", [{"acte": "Alimentation entérale, séance"}], frozenset({0, 1, 2, 3, 4}), 0),
)
_PHYSIOTHERAPY: tuple[tuple[str, list[dict[str, Any]], frozenset[int], int], ...] = (
    ("rééducation de l’épaule", [{"code": "RSM", "coefficient": 8.09}], frozenset({0, 3}), 20),
    ("rééducation du genou", [{"code": "VIM", "coefficient": 8.11}], frozenset({1, 4}), 15),
    ("rééducation de la main", [{"code": "VSC", "coefficient": 8.11}], frozenset({0, 2, 4}), 15),
)

_INSURERS = (
    InsurerFile("0099900009", "Mutuelle des Tilleuls", Convention(indicator="23"), "0100000900"),
    InsurerFile("0099900017", "Mutuelle du Canal", Convention("single"), "0100000901"),
)
"""Fictitious, as on the test cards."""


def populate(office: Office, day: date, seed: int = 1) -> int:
    """Fill an empty practice around a day: its plans have begun three weeks before, and go on for as long.

    The same seed and day make the same people and plans. Gives how many patients there are.
    """
    draw = random.Random(seed)  # noqa: S311 (fictitious people)
    for insurer in _INSURERS:
        add_insurer(office, insurer)
    patients = [*_with_cards(office), *_without(office, draw)]
    start = day - timedelta(days=21)
    for rank, patient in enumerate(patients):
        nurse = rank % 5 < 3
        _plan(office, patient, start, draw, nurse=nurse)
    return len(patients)


def _with_cards(office: Office) -> list[Dossier[PatientFile]]:
    """The insured persons of the first test cards."""
    found: list[Dossier[PatientFile]] = []
    for name in card_names("vitale"):
        try:
            people = patients_from_groups(zones.decode(card_content(name).zone))
        except IdentityError:
            continue
        met = meet(office, people[0]).patient
        if met.id not in {one.id for one in found}:
            found.append(met)
        if len(found) == _CARDS:
            break
    return found


def _without(office: Office, draw: random.Random) -> list[Dossier[PatientFile]]:
    made = []
    for rank in range(PATIENTS - _CARDS):
        woman = draw.random() < 0.6
        born = date(draw.randrange(1930, 2005), draw.randrange(1, 13), draw.randrange(1, 29))
        body = f"{'2' if woman else '1'}{born:%y%m}99{_TOWN}{rank + 1:03}"
        made.append(
            add_patient(
                office,
                PatientFile(
                    _NAMES[rank % len(_NAMES)],
                    draw.choice(_WOMEN if woman else _MEN),
                    f"{born:%Y%m%d}",
                    nir=body,
                    key=f"{97 - int(body) % 97:02}",
                    address=Address(
                        f"{draw.randrange(1, 90)} {draw.choice(_STREETS)}",
                        f"750{draw.randrange(1, 21):02}",
                        "Paris",
                        draw.choice(("", "2e étage", "appt 4", "rez-de-chaussée")),
                        draw.choice(("", "48B12", "1953A")),
                    ),
                    phone=f"01000{draw.randrange(100_000):05}",
                    usual=as_care({"tiers_payant": "amo"}),
                ),
            )
        )
    return made


def _plan(
    office: Office, patient: Dossier[PatientFile], start: date, draw: random.Random, *, nurse: bool
) -> None:
    words, acts, weekdays, sessions = draw.choice(_NURSING if nurse else _PHYSIOTHERAPY)
    prescribed = PrescriptionFile(
        draw.choice(_DOCTORS),
        start - timedelta(days=draw.randrange(1, 6)),
        (PrescribedCare(words, sessions),),
        sessions=sessions,
        months=0 if sessions else 3,
        home=nurse,
        daily=nurse,
    )
    order = add_prescription(office, patient, prescribed)
    care: dict[str, Any] = {"actes": acts}
    if nurse:
        care["deplacement"] = {"indemnite": "IFA"}
    minute = draw.randrange(6 * 12, 19 * 12) * 5
    profession: Profession = "IF" if nurse else "MK"
    when = Recurrence(start, None, weekdays, holidays="kept" if nurse else "left")
    slots = (Slot(as_care(care), minute),)
    plan = PlanFile(slots, when, profession, words, together=not nurse)
    add_plan(office, patient, order, plan, NURSE if nurse else PHYSIOTHERAPIST)
