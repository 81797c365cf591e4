"""Each ARL code of the profile, drawn from the emulated OCT by what deserves it."""

from dataclasses import replace

import pytest

from tournee.emulation.oct import Scenario
from tournee.returns.classify import take_in

AMC_UNKNOWN = "0099999997"


def arl_of(answers):
    returns = [take_in(answer) for answer in answers]
    assert [one.kind for one in returns[:2]] == ["ART", "ARL"]
    return returns[1].content


def verdicts(oct_, message):
    """(lot, code, label, invoice) of each record A."""
    return [(item.lot, item.code, item.label, item.invoice) for item in arl_of(oct_.receive(message)).items]


def refused_file(oct_, message):
    ((lot, code, label, _),) = verdicts(oct_, message)
    assert lot == "000"
    return code, label


def refused_lot(workshop, oct_, **changes):
    """Code, label and invoice of a file whose only lot is made with `changes`."""
    content = workshop.lot(replace(workshop.Lot(), **changes))
    ((lot, code, label, invoice),) = verdicts(oct_, workshop.message(workshop.file([content])))
    assert lot == "001"
    return code, label, invoice


def refused_sheet(workshop, oct_, **changes):
    return refused_lot(workshop, oct_, sheets=(replace(workshop.Sheet(), **changes),))


def test_a_right_file_is_accepted_lot_by_lot(workshop, make_oct):
    lots = [
        workshop.lot(workshop.Lot()),
        workshop.lot(workshop.Lot(number="002", sheets=(workshop.Sheet("000000042"),))),
    ]
    oct_ = make_oct()
    assert verdicts(oct_, workshop.message(workshop.file(lots))) == [
        ("001", "0000", "", ""),
        ("002", "0000", "", ""),
    ]
    assert oct_.known_files == {("00000123456782", "000012"): "2026112218290000001"}


@pytest.mark.parametrize("form", ["/ZK", "/K", ""])
def test_each_form_of_attachment_is_opened(workshop, make_oct, form):
    message = workshop.message(workshop.file([workshop.lot(workshop.Lot())]), form=form)
    assert verdicts(make_oct(), message) == [("001", "0000", "", "")]


# 0100: unreadable


@pytest.mark.parametrize(
    ("attachment", "label"),
    [
        (b"\x30\x03\x02\x01\x01", "PIECE JOINTE : DECHIFFREMENT IMPOSSIBLE"),
        (b"", "PIECE JOINTE : DECHIFFREMENT IMPOSSIBLE"),
    ],
)
def test_0100_an_attachment_that_does_not_unseal(workshop, make_oct, attachment, label):
    message = workshop.message(workshop.file([workshop.lot(workshop.Lot())]), attachment=attachment)
    assert refused_file(make_oct(), message) == ("0100", label)


def test_0100_an_attachment_sealed_for_somebody_else(workshop, make_oct, cards):
    file = workshop.file([workshop.lot(workshop.Lot())])
    workshop.oct_certificate = cards.stranger[1]
    assert refused_file(make_oct(), workshop.message(file)) == (
        "0100",
        "PIECE JOINTE : DECHIFFREMENT IMPOSSIBLE",
    )


def test_0100_an_attachment_that_is_not_gzip(workshop, make_oct):
    file = workshop.file([workshop.lot(workshop.Lot())])
    message = workshop.message(file, attachment=workshop.envelope(file))
    assert refused_file(make_oct(), message) == ("0100", "PIECE JOINTE : DECOMPRESSION IMPOSSIBLE")


def test_0100_wrong_base64(workshop, make_oct):
    message = workshop.message(workshop.file([workshop.lot(workshop.Lot())])) + b"====\r\n"
    assert refused_file(make_oct(), message) == ("0100", "PIECE JOINTE : BASE64 INCORRECT")


@pytest.mark.parametrize("cut", [1, 127, 130])
def test_0100_a_file_that_is_not_a_whole_number_of_records(workshop, make_oct, cut):
    file = workshop.file([workshop.lot(workshop.Lot())])[:-cut]
    assert refused_file(make_oct(), workshop.message(file))[0] == "0100"


def test_a_message_of_garbage_is_answered_with_0106(make_oct):
    assert refused_file(make_oct(), b"\xff\x00garbage")[0] == "0106"


# 0101: counts and totals


@pytest.mark.parametrize(
    ("tail", "label"),
    [
        ({"enregistrements": 15}, "999 : 15 ENREGISTREMENTS, 19 LUS"),
        ({"lots": 2}, "999 : 2 LOTS, 1 LUS"),
    ],
)
def test_0101_the_trailer_of_the_file_counts_wrong(workshop, make_oct, tail, label):
    file = workshop.file([workshop.lot(workshop.Lot())], tail=tail)
    assert refused_file(make_oct(), workshop.message(file)) == ("0101", label)


def test_0101_the_subject_counts_other_invoices(workshop, make_oct):
    message = workshop.message(workshop.file([workshop.lot(workshop.Lot())]), count=2)
    assert refused_file(make_oct(), message) == ("0101", "OBJET : 2 FACTURES, 1 LUES")


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


# 0102: lot certificate


def test_0102_one_bit_of_the_lot_changed_after_signing(workshop, make_oct):
    content = bytearray(workshop.lot(workshop.Lot()))
    content[29] = ord("Z")  # first letter of the name in record 1
    ((_, code, label, _),) = verdicts(make_oct(), workshop.message(workshop.file([bytes(content)])))
    assert (code, label) == ("0102", "CERTIFICAT L : SIGNATURE FAUSSE")


def test_0102_a_lot_without_certificate(workshop, make_oct):
    content = workshop.lot(workshop.Lot())[: -4 * 128]
    ((_, code, label, _),) = verdicts(make_oct(), workshop.message(workshop.file([content])))
    assert (code, label) == ("0102", "CERTIFICAT L : 0 ENREGISTREMENTS 7 AU LIEU DE 4")


def test_0102_a_lot_signed_by_a_vitale_card(workshop, make_oct, cards):
    body = workshop.lot(workshop.Lot())[: -4 * 128]
    content = body + workshop.seal("L", "000000001", body, cards.vitale)
    ((_, code, label, _),) = verdicts(make_oct(), workshop.message(workshop.file([content])))
    assert (code, label) == ("0102", "CERTIFICAT L : CARTE D'UN AUTRE GENRE")


def test_0102_a_lot_signed_by_another_professional_than_its_invoices(workshop, make_oct, cards):
    colleague = workshop.make_card("810100000024", "Infirmier")
    body = workshop.lot(workshop.Lot())[: -4 * 128]
    content = body + workshop.seal("L", "000000001", body, colleague)
    oct_ = make_oct(known=[cards.ps[1], cards.vitale[1], colleague[1]])
    ((_, code, label, _),) = verdicts(oct_, workshop.message(workshop.file([content])))
    assert (code, label) == ("0102", "FACTURES ET LOT SIGNES PAR DES CARTES DIFFERENTES")


def test_0102_a_certificate_that_names_another_lot(workshop, make_oct, cards):
    body = workshop.lot(workshop.Lot())[: -4 * 128]
    content = body + workshop.seal("L", "000000002", body, cards.ps)
    ((_, code, label, _),) = verdicts(make_oct(), workshop.message(workshop.file([content])))
    assert (code, label) == ("0102", "CERTIFICAT L : GENRE, EMETTEUR OU NUMERO")


# 0103: invoice certificate


@pytest.mark.parametrize(
    ("mode", "seals", "label"),
    [
        ("03", "P", "CERTIFICAT V : 0 ENREGISTREMENTS 7 AU LIEU DE 4"),
        ("03", "V", "CERTIFICAT P : 0 ENREGISTREMENTS 7 AU LIEU DE 4"),
        ("03", "PVV", "CERTIFICAT V : 8 ENREGISTREMENTS 7 AU LIEU DE 4"),
        ("05", "", "CERTIFICAT P : 0 ENREGISTREMENTS 7 AU LIEU DE 4"),
        ("05", "PV", "CERTIFICAT V EN MODE 05"),
        ("01", "PV", "CERTIFICAT V EN MODE 01"),
    ],
)
def test_0103_certificates_that_the_mode_does_not_ask_for(workshop, make_oct, mode, seals, label):
    sheet = workshop.Sheet(seals=seals)
    assert refused_lot(workshop, make_oct(), mode=mode, sheets=(sheet,)) == ("0103", label, "000000041")


@pytest.mark.parametrize("mode", ["05", "01"])
def test_a_lot_without_vitale_card_needs_the_carers_signature_alone(workshop, make_oct, mode):
    file = workshop.file([workshop.lot(workshop.Lot(mode=mode))])
    assert verdicts(make_oct(), workshop.message(file)) == [("001", "0000", "", "")]


def test_0103_an_unknown_card(workshop, make_oct, cards):
    code, label, invoice = refused_lot(workshop, make_oct(known=[cards.ps[1]]))
    assert (code, invoice) == ("0103", "000000041")
    assert label.endswith("INCONNUE OU HORS VALIDITE")


def test_0103_the_carers_card_in_place_of_the_vitale_card(workshop, make_oct, cards):
    workshop.cards = replace(cards, vitale=cards.ps)
    assert refused_lot(workshop, make_oct()) == ("0103", "CERTIFICAT V : CARTE D'UN AUTRE GENRE", "000000041")


def test_0103_acts_done_by_another_than_the_card_says(workshop, make_oct):
    told = refused_sheet(workshop, make_oct(), rpps={"rpps_executant": "10100000024"})
    assert told == ("0103", "4E : RPPS AUTRE QUE CELUI DE LA CARTE", "000000041")


def test_acts_done_by_the_holder_of_the_card_are_taken(workshop, make_oct):
    sheet = workshop.Sheet(rpps={"rpps_executant": "10100000016"})
    file = workshop.file([workshop.lot(workshop.Lot(sheets=(sheet,)))])
    assert verdicts(make_oct(), workshop.message(file)) == [("001", "0000", "", "")]


def test_0103_an_invoice_changed_after_signing(workshop, make_oct):
    content = bytearray(workshop.lot(workshop.Lot()))
    content[128 + 57] = ord("7")  # nature of the supporting document, in record 2
    ((_, code, label, invoice),) = verdicts(make_oct(), workshop.message(workshop.file([bytes(content)])))
    assert (code, label, invoice) == ("0103", "CERTIFICAT P : SIGNATURE FAUSSE", "000000041")


# 0104: unknown sender


def test_0104_a_sender_the_oct_does_not_know(workshop, make_oct):
    message = workshop.message(workshop.file([workshop.lot(workshop.Lot())]))
    oct_ = make_oct(Scenario(known_senders=frozenset({"234567893"})))
    assert refused_file(oct_, message) == ("0104", "EMETTEUR 00000123456782 INCONNU")


# 0105: duplicates


def test_0105_the_same_message_twice(workshop, make_oct):
    oct_, message = make_oct(), workshop.message(workshop.file([workshop.lot(workshop.Lot())]))
    oct_.receive(message)
    assert refused_file(oct_, message) == ("0105", "COMPOSTAGE 2026112218290000001 DEJA RECU")


def test_0105_the_same_file_under_a_new_stamp(workshop, make_oct):
    oct_, file = make_oct(), workshop.file([workshop.lot(workshop.Lot())])
    oct_.receive(workshop.message(file))
    again = workshop.message(file, stamp="2026112218290000002")
    assert refused_file(oct_, again) == (
        "0105",
        "FICHIER 000012 DEJA RECU SOUS LE COMPOSTAGE 2026112218290000001",
    )


def test_0105_the_same_lot_in_another_file(workshop, make_oct):
    oct_, lot = make_oct(), workshop.lot(workshop.Lot())
    oct_.receive(workshop.message(workshop.file([lot])))
    again = workshop.message(workshop.file([lot], name="000013"), name="000013", stamp="2026112218290000002")
    assert verdicts(oct_, again) == [("001", "0105", "LOT 001 DEJA RECU", "")]


def test_0105_the_same_invoice_in_another_lot(workshop, make_oct):
    lots = [workshop.lot(workshop.Lot()), workshop.lot(workshop.Lot(number="002"))]
    assert verdicts(make_oct(), workshop.message(workshop.file(lots))) == [
        ("001", "0000", "", ""),
        ("002", "0105", "FACTURE 000000041 DEJA RECUE", "000000041"),
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


def test_a_refused_file_may_come_again_once_put_right(workshop, make_oct):
    oct_, lot = make_oct(), workshop.lot(workshop.Lot())
    assert refused_file(oct_, workshop.message(workshop.file([lot], tail={"lots": 2})))[0] == "0101"
    again = workshop.message(workshop.file([lot]), stamp="2026112218290000002")
    assert verdicts(oct_, again) == [("001", "0000", "", "")]


# 0106: layout


@pytest.mark.parametrize(
    ("changes", "label"),
    [
        ({"subject": "SV140700/00000123456782/2026112218290000001"}, "OBJET : FORME"),
        ({"subject": "SV140700/123456782/2026112218290000001/00001"}, "OBJET : FORME"),
        ({"subject": "SV140600/00000123456782/2026112218290000001/00001"}, "OBJET : VERSION 140600"),
        ({"subject": "SV140700/00000234567893/2026112218290000001/00001"}, "OBJET : EXERCICE"),
        ({"stamp": "2026132218290000001"}, "OBJET : COMPOSTAGE SANS DATE"),
        ({"stamp": "2026112518290000001"}, "OBJET : COMPOSTAGE DANS LE FUTUR"),
        ({"name": "000099"}, "PIECE JOINTE : NOM DIFFERENT"),
        ({"name": "file"}, "PIECE JOINTE : NOM AUTRE"),
        ({"headers": {"Content-Description": "FACTURE"}}, "CONTENT-DESCRIPTION INCONNUE"),
        ({"headers": {"Content-Type": "application/octet-stream"}}, "MESSAGE : 0 PIECES"),
        ({"headers": {"Content-Transfer-Encoding": "8bit"}}, "PIECE JOINTE : CODAGE"),
        ({"headers": {"From": None}}, "MESSAGE : EN-TETE FROM"),
        ({"headers": {"To": "someone@else.example"}}, "MESSAGE : DESTINATAIRE"),
    ],
)
def test_0106_headers_that_break_the_profile(workshop, make_oct, changes, label):
    code, told = refused_file(
        make_oct(), workshop.message(workshop.file([workshop.lot(workshop.Lot())]), **changes)
    )
    assert code == "0106"
    assert told.startswith(label)


@pytest.mark.parametrize(
    ("head", "label"),
    [
        ({"type_destinataire": "CP"}, "000 : DESTINATAIRE AUTRE QUE OT"),
        ({"numero_destinataire": "00000123456782"}, "000 : DESTINATAIRE AUTRE QUE OT"),
        ({"application": "AR"}, "000 : APPLICATION AR"),
        ({"application": "TR"}, "000 : DESTINATAIRE D'UN FICHIER TR"),
        ({"type_emetteur": "ZZ"}, "000 : TYPE D'EMETTEUR ZZ"),
    ],
)
def test_0106_a_header_the_single_file_does_not_have(workshop, make_oct, head, label):
    code, told = refused_file(
        make_oct(), workshop.message(workshop.file([workshop.lot(workshop.Lot())], head=head))
    )
    assert code == "0106"
    assert told.startswith(label)


@pytest.mark.parametrize(
    ("at", "new", "label"),
    [
        (87, b"X", "ENREG 2 COLONNE 88"),
        (22, b"BON", "ENREG 2 COLONNE 23 : CATEGORIE"),
        (128 + 24, b"00", "ENREG 3 COLONNE 25 : CLE"),
        (2 * 128 + 69, b"261322", "ENREG 4 COLONNE 70 : DATE"),
        (3 * 128, b"4", "ENREG 5 COLONNE"),
        (4 * 128 + 24, b"02", "ENREG 6 COLONNE 25"),
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


def test_0106_a_file_of_tomorrow_week(workshop, make_oct):
    file = workshop.file([workshop.lot(workshop.Lot())], date="261129")
    assert refused_file(make_oct(), workshop.message(file)) == ("0106", "000 : DATE DANS LE FUTUR")


# 0199: other


def test_0199_an_amc_the_oct_does_not_know(workshop, make_oct):
    sheet = workshop.Sheet(third_party="3", two={"numero_amc": AMC_UNKNOWN})
    changes = {"kind": "DRE", "crf": f"D{AMC_UNKNOWN}", "sheets": (sheet,)}
    assert refused_lot(workshop, make_oct(), **changes) == (
        "0199",
        f"AMC {AMC_UNKNOWN} INCONNUE DE L'OCT",
        "",
    )


def test_0199_contract_99_with_third_party_payment_of_the_complementary_share(workshop, make_oct):
    sheet = {"third_party": "3", "two": {"type_contrat": "99"}, "complement": {"tp_complementaire": "1"}}
    code, label, _ = refused_sheet(workshop, make_oct(), **sheet)
    assert (code, label) == ("0199", "CONTRAT 99 : TIERS PAYANT COMPLEMENTAIRE EN 1410")


def test_0199_contract_99_beside_a_dre_of_the_same_invoice(workshop, make_oct):
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
