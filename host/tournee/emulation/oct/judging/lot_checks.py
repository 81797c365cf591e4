"""What must hold over one lot: its record 1, its sheets, the sums of its record 6, its certificates, its
recipient.
"""

import re
from collections.abc import Sequence

from cryptography.x509 import Certificate
from stdnum import luhn

from tournee.emulation.oct.judging.care_checks import check_holder, signs_alone
from tournee.emulation.oct.judging.certificates import PHONE, CardCertificates, check_signature, rpps_of
from tournee.emulation.oct.judging.file import PER_RECIPIENT, Framed, Values
from tournee.emulation.oct.judging.lot import OctLot, OctSheet
from tournee.emulation.oct.judging.refusal import (
    COUNT_OR_TOTAL,
    DUPLICATE,
    INVOICE_CERTIFICATE,
    LAYOUT,
    LOT_CERTIFICATE,
    OTHER,
    OctRefusedError,
)
from tournee.emulation.oct.judging.scenario import Scenario
from tournee.emulation.oct.judging.sheet_checks import as_date, check_sheet

MAX_INVOICES = 100
SECURED = "03"
WITH_VITALE = (SECURED, "02", "04")
MODES = frozenset({*WITH_VITALE, "05", "01"})
_CRF = {"FSE": re.compile(r"F\d{8}"), "DRE": re.compile(r"D\d{10}")}
_VERSION = "140700"


def check_lot(lot: OctLot, framed: Framed, scenario: Scenario, cards: CardCertificates) -> None:
    """Raise `OctRefusedError` for the first thing wrong: 0101, 0102, 0103, 0105, 0106 or 0199."""
    _check_header(lot, framed)
    numbers = [sheet.number for sheet in lot.sheets]
    for number in numbers:
        if numbers.count(number) > 1:
            raise OctRefusedError(DUPLICATE, f"FACTURE {number} PLUSIEURS FOIS DANS LE LOT", number)
    for sheet in lot.sheets:
        check_sheet(sheet, lot)
    _check_trailer(lot)
    signers = [(sheet, _check_sheet_certificates(sheet, lot, cards)) for sheet in lot.sheets]
    closer = check_signature(
        lot.certificates,
        lot.signed,
        kind="L",
        billing_number=str(lot.header["emetteur"]),
        subject=lot.number.zfill(9),
        day=lot.day,
        cards=cards,
        code=LOT_CERTIFICATE,
    )
    _check_signers(signers, closer, scenario.professionals.get(str(lot.header["emetteur"]), ""))
    for sheet, signer in signers:
        check_holder(sheet, rpps_of(signer), scenario.professionals)
    for sheet in lot.sheets:
        if sheet.nir in scenario.refused and lot.kind == "FSE":
            raise OctRefusedError(OTHER, scenario.refused[sheet.nir], sheet.number)
    if lot.kind == "DRE" and lot.crf[1:] in scenario.unknown_amc:
        raise OctRefusedError(OTHER, f"AMC {lot.crf[1:]} INCONNUE DE L'OCT")


def _check_signers(
    signers: Sequence[tuple[OctSheet, Certificate]], closer: Certificate, replaced: str
) -> None:
    """The card that closes the lot signed each sheet; those of a substitute, she did, and the lot may be
    closed by her card or by that of the PS whom she replaces (`replaced`: that one's RPPS, where known).
    """
    for by_substitute in (False, True):
        cards = {card for sheet, card in signers if signs_alone(sheet) is by_substitute}
        may_differ = by_substitute and replaced in ("", rpps_of(closer))
        if len(cards) > 1 or (cards - {closer} and not may_differ):
            raise OctRefusedError(LOT_CERTIFICATE, "FACTURES ET LOT SIGNES PAR DES CARTES DIFFERENTES")


def _check_header(lot: OctLot, framed: Framed) -> None:
    header = lot.header
    billing_number = str(header["emetteur"])
    if billing_number.zfill(14) != framed.sender:
        raise OctRefusedError(LAYOUT, "1 : EMETTEUR AUTRE QUE CELUI DU 000")  # OCT-SF-3
    if not luhn.is_valid(billing_number):
        raise OctRefusedError(LAYOUT, "1 : CLE DU NUMERO DE FACTURATION FAUSSE")
    if not "001" <= lot.number <= "999":
        raise OctRefusedError(LAYOUT, f"1 : NUMERO DE LOT {lot.number}")
    if lot.kind not in _CRF:
        raise OctRefusedError(LAYOUT, f"1 : CATEGORIE {lot.kind}")
    if lot.mode not in MODES:
        raise OctRefusedError(LAYOUT, f"1 : MODE DE SECURISATION {lot.mode}")
    if header["version"] != _VERSION:
        raise OctRefusedError(LAYOUT, f"1 : VERSION {header['version']} AU LIEU DE {_VERSION}")
    if not _CRF[lot.kind].fullmatch(lot.crf):
        raise OctRefusedError(LAYOUT, f"1 : CRF {lot.crf} POUR UN LOT DE {lot.kind}")
    if as_date(header["date"], "1 : DATE DU LOT") > as_date(framed.header["date"], "000 : DATE"):
        raise OctRefusedError(LAYOUT, "1 : DATE DU LOT APRES LA DATE DU FICHIER")
    if framed.header["application"] == PER_RECIPIENT and not recipient_matches(framed, lot):
        raise OctRefusedError(LAYOUT, f"000 : DESTINATAIRE AUTRE QUE CELUI DU CRF {lot.crf}")


def recipient_matches(framed: Framed, lot: OctLot) -> bool:
    """Whether the recipient number of a file per recipient is the one the lot's CRF means (domain 2.2)."""
    return framed.header["numero_destinataire"] == recipient_number(lot)


def recipient_number(lot: OctLot) -> str:
    """FSE: `000000`, régime, centre informatique, organisme; DRE: the AMC number, zero-filled on 14."""
    if lot.kind == "DRE":
        return lot.crf[1:].zfill(14)
    return f"000000{lot.crf[1:3]}{lot.crf[6:9]}{lot.header['organisme']}"


def _check_trailer(lot: OctLot) -> None:
    trailer = lot.trailer
    if trailer["emetteur"] != lot.header["emetteur"] or trailer["lot"] != lot.number:
        raise OctRefusedError(LAYOUT, "6 : EMETTEUR OU NUMERO DE LOT DIFFERE DU 1")
    invoices = len(lot.sheets)
    if invoices > MAX_INVOICES:
        raise OctRefusedError(COUNT_OR_TOTAL, f"{invoices} FACTURES, {MAX_INVOICES} AU PLUS")
    expected = {
        "factures": invoices,
        "factures_2": invoices,
        "factures_3": invoices,
        "actes": sum(len(sheet.acts) for sheet in lot.sheets),
        "total": _sum(lot.sheets, "honoraires"),
        "part_amo": _sum(lot.sheets, "part_amo"),
        "part_amc": _sum(lot.sheets, "part_amc"),
    }
    for name, value in expected.items():
        if int(trailer[name]) != value:
            raise OctRefusedError(COUNT_OR_TOTAL, f"6 : {name} {trailer[name]}, {value} LUS")


def _check_sheet_certificates(sheet: OctSheet, lot: OctLot, cards: CardCertificates) -> Certificate:
    """Verify P, and V where the mode has one, or in mode 03 A in its place; returns the certificate of who
    signed, who did the acts.
    """
    found = {str(seven["genre"]) for seven in sheet.certificates}
    seal = PHONE if lot.mode == SECURED and PHONE in found else "V"
    kinds = ("P", seal) if lot.mode in WITH_VITALE else ("P",)
    strangers = found - set(kinds)
    if strangers:
        raise OctRefusedError(
            INVOICE_CERTIFICATE, f"CERTIFICAT {min(strangers)} EN MODE {lot.mode}", sheet.number
        )
    signer, *_ = [
        check_signature(
            _of_kind(sheet.certificates, kind),
            sheet.signed,
            kind=kind,
            billing_number=str(sheet.identity["emetteur"]),
            subject=sheet.number,
            day=lot.day,
            cards=cards,
            code=INVOICE_CERTIFICATE,
        )
        for kind in kinds
    ]
    if signs_alone(sheet) and sheet.substitute is not None and sheet.substitute["rpps"] != rpps_of(signer):
        raise OctRefusedError(INVOICE_CERTIFICATE, "2R : RPPS AUTRE QUE CELUI DE LA CARTE", sheet.number)
    if sheet.substitute is not None and not signs_alone(sheet):
        return signer  # by the card of the PS who is replaced
    for act in sheet.acts:
        rpps = "" if act.rpps is None else str(act.rpps["rpps_executant"])
        if rpps.strip("0") and rpps != rpps_of(signer):
            raise OctRefusedError(INVOICE_CERTIFICATE, "4E : RPPS AUTRE QUE CELUI DE LA CARTE", sheet.number)
    return signer


def _of_kind(sevens: Sequence[Values], kind: str) -> list[Values]:
    return [seven for seven in sevens if seven["genre"] == kind]


def _sum(sheets: Sequence[OctSheet], name: str) -> int:
    return sum(int(sheet.total[name]) for sheet in sheets)
