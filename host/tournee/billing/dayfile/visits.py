"""One visit of the day file, from its tables to the values that are billed."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, cast

from tournee.billing import tariffs as tables
from tournee.billing.dayfile.ceam import CARD, read_ceam, refuse_beside
from tournee.billing.identity import AMC_DIGITS, Amc, Coverage, IdentityError, Patient
from tournee.billing.numbers import (
    BILLING_DIGITS,
    NIR_LENGTH,
    RPPS_DIGITS,
    billing_number_fault,
    nir_fault,
    nir_form_fault,
    rpps_fault,
)
from tournee.billing.tariffs import Profession
from tournee.billing.visit import (
    AMC_PAYS,
    AMO_PAYS,
    BOTH_PAY,
    MATERNITY,
    NO_THIRD_PARTY,
    SICKNESS,
    WORK_ACCIDENT,
    Accident,
    Act,
    Prescription,
    Visit,
)
from tournee.model.codes import DEGRADED, KINDS, NO_CARD, SECURED
from tournee.tables.table import Table

ACTS, TRAVEL = "actes", "deplacement"

_THIRD_PARTY = {"non": NO_THIRD_PARTY, "amo": AMO_PAYS, "amc": AMC_PAYS, "total": BOTH_PAY}
_NATURES = {
    "maladie": SICKNESS,
    "maternité": MATERNITY,
    "accident du travail": WORK_ACCIDENT,
}
_MODES = {"dégradé": DEGRADED, "sans carte": NO_CARD}
_ALSO_SAID: dict[tuple[Profession | None, str], str] = {("IF", "IFD"): "IFA"}
"""Codes that a profession says and does not bill: nurses' fixed travel allowance."""

_DRE_WITH_AND_WITHOUT = "30"  # group 109 field 4, for an attestation that does not tell


@dataclass(frozen=True)
class DraftVisit:
    """A visit read without mistake; its first `typed_acts` acts stand in `actes`, others in `deplacement`."""

    visit: Visit
    typed_acts: int


def read_visit(
    table: Table, day: date, profession: Profession | None, mistakes: Callable[[], int]
) -> DraftVisit | None:
    """Read a `[[visite]]`; None when something in it is wrong, which is then noted at its place.

    `mistakes` tells how many are noted so far.
    """
    before = mistakes()
    hand, european = table.table("patient"), table.table(CARD)
    nir, key = _nir(table, required=european is None, key_required=hand is not None)
    born = table.day("naissance")
    birth_rank = table.digits("rang_naissance", 1)
    mode, reason, typed = SECURED, "", None
    if european is not None:
        refuse_beside(table)
    elif hand is not None:
        mode, reason, typed = _typed_patient(hand, table, nir, key, born, birth_rank)
    acts = [_act(entry, day) for entry in table.tables(ACTS)]
    travel = table.table(TRAVEL)
    travelled = _travel(travel, day) if travel is not None else []
    ceam = read_ceam(european, _care_days(acts, day)) if european is not None else None
    visit = Visit(
        day=day,
        nir=nir,
        key=key,
        acts=tuple(_as_billed(act, profession) for act in (*acts, *travelled)),
        prescription=_prescription(table.table("prescription")),
        born=ceam.born if ceam is not None else born,
        birth_rank=birth_rank,
        typed=typed,
        amc=_attestation(table.table("amc")),
        mode=mode,
        reason=reason,
        third_party=table.choice("tiers_payant", _THIRD_PARTY, default=NO_THIRD_PARTY),
        complementary_third_party=table.flag("tiers_payant_complementaire", False),
        documents=table.words("documents", KINDS),
        contract99=table.choice("contrat", {"99": True}, default=False),
        nature=table.choice("nature", _NATURES, default=SICKNESS),
        accident=_accident(table.table("accident")),
        exempt=table.flag("ald", True),
        ceam=ceam,
    )
    table.finish()
    return DraftVisit(visit, len(acts)) if mistakes() == before else None


def _care_days(acts: list[Act], day: date) -> list[date]:
    """The days of care; none where nobody told one."""
    return [one for one in [act.day for act in acts] or [day] if one > date.min]


def _nir(table: Table, *, required: bool, key_required: bool) -> tuple[str, str]:
    nir = table.text("nir", required=required).replace(" ", "").upper()  # as the card has it, in groups
    with_key = len(nir) == NIR_LENGTH + 2 and not table.has("cle")
    key = nir[NIR_LENGTH:] if with_key else table.digits("cle", 2, required=key_required)
    nir = nir[:NIR_LENGTH] if with_key else nir
    if nir and (fault := nir_fault(nir, key) if key else nir_form_fault(nir)):
        table.fault("nir", fault)
    return nir, key


def _typed_patient(
    hand: Table, visit: Table, nir: str, key: str, born: date | None, birth_rank: str
) -> tuple[str, str, Patient | None]:
    mode = hand.choice("mode", _MODES, required=True, default=DEGRADED)
    reason = hand.text("motif", required=True)
    name = hand.text("nom", required=True, longest=27)
    first_name = hand.text("prenom", required=True, longest=27)
    if born is None and not visit.has("naissance"):
        visit.fault("naissance", "manque ; le patient est saisi à la main")
    regime = hand.digits("regime", 2, required=True)
    caisse = hand.digits("caisse", 3, required=True)
    centre = hand.digits("centre", 4, required=True)
    rank = hand.digits("rang", 3) or "001"
    quality = hand.digits("qualite", 1) or "0"
    ald = "1" if hand.flag("ald", False) else "0"
    hand.finish()
    if born is None:
        return mode, reason, None
    try:
        patient = Patient(
            nir=nir,
            key=key,
            regime=regime,
            caisse=caisse,
            centre=centre,
            born=f"{born:%Y%m%d}",
            name=name,
            first_name=first_name,
            birth_rank=birth_rank or "1",
            beneficiary_rank=rank,
            quality=quality,
            coverage=(Coverage(ald=ald),),
        )
    except IdentityError:
        return mode, reason, None  # the number at fault is noted where it stands
    return mode, reason, patient


def _as_billed(act: Act, profession: Profession | None) -> Act:
    """An act by the code that is billed, when it was written by the name that everyone gives it."""
    code = _ALSO_SAID.get((profession, act.code))
    return act if code is None else replace(act, code=code)


def _act(table: Table, day: date) -> Act:
    act = Act(
        code=table.text("code", required=True, longest=4).upper(),
        day=table.day("date") or day,
        coefficient=table.decimal("coefficient"),
        quantity=table.whole("quantite", 1),
        complement=table.text("complement", longest=1).upper(),
        fee=table.decimal("honoraires"),
        qualifier=table.text("qualificatif", longest=1).upper(),
        full_rate=table.flag("taux_plein", False),
    )
    table.finish()
    return act


def _travels() -> dict[str, dict[str, Any]]:
    return cast("dict[str, dict[str, Any]]", tables.table("tariffs")["travel"])


def _travel(table: Table, day: date) -> list[Act]:
    """Make the travel acts: the fixed allowance, and the kilometres left after the abatement."""
    allowance = table.text("indemnite", longest=4).upper()
    kilometres = table.whole("kilometres", 0)
    ground = table.choice("terrain", _travels(), default=_travels()["plaine"])
    if kilometres < 0:
        table.fault("kilometres", "un nombre positif est attendu")
    if not allowance and not kilometres:
        table.fault("indemnite", "manque, ou des kilometres")
    table.finish()
    acts = [Act(code=allowance, day=day)] if allowance else []
    billed = kilometres - ground["abatement"]
    if billed > 0:
        acts.append(Act(code=ground["code"], day=day, quantity=billed))
    return acts


def _prescription(table: Table | None) -> Prescription | None:
    if table is None:
        return None
    day = table.day("date", required=True)
    prescriber = table.digits("prescripteur", BILLING_DIGITS)
    rpps = table.digits("rpps", RPPS_DIGITS)
    speciality = table.digits("specialite", 2) or "01"
    if prescriber and (fault := billing_number_fault(prescriber)):
        table.fault("prescripteur", fault)
    if rpps and (fault := rpps_fault(rpps)):
        table.fault("rpps", fault)
    if not (table.has("prescripteur") or table.has("rpps")):
        table.fault(
            "prescripteur", "manque ; le numéro de facturation du prescripteur, son RPPS, ou les deux"
        )
    table.finish()
    return Prescription(day, prescriber, rpps, speciality) if day else None


def _accident(table: Table | None) -> Accident | None:
    if table is None:
        return None
    accident = Accident(table.digits("numero", 9), table.day("date"))
    if not (table.has("numero") or table.has("date")):
        table.fault("date", "manque, ou le numéro")
    table.finish()
    return accident


def _attestation(table: Table | None) -> Amc | None:
    if table is None:
        return None
    number = table.digits("numero", AMC_DIGITS, required=True)
    member = table.text("adherent", longest=15)
    indicator = table.digits("indicateur", 2) or _DRE_WITH_AND_WITHOUT
    routing = table.text("routage", longest=2).upper()
    host = table.text("hote", longest=3).upper()
    c2s = table.flag("c2s", False)
    single = table.flag("accord_de_gestion", False)
    table.finish()
    if not number:
        return None
    try:
        return Amc(
            number=number,
            management="single" if single else "separate",
            member=member,
            indicator=indicator,
            routing=routing,
            host=host,
            c2s=c2s,
        )
    except IdentityError as error:  # a ligature that is longer once spelled out
        table.fault("numero", error.message)
        return None
