"""A visit of the day kept on a European card, copied from its face: outside télétransmission, never sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tournee.app.bedside.care_visit import (
    CareVisit,
    JudgedCare,
    care_visit,
    judged_care,
    new_key,
    planned_visit,
    said_mistake,
    take,
)
from tournee.app.bedside.changing import Told, with_act
from tournee.app.context import Office
from tournee.app.practice.dossiers import KINDS
from tournee.app.practice.rounds import round_of
from tournee.billing.dayfile.ceam import CARD, NOT_BESIDE
from tournee.billing.dayfile.day import Mistake
from tournee.errors import BillingError, StoreError
from tournee.practice.patient_file import PatientFile

_OF_AN_INSURED = frozenset({*NOT_BESIDE, "nom", "mode", "motif"})


class EuropeanCardError(BillingError):
    """The card or its visit is refused; `faults` tells what is wrong in French, by the card's field in the
    day file, "" for the visit.
    """

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__("Rien n’est gardé.", next_step="corrigez ce qui est refusé")
        self.faults = dict(faults)


def is_european(care: CareVisit) -> bool:
    """Whether the journal has it on a European card."""
    return care.thing is not None and care.thing.visit.judged.visit.ceam is not None


def keep_european(
    office: Office, care: CareVisit, card: Mapping[str, str], act: Told | None = None
) -> CareVisit:
    """Take a visit, with one `act` more, into the journal on this card (keys of `[visite.ceam]`, days in ISO
    form); one that is there already is corrected. EuropeanCardError, StoreError for one that was
    billed, and where no carer is known yet.
    """
    if not (care.is_open or is_european(care)):
        raise StoreError(
            "Cette visite est déjà facturée.", next_step="annulez d’abord sa facture, puis rouvrez-la"
        )
    if not care.ps:
        raise StoreError(
            "Votre carte CPS n’a jamais été lue ici.", next_step="insérez-la, puis gardez la visite"
        )
    told = with_european(care.told if act is None else with_act(care.told, 0, act), card)
    faults = _faults(judged_care(office, replace(care, told=told), anew=True))
    if faults:
        raise EuropeanCardError(faults)
    return take(office, care, told)


def leave_european(office: Office, care: CareVisit) -> CareVisit:
    """Take a visit off the card that it was kept on by mistake: its patient's Vitale card is to sign it, with
    the care that was told since; what was paid stays noted. StoreError for one that is on none, or whose
    patient is not known here.
    """
    if care.thing is None or not is_european(care):
        raise StoreError("Cette visite n’est sur aucune carte européenne.", next_step="rouvrez la visite")
    before = _as_it_began(office, care)
    if before is None:
        raise StoreError(
            "Le patient de cette visite n’est pas connu ici.",
            cause="elle est venue d’un fichier, ou le dossier du patient n’est plus là",
            next_step="mettez-la de côté, insérez sa carte Vitale et refaites la visite",
        )
    since = {key: said for key, said in care.told.items() if key != CARD}
    return take(office, replace(care, patient=before.patient, plan=before.plan), {**before.told, **since})


def _as_it_began(office: Office, care: CareVisit) -> CareVisit | None:
    """The visit as it was planned, or begun for a patient; None where that is not known."""
    assert care.thing is not None
    for stop in round_of(office, care.day, care.ps):
        if stop.visit_id == care.thing.id:
            return planned_visit(stop.plan, care.day)
    hour = "" if care.minute is None else f"{care.minute // 60:02}{care.minute % 60:02}"
    for row in office.journal.dossiers.find(KINDS[PatientFile]):
        key = new_key(row.id, care.day)
        known = office.journal.known.by_reference(care.ps, f"{key} {hour}")
        if known is not None and known.id == care.thing.id:
            return care_visit(office, key, ps=care.ps, profession=care.profession)
    return None


def with_european(told: Told, card: Mapping[str, str]) -> dict[str, Any]:
    """The visit on this card: without what speaks of an insured person and of who pays."""
    kept = {key: said for key, said in told.items() if key not in _OF_AN_INSURED}
    return {**kept, CARD: {key: said for key, said in card.items() if said}}


def _on_card(mistake: Mistake) -> str:
    return "à recopier de la carte" if mistake.text.startswith("manque") else mistake.text


def _faults(judged: JudgedCare) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in judged.mistakes:
        on_card = CARD in one.path and one.path[-1] != CARD
        name, text = (str(one.path[-1]), _on_card(one)) if on_card else ("", said_mistake(one))
        found[name] = f"{found[name]} ; {text}" if name in found else text
    return found
