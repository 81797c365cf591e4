"""What the emulated OCT refuses of who pays, prescription and prior agreement; one fact a case."""

import pytest
from oct_verdicts import refused_sheet, verdicts
from oct_workshop import Sheet

WHOLE = {"taux": 100, "part_amo": 1000, "part_amc": 0}
ALL_PAID = {"part_amo": 1000, "part_amc": 0, "paye_assure": 0}
NINETY = {"taux": 90, "part_amo": 900, "part_amc": 100}
EIGHTY = {"taux": 80, "part_amo": 800, "part_amc": 200}


def sums(four):
    return {
        "part_amo": four["part_amo"],
        "part_amc": four["part_amc"],
        "paye_assure": 1000 - four["part_amo"],
    }


def made(nature="10", exemption="0", four=WHOLE, **two):
    """A sheet whose act and head tell the same exemption."""
    return {
        "two": {"nature_assurance": nature, "justif_exo": exemption, **two},
        "four": {**four, "justif_exo": exemption},
        "five": sums(four),
    }


@pytest.mark.parametrize(
    "sheet",
    [
        made(exemption="3"),
        made(exemption="4"),
        made(exemption="5"),
        made(exemption="9", four=EIGHTY),
        made("90", "7"),
        made("10", "7"),
        made("13", four=NINETY),
        made("13", "4"),
        made("30"),
        made("41", accident="026091401"),
    ],
    ids=["3", "4", "5", "9", "7 alone", "7", "régime local", "régime local and ALD", "maternity", "AT"],
)
def test_codes_that_go_together_are_taken(workshop, make_oct, sheet):
    lot = workshop.lot(workshop.Lot(sheets=(Sheet(**sheet),), six=ends(sheet)))
    (told,) = verdicts(make_oct(), workshop.message(workshop.file([lot])))
    assert told[1] == "0000", told


def ends(sheet):
    return {"part_amo": sheet["five"]["part_amo"], "part_amc": sheet["five"]["part_amc"]}


@pytest.mark.parametrize(
    ("sheet", "label"),
    [
        (made(), "4 LIGNE 1 : 100 POUR CENT, NATURE 10, EXONERATION 0"),
        (made(exemption="4", four=NINETY), "4 LIGNE 1 : 90 POUR CENT, NATURE 10, EXONERATION 4"),
        (made("13", four=EIGHTY), "4 LIGNE 1 : 80 POUR CENT, NATURE 13, EXONERATION 0"),
        (made("90"), "4 LIGNE 1 : 100 POUR CENT, NATURE 90, EXONERATION 0"),
        (made("30", four=NINETY), "4 LIGNE 1 : 90 POUR CENT, NATURE 30, EXONERATION 0"),
        (made("41"), "2 : ACCIDENT 000000000 POUR LA NATURE 41"),
        (made("10", "4", accident="026091401"), "2 : ACCIDENT 026091401 POUR LA NATURE 10"),
        ({**made(exemption="4"), "two": {"justif_exo": "5"}}, "2 : EXONERATION 5, 4 DANS LES ACTES"),
        (made(exemption="5", nature_piece="2"), "2 : AME EN MODE 03"),
    ],
)
def test_0199_codes_that_contradict_each_other(workshop, make_oct, sheet, label):
    assert refused_sheet(workshop, make_oct(), **sheet) == ("0199", label, "000000041")


@pytest.mark.parametrize(
    ("two", "four", "third_party", "label"),
    [
        ({}, WHOLE, "0", "2 : AME SANS TIERS PAYANT"),
        ({"justif_exo": "9"}, {**EIGHTY, "justif_exo": "9"}, "1", "2 : AME A MOINS DE 100 POUR CENT"),
    ],
)
def test_0199_ame_that_is_not_paid_whole_and_directly(workshop, make_oct, two, four, third_party, label):
    five = sums(four) | ({"paye_assure": 1000} if third_party == "0" else {})
    sheet = Sheet(
        mode="01",
        third_party=third_party,
        two={"nature_piece": "2", "justif_exo": "5", **two},
        four={"justif_exo": "5", **four},
        five=five,
    )
    lot = workshop.lot(workshop.Lot(mode="01", sheets=(sheet,)))
    (told,) = verdicts(make_oct(), workshop.message(workshop.file([lot])))
    assert told[1:3] == ("0199", label)


@pytest.mark.parametrize(
    ("rpps", "four", "told"),
    [
        ({"date_prescription": "261123"}, {}, ("0106", "4E LIGNE 1 : PRESCRIPTION APRES LES SOINS")),
        ({}, {"origine": "Z"}, ("0106", "4 LIGNE 1 : ORIGINE Z")),
        ({"accord": "A"}, {}, ("0106", "4E LIGNE 1 : ACCORD SANS DEMANDE")),
        ({"demande_accord": "261101", "accord": "X"}, {}, ("0106", "4E LIGNE 1 : REPONSE X")),
        (
            {"demande_accord": "261101", "reponse_accord": "261031", "accord": "A"},
            {},
            ("0106", "4E LIGNE 1 : DATE DE REPONSE 261031"),
        ),
        (
            {"demande_accord": "261108", "accord": "S"},
            {},
            ("0199", "4E LIGNE 1 : SILENCE DE MOINS DE 15 JOURS"),
        ),
        (
            {"demande_accord": "261101", "reponse_accord": "261110", "accord": "R"},
            {},
            ("0199", "4E LIGNE 1 : ACCORD REFUSE, ACTE REMBOURSE"),
        ),
    ],
)
def test_prescription_and_prior_agreement_that_cannot_be_are_refused(workshop, make_oct, rpps, four, told):
    assert refused_sheet(workshop, make_oct(), rpps=rpps, four=four)[:2] == told


@pytest.mark.parametrize(
    "rpps",
    [
        {},
        {"date_prescription": "261122"},
        {"demande_accord": "261107", "accord": "S"},
        {"demande_accord": "261101", "reponse_accord": "261110", "accord": "A", "numero_accord": "DAP26110"},
        {"demande_accord": "261120"},
    ],
    ids=["version 1", "prescription", "silence", "agreed", "not answered yet"],
)
def test_prescription_and_prior_agreement_are_taken(workshop, make_oct, rpps):
    lot = workshop.lot(workshop.Lot(sheets=(Sheet(rpps={"rpps_executant": "0" * 11, **rpps}),)))
    (told,) = verdicts(make_oct(), workshop.message(workshop.file([lot])))
    assert told[1] == "0000", told
