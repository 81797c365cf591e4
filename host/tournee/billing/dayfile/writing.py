"""A visit back as the tables of a day file: what `read_day` reads of them is the same visit.

Written with plain values, as JSON has them; what is as nothing said is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from tournee.billing.dayfile.passages import ACTS, PASSAGE, PLACES, TRAVEL
from tournee.billing.dayfile.payers import AME, C2S, ORIGINS, THIRD_PARTY
from tournee.billing.dayfile.people import MODES
from tournee.billing.dayfile.visits import CARD_MODES, NATURES, NOT_SHOWN
from tournee.billing.european.ceam import Ceam
from tournee.billing.identity import Amc, Patient, Period
from tournee.billing.visit import (
    COEFFICIENT_ONE,
    SICKNESS,
    Act,
    Agreement,
    Passage,
    Prescription,
    Travel,
    Visit,
)
from tournee.model.codes import KINDS, SECURED

_HOUR = 60  # minutes
_ANSWERS = {"given": "accordé", "refused": "refusé", "": ""}


def visit_table(visit: Visit, reference: str = "") -> dict[str, Any]:
    """The `[[visite]]` of a visit, its day being that of `[journee]`.

    One passage stands in the visit's own keys, several in `[[visite.passage]]`.
    """
    typed = visit.typed
    told = {
        "reference": reference,
        "nir": visit.nir,
        "cle": visit.key or (typed.key if typed else ""),
        "nom": visit.name,
        "naissance": _day(visit.born) if visit.ceam is None else "",
        "rang_naissance": visit.birth_rank,
        "mode": _word(CARD_MODES, visit.mode) if typed is None and visit.mode != SECURED else "",
        "motif": visit.reason if typed is None and visit.reason != NOT_SHOWN else "",
        "palliatif": visit.palliative,
        "bilan": _day(visit.assessed),
        "sortie": _day(visit.discharged),
        "acces_direct": visit.direct,
        "groupe": visit.group,
        "accord": _agreement(visit.agreement),
        "prescription": _prescription(visit.prescription),
        "documents": [kind for kind in KINDS if kind in visit.documents] if visit.documents else None,
        "contrat": "99" if visit.contract99 else "",
        "tiers_payant_complementaire": visit.complementary_third_party,
        "nature": "" if visit.nature == SICKNESS else _word(NATURES, visit.nature),
        "accident": _given({"numero": visit.accident.number, "date": _day(visit.accident.day)})
        if visit.accident
        else None,
        "exoneration": visit.entitlement.exemption,
        "regime_local": visit.entitlement.local_scheme,
        "maternite": _period(visit.entitlement.maternity),
        "amc": _amc(visit.amc),
        "patient": _patient(visit, typed) if typed else None,
        "ceam": _ceam(visit.ceam) if visit.ceam else None,
    }
    found = _given(told)
    if visit.ceam is None:
        found["tiers_payant"] = _word(THIRD_PARTY, visit.third_party)
    if not visit.exempt:
        found["ald"] = False
    if len(visit.passages) == 1:
        return found | one_passage(visit.passages[0], visit.day)
    return found | {PASSAGE: [several_passages(one) for one in visit.passages]}


def one_passage(passage: Passage, day: date) -> dict[str, Any]:
    """The keys of a visit that has one passage; its acts have their own day where that is another `day`."""
    apart = {"date": _day(passage.day)} if passage.day != day else {}
    return _passage(passage) | {ACTS: [_act(one) | apart for one in passage.acts]}


def several_passages(passage: Passage) -> dict[str, Any]:
    """One `[[visite.passage]]`."""
    return {"date": _day(passage.day)} | _passage(passage) | {ACTS: [_act(one) for one in passage.acts]}


def _passage(passage: Passage) -> dict[str, Any]:
    return _given(
        {
            "heure": _hour(passage.minute),
            "lieu": _word(PLACES, passage.place) if passage.place else "",
            "foyer": passage.shared,
            "majoration": passage.majoration,
            "appel": _hour(passage.called),
            "urgence": passage.urgent,
            TRAVEL: _travel(passage.travel),
        }
    )


def _act(act: Act) -> dict[str, Any]:
    return _given(
        {
            "code": act.code,
            "coefficient": _number(act.coefficient),
            "acte": act.act,
            "derogation": act.derogation,
            "quantite": act.quantity if act.quantity != 1 else None,
            "honoraires": _number(act.fee),
            "qualificatif": act.qualifier,
            "exoneration": act.exemption,
        }
    )


def _travel(travel: Travel | None) -> dict[str, Any] | None:
    if travel is None:
        return None
    ground = travel.ground if travel.ground != "plaine" else ""
    coefficient = _number(travel.coefficient) if travel.coefficient != COEFFICIENT_ONE else None
    return _given(
        {
            "indemnite": travel.allowance,
            "coefficient": coefficient,
            "kilometres": travel.kilometres,
            "terrain": ground,
        }
    )


def _prescription(one: Prescription | None) -> dict[str, Any] | None:
    if one is None:
        return None
    return _given(
        {
            "date": _day(one.day),
            "prescripteur": one.prescriber,
            "rpps": one.rpps,
            "specialite": one.speciality if one.speciality != "01" else "",
            "origine": _word(ORIGINS, one.origin) if one.origin else "",
            "seances": one.sessions,
            "faites": one.done,
            "duree_mois": one.months,
            "domicile": one.home,
            "nuit": one.night,
            "quotidien": one.daily,
            "renouvellement": one.renewal,
        }
    )


def _agreement(one: Agreement | None) -> dict[str, Any] | None:
    if one is None:
        return None
    return _given(
        {
            "demande": _day(one.asked),
            "reponse": _ANSWERS[one.answer],
            "le": _day(one.answered),
            "numero": one.number,
        }
    )


def _amc(amc: Amc | None) -> dict[str, Any] | None:
    if amc is None:
        return None
    return _given(
        {
            "numero": amc.number,
            "adherent": amc.member,
            "indicateur": amc.indicator,
            "routage": amc.routing,
            "hote": amc.host,
            C2S: amc.c2s,
            "accord_de_gestion": amc.management == "single",
        }
    )


def _patient(visit: Visit, typed: Patient) -> dict[str, Any]:
    rank, quality = typed.beneficiary_rank, typed.quality
    return _given(
        {
            "mode": _word(MODES, visit.mode),
            "motif": visit.reason,
            "nom": typed.name,
            "prenom": typed.first_name,
            "regime": typed.regime,
            "caisse": typed.caisse,
            "centre": typed.centre,
            "rang": rank if rank != "001" else "",
            "qualite": quality if quality != "0" else "",
            "ald": any(one.ald != "0" for one in typed.coverage),
            C2S: typed.amc is not None and typed.amc.c2s,
            AME: _period(visit.entitlement.state_aid),
        }
    )


def _ceam(card: Ceam) -> dict[str, Any]:
    return _given(
        {
            "pays": card.country,
            "nom": card.name,
            "prenom": card.first_name,
            "naissance": _day(card.born),
            "numero_personnel": card.personal_number,
            "institution": card.institution,
            "sigle": card.acronym,
            "numero_carte": card.card_number,
            "expiration": _day(card.expires),
            "debut": _day(card.starts),
        }
    )


def _period(one: Period | None) -> dict[str, Any] | None:
    if one is None:
        return None
    return {key: f"{day[:4]}-{day[4:6]}-{day[6:]}" for key, day in (("debut", one.start), ("fin", one.end))}


def _given(told: dict[str, Any]) -> dict[str, Any]:
    """Without what is as nothing said; a coefficient of 0 is said."""
    return {
        key: value
        for key, value in told.items()
        if value or (isinstance(value, float | int) and not isinstance(value, bool) and key in _MAY_BE_ZERO)
    }


_MAY_BE_ZERO = ("coefficient", "honoraires", "quantite")


def _word(words: Mapping[str, Any], value: Any) -> str:
    return next(word for word, meant in words.items() if meant == value)


def _day(day: date | None) -> str:
    return f"{day:%Y-%m-%d}" if day else ""


def _hour(minute: int | None) -> str:
    return "" if minute is None else f"{minute // _HOUR:02}:{minute % _HOUR:02}"


def _number(value: int | None) -> int | float | None:
    if value is None:
        return None
    return value // 100 if value % 100 == 0 else value / 100
