"""Group 1150 and mode 2 by the functions of the closed library, on the real firmware."""

import pytest
from ssv_desk import GROUPS, PLACE, desk_of, groups

from tournee.emulation.board import EmulatedBoard
from tournee.formats import zones

OWN = zones.make(1150, "75600003", "0", "FAURE", "INES", "1")
BATCH = zones.encode([zones.make(9003, "001", "20261116")])


@pytest.fixture(scope="module")
def desk():
    with EmulatedBoard() as board, desk_of(board, ps="remplacante") as made:
        yield made


def asked(*more: zones.Group) -> bytes:
    """Hugo's invoice with these groups where their numbers put them."""
    return zones.encode(sorted([*GROUPS, *more], key=lambda group: group.id))


def test_a_substitute_s_invoice_and_lot_bear_both_persons(desk):
    code, zone = desk.ssv.SSV_FormaterFactures(*PLACE, "1", "3", asked(OWN))
    assert code == 0, desk.ssv.SSV_DernierMessage()
    body = b"".join(fields[0] for number, fields in groups(zone) if number == 9002)
    assert body[1:10] == b"756000121"
    assert body[128:129] + body[166:167] == b"2R"
    assert body[128 + 41 : 128 + 61] == b"75600003010100000040"
    code, count, (lot,), _ = desk.ssv.SSV_FormaterLot(*PLACE, 2, [zone, BATCH])
    assert (code, count) == (0, 1), desk.ssv.SSV_DernierMessage()
    code, told = desk.ssv.SSV_TraduireFSE(lot)
    assert code == 0
    assert [fields for number, fields in groups(told) if number == 1150] == [
        (b"75600003", b"0", b"FAURE", b"INES", b"1")
    ]


def test_without_1150_another_s_number_is_refused(desk):
    code, _ = desk.ssv.SSV_FormaterFactures(*PLACE, "1", "3", asked())
    assert code == 0xE603


@pytest.mark.parametrize(("place", "code"), [("01", 0), ("02", 0), ("03", 0xE603), ("", 0xE605)])
def test_mode_2_wants_the_place_of_care(desk, place, code):
    where = zones.make(9005, "10", "1", *[""] * 13, place)
    found, zone = desk.ssv.SSV_FormaterFactures(*PLACE, "1", "2", asked(OWN, where))
    assert found == code, desk.ssv.SSV_DernierMessage()
    if not code:
        body = b"".join(fields[0] for number, fields in groups(zone) if number == 9002)
        assert body[256 + 38 : 256 + 40] == place.encode()
