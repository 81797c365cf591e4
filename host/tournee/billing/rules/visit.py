"""The rules of a visit that need neither acts nor a card: dates, modes, contract 99, who pays directly.

A rule yields breaches: where (keys of the day file, from the visit down) and what, in French, naming both
sides of a contradiction. So a whole day file is judged at once; `patient` then judges each visit
against the patient and the professional that the cards gave.
"""

from collections.abc import Iterator
from datetime import date

from tournee.billing.breach import Breach
from tournee.billing.pricing.items import BSX
from tournee.billing.rules.payers import entitlement_breaches
from tournee.billing.visit import AMC_PAYS, BOTH_PAY, PLACES, WORK_ACCIDENT, Passage, Place, Splitter, Visit
from tournee.errors import BillingError
from tournee.model.codes import DEGRADED, DRE, KINDS, VISIT, WITH_VITALE

ACTS_MAX = 999  # record 5 counts them on three columns


class RuleError(BillingError):
    """An invoice that the rules forbid; `breaches` holds every one of them."""

    def __init__(self, breaches: tuple[Breach, ...], who: str) -> None:
        lines = "\n".join(f"- {breach}" for breach in breaches)
        super().__init__(
            f"Facture refusée, {who} :\n{lines}", next_step="corrigez la journée puis recommencez."
        )
        self.breaches = breaches


def count_of(visit: Visit) -> int:
    """How many acts a visit tells."""
    return sum(len(passage.acts) for passage in visit.passages)


def too_many_acts(visit: Visit) -> bool:
    """Whether no invoice could hold it: it is refused before anything is looked up."""
    return count_of(visit) > ACTS_MAX


def visit_breaches(visit: Visit, *, splitter: Splitter = Splitter.OCT) -> Iterator[Breach]:
    """Judge a visit by itself, its acts aside: its dates, its contract.

    `splitter`: who splits the complementary share off, by the way the invoice will be sent.
    """
    count = count_of(visit)
    if not count and not any(passage.travel for passage in visit.passages):
        yield Breach(("actes",), "aucun acte")
    if count > ACTS_MAX:
        yield Breach(("actes",), f"{count} actes, {ACTS_MAX} au plus par facture")
    yield from _prescribed(visit)
    yield from _accident(visit)
    yield from entitlement_breaches(visit)
    yield from mode_breaches(visit)
    yield from _replaced(visit)
    yield from _contract_excludes_dre(visit)
    yield from contract_needs_an_oct(visit, splitter)
    yield from _contract_limits_third_party(visit)


def _prescribed(visit: Visit) -> Iterator[Breach]:
    for rank, passage in enumerate(visit.passages):
        if passage.day > visit.day:
            yield Breach(
                ("passages", rank, "date"),
                f"soin du {passage.day:%d/%m/%Y} après la journée ({visit.day:%d/%m/%Y})",
            )
    if visit.prescription is None:
        return
    prescribed = visit.prescription.day
    if prescribed > visit.day:
        yield Breach(("prescription", "date"), _after_the_day(prescribed, visit), "ordonnance")
    for rank, passage in enumerate(visit.passages):
        if passage.day < prescribed:
            yield Breach(
                ("passages", rank, "date"),
                f"soin du {passage.day:%d/%m/%Y} avant sa prescription du {prescribed:%d/%m/%Y}",
                "ordonnance",
            )


def _after_the_day(found: date, visit: Visit) -> str:
    return f"{found:%d/%m/%Y} est après la journée ({visit.day:%d/%m/%Y})"


def _accident(visit: Visit) -> Iterator[Breach]:
    unknown = visit.typed is not None and not visit.typed.accidents  # else the card may name one
    if visit.nature == WORK_ACCIDENT and visit.accident is None and unknown:
        yield Breach(
            ("accident",), "manque ; un accident du travail demande sa date ou son numéro", "accident"
        )
    if visit.nature != WORK_ACCIDENT and visit.accident is not None:
        yield Breach(("accident",), "n’a de sens qu’avec la nature « accident du travail »", "accident")
    if visit.nature == WORK_ACCIDENT and visit.ceam is not None:
        yield Breach(
            ("nature",),
            "un accident du travail ne se soigne pas sur une CEAM : demandez au patient son document DA1",
            "accident",
        )
    if visit.accident is not None and visit.accident.day is not None and visit.accident.day > visit.day:
        yield Breach(("accident", "date"), _after_the_day(visit.accident.day, visit), "accident")


def mode_breaches(visit: Visit) -> Iterator[Breach]:
    """Judge a visit's securing mode: who types the patient, and where the care of a visit was."""
    typed = visit.typed is not None
    if (typed and visit.mode in WITH_VITALE) or (not typed and visit.mode == DEGRADED):
        yield Breach(
            ("patient",), "se saisit à la main en mode dégradé ou sans carte, et seulement alors", "mode"
        )
    if visit.mode not in WITH_VITALE and not visit.reason:
        yield Breach(("patient", "motif"), "manque ; dire pourquoi la carte n’a pas été lue", "mode")
    for rank, passage in enumerate(visit.passages):
        if visit.mode == VISIT and not place_of_care(passage):
            yield Breach(
                ("passages", rank, "lieu"),
                "manque : le mode visite dit où le soin a été fait, domicile ou établissement",
                "mode",
            )


def place_of_care(passage: Passage) -> Place:
    """Where a passage was, away from the practice: `home` or `institution`; "" when it was not, or not told.

    Who came by a road, or for the day's forfait, and said no more was at the patient's home.
    """
    if passage.place in PLACES:
        return passage.place
    comes = passage.travel is not None or any(act.code in BSX for act in passage.acts)
    return "home" if not passage.place and comes else ""


def _replaced(visit: Visit) -> Iterator[Breach]:
    """Each day is one of the replacement's."""
    one = visit.replacement
    for rank, passage in enumerate(visit.passages):
        if one is not None and not one.holds(passage.day):
            yield Breach(
                ("passages", rank, "date"),
                f"le {passage.day:%d/%m/%Y}, {one.name} ne remplace pas {one.replaced_name} : le "
                f"remplacement va {' ; '.join(map(str, one.sessions))}",
                "remplacement",
            )


def _contract_excludes_dre(visit: Visit) -> Iterator[Breach]:
    """OCT-X-1."""
    if visit.contract99 and visit.documents is not None and DRE in visit.documents:
        made = " et ".join(kind for kind in KINDS if kind in visit.documents)
        yield Breach(
            ("contrat",),
            f"le contrat 99 (l’OCT éclate la facture) et la création de {made} (éclatement à la source) "
            "s’excluent : garder le contrat 99 avec la FSE seule, ou la DRE sans le contrat 99",
            "OCT-X-1",
        )


_EXCLUDED = {
    Splitter.SOURCE: "l’éclatement à la source",
    Splitter.NOBODY: "l’envoi direct (aucun OCT ne l’éclate)",
}


def contract_needs_an_oct(visit: Visit, splitter: Splitter) -> Iterator[Breach]:
    """OCT-X-1; and OCT-EF-1, whose flow an OCT makes."""
    if visit.contract99 and splitter in _EXCLUDED:
        yield Breach(
            ("contrat",),
            f"le contrat 99 (l’OCT éclate la facture) et {_EXCLUDED[splitter]}, mode de la route en vigueur, "
            "s’excluent : retirer le contrat 99, ou prendre une route vers un OCT en mode fichier-unique ou "
            "par-destinataire",
            "OCT-X-1",
        )


def _contract_limits_third_party(visit: Visit) -> Iterator[Breach]:
    """OCT-EF-3."""
    if visit.contract99 and visit.third_party in (AMC_PAYS, BOTH_PAY):
        yield Breach(
            ("tiers_payant",),
            "avec le contrat 99, le tiers payant se limite à « non » ou « amo » ; celui de la part "
            "complémentaire s’écrit tiers_payant_complementaire = true",
            "OCT-EF-3",
        )
    if visit.complementary_third_party and not visit.contract99:
        yield Breach(
            ("tiers_payant_complementaire",),
            'n’a de sens qu’avec le contrat 99 ; sans lui, écrire tiers_payant = "amc" ou "total"',
            "OCT-EF-3",
        )
