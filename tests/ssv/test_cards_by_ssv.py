"""SSV_LireCartePS and SSV_LireDroitsVitale on the real firmware with virtual cards (domain 1.1, 1.3, 1.5)."""

from ssv_desk import CODE, CPS, LECTEUR, PLACE, groups

from tournee.emulation.cards.content import card_content

NOW = "202611151000"


def test_ps_card_gives_its_groups_to_the_byte(desk):
    code, zone = desk.ssv.SSV_LireCartePS(*PLACE)
    assert code == 0x0000
    assert zone == card_content("infirmiere").zone
    assert [number for number, _ in groups(zone)] == [1, 2]


def test_vitale_without_a_date_gives_the_card_to_the_byte(desk):
    for date in ("", "000000000000"):
        assert desk.ssv.SSV_LireDroitsVitale(*PLACE, date) == (0, card_content("moreau").zone)


def test_names_and_code_may_be_bytes_as_c_hands_them_over(desk):
    code, zone = desk.ssv.SSV_LireDroitsVitale(b"CPS", b"LECTEUR", b"1234", NOW.encode())
    assert code == 0
    assert groups(zone)[0][0] == 101


def test_wrong_code_is_f003_with_the_tries_left(desk):
    assert desk.ssv.SSV_LireCartePS(CPS, LECTEUR, "9999") == (0xF003, b"")
    assert desk.ssv.SSV_EssaisRestants() == 2
    assert "Essais restants : 2" in desk.ssv.SSV_DernierMessage()
    assert desk.ssv.SSV_LireCartePS(*PLACE)[0] == 0
    assert (desk.ssv.SSV_EssaisRestants(), desk.ssv.SSV_DernierMessage()) == (None, "")


def test_absent_cards_are_f001_and_f011(desk):
    desk.board.remove("vitale")
    assert desk.ssv.SSV_LireDroitsVitale(*PLACE, NOW) == (0xF011, b"")
    desk.board.remove("ps")
    assert desk.ssv.SSV_LireCartePS(*PLACE) == (0xF001, b"")


def test_code_porteur_in_a_bytearray_is_overwritten(desk):
    code = bytearray(CODE, "ascii")
    assert desk.ssv.SSV_LireCartePS(CPS, LECTEUR, code)[0] == 0
    assert code == bytes(4)
