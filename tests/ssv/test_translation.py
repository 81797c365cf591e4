"""SSV_TraduireARL and SSV_TraduireFSE (OCT-RET-2; groups of ours: profile, Zones)."""

from pathlib import Path

import pytest
from ssv_desk import GROUPS, PLACE, groups, invoice_zone, order

from tournee.formats import zones

RETURNS = Path(__file__).parents[1] / "vectors" / "returns"
# what records do not carry of Hugo's invoice: date and situation, the PS's name, quality and coverage …
CARRIED = {
    1110: (1, 2),
    1120: (1, 2, 6),
    1130: (2, 3, 5),
    1310: (1, 2, 3),
    1410: (1,),
    1610: (1, 2, 3, 5, 6, 7, 8, 9, 10, 11),
    9004: (2, 3, 4),
}


def arl(name: str) -> bytes:
    lines = (RETURNS / name).read_text("ascii").splitlines()
    return b"".join(line[1:-1].encode("ascii") for line in lines if line.startswith("|"))


def test_arl_becomes_its_answers_lot_by_lot(library):
    code, zone = library.SSV_TraduireARL(1, [arl("arl_lots.txt")])
    assert code == 0
    sender = b"00000123456782"
    none = b"000000000"
    assert groups(zone) == [
        (9007, (b"000007", b"OT", b"00000999999998", b"261122")),
        (9008, (sender, b"000012", b"001", b"261122", b"P", b"0000", b"", none)),
        (
            9008,
            (
                sender,
                b"000012",
                b"002",
                b"261122",
                b"N",
                b"0103",
                b"CERTIFICAT V : SIGNATURE FAUSSE",
                b"000000042",
            ),
        ),
        (
            9008,
            (sender, b"000012", b"003", b"261121", b"N", b"0199", b"AMC 0099999997 INCONNUE DE L'OCT", none),
        ),
    ]


def test_several_arl_make_one_zone_and_sizes_cut_what_follows(library):
    one, two = arl("arl_lots.txt"), arl("arl_file_accepted.txt")
    code, zone = library.SSV_TraduireARL(2, [one, two + b"\0" * 9], [len(one), len(two)])
    assert code == 0
    assert [number for number, _ in groups(zone)] == [9007, 9008, 9008, 9008, 9007, 9008]


@pytest.mark.parametrize(
    ("count", "given", "sizes"),
    [
        (2, [b""], None),
        (1, b"000", None),
        (1, [3], None),
        (1, [b"000"], [4]),
        (1, [b"000"], [-1]),
        (1, [b"000"], [1, 2]),
        (1, [b"000"], ["3"]),
        ("1", [b"000"], None),
    ],
)
def test_zones_that_do_not_fit_their_number_or_sizes_are_f802(library, count, given, sizes):
    assert library.SSV_TraduireARL(count, given, sizes) == (0xF802, b"")


@pytest.fixture(scope="module")
def certified(board):
    """Hugo's FSE as SSV_FormaterFactures gave it, and its lot."""
    from ssv_desk import desk_of

    with desk_of(board) as desk:
        code, document = desk.ssv.SSV_FormaterFactures(*PLACE, "1", "3", invoice_zone())
        assert code == 0, desk.ssv.SSV_DernierMessage()
        code, _, (lot,), _ = desk.ssv.SSV_FormaterLot(*PLACE, 2, [order("7"), document])
        assert code == 0, desk.ssv.SSV_DernierMessage()
    return document, lot


def records(zone: bytes) -> bytes:
    return b"".join(fields[0] for number, fields in groups(zone) if number == 9002)


def test_certified_invoice_is_told_again_as_it_was_asked(library, certified):
    code, zone = library.SSV_TraduireFSE(certified[0])
    assert code == 0
    found = zones.decode(zone)
    for asked, got in zip(GROUPS, found, strict=False):
        assert got.id == asked.id
        for field in CARRIED[asked.id]:
            assert got.field(field) == asked.field(field), (asked.id, field)
    assert [group.id for group in found] == [group.id for group in GROUPS] + [9005]
    assert found[-1].fields == (b"10", b"", b"", b"", b"004")
    assert found[2].field("naissance") == "220205"


def test_document_lot_and_bare_records_tell_the_same(library, certified):
    document, lot = certified
    told = library.SSV_TraduireFSE(document)
    assert told[0] == 0
    for other in (lot, records(document), records(lot)):
        assert library.SSV_TraduireFSE(other) == told


def test_lot_zone_begins_with_what_formatting_says_of_it(certified):
    """OCT-MSG-3: the version comes from group 13 field 7."""
    (number, fields), *rest = groups(certified[1])
    crf, sender = b"F01021011", b"00000756000121"
    assert number == 13
    assert fields == (
        b"007",
        b"261116",
        crf,
        b"IF",
        sender,
        b"001",
        b"140700",
        b"000000778",
        b"000000467",
        b"03",
    )
    assert {number for number, _ in rest} == {9002}


def test_document_zone_tells_its_kind_recipient_and_sums(certified):
    assert groups(certified[0])[0] == (
        9001,
        (b"FSE", b"F01021011", b"03", b"021", b"000000001", b"IF", b"756000121", b"778", b"467", b"0"),
    )


@pytest.mark.parametrize(
    ("zone", "code"),
    [
        (b"", 0xE602),
        (zones.encode([zones.make(9001, *[""] * 10)]), 0xE602),
        (zones.encode([zones.make(9002, b"rien")]), 0xE608),
        (b"1" * 256, 0xE608),
        (b"\x00", 0xE601),
    ],
)
def test_zone_without_records_that_read_is_refused(library, zone, code):
    assert library.SSV_TraduireFSE(zone) == (code, b"")
