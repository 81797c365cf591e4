"""Data zones: the specification's vectors, hostile bytes, what is kept unchanged, finding a field."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tournee.formats import zone_table, zones
from tournee.formats.errors import ZoneError
from tournee.formats.zones import Group

VECTORS = Path(__file__).parents[1] / "vectors" / "sesam"


def good_zones():
    for block in (VECTORS / "zones.txt").read_text().split("\n\n")[1:]:
        name, *lines = block.splitlines()
        texts = [line for line in lines if ":" in line]
        groups = [(int(line.split(":")[0]), line.split(":")[1].split("|")) for line in texts]
        wanted = [(number, tuple(value.strip().encode() for value in values)) for number, values in groups]
        yield name, wanted, bytes.fromhex("".join(line for line in lines if ":" not in line))


def bad_zones():
    for line in (VECTORS / "zones_refused.txt").read_text().splitlines():
        if not line.startswith("#"):
            data, reason = line.split("|")
            offset, rest = data.split(" ", 1)
            yield reason.strip(), int(offset), bytes.fromhex(rest)


GOOD = list(good_zones())
BAD = list(bad_zones())
RANKS = [line.split() for line in (VECTORS / "ranks.txt").read_text().splitlines() if line[0] != "#"]


@pytest.mark.parametrize(("name", "groups", "zone"), GOOD, ids=[one[0] for one in GOOD])
def test_zone_vector_decodes_and_encodes_again(name, groups, zone):
    decoded = zones.decode(zone)
    assert [(group.id, group.fields) for group in decoded] == groups
    assert zones.encode(decoded) == zone
    assert zones.encode([zones.make(number, *fields) for number, fields in groups]) == zone


@pytest.mark.parametrize(("reason", "offset", "zone"), BAD, ids=[one[0] for one in BAD])
def test_hostile_zone_is_refused_at_the_byte_at_fault(reason, offset, zone):
    with pytest.raises(ZoneError) as caught:
        zones.decode(zone)
    assert caught.value.offset == offset


def test_empty_zone_has_no_group():
    assert zones.decode(b"") == []
    assert zones.encode([]) == b""


def test_fields_are_read_by_rank_and_by_name():
    (group,) = zones.decode(GOOD[0][2])
    assert group.name == "service_amo"
    assert group.field(2) == group.field("debut") == "202401010000"
    assert group.field(9) == ""
    with pytest.raises(ZoneError):
        group.field("couleur")


def test_logical_situation_number_is_one_binary_byte():
    situation = zones.make(2, 7, *["X"] * 20)
    zone = zones.encode([situation])
    assert zone[:5] == bytes.fromhex("00 02 2a 01 07")
    assert zones.decode(zone)[0].field("numero_logique") == "7"


@pytest.mark.parametrize("values", [(1, 5, "X"), (2, 256), (2, -1)])
def test_number_is_refused_where_no_binary_byte_stands(values):
    with pytest.raises(ZoneError):
        zones.make(*values)


LEAST = {1: 7, 2: 21, 12: 8, 13: 10, 14: 3, 93: 10, 101: 14, 102: 3, 103: 9, 104: 18, 105: 2, 106: 4, 107: 6}
LEAST |= {108: 2, 109: 12, 111: 1, 1310: 3, 1321: 2, 1410: 1, 1610: 11}


@pytest.mark.parametrize(("number", "count"), LEAST.items())
def test_group_needs_the_fields_of_its_table(number, count):
    fields = (b"\x01", *[b""] * (count - 1))
    assert zones.decode(zones.encode([Group(number, fields)])) == [Group(number, fields)]
    with pytest.raises(ZoneError, match="too few"):
        zones.encode([Group(number, fields[:-1])])


@pytest.mark.parametrize("number", [*LEAST, 60, 61, 62, 63, 64, 1110, 1120, 1130, 1140, 1150, 1160, 1220])
def test_every_published_group_has_names(number):
    names = zones.field_names(number)
    assert zones.name(number)
    assert len(set(names)) == len(names) >= zone_table.minimum(number) >= 1


@pytest.mark.parametrize(("rank", "name"), RANKS)
def test_names_stand_at_their_published_rank(rank, name):
    number, place = rank.split(".")
    assert zones.field_names(int(number))[int(place) - 1] == name


def test_fields_beyond_the_table_are_kept():
    group = Group(105, (b"1", b"2", b"3"))
    assert zones.decode(zones.encode([group])) == [group]


@pytest.mark.parametrize("body", ["", "00", "02 41", "05 41 41", "81 00", "ff ff ff"])
def test_unknown_group_is_kept_whole_and_encoded_unchanged(body):
    raw = bytes.fromhex(body)
    zone = bytes.fromhex("27 0f") + bytes((len(raw),)) + raw + GOOD[0][2]
    decoded = zones.decode(zone)
    assert [group.id for group in decoded] == [9999, 102]
    assert zones.encode(decoded) == zone


@pytest.mark.parametrize(
    ("size", "head"),
    [(0, "00"), (127, "7f"), (128, "81 80"), (255, "81 ff"), (256, "82 01 00"), (65000, "82 fd e8")],
)
def test_field_length_is_written_in_its_shortest_form(size, head):
    zone = zones.encode([Group(7, (bytes(size),))])
    assert bytes.fromhex(head) + bytes(size) == zone[-size - len(bytes.fromhex(head)) :]
    assert zones.decode(zone) == [Group(7, (bytes(size),))]


@pytest.mark.parametrize("group", [Group(7, (bytes(65536),)), Group(7, (bytes(65535),)), Group(65536, ())])
def test_group_that_no_length_can_hold_is_refused(group):
    with pytest.raises(ZoneError):
        zones.encode([group])


known = st.sampled_from(sorted(zone_table.GROUPS))
values = st.binary(max_size=300)


@st.composite
def groups(draw):
    number = draw(st.one_of(known, st.integers(0, 65535)))
    least = zone_table.minimum(number)
    fields = draw(st.lists(values, min_size=least, max_size=least + 3))
    return Group(
        number,
        tuple(field[:1] or b"\0" if number == 2 and not at else field for at, field in enumerate(fields)),
    )


@given(st.lists(groups(), max_size=5))
def test_any_groups_come_back_from_their_zone(some):
    assert zones.decode(zones.encode(some)) == some


@settings(max_examples=400)
@given(
    st.one_of(
        st.binary(max_size=60),
        st.tuples(st.sampled_from(GOOD), st.integers(0, 60), st.binary(max_size=3)).map(
            lambda made: made[0][2][: made[1]] + made[2] + made[0][2][made[1] + 1 :]
        ),
    )
)
def test_any_bytes_are_refused_with_a_place_or_encode_again(zone):
    try:
        decoded = zones.decode(zone)
    except ZoneError as error:
        assert 0 <= error.offset <= len(zone)
    else:
        assert zones.encode(decoded) == zone


def place(zone, number, occurrence, field, start=0, end=None):
    packed = zones.find(zone, start, len(zone) if end is None else end, number, occurrence, field)
    return None if packed < 0 else zone[packed >> 8 : (packed >> 8) + (packed & 255)]


def test_field_is_found_by_group_occurrence_and_rank():
    zone = GOOD[3][2]
    assert place(zone, 107, 1, 1) == b"75500017"
    assert place(zone, 107, 2, 1) == b"99999999"
    assert place(zone, 107, 1, 6) == b""
    assert place(zone, 108, 1, 1) == b"202401010000"


@pytest.mark.parametrize(
    ("number", "occurrence", "field"), [(107, 3, 1), (107, 0, 1), (107, 1, 7), (107, 1, 0), (109, 1, 1)]
)
def test_what_is_not_there_is_not_found(number, occurrence, field):
    assert place(GOOD[3][2], number, occurrence, field) is None


def test_field_is_found_within_the_bounds_given():
    zone = b"\xff" * 5 + GOOD[0][2] + b"\xff"
    assert place(zone, 102, 1, 3, 5, len(zone) - 1) == b"202412310000"
    assert place(zone, 102, 1, 3, 5, len(zone) - 2) is None


def test_field_over_255_bytes_cannot_be_told():
    assert place(zones.encode([Group(7, (bytes(255), bytes(256)))]), 7, 1, 1) == bytes(255)
    assert place(zones.encode([Group(7, (bytes(255), bytes(256)))]), 7, 1, 2) is None


@given(st.lists(groups(), max_size=4))
def test_every_field_is_found_where_decoding_puts_it(some):
    zone = zones.encode(some)
    seen: dict[int, int] = {}
    for group in some:
        seen[group.id] = seen.get(group.id, 0) + 1
        for rank, value in enumerate(group.fields, 1):
            wanted = value if len(value) < 256 else None
            assert place(zone, group.id, seen[group.id], rank) == wanted


@given(st.binary(max_size=60), st.integers(0, 3), st.integers(0, 3))
def test_finding_in_arbitrary_bytes_never_leaves_them(zone, occurrence, field):
    packed = zones.find(zone, 0, len(zone), zone[0] << 8 | zone[1] if len(zone) > 1 else 0, occurrence, field)
    assert packed == -1 or (packed >> 8) + (packed & 255) <= len(zone)


def test_contents_are_not_shown_when_a_group_is_printed():
    assert "75500017" not in repr(zones.decode(GOOD[3][2]))
