"""Who cared and where, as a sheet tells it: a substitute (record 2R), the place of a visit (mode 02)."""

from collections.abc import Mapping

from stdnum import luhn

from tournee.emulation.oct.judging.lot import OctLot, OctSheet
from tournee.emulation.oct.judging.refusal import INVOICE_CERTIFICATE, LAYOUT, OctRefusedError

VISIT = "02"
_AWAY = ("01", "02")  # record 4, 39+2: at the patient's home, in an institution


def check_substitute(sheet: OctSheet) -> None:
    """What a 2R says agrees with the acts: done under the number of the PS who is replaced, by the one whom
    it names. Raises `OctRefusedError` 0106.
    """
    told = sheet.substitute
    if told is None:
        return
    replaced = sheet.identity["emetteur"]
    if not (luhn.is_valid(str(told["remplacant"])) and luhn.is_valid(str(told["rpps"]))):
        raise OctRefusedError(LAYOUT, "2R : CLE D'UN NUMERO FAUSSE")
    if told["remplacant"] == replaced:
        raise OctRefusedError(LAYOUT, f"2R : {replaced} SE REMPLACE LUI-MEME")
    for act in sheet.acts:
        if act.values["executant"] != replaced:
            raise OctRefusedError(LAYOUT, f"4 : EXECUTANT {act.values['executant']} AUTRE QUE L'EMETTEUR")
        if act.rpps is None or act.rpps["rpps_executant"] != told["rpps"]:
            raise OctRefusedError(LAYOUT, "4E : RPPS DE L'EXECUTANT AUTRE QUE CELUI DU REMPLACANT")


def check_holder(sheet: OctSheet, signer: str, professionals: Mapping[str, str]) -> None:
    """The card of that RPPS number is that of the PS who bills, or of the substitute, where the OCT knows
    whose the billing number is. Raises `OctRefusedError` 0103.
    """
    told = sheet.substitute
    number = str(
        told["remplacant"] if told is not None and signs_alone(sheet) else sheet.identity["emetteur"]
    )
    if professionals.get(number, signer) != signer:
        raise OctRefusedError(
            INVOICE_CERTIFICATE, f"LE NUMERO {number} N'EST PAS CELUI DE LA CARTE", sheet.number
        )


def check_away(sheet: OctSheet, lot: OctLot) -> None:
    """In mode 02 every act says where it was done, away from the practice. Raises `OctRefusedError` 0106."""
    if lot.mode != VISIT:
        return
    for act in sheet.acts:
        if str(act.values["mode_traitement"]) not in _AWAY:
            raise OctRefusedError(LAYOUT, "4 : MODE VISITE SANS LIEU DU SOIN (COLONNE 39)")


def signs_alone(sheet: OctSheet) -> bool:
    """Whether a substitute signs the sheet by a card of her own (2R, 102+1)."""
    return sheet.substitute is not None and str(sheet.substitute["signature"]) == "1"
