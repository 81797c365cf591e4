"""ARL 0102 and 0103: signatures of lots and invoices."""

from dataclasses import replace

import pytest
from oct_verdicts import refused_lot, refused_sheet, verdicts


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
