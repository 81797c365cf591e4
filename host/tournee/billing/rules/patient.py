"""The rules that need the cards: is it the right patient, are the rights open, may this AMC be asked."""

from collections.abc import Iterator

from tournee.billing.breach import Breach
from tournee.billing.identity import Amc, Patient, PsIdentity
from tournee.billing.pricing.claims import amc_in_force, documents_of
from tournee.billing.rules.visit import RuleError
from tournee.billing.visit import AMC_PAYS, BOTH_PAY, Day, JudgedVisit, Visit
from tournee.model.codes import DEGRADED, DRE, WITH_VITALE

CHILD, CHILD_UNDER = "MIE", 7  # years, rule mie


def require_same_ps(day: Day | JudgedVisit, ps: PsIdentity) -> None:
    """Refuse, with a RuleError, to bill a day, or one visit, with the card of another professional."""
    breaches = tuple(_other_ps(day, ps))
    if breaches:
        raise RuleError(breaches, f"{ps.first_name} {ps.name}")


def _other_ps(day: Day | JudgedVisit, ps: PsIdentity) -> Iterator[Breach]:
    if day.ps_number != ps.billing_number:
        yield Breach(
            ("journee", "ps"),
            f"la journée est celle du numéro {day.ps_number}, la carte porte le {ps.billing_number}",
        )
    if day.profession != ps.ps_type:
        yield Breach(
            ("journee", "profession"), f"{day.profession} dans la journée, {ps.ps_type} sur la carte"
        )


def patient_breaches(visit: Visit, patient: Patient, ps: PsIdentity) -> Iterator[Breach]:
    """Judge a visit against the patient and the professional."""
    yield from _same_person(visit, patient)
    yield from _test_and_real(visit, patient, ps)
    yield from _rights(visit, patient)
    yield from _age(visit, patient)
    yield from amc_breaches(visit, patient)


def amc_breaches(visit: Visit, patient: Patient) -> Iterator[Breach]:
    """Judge what is asked of an AMC, as soon as the patient is known: typed, or by the card."""
    amc = amc_in_force(visit, patient)
    yield from _contract_needs_an_open_amc(visit, patient, amc)
    yield from _dre_needs_an_amc(visit, amc)
    yield from _complementary_third_party(visit, amc)


def _same_person(visit: Visit, patient: Patient) -> Iterator[Breach]:
    if visit.nir != patient.nir:
        yield Breach(("nir",), f"la carte est celle de {patient.nir}, la visite attend {visit.nir}")
    elif visit.born is not None and f"{visit.born:%Y%m%d}" != patient.born:
        yield Breach(("naissance",), f"{patient.first_name} {patient.name} n’est pas né(e) ce jour-là")


def _test_and_real(visit: Visit, patient: Patient, ps: PsIdentity) -> Iterator[Breach]:
    if visit.mode in WITH_VITALE and patient.test != ps.test:
        kinds = ("réelle", "de test")
        yield Breach(
            ("nir",),
            f"la carte Vitale est {kinds[patient.test]} et celle du professionnel {kinds[ps.test]} : "
            "les deux ne se mélangent pas (F026)",
        )


def _rights(visit: Visit, patient: Patient) -> Iterator[Breach]:
    for rank, passage in enumerate(visit.passages):
        day, place = f"{passage.day:%Y%m%d}", ("passages", rank, "date")
        if day < patient.born:
            yield Breach(place, f"soin du {passage.day:%d/%m/%Y} avant la naissance du patient", "naissance")
        if visit.mode != DEGRADED and not patient.has_rights_on(day):
            yield Breach(
                place, f"les droits de la carte ne sont pas ouverts le {passage.day:%d/%m/%Y}", "droits"
            )


def _age(visit: Visit, patient: Patient) -> Iterator[Breach]:
    for rank, passage in enumerate(visit.passages):
        age = patient.age_on(f"{passage.day:%Y%m%d}")
        for index, act in enumerate(passage.acts):
            if act.code == CHILD and age >= CHILD_UNDER:
                yield Breach(
                    ("passages", rank, "actes", index, "code"),
                    f"{act.code} : pour les moins de {CHILD_UNDER} ans, le patient en a {age}",
                    "mie",
                )


def _contract_needs_an_open_amc(visit: Visit, patient: Patient, amc: Amc | None) -> Iterator[Breach]:
    """OCT-EF-2."""
    if not visit.contract99:
        return
    if amc is None:
        yield Breach(
            ("contrat",),
            f"contrat 99 sans organisme complémentaire ouvert pour {patient.first_name} {patient.name} : "
            "l’OCT n’aurait personne à qui envoyer la part complémentaire",
        )
    elif amc.management == "single":
        yield Breach(
            ("contrat",),
            f"le contrat 99 et l’accord de gestion entre la caisse et l’organisme {amc.number} s’excluent : "
            "la caisse règle déjà les deux parts",
        )


def _dre_needs_an_amc(visit: Visit, amc: Amc | None) -> Iterator[Breach]:
    if visit.contract99 or DRE not in documents_of(visit, amc):
        return
    if amc is None:
        yield Breach(("documents",), "une DRE est demandée et aucun organisme complémentaire n’est ouvert")
    elif amc.management == "single":
        yield Breach(
            ("documents",),
            f"une DRE est demandée et l’organisme {amc.number} est réglé par la caisse (accord de gestion)",
        )
    elif not (amc.dre_with_third_party or amc.dre_without_third_party):
        yield Breach(
            ("documents",),
            f"une DRE est demandée et l’organisme {amc.number} n’en prend pas (indicateur {amc.indicator})",
        )


def _complementary_third_party(visit: Visit, amc: Amc | None) -> Iterator[Breach]:
    asked = visit.third_party in (AMC_PAYS, BOTH_PAY)
    if amc is not None and amc.c2s and visit.third_party != BOTH_PAY and not visit.contract99:
        yield Breach(("tiers_payant",), "le patient a la C2S : le tiers payant est « total »")
    if not asked or visit.contract99:
        return
    if amc is None:
        yield Breach(
            ("tiers_payant",),
            "tiers payant sur la part complémentaire et aucun organisme complémentaire ouvert",
        )
    elif amc.management == "separate" and DRE not in documents_of(visit, amc):
        yield Breach(
            ("tiers_payant",),
            "tiers payant sur la part complémentaire sans DRE : l’organisme complémentaire ne paierait pas",
        )
    elif amc.management == "separate" and not amc.dre_with_third_party:
        yield Breach(
            ("tiers_payant",),
            f"l’organisme {amc.number} ne pratique pas le tiers payant (indicateur {amc.indicator})",
        )
