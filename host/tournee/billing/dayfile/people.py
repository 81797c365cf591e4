"""The people of a visit in the day file: the patient, typed or on a card, and who else pays."""

from __future__ import annotations

from datetime import date

from tournee.billing.dayfile.payers import AME, C2S
from tournee.billing.identity import AMC_DIGITS, Amc, Coverage, IdentityError, Patient
from tournee.billing.numbers import NIR_LENGTH, nir_fault, nir_form_fault
from tournee.billing.pricing.coverage import c2s_of_the_caisse
from tournee.model.codes import DEGRADED, NO_CARD
from tournee.tables.table import Table

MODES = {"dégradé": DEGRADED, "sans carte": NO_CARD}
_DRE_WITH_AND_WITHOUT = "30"  # group 109 field 4, for an attestation that does not tell


def read_nir(table: Table, *, required: bool, key_required: bool) -> tuple[str, str]:
    """The insured person's number and its key, written together or apart, with or without blanks."""
    nir = table.text("nir", required=required).replace(" ", "").upper()  # as the card has it, in groups
    with_key = len(nir) == NIR_LENGTH + 2 and not table.has("cle")
    key = nir[NIR_LENGTH:] if with_key else table.digits("cle", 2, required=key_required)
    nir = nir[:NIR_LENGTH] if with_key else nir
    if nir and (fault := nir_fault(nir, key) if key else nir_form_fault(nir)):
        table.fault("nir", fault)
    return nir, key


def read_typed_patient(
    hand: Table, visit: Table, nir: str, key: str, born: date | None, birth_rank: str
) -> tuple[str, str, Patient | None]:
    """The mode, the reason and the patient that a `[visite.patient]` tells; None where it is wrong."""
    aided = hand.has(AME)  # there is no card then, and that is why
    mode = hand.choice("mode", MODES, required=not aided, default=NO_CARD if aided else DEGRADED)
    reason = hand.text("motif", required=not aided) or ("attestation d’AME" if aided else "")
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
    c2s = hand.flag(C2S, False)
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
            amc=c2s_of_the_caisse() if c2s else None,
        )
    except IdentityError:
        return mode, reason, None  # the number at fault is noted where it stands
    return mode, reason, patient


def read_attestation(table: Table | None) -> Amc | None:
    """The AMC of the patient's attestation."""
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
