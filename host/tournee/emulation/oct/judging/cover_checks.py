"""What the codes of who pays must say together: nature, exemption, rate, accident; prescription and prior
agreement (profile "Who pays").
"""

from datetime import date, timedelta

from tournee.emulation.oct.judging.lot import OctAct, OctLot, OctSheet
from tournee.emulation.oct.judging.refusal import LAYOUT, OTHER, OctRefusedError

SICKNESS, LOCAL, MATERNITY, ACCIDENT, PREVENTION = "10", "13", "30", "41", "90"
LOCAL_RATE, LOCAL_PART = 90, 30  # of the régime d'Alsace-Moselle: both shares, and its own
_NONE, _PREVENTED, _SOLIDARITY = "0", "7", "9"
_WHOLE, _SOLIDARITY_RATE = 100, 80
_STATE_AID = "2"  # nature of the piece: an attestation of AME
_MODES_WITHOUT_CARD = ("01", "05")
_AMO_PAYS = ("1", "3")
_ORIGINS = ("", "V", "E", "I", "D")
_AGREED, _SILENT, _REFUSED = "A", "S", "R"
_SILENCE = timedelta(days=15)
_NOBODY = "0" * 9


def check_cover(sheet: OctSheet, lot: OctLot) -> None:
    """Raise `OctRefusedError` 0106 (a date, a letter) or 0199 (what the codes say of each other)."""
    identity = sheet.identity
    nature = str(identity["nature_assurance"])
    exemptions = {str(act.values["justif_exo"]) for act in sheet.acts}
    expected = exemptions.pop() if len(exemptions) == 1 else _NONE
    if str(identity["justif_exo"]) != expected:
        raise OctRefusedError(OTHER, f"2 : EXONERATION {identity['justif_exo']}, {expected} DANS LES ACTES")
    if (str(identity["accident"]) != _NOBODY) != (nature == ACCIDENT):
        raise OctRefusedError(OTHER, f"2 : ACCIDENT {identity['accident']} POUR LA NATURE {nature}")
    for rank, act in enumerate(sheet.acts, 1):
        _check_rate(act, nature, rank)
        _check_order(act, rank)
    if str(identity["nature_piece"]) == _STATE_AID:
        _check_state_aid(sheet, lot)


def _check_rate(act: OctAct, nature: str, rank: int) -> None:
    rate, exemption = int(act.values["taux"]), str(act.values["justif_exo"])
    if not rate:
        return  # not reimbursed at all
    least, most = _rates(nature, exemption)
    if not least <= rate <= most:
        raise OctRefusedError(
            OTHER, f"4 LIGNE {rank} : {rate} POUR CENT, NATURE {nature}, EXONERATION {exemption}"
        )


def _rates(nature: str, exemption: str) -> tuple[int, int]:
    """The least and the greatest rate that a nature and an exemption allow."""
    if nature == PREVENTION and exemption != _PREVENTED:
        return _WHOLE, 0  # none
    if exemption == _SOLIDARITY:
        return _SOLIDARITY_RATE, _WHOLE
    if exemption != _NONE or nature in (MATERNITY, ACCIDENT):
        return _WHOLE, _WHOLE
    return (LOCAL_RATE, LOCAL_RATE) if nature == LOCAL else (1, _WHOLE - 1)


def _check_order(act: OctAct, rank: int) -> None:
    """Prescription and prior agreement, which records of version 1 do not tell."""
    where, more, done = f"4E LIGNE {rank}", act.rpps or {}, _day(act.values["date"])
    if str(act.values["origine"]) not in _ORIGINS:
        raise OctRefusedError(LAYOUT, f"4 LIGNE {rank} : ORIGINE {act.values['origine']}")
    ordered, asked, answered = (
        _day(more.get(name, "")) for name in ("date_prescription", "demande_accord", "reponse_accord")
    )
    assert done is not None  # a date of care is never empty
    if ordered is not None and ordered > done:
        raise OctRefusedError(LAYOUT, f"{where} : PRESCRIPTION APRES LES SOINS")
    answer = str(more.get("accord", ""))
    if asked is None:
        if answer or answered is not None or more.get("numero_accord"):
            raise OctRefusedError(LAYOUT, f"{where} : ACCORD SANS DEMANDE")
        return
    _check_answer(act, where, answer, (asked, answered, done))


def _check_answer(act: OctAct, where: str, answer: str, days: tuple[date, date | None, date]) -> None:
    asked, answered, done = days
    if answer not in ("", _AGREED, _SILENT, _REFUSED):
        raise OctRefusedError(LAYOUT, f"{where} : REPONSE {answer}")
    if answered is not None and (answered < asked or answer not in (_AGREED, _REFUSED)):
        raise OctRefusedError(LAYOUT, f"{where} : DATE DE REPONSE {answered:%y%m%d}")
    if answer == _SILENT and done < asked + _SILENCE:
        raise OctRefusedError(OTHER, f"{where} : SILENCE DE MOINS DE {_SILENCE.days} JOURS")
    if answer == _REFUSED and int(act.values["taux"]):
        raise OctRefusedError(OTHER, f"{where} : ACCORD REFUSE, ACTE REMBOURSE")


def _check_state_aid(sheet: OctSheet, lot: OctLot) -> None:
    if lot.mode not in _MODES_WITHOUT_CARD:
        raise OctRefusedError(OTHER, f"2 : AME EN MODE {lot.mode}")
    if str(sheet.identity["tiers_payant"]) not in _AMO_PAYS:
        raise OctRefusedError(OTHER, "2 : AME SANS TIERS PAYANT")
    if any(int(act.values["taux"]) not in (0, _WHOLE) for act in sheet.acts):
        raise OctRefusedError(OTHER, "2 : AME A MOINS DE 100 POUR CENT")


def _day(value: str | int) -> date | None:
    """A date that the table has checked, AAMMJJ; None when there is none."""
    text = str(value)
    return date(2000 + int(text[:2]), int(text[2:4]), int(text[4:])) if text.strip() else None
