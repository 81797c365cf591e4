"""Who cared and where, as the emulated OCT judges it: substitutes (2R), the modes 02 and 04."""

from dataclasses import replace

import pytest
from oct_verdicts import refused_lot, verdicts
from oct_workshop import SENDER, Workshop

from tournee.emulation.oct import Scenario

OWN, RPPS, REPLACED_RPPS = "756000030", "10100000040", "10100000016"
TOLD = {"remplacant": OWN, "rpps": RPPS, "nom": "FAURE", "prenom": "INES", "signature": "1"}
EXECUTED = {"rpps_executant": RPPS}


@pytest.fixture(scope="session")
def her_card():
    return Workshop.make_card(f"8{RPPS}", "Infirmier")


@pytest.fixture
def hers(cards, her_card, oct_identity, tmp_path) -> Workshop:
    """The workshop where her card signs."""
    made = Workshop(replace(cards, ps=her_card), oct_identity[1])
    made.scratch = tmp_path
    return made


@pytest.fixture
def judge(make_oct, cards, her_card):
    """An OCT that knows both carers' cards, and whose numbers are theirs."""
    known = [cards.ps[1], cards.vitale[1], her_card[1]]
    whose = {SENDER: REPLACED_RPPS, OWN: RPPS}

    def make(**changes):
        return make_oct(Scenario(professionals=whose, **changes), known=known)

    return make


def sheet(**changes):
    return replace(Workshop.Sheet(rpps=EXECUTED, substitute=TOLD), **changes)


def verdict(workshop, oct_, content):
    ((_, code, label, _),) = verdicts(oct_, workshop.message(workshop.file([content])))
    return code, label


def test_a_substitute_s_lot_is_taken(hers, judge):
    assert verdict(hers, judge(), hers.lot(hers.Lot(sheets=(sheet(),)))) == ("0000", "")


def test_the_replaced_may_close_it(hers, judge, cards):
    body = hers.lot(hers.Lot(sheets=(sheet(),)))[: -4 * 128]
    content = body + hers.seal("L", "000000001", body, cards.ps)
    assert verdict(hers, judge(), content) == ("0000", "")


def test_nobody_else_may_close_it(hers, judge, cards):
    third = hers.make_card("810100000024", "Infirmier")
    body = hers.lot(hers.Lot(sheets=(sheet(),)))[: -4 * 128]
    content = body + hers.seal("L", "000000001", body, third)
    oct_ = judge()
    oct_._judge._cards.add(third[1])
    assert verdict(hers, oct_, content) == ("0102", "FACTURES ET LOT SIGNES PAR DES CARTES DIFFERENTES")


def test_without_2r_her_card_bills_nothing_of_hers(hers, judge):
    told = refused_lot(hers, judge(), sheets=(sheet(substitute=None),))
    assert told == ("0103", f"LE NUMERO {SENDER} N'EST PAS CELUI DE LA CARTE", "000000041")


@pytest.mark.parametrize(
    ("changes", "code", "label"),
    [
        ({"remplacant": SENDER}, "0106", f"2R : {SENDER} SE REMPLACE LUI-MEME"),
        ({"rpps": REPLACED_RPPS}, "0106", "4E : RPPS DE L'EXECUTANT AUTRE QUE CELUI DU REMPLACANT"),
        ({"nir": "2550699999002", "cle": "61"}, "0106", None),
        ({"remplacant": "697000230"}, "0000", ""),
    ],
)
def test_a_2r_that_tells_otherwise_is_refused(hers, judge, changes, code, label):
    content = hers.lot(hers.Lot(sheets=(sheet(substitute=TOLD | changes),)))
    found, said = verdict(hers, judge(), content)
    assert found == code
    assert label is None or said == label


def test_acts_under_her_own_number_are_refused(hers, judge):
    told = refused_lot(hers, judge(), sheets=(sheet(four={"executant": OWN}),))
    assert told == ("0106", f"4 : EXECUTANT {OWN} AUTRE QUE L'EMETTEUR", "000000041")


def test_the_card_of_the_replaced_is_not_hers(workshop, judge):
    told = refused_lot(workshop, judge(), sheets=(sheet(),))
    assert told == ("0103", "2R : RPPS AUTRE QUE CELUI DE LA CARTE", "000000041")


@pytest.mark.parametrize("mode", ["02", "03", "04"])
@pytest.mark.parametrize("seals", ["P", "V"])
def test_an_invoice_of_one_signature_is_refused_where_two_are_asked(workshop, make_oct, mode, seals):
    there = {"mode_traitement": "01"}
    made = workshop.Sheet(seals=seals, four=there)
    code, label, _ = refused_lot(workshop, make_oct(), mode=mode, sheets=(made,))
    missing = "V" if seals == "P" else "P"
    assert (code, label) == ("0103", f"CERTIFICAT {missing} : 0 ENREGISTREMENTS 7 AU LIEU DE 4")


@pytest.mark.parametrize("mode", ["02", "04"])
def test_both_signatures_are_taken_in_the_later_modes(workshop, make_oct, mode):
    made = workshop.Sheet(four={"mode_traitement": "02"})
    assert verdict(workshop, make_oct(), workshop.lot(workshop.Lot(mode=mode, sheets=(made,)))) == (
        "0000",
        "",
    )


@pytest.mark.parametrize("place", ["00", "03"])
def test_a_visit_without_its_place_is_refused(workshop, make_oct, place):
    made = workshop.Sheet(four={"mode_traitement": place})
    told = refused_lot(workshop, make_oct(), mode="02", sheets=(made,))
    assert told == ("0106", "4 : MODE VISITE SANS LIEU DU SOIN (COLONNE 39)", "000000041")
