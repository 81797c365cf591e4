"""ARL of a lot: sums, columns, duplicates and what else can be wrong with it."""

import pytest
from oct_verdicts import refused_lot, refused_sheet, verdicts

AMC_UNKNOWN = "0099999997"


@pytest.mark.parametrize(
    ("six", "label"),
    [
        ({"factures": 2}, "6 : FACTURES 2, 1 LUS"),
        ({"actes": 2}, "6 : ACTES 2, 1 LUS"),
        ({"total": 1001}, "6 : TOTAL 1001, 1000 LUS"),
        ({"part_amo": 601}, "6 : PART_AMO 601, 600 LUS"),
        ({"part_amc": 401}, "6 : PART_AMC 401, 400 LUS"),
    ],
)
def test_0101_the_end_of_a_lot_says_otherwise(workshop, make_oct, six, label):
    assert refused_lot(workshop, make_oct(), six=six) == ("0101", label, "")


@pytest.mark.parametrize(
    ("five", "label"),
    [
        ({"lignes": 2}, "5 : 2 LIGNES, 1 LUES"),
        ({"honoraires": 1001}, "5 : HONORAIRES 1001, SOMME DES LIGNES 1000"),
        ({"part_amo": 601}, "5 : PART_AMO 601, SOMME DES LIGNES 600"),
        ({"part_amc": 401}, "5 : PART_AMC 401, SOMME DES LIGNES 400"),
        ({"paye_assure": 1000}, "5 : PAYE PAR L'ASSURE 1000, ATTENDU 400"),
    ],
)
def test_0101_the_end_of_an_invoice_says_otherwise(workshop, make_oct, five, label):
    assert refused_sheet(workshop, make_oct(), five=five) == ("0101", label, "000000041")


@pytest.mark.parametrize(
    ("four", "label"),
    [
        ({"taux": 70}, "4 LIGNE 1 : PART AMO 600 POUR 1000 A 70 POUR CENT"),
        ({"part_amc": 401}, "4 LIGNE 1 : PARTS 600 ET 401 POUR 1000 D'HONORAIRES"),
    ],
)
def test_0101_a_line_whose_shares_do_not_add_up(workshop, make_oct, four, label):
    five = {"part_amc": four.get("part_amc", 400)}
    assert refused_sheet(workshop, make_oct(), four=four, five=five) == ("0101", label, "000000041")


def test_0105_the_same_lot_in_another_file(workshop, make_oct):
    oct_, lot = make_oct(), workshop.lot(workshop.Lot())
    oct_.receive(workshop.message(workshop.file([lot])))
    again = workshop.message(workshop.file([lot], name="000013"), name="000013", stamp="2026112218290000002")
    assert verdicts(oct_, again) == [
        ("001", "0105", "LOT 001 DEJA RECU SOUS LE COMPOSTAGE 2026112218290000001", "")
    ]


def test_0105_the_same_invoice_in_another_lot(workshop, make_oct):
    lots = [workshop.lot(workshop.Lot()), workshop.lot(workshop.Lot(number="002"))]
    assert verdicts(make_oct(), workshop.message(workshop.file(lots))) == [
        ("001", "0000", "", ""),
        (
            *("002", "0105", "FACTURE 000000041 DEJA RECUE SOUS LE COMPOSTAGE 2026112218290000001"),
            "000000041",
        ),
    ]


def test_0105_the_same_invoice_twice_in_a_lot(workshop, make_oct):
    sheets = (workshop.Sheet(), workshop.Sheet())
    code, _, invoice = refused_lot(workshop, make_oct(), sheets=sheets)
    assert (code, invoice) == ("0105", "000000041")


def test_the_fse_and_the_dre_of_an_invoice_share_its_number(workshop, make_oct):
    dre = workshop.Lot(number="002", kind="DRE", crf="D0088888888", sheets=(workshop.Sheet(third_party="3"),))
    lots = [workshop.lot(workshop.Lot()), workshop.lot(dre)]
    assert [code for _, code, _, _ in verdicts(make_oct(), workshop.message(workshop.file(lots)))] == [
        "0000",
        "0000",
    ]


@pytest.mark.parametrize(
    ("at", "new", "label"),
    [
        (87, b"X", "ENREG 2 COLONNE 88"),
        (22, b"BON", "ENREG 2 COLONNE 23 : CATEGORIE"),
        (128 + 24, b"00", "ENREG 3 COLONNE 25 : CLE"),
        (2 * 128 + 69, b"261322", "ENREG 4 COLONNE 70 : DATE"),
        (3 * 128, b"4", "ENREG 5 COLONNE"),
        (4 * 128 + 24, b"03", "ENREG 6 COLONNE 25"),
    ],
)
def test_0106_a_column_its_table_refuses(workshop, make_oct, at, new, label):
    content = workshop.lot(workshop.Lot())
    content = content[:at] + new + content[at + len(new) :]
    ((lot, code, told, _),) = verdicts(make_oct(), workshop.message(workshop.file([content])))
    assert (lot, code) == ("001", "0106")
    assert told.startswith(label)


def test_0106_records_out_of_order(workshop, make_oct):
    content = workshop.lot(workshop.Lot())
    swapped = content[:128] + content[256:384] + content[128:256] + content[384:]
    message = workshop.message(workshop.file([swapped]))
    assert verdicts(make_oct(), message) == [("001", "0106", "ENREG 3 : LOT SANS FACTURE", "")]


def test_0106_an_invoice_under_another_regime_than_its_lot(workshop, make_oct):
    assert refused_sheet(workshop, make_oct(), two={"regime": "02"}) == (
        "0106",
        "2 : REGIME 02 HORS DU CRF F01131016",
        "000000041",
    )


def test_0106_care_after_the_date_of_the_lot(workshop, make_oct):
    assert refused_sheet(workshop, make_oct(), four={"date": "261123"})[:2] == (
        "0106",
        "4 : DATE DES SOINS APRES LA DATE DU LOT",
    )


def test_0106_a_line_of_another_patient(workshop, make_oct):
    code, label, _ = refused_sheet(workshop, make_oct(), four={"nir": "155062A999001", "cle": "41"})
    assert (code, label) == ("0106", "4 : NIR DIFFERE DU 2")


def test_0106_a_dre_lot_with_the_crf_of_an_fse_lot(workshop, make_oct):
    assert refused_lot(workshop, make_oct(), kind="DRE") == (
        "0106",
        "1 : CRF F01131016 POUR UN LOT DE DRE",
        "",
    )


def test_0199_an_amc_the_oct_does_not_know(workshop, make_oct):
    sheet = workshop.Sheet(third_party="3", two={"numero_amc": AMC_UNKNOWN})
    changes = {"kind": "DRE", "crf": f"D{AMC_UNKNOWN}", "sheets": (sheet,)}
    assert refused_lot(workshop, make_oct(), **changes) == (
        "0199",
        f"AMC {AMC_UNKNOWN} INCONNUE DE L'OCT",
        "",
    )


def test_0199_contract_99_with_third_party_payment_of_the_complementary_share(workshop, make_oct):
    """OCT-EF-3."""
    sheet = {"third_party": "3", "two": {"type_contrat": "99"}, "complement": {"tp_complementaire": "1"}}
    code, label, _ = refused_sheet(workshop, make_oct(), **sheet)
    assert (code, label) == ("0199", "CONTRAT 99 : TIERS PAYANT COMPLEMENTAIRE EN 1410")


def test_0199_contract_99_beside_a_dre_of_the_same_invoice(workshop, make_oct):
    """OCT-X-1."""
    fse = workshop.Lot(sheets=(workshop.Sheet(two={"type_contrat": "99"}, complement={}),))
    dre = workshop.Lot(number="002", kind="DRE", crf="D0088888888", sheets=(workshop.Sheet(third_party="2"),))
    message = workshop.message(workshop.file([workshop.lot(fse), workshop.lot(dre)]))
    assert verdicts(make_oct(), message)[1] == (
        "002",
        "0199",
        "CONTRAT 99 ET DRE POUR LA MEME FACTURE",
        "000000041",
    )


def test_one_bad_lot_does_not_hinder_the_others(workshop, make_oct):
    bad = workshop.Lot(number="002", sheets=(workshop.Sheet("000000042"),), six={"total": 1})
    last = workshop.Lot(number="003", sheets=(workshop.Sheet("000000043"),))
    lots = [workshop.lot(lot) for lot in (workshop.Lot(), bad, last)]
    assert [code for _, code, _, _ in verdicts(make_oct(), workshop.message(workshop.file(lots)))] == [
        "0000",
        "0101",
        "0000",
    ]
