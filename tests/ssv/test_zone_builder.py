"""SGD_*: zones made and read field by field (domain 1.1, 1.2)."""

from ssv_desk import GROUPS, invoice_zone

from tournee.formats import zones


def build(library, groups) -> bytes:
    code, session = library.SGD_ReserverSession(4096)
    assert code == 0
    for group in groups:
        assert library.SGD_AjouterGroupe(session, group.id) == 0
        for value in group.fields:
            assert library.SGD_AjouterChampBin(session, value) == 0
    code, zone = library.SGD_LireZone(session)
    assert code == 0
    assert library.SGD_LibererSession(session) == 0
    return zone


def loaded(library, zone: bytes) -> int:
    code, session = library.SGD_ReserverSession(4096)
    assert (code, library.SGD_ChargerZone(session, zone)) == (0, 0)
    return session


def test_zone_of_the_published_vector_is_built(library):
    """domain 1.2: group 102 ("0", 202401010000, 202412310000)."""
    _, session = library.SGD_ReserverSession(31)
    library.SGD_AjouterGroupe(session, 102)
    for value in ("0", "202401010000", "202412310000"):
        assert library.SGD_AjouterChamp(session, value) == 0
    code, zone = library.SGD_LireZone(session)
    told = "00 66 1c 01 30 0c 32 30 32 34 30 31 30 31 30 30 30 30 0c 32 30 32 34 31 32 33 31 30 30 30 30"
    assert (code, zone) == (0, bytes.fromhex(told))


def test_zone_that_is_one_byte_too_long_is_f804(library):
    _, session = library.SGD_ReserverSession(30)
    library.SGD_AjouterGroupe(session, 102)
    codes = [library.SGD_AjouterChamp(session, one) for one in ("0", "202401010000", "202412310000")]
    assert codes == [0, 0, 0xF804]


def test_what_is_built_is_the_zone(library):
    assert build(library, GROUPS) == invoice_zone()


def test_groups_are_gone_through_in_order_with_their_occurrences(library):
    session = loaded(library, invoice_zone())
    walked, at = [], (0, 0)
    while True:
        code, *at = library.SGD_LireGroupeSuivant(session, *at)
        if code:
            break
        walked.append(tuple(at))
    assert code == 0xF80B
    assert walked == [
        (1110, 1),
        (1120, 1),
        (1130, 1),
        (1310, 1),
        (1410, 1),
        (1610, 1),
        (1610, 2),
        (9004, 1),
    ]


def test_field_is_read_by_group_occurrence_and_number(library):
    session = loaded(library, invoice_zone())
    assert library.SGD_LireChamp(session, 1610, 2, 3) == (0, "IFA")
    assert library.SGD_LireChampBin(session, 1610, 1, 3) == (0, b"AMI")
    assert library.SGD_LireChamp(session, 1610, 3, 3) == (0xF806, "")
    assert library.SGD_LireChamp(session, 1610, 1, 12) == (0xF805, "")
    assert library.SGD_LireChamp(session, 1611, 1, 1) == (0xF805, "")


def test_binary_field_is_read_as_its_number_and_as_its_byte(library):
    situation = zones.make(2, 1, *[""] * 20)
    session = loaded(library, zones.encode([situation]))
    assert library.SGD_LireChamp(session, 2, 1, 1) == (0, "1")
    assert library.SGD_LireChampBin(session, 2, 1, 1) == (0, b"\x01")


def test_session_given_up_is_free_again(library):
    taken = [library.SGD_ReserverSession(10)[1] for _ in range(16)]
    assert library.SGD_ReserverSession(10) == (0xF80A, 0)
    assert library.SGD_LibererSession(taken[3]) == 0
    assert library.SGD_ReserverSession(10) == (0, taken[3])


def test_a_zone_that_cannot_be_is_refused(library):
    _, session = library.SGD_ReserverSession(64)
    assert library.SGD_ChargerZone(session, b"\x00") == 0xE601
    assert library.SGD_ChargerZone(session, invoice_zone()) == 0xF804
    assert library.SGD_LireZone(session) == (0, b"")
    library.SGD_AjouterGroupe(session, 102)
    assert library.SGD_LireZone(session) == (0xE601, b"")


def test_arguments_of_another_kind_are_f802(library):
    _, session = library.SGD_ReserverSession(64)
    assert library.SGD_ReserverSession("10") == (0xF802, 0)
    assert library.SGD_ReserverSession(0) == (0xF802, 0)
    assert library.SGD_AjouterGroupe(session, -1) == 0xF802
    library.SGD_AjouterGroupe(session, 1)
    assert library.SGD_AjouterChamp(session, "€") == 0xF802
    assert library.SGD_AjouterChamp(session, None) == 0xF802
    assert library.SGD_LireGroupeSuivant(session, 5, 5)[0] == 0xF806
