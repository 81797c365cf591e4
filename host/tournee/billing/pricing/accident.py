"""Which work accident or occupational disease care is for, among those that the card names (group 103)."""

from dataclasses import replace

from tournee.billing.identity import CardAccident, Patient
from tournee.billing.visit import WORK_ACCIDENT, Accident, Visit

NUMBER_DIGITS = 9  # 86+9 of record 2
_ORGANISME_DIGITS = 9  # régime 2, caisse 3, centre 4


def accident_of(visit: Visit, patient: Patient) -> Accident | None:
    """The accident that a visit is billed for: the card's that the carer names by its number or its day, the
    card's only one when nothing is said, else what was said. None for care of another nature, and where it
    is not known (`payer_breaches` refuses that).
    """
    if visit.nature != WORK_ACCIDENT:
        return None
    chosen = chosen_among(visit.accident, patient.accidents)
    if len(chosen) != 1:
        return visit.accident
    (one,) = chosen
    if not (one.number.isascii() and one.number.isdigit()):
        return visit.accident
    return Accident(one.number.zfill(NUMBER_DIGITS), one.day)


def chosen_among(told: Accident | None, known: tuple[CardAccident, ...]) -> tuple[CardAccident, ...]:
    """Those of a card that fit what was said; all when nothing was."""
    if told is None:
        return known
    if told.number:
        return tuple(one for one in known if one.number.lstrip("0") == told.number.lstrip("0"))
    return tuple(one for one in known if one.day == told.day)


def billed_for(patient: Patient, visit: Visit) -> Patient:
    """The patient as the caisse that manages the accident knows them: its régime, caisse and centre."""
    chosen = chosen_among(visit.accident, patient.accidents) if visit.nature == WORK_ACCIDENT else ()
    if len(chosen) != 1:
        return patient
    organisme = chosen[0].organisme
    if len(organisme) != _ORGANISME_DIGITS or not (organisme.isascii() and organisme.isdigit()):
        return patient
    return replace(patient, regime=organisme[:2], caisse=organisme[2:5], centre=organisme[5:])
