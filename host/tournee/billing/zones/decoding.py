"""An invoice out of the zone groups that SSV's billing functions take: the way back from `groups`.

The groups say the visit; billing prices it by the same rules as a day file, and every amount that the groups
tell must be the one found.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from tournee.billing.entitlement import Entitlement
from tournee.billing.identity import AMC_DIGITS, Amc, Coverage, Patient, Period, PsIdentity, Substitute
from tournee.billing.invoice import Invoice, make_invoice
from tournee.billing.judging import judge
from tournee.billing.kept.known import Nothing
from tournee.billing.nomenclature.table import packaged
from tournee.billing.pricing.claims import CONTRACT_C2S, CONTRACT_PLAIN, CONTRACT_SPLIT
from tournee.billing.rules.case import carer_of
from tournee.billing.rules.visit import RuleError
from tournee.billing.visit import (
    AMC_PAYS,
    ANSWERS,
    BOTH_PAY,
    ORIGINS,
    PLACES,
    SICKNESS,
    WORK_ACCIDENT,
    Accident,
    Agreement,
    Place,
    Prescription,
    Visit,
)
from tournee.billing.zones.card import SITUATION
from tournee.billing.zones.decoded import GroupError, NotOnCardError, Told, day, number, wrong
from tournee.billing.zones.groups import (
    ACT,
    AMC,
    AMO,
    BENEFICIARY,
    CIRCUMSTANCES,
    FRAME,
    INVOICE,
    PRESCRIPTION,
    PS,
    SIGNS,
    SUBSTITUTE,
    invoice_groups,
)
from tournee.billing.zones.told_acts import passages_of
from tournee.formats.zones import Group, field_names, make
from tournee.model.codes import DRE, WITH_VITALE

STRUCTURE, TYPED_SPECIALITY = 1140, 1870
KNOWN = (
    INVOICE,
    PS,
    BENEFICIARY,
    STRUCTURE,
    SUBSTITUTE,
    AMO,
    AMC,
    FRAME,
    ACT,
    TYPED_SPECIALITY,
    PRESCRIPTION,
    CIRCUMSTANCES,
)
"""The groups that an invoice may be told in."""

_DAY = len("AAAAMMJJ")
_NATURES = ("10", "30", "41")
_DRE_WITH_AND_WITHOUT = "30"  # group 109 field 4, when the software does not tell


@dataclass(frozen=True)
class Asked:
    """What is asked for beside the groups: FSE, DRE or both, and the securing mode on two digits."""

    documents: frozenset[str]
    mode: str


def asks_the_oct_to_split(told: Told) -> bool:
    """Whether the groups bear contract type 99 (OCT-EF-1)."""
    return any(group.field("type_contrat") == CONTRACT_SPLIT for group in told.all(AMC))


def situation_of(told: Told) -> int | None:
    """The n° logique of the situation that bills (1110 field 4); None: the card's first. GroupError."""
    invoice = told.need(INVOICE)
    return number(invoice, "situation") if invoice.field("situation") else None


def with_typed_speciality(told: Told, card: Sequence[Group]) -> list[Group]:
    """The card's groups with the speciality of 1870 where the zone has one: it wins over the card's."""
    typed = told.one(TYPED_SPECIALITY)
    if typed is None:
        return list(card)
    return [_respecialised(group, typed.fields[0]) if group.id == SITUATION else group for group in card]


def _respecialised(group: Group, speciality: bytes) -> Group:
    fields = list(group.fields)
    fields[field_names(SITUATION).index("specialite")] = speciality
    return Group(group.id, tuple(fields))


def require_structure(told: Told, card: Iterable[Group], situation: int) -> None:
    """What 1140 tells of the structure must be what the card's situation says."""
    structure = told.one(STRUCTURE)
    for group in card:
        if (
            structure is not None
            and group.id == SITUATION
            and group.field("numero_logique") == str(situation)
        ):
            says = ("type_structure", "structure", "cle_structure", "raison_sociale")
            told.require([make(STRUCTURE, *(group.field(field) for field in says))])


def invoice_from_groups(told: Told, ps: PsIdentity, patients: Sequence[Patient], asked: Asked) -> Invoice:
    """Make the invoice that the groups tell; `patients` are those of the Vitale card, in mode 03.

    Raises GroupError, with the group and field at fault, IdentityError and RuleError.
    """
    head, who = told.need(INVOICE), told.need(BENEFICIARY)
    typed = None if asked.mode in WITH_VITALE else _typed(told, who)
    patient = _on_card(who, patients) if typed is None else typed
    visit = _visit(told, patient, typed, asked)
    ps = _replaced(told, ps)
    carer, more = carer_of(ps.billing_number, ps.ps_type), told.one(CIRCUMSTANCES)
    if more is not None and more.field("departement"):
        carer = replace(carer, department=more.field("departement"))
    judged = judge(visit, carer, Nothing(), packaged())
    if judged.breaches:
        raise RuleError(judged.breaches, f"{patient.first_name} {patient.name}")
    invoice = make_invoice(ps, patient, judged.visit, number(head, "facture"))
    computed = invoice_groups(invoice)
    if frozenset(invoice.claim.documents) != asked.documents:
        raise GroupError(
            AMC, f"Le groupe {AMC} manque : une part complémentaire reste à demander.", absent=True
        )
    if told.one(AMC) is None and invoice.claim.amc is not None:
        raise GroupError(
            AMC, f"Le groupe {AMC} manque : l’organisme {invoice.claim.amc.number} est demandé.", absent=True
        )
    told.require(computed)
    if told.one(AMC) is not None and invoice.claim.amc is None:
        raise GroupError(AMC, f"Groupe {AMC} : il n’y a rien à demander à cet organisme.")
    return invoice


def _replaced(told: Told, ps: PsIdentity) -> PsIdentity:
    """Who bills: the card's holder, or with a 1150 the PS of the 1120, in whose place the holder cared."""
    group, head = told.one(SUBSTITUTE), told.one(PS)
    if group is None:
        return ps
    if head is None or not head.field("facturation"):
        raise GroupError(PS, f"Le groupe {PS} manque : il nomme qui est remplacé.", absent=True)
    if group.field("signature") not in ("", SIGNS):
        raise wrong(group, "signature", f"{SIGNS} : le remplaçant signe avec sa carte")
    own = Substitute(ps.billing_number, ps.rpps, ps.name, ps.first_name)
    number = head.field("facturation") + head.field("cle")
    if number == ps.billing_number:
        raise wrong(head, "facturation", "celui de la personne remplacée, pas celui de la carte")
    return replace(
        ps, billing_number=number, name=head.field("nom"), first_name=head.field("prenom"), substitute=own
    )


def _on_card(who: Group, patients: Iterable[Patient]) -> Patient:
    found = [
        patient
        for patient in patients
        if patient.nir == who.field("nir")
        and patient.born == who.field("naissance")[:_DAY]
        and who.field("rang") in ("", patient.birth_rank)
    ]
    if len(found) != 1:
        raise NotOnCardError(
            BENEFICIARY,
            f"Groupe {BENEFICIARY} : {len(found)} bénéficiaires de la carte Vitale correspondent.",
        )
    return found[0]


def _typed(told: Told, who: Group) -> Patient:
    amo, more = told.need(AMO), told.one(CIRCUMSTANCES)
    coverage = who.field("couverture")
    return Patient(
        nir=who.field("nir"),
        key=who.field("cle"),
        regime=amo.field("regime"),
        caisse=amo.field("caisse"),
        centre=amo.field("centre"),
        born=who.field("naissance")[:_DAY],
        name="",
        first_name="",
        birth_rank=who.field("rang") or "1",
        beneficiary_rank=(more.field("rang_beneficiaire") if more else "") or "001",
        quality=who.field("qualite") or "0",
        coverage=(Coverage(coverage[0], coverage[1:]),) if coverage else (Coverage(),),
    )


def _visit(told: Told, patient: Patient, typed: Patient | None, asked: Asked) -> Visit:
    amc, frame = told.one(AMC), told.need(FRAME)
    contract = amc.field("type_contrat") if amc is not None else CONTRACT_PLAIN
    if amc is not None and contract not in ("", CONTRACT_PLAIN, CONTRACT_C2S, CONTRACT_SPLIT):
        raise wrong(amc, "type_contrat", f"{CONTRACT_PLAIN}, {CONTRACT_C2S} ou {CONTRACT_SPLIT}")
    split = contract == CONTRACT_SPLIT
    third_party = number(frame, "tiers_payant")
    if third_party > BOTH_PAY:
        raise wrong(frame, "tiers_payant", "de 0 à 3")
    if not told.all(ACT):
        raise GroupError(ACT, f"Le groupe {ACT} manque : la facture n’a aucun acte.", absent=True)
    more = told.one(CIRCUMSTANCES)
    nature = (more.field("nature_assurance") if more else "") or SICKNESS
    if more is not None and nature not in _NATURES:
        raise wrong(more, "nature_assurance", f"une de {', '.join(_NATURES)}")
    return Visit(
        day=day(told.need(INVOICE), "date"),
        nir=patient.nir,
        key=patient.key,
        passages=passages_of(told.all(ACT), urgent=_says(more, "urgence"), place=_place(more)),
        prescription=_prescription(told.one(PRESCRIPTION)),
        agreement=_agreement(told.one(PRESCRIPTION)),
        entitlement=_entitlement(more),
        typed=typed,
        amc=_amc(amc, patient, split=split, documents=asked.documents),
        mode=asked.mode,
        reason="" if typed is None else "mode demandé par le logiciel",
        third_party=third_party,
        complementary_third_party=split and amc is not None and amc.field("amc_1") == "1",
        documents=_documents(amc, third_party, asked),
        contract99=split,
        nature=nature,
        accident=_accident(more) if nature == WORK_ACCIDENT else None,
        exempt=more is None or more.field("ald") != "0",
        discharged=day(more, "sortie") if more is not None and more.field("sortie") else None,
        palliative=_says(more, "palliatif"),
    )


def _place(group: Group | None) -> Place:
    told = group.field("lieu") if group is not None else ""
    known = {code: place for place, code in PLACES.items()}
    if group is not None and told and told not in known:
        raise wrong(group, "lieu", f"un de {', '.join(known)}")
    return known.get(told, "")


def _says(group: Group | None, field: str) -> bool:
    return group is not None and group.field(field) == "1"


def _documents(amc: Group | None, third_party: int, asked: Asked) -> frozenset[str] | None:
    """What is asked for; None, so that billing works it out, when no AMC is told and yet a third party pays
    the complementary share: of a share of nothing that is right.
    """
    unsaid = amc is None and third_party in (AMC_PAYS, BOTH_PAY) and DRE not in asked.documents
    return None if unsaid else asked.documents


def _amc(group: Group | None, patient: Patient, *, split: bool, documents: frozenset[str]) -> Amc | None:
    """Who is asked: the card's own AMC when it is the one told, else as the software tells it."""
    if group is None:
        return None
    asked = group.field("numero_amc").zfill(AMC_DIGITS)
    if patient.amc is not None and patient.amc.number == asked:
        return None
    return Amc(
        number=asked,
        management="separate" if split or DRE in documents else "single",
        member=group.field("adherent"),
        indicator=group.field("traitement") or _DRE_WITH_AND_WITHOUT,
        edi=group.field("edi"),
        routing=group.field("routage"),
        host=group.field("hote"),
        domain=group.field("domaine"),
        c2s=group.field("type_contrat") == CONTRACT_C2S,
    )


def _prescription(group: Group | None) -> Prescription | None:
    fields = ("date", "prescripteur", "rpps", "specialite", "origine")
    if group is None or not any(group.field(name) for name in fields):
        return None
    origin = group.field("origine")
    if origin and origin not in ORIGINS:
        raise wrong(group, "origine", f"une de {', '.join(ORIGINS)}")
    return Prescription(
        day(group, "date"),
        group.field("prescripteur"),
        group.field("rpps"),
        group.field("specialite") or "01",
        origin=origin,
    )


def _agreement(group: Group | None) -> Agreement | None:
    if group is None or not group.field("demande_accord"):
        return None
    told = {letter: answer for answer, letter in ANSWERS.items()}
    answer = told.get(group.field("accord"))
    if answer is None:
        raise wrong(group, "accord", f"une de {', '.join(filter(None, told))}")
    answered = day(group, "reponse_accord") if group.field("reponse_accord") else None
    return Agreement(day(group, "demande_accord"), answer, answered, group.field("numero_accord"))


def _entitlement(group: Group | None) -> Entitlement:
    if group is None:
        return Entitlement()
    return Entitlement(
        exemption=group.field("exoneration"),
        local_scheme=group.field("regime_local") == "1",
        maternity=_period(group, "maternite"),
        state_aid=_period(group, "ame"),
    )


def _period(group: Group, of: str) -> Period | None:
    bounds = [
        f"{day(group, name):%Y%m%d}" if group.field(name) else "" for name in (f"debut_{of}", f"fin_{of}")
    ]
    return Period(*bounds) if any(bounds) else None


def _accident(group: Group | None) -> Accident | None:
    if group is None or not (group.field("accident") or group.field("date_accident")):
        return None
    when = day(group, "date_accident") if group.field("date_accident") else None
    return Accident(group.field("accident"), when)
