"""The rules of who pays: one nature of insurance an invoice, an accident that is known, what AME excludes."""

from collections.abc import Iterator
from datetime import date

from tournee.billing.breach import Breach, Path, Remark
from tournee.billing.identity import Patient
from tournee.billing.pricing.accident import chosen_among
from tournee.billing.pricing.coverage import common_cover, covered, exempting_codes
from tournee.billing.pricing.items import DEROGATIONS
from tournee.billing.rules.case import Case
from tournee.billing.visit import AMO_PAYS, BOTH_PAY, SICKNESS, WORK_ACCIDENT, JudgedVisit, Visit
from tournee.model.codes import WITH_VITALE

_NATURES = {
    "10": "maladie",
    "13": "régime local",
    "30": "maternité",
    "41": "accident du travail",
    "90": "prévention",
}


def entitlement_breaches(visit: Visit) -> Iterator[Breach]:
    """Judge what the carer says of who pays, which needs no card."""
    told = visit.entitlement
    yield from _known(told.exemption, ("exoneration",))
    for rank, passage in enumerate(visit.passages):
        for index, act in enumerate(passage.acts):
            yield from _known(act.exemption, ("passages", rank, "actes", index, "exoneration"))
    if visit.nature != SICKNESS and (told.exemption or told.state_aid):
        yield Breach(
            ("nature",),
            f"« {_NATURES[visit.nature]} » est payé à 100 % sans exonération : l’une ou l’autre se retire",
            "exoneration",
        )
    if told.state_aid is not None:
        yield from _state_aid(visit)


def payer_breaches(judged: JudgedVisit, patient: Patient) -> Iterator[Breach]:
    """Judge who pays for a visit to a patient."""
    yield from _accident(judged.visit, patient)
    yield from nature_breaches(judged, patient)


def nature_breaches(judged: JudgedVisit, patient: Patient) -> Iterator[Breach]:
    """Refuse an invoice whose acts have several natures of insurance on their days."""
    told = [entry for entry in covered(patient, judged.visit, judged.lines) if entry[0].billed]
    if not told or common_cover([cover for _, _, cover in told]).insurance:
        return
    first: dict[str, date] = {}
    for _, day, cover in told:
        first.setdefault(cover.insurance, day)
    natures = ", ".join(f"{_NATURES[nature]} le {day:%d/%m/%Y}" for nature, day in first.items())
    yield Breach(
        ("actes",),
        f"une facture a une seule nature d’assurance, celle-ci en aurait plusieurs ({natures}) : "
        "faites-en une visite par nature",
        "nature",
    )


def prevention(case: Case) -> Iterator[Remark]:
    """A vaccination may be prevention, paid whole: which vaccines and persons have it is not settled here."""
    for item in case.items:
        said = item.act.exemption or case.visit.entitlement.exemption
        if item.is_only(DEROGATIONS["vaccin"]) and not said:
            yield Remark(
                item.path,
                "vaccination : au taux habituel ; la prévention la paie à 100 % pour certains vaccins et "
                'certaines personnes, à vérifier (exoneration = "7")',
                "prevention",
            )


def _known(code: str, where: Path) -> Iterator[Breach]:
    codes = exempting_codes()
    if code and code not in codes:
        known = ", ".join(f"{one} ({label})" for one, label in codes.items())
        yield Breach(where, f"« {code} » n’est pas une exonération qui se dit : {known}", "exoneration")


def _state_aid(visit: Visit) -> Iterator[Breach]:
    place: Path = ("patient", "ame")
    period = visit.entitlement.state_aid
    if visit.mode in WITH_VITALE:
        yield Breach(
            place,
            "l’AME se facture sans carte, d’après l’attestation : le patient se saisit à la main",
            "ame",
        )
    if visit.amc is not None:
        yield Breach(("amc",), "l’AME paie tout : il ne reste rien à un organisme complémentaire", "ame")
    if visit.third_party not in (AMO_PAYS, BOTH_PAY):
        yield Breach(
            ("tiers_payant",), "le patient à l’AME n’avance rien : le tiers payant est « amo »", "ame"
        )
    for rank, passage in enumerate(visit.passages):
        if period is not None and not period.holds(f"{passage.day:%Y%m%d}"):
            yield Breach(
                ("passages", rank, "date"),
                f"l’attestation d’AME ne couvre pas le {passage.day:%d/%m/%Y}",
                "ame",
            )


def _accident(visit: Visit, patient: Patient) -> Iterator[Breach]:
    if visit.nature != WORK_ACCIDENT or (visit.typed is not None and not patient.accidents):
        return
    known = patient.accidents
    if visit.accident is None and not known:
        yield Breach(
            ("accident",),
            "manque ; la carte n’en nomme aucun : dites sa date ou son numéro",
            "accident",
        )
    elif len(chosen_among(visit.accident, known)) > 1:
        told = " ; ".join(map(str, known))
        yield Breach(
            ("accident",), f"la carte en nomme plusieurs, dites lequel par son numéro : {told}", "accident"
        )
