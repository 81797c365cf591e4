"""What must hold inside one care sheet: shared columns, keys, amounts, third-party payment (profile
"Records").
"""

from datetime import date, datetime

from stdnum import luhn
from stdnum.exceptions import ValidationError
from stdnum.fr import nir as stdnum_nir

from tournee.emulation.oct.judging.care_checks import check_away, check_substitute
from tournee.emulation.oct.judging.cover_checks import check_cover
from tournee.emulation.oct.judging.file import Values
from tournee.emulation.oct.judging.lot import OctAct, OctLot, OctSheet
from tournee.emulation.oct.judging.refusal import COUNT_OR_TOTAL, LAYOUT, OTHER, OctRefusedError

SPLIT_CONTRACT = "99"  # group 1321 field 1: the OCT may split (OCT-EF-2)
_SHARED = ("emetteur", "nir", "cle", "rang", "facture")
_SHARED_4E = ("emetteur", "nir", "cle", "facture")
_NOBODY = "0" * 9
_ROUNDING = 100  # hundredths of a cent: shares are whole cents, however they were rounded
_NO_RPPS = ("", "0" * 11)
_AMO_TO_PS = frozenset("13")
_AMC_TO_PS = frozenset("23")


def check_sheet(sheet: OctSheet, lot: OctLot) -> None:
    """Raise `OctRefusedError` 0101 (counts, totals), 0106 (layout, keys) or 0199 (OCT-EF, OCT-X), naming the
    invoice.
    """
    try:
        _check_shared(sheet, lot)
        check_substitute(sheet)
        check_away(sheet, lot)
        _check_keys(sheet)
        _check_recipient(sheet, lot)
        _check_dates(sheet, lot)
        _check_totals(sheet)
        _check_split_contract(sheet, lot)
        check_cover(sheet, lot)
    except OctRefusedError as refused:
        raise OctRefusedError(refused.code, refused.label, sheet.number) from None


def third_party_amo(sheet: OctSheet) -> int:
    """Cents that the AMO pays directly to the PS, 0 without third-party payment on its share."""
    return int(sheet.total["part_amo"]) if str(sheet.identity["tiers_payant"]) in _AMO_TO_PS else 0


def third_party_amc(sheet: OctSheet) -> int:
    """Cents of the complementary share paid directly to the PS, as group 1410 says."""
    return int(sheet.total["part_amc"]) if str(sheet.identity["tiers_payant"]) in _AMC_TO_PS else 0


def asked_of_split(sheet: OctSheet) -> int:
    """Cents asked of the AMC through the OCT's split (contract 99, group 1321 fields 4 and 5), else 0."""
    complement = sheet.complement
    if complement is None or sheet.identity["type_contrat"] != SPLIT_CONTRACT:
        return 0
    return int(complement["montant_complementaire"]) if str(complement["tp_complementaire"]) == "1" else 0


def _check_shared(sheet: OctSheet, lot: OctLot) -> None:
    identity = sheet.identity
    if identity["emetteur"] != lot.header["emetteur"]:
        raise OctRefusedError(LAYOUT, "2 : EMETTEUR AUTRE QUE CELUI DU LOT")
    others: list[tuple[str, Values, tuple[str, ...]]] = [("4", act.values, _SHARED) for act in sheet.acts]
    others += [("4E", act.rpps, _SHARED_4E) for act in sheet.acts if act.rpps is not None]
    others.append(("5", sheet.total, _SHARED))
    if sheet.complement is not None:
        others.append(("2A", sheet.complement, _SHARED))
    if sheet.substitute is not None:
        others.append(("2R", sheet.substitute, _SHARED))
    for kind, values, names in others:
        for name in names:
            if values[name] != identity[name]:
                raise OctRefusedError(LAYOUT, f"{kind} : {name} DIFFERE DU 2")


def _check_keys(sheet: OctSheet) -> None:
    nir = f"{sheet.nir}{sheet.identity['cle']}"
    try:
        stdnum_nir.validate(nir)
    except ValidationError:
        raise OctRefusedError(LAYOUT, "2 : CLE DU NIR FAUSSE") from None
    for act in sheet.acts:
        for name in ("prescripteur", "executant"):
            number = str(act.values[name])
            if number != _NOBODY and not luhn.is_valid(number):
                raise OctRefusedError(LAYOUT, f"4 : CLE DU NUMERO {name} FAUSSE")
        for name in ("rpps_prescripteur", "rpps_executant"):
            number = "" if act.rpps is None else str(act.rpps[name])
            if number not in _NO_RPPS and not luhn.is_valid(number):
                raise OctRefusedError(LAYOUT, f"4E : CLE DU {name} FAUSSE")


def _check_recipient(sheet: OctSheet, lot: OctLot) -> None:
    if lot.kind == "FSE" and lot.crf[1:3] != sheet.identity["regime"]:
        raise OctRefusedError(LAYOUT, f"2 : REGIME {sheet.identity['regime']} HORS DU CRF {lot.crf}")
    if lot.kind == "DRE" and lot.crf[1:] != str(sheet.identity["numero_amc"]).zfill(10):
        raise OctRefusedError(LAYOUT, f"2 : AMC {sheet.identity['numero_amc']} HORS DU CRF {lot.crf}")
    complement = sheet.complement
    if complement is not None and complement["numero_amc"] != sheet.identity["numero_amc"]:
        raise OctRefusedError(LAYOUT, "2A : NUMERO D'AMC DIFFERE DU 2")


def _check_dates(sheet: OctSheet, lot: OctLot) -> None:
    for act in sheet.acts:
        if as_date(act.values["date"], "4 : DATE DES SOINS") > lot.day:
            raise OctRefusedError(LAYOUT, "4 : DATE DES SOINS APRES LA DATE DU LOT")


def _check_totals(sheet: OctSheet) -> None:
    total = sheet.total
    if int(total["lignes"]) != len(sheet.acts):
        raise OctRefusedError(COUNT_OR_TOTAL, f"5 : {total['lignes']} LIGNES, {len(sheet.acts)} LUES")
    for name in ("honoraires", "part_amo", "part_amc"):
        computed = _sum(sheet.acts, name)
        if int(total[name]) != computed:
            raise OctRefusedError(COUNT_OR_TOTAL, f"5 : {name} {total[name]}, SOMME DES LIGNES {computed}")
    for rank, act in enumerate(sheet.acts, 1):
        _check_shares(act, rank)
    fee = int(total["honoraires"])
    expected = fee - third_party_amo(sheet) - third_party_amc(sheet)
    if int(total["paye_assure"]) != expected:
        raise OctRefusedError(
            COUNT_OR_TOTAL, f"5 : PAYE PAR L'ASSURE {total['paye_assure']}, ATTENDU {expected}"
        )


def _check_shares(act: OctAct, rank: int) -> None:
    values = act.values
    amo, amc, fee = (int(values[name]) for name in ("part_amo", "part_amc", "honoraires"))
    base, rate = int(values["base"]), int(values["taux"])
    if abs(amo * 100 - base * rate) > _ROUNDING:
        raise OctRefusedError(
            COUNT_OR_TOTAL, f"4 LIGNE {rank} : PART AMO {amo} POUR {base} A {rate} POUR CENT"
        )
    if amo + amc > fee:
        raise OctRefusedError(
            COUNT_OR_TOTAL, f"4 LIGNE {rank} : PARTS {amo} ET {amc} POUR {fee} D'HONORAIRES"
        )


def _check_split_contract(sheet: OctSheet, lot: OctLot) -> None:
    if sheet.identity["type_contrat"] != SPLIT_CONTRACT:
        return
    if lot.kind == "DRE":
        raise OctRefusedError(OTHER, "CONTRAT 99 DANS UNE DRE : ECLATEMENT ET DRE S'EXCLUENT")  # OCT-X-1
    if str(sheet.identity["tiers_payant"]) not in ("0", "1"):
        raise OctRefusedError(OTHER, "CONTRAT 99 : TIERS PAYANT COMPLEMENTAIRE EN 1410")  # OCT-EF-3
    if sheet.complement is not None and int(sheet.complement["montant_complementaire"]) > int(
        sheet.total["part_amc"]
    ):
        raise OctRefusedError(COUNT_OR_TOTAL, "2A : MONTANT SUPERIEUR A LA PART COMPLEMENTAIRE")


def _sum(acts: tuple[OctAct, ...], name: str) -> int:
    return sum(int(act.values[name]) for act in acts)


def as_date(value: object, what: str) -> date:
    """An AAMMJJ date that exists; raises `OctRefusedError` 0106 naming `what`."""
    try:
        return datetime.strptime(str(value), "%y%m%d").date()
    except ValueError:
        raise OctRefusedError(LAYOUT, f"{what} {value} INVALIDE") from None
