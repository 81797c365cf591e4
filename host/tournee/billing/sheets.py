"""An invoice as records (profile "Records"): 2, its 2R when a substitute cared, its 2A when an AMC is asked,
a 4 and a 4E for each act, 5.

The layout is `formats.records`' business; here only values are named. The FSE and the DRE of one invoice hold
the same records: what tells them apart is their lot.
"""

from datetime import date, timedelta
from typing import Any

from tournee.billing.identity import Substitute
from tournee.billing.invoice import Invoice
from tournee.billing.pricing.recipients import NO_ORGANISME, dre_crf, fse_crf
from tournee.billing.pricing.shares import InvoiceLine
from tournee.billing.rules.visit import place_of_care
from tournee.billing.visit import ANSWERS, PLACES, SILENCE_DAYS, Agreement
from tournee.formats import records
from tournee.formats.text import upper_ascii
from tournee.model import Sheet
from tournee.model.codes import DRE, VISIT

NATURE_INVOICE = "1"  # group 1110 field 2
FIRST_SEQUENCE = 1  # one 4E an act
AAMMJJ = "%y%m%d"
NO_NUMBER = "000000000"
STATE_AID = "2"  # nature of the piece that shows the rights: an attestation of AME
SILENCE = "S"
_NAME_LENGTH, _FIRST_NAME_LENGTH = 25, 15  # record 2R
_CENTURY = len("AA")  # of a date that records write without


def invoice_sheets(invoice: Invoice) -> list[Sheet]:
    """Write one sheet for each document of the invoice's claim."""
    body, patient = invoice_records(invoice), invoice.patient
    sheets = []
    for kind in invoice.claim.documents:
        if kind == DRE:
            assert invoice.claim.amc is not None  # the rules refuse a DRE without an AMC
            crf, organisme = dre_crf(invoice.claim.amc), NO_ORGANISME
        else:
            crf, organisme = fse_crf(patient, invoice.recipient), invoice.recipient.organisme
        sheets.append(
            Sheet(
                kind=kind,
                crf=crf,
                mode=invoice.visit.mode,
                organisme=organisme,
                records=body,
                acts=len(invoice.lines),
                fee=invoice.fee,
                amo=invoice.amo,
                amc=invoice.amc,
                patient=f"{patient.name} {patient.first_name}",
                nir=patient.nir,
                substitute=invoice.ps.substitute.rpps if invoice.ps.substitute else "",
            )
        )
    return sheets


def invoice_records(invoice: Invoice) -> bytes:
    """Return the invoice's bytes from its 2 to its 5: what `P` and `V` cover."""
    patient = invoice.patient
    head = {
        "emetteur": invoice.ps.billing_number,
        "nir": patient.nir,
        "cle": patient.key,
        "rang": patient.beneficiary_rank,
        "facture": f"{invoice.number:09d}",
    }
    parts = [records.encode("2", {**head, **_insured(invoice)})]
    if invoice.ps.substitute is not None:
        parts.append(records.encode("2R", {**head, **_substitute(invoice.ps.substitute)}))
    if invoice.claim.amc is not None:
        parts.append(records.encode("2A", {**head, **_complementary(invoice)}))
    for line in invoice.lines:
        parts.append(records.encode("4", {**head, **_act(invoice, line)}))
        more = _rpps(invoice) | _ordered(invoice, line.day)
        if more:
            parts.append(records.encode("4E", _without_rank(head) | more | {"sequence": FIRST_SEQUENCE}))
    parts.append(
        records.encode(
            "5",
            {
                **head,
                "lignes": len(invoice.lines),
                "honoraires": invoice.fee,
                "part_amo": invoice.amo,
                "paye_assure": invoice.paid,
                "part_amc": invoice.amc,
            },
        )
    )
    return b"".join(parts)


def _insured(invoice: Invoice) -> dict[str, Any]:
    patient, visit = invoice.patient, invoice.visit
    amc = invoice.claim.amc
    values: dict[str, Any] = {
        "nature": NATURE_INVOICE,
        "regime": patient.regime,
        "caisse": patient.caisse,
        "centre": patient.centre,
        "nature_assurance": invoice.cover.insurance,
        "justif_exo": invoice.cover.exemption,
        "tiers_payant": str(visit.third_party),
        "naissance": patient.birth,
        "rang_naissance": patient.birth_rank,
        "type_contrat": invoice.claim.contract,
    }
    if amc is not None:
        values["numero_amc"] = amc.number
    if invoice.accident is not None:
        day = invoice.accident.day
        values["accident"] = invoice.accident.number or (f"000{day:%y%m%d}" if day else NO_NUMBER)
    aid = visit.entitlement.state_aid
    if aid is not None:
        values["nature_piece"] = STATE_AID
        if aid.start:
            values["effet"] = aid.start[_CENTURY:]
    return values


def _substitute(one: Substitute) -> dict[str, Any]:
    return {
        "remplacant": one.billing_number,
        "rpps": one.rpps,
        "nom": upper_ascii(one.name)[:_NAME_LENGTH].rstrip(),
        "prenom": upper_ascii(one.first_name)[:_FIRST_NAME_LENGTH].rstrip(),
        "signature": "1" if one.signs else "0",
    }


def _complementary(invoice: Invoice) -> dict[str, Any]:
    amc = invoice.claim.amc
    assert amc is not None
    asked, engaged = invoice.complementary_third_party, invoice.engagement
    return {
        "numero_amc": amc.number,
        "adherent": upper_ascii(amc.member),
        "tp_complementaire": "1" if asked else "0",
        "montant_complementaire": asked,
        "routage": upper_ascii(amc.routing),
        "hote": upper_ascii(amc.host),
        "engagement": engaged.number if engaged else "",
        "engagement_fin": engaged.expires.strftime(AAMMJJ) if engaged else "",
    }


def _act(invoice: Invoice, line: InvoiceLine) -> dict[str, Any]:
    prescription = invoice.visit.prescription
    values: dict[str, Any] = {
        "justif_exo": line.exemption,
        "executant": invoice.ps.billing_number,
        "zone_tarif": invoice.ps.tariff_zone,
        "specialite": invoice.ps.speciality,
        "date": f"{line.day:%y%m%d}",
        "acte": line.code,
        "complement": line.complement,
        "quantite": line.quantity,
        "coefficient": line.coefficient,
        "denombrement": 0,
        "prix_unitaire": line.unit_price,
        "base": line.base,
        "taux": line.rate,
        "part_amo": line.amo,
        "honoraires": line.fee,
        "qualificatif": line.qualifier,
        "part_amc": invoice.amc_of(line),
    }
    if invoice.visit.mode == VISIT:
        values["mode_traitement"] = PLACES[place_of_care(invoice.visit.passages[line.passage])]
    if prescription is not None:
        values["specialite_prescripteur"] = prescription.speciality
        values["origine"] = prescription.origin
        if prescription.prescriber:
            values["prescripteur"] = prescription.prescriber
    return values


def _rpps(invoice: Invoice) -> dict[str, Any]:
    prescription = invoice.visit.prescription
    known = {
        "rpps_prescripteur": prescription.rpps if prescription is not None else "",
        "rpps_executant": invoice.ps.rpps,
    }
    return {name: number for name, number in known.items() if number}


def _ordered(invoice: Invoice, day: date) -> dict[str, Any]:
    """What 4E tells of the prescription and of the prior agreement of an act of that day, since version 2."""
    prescription, agreement = invoice.visit.prescription, invoice.visit.agreement
    values: dict[str, Any] = {}
    if prescription is not None:
        values["date_prescription"] = prescription.day.strftime(AAMMJJ)
    if agreement is not None:
        values |= {
            "demande_accord": agreement.asked.strftime(AAMMJJ),
            "reponse_accord": agreement.answered.strftime(AAMMJJ) if agreement.answered else "",
            "accord": SILENCE if _is_silence(agreement, day) else ANSWERS[agreement.answer],
            "numero_accord": upper_ascii(agreement.number),
        }
    return values


def _is_silence(agreement: Agreement, day: date) -> bool:
    return not agreement.answer and day >= agreement.asked + timedelta(SILENCE_DAYS)


def _without_rank(head: dict[str, str]) -> dict[str, Any]:
    return {name: value for name, value in head.items() if name != "rang"}
