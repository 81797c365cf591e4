"""ARL files written by hand from the profile, and what each damage to them is called."""

import pytest

from tournee.returns.arl import ArlItem, read_arl
from tournee.returns.quarantine import DamagedError

SENDER = "00000123456782"


def test_each_record_a_becomes_an_item(vector):
    """OCT-RET-2."""
    arl = read_arl(vector("arl_lots.txt"))
    assert (arl.file_name, arl.sender_type, arl.sender, arl.date) == (
        "000007",
        "OT",
        "00000999999998",
        "261122",
    )
    assert arl.items == (
        ArlItem(SENDER, "000012", "001", "261122", True, "0000", "", ""),
        ArlItem(
            SENDER, "000012", "002", "261122", False, "0103", "CERTIFICAT V : SIGNATURE FAUSSE", "000000042"
        ),
        ArlItem(SENDER, "000012", "003", "261121", False, "0199", "AMC 0099999997 INCONNUE DE L'OCT", ""),
    )


def test_lot_000_settles_the_whole_file(vector):
    """OCT-RET-2."""
    (item,) = read_arl(vector("arl_file_refused.txt")).items
    assert item.whole_file
    assert (item.file_name, item.accepted, item.code) == ("000013", False, "0105")


def test_a_caisse_may_send_the_arl(vector):
    arl = read_arl(vector("arl_file_accepted.txt"))
    assert (arl.sender_type, arl.items[0].accepted) == ("CP", True)


def damaged(content: bytes, at: int, new: bytes) -> bytes:
    return content[:at] + new + content[at + len(new) :]


@pytest.mark.parametrize(
    ("at", "new", "where"),
    [
        (128 + 30, b"X", "enregistrement 2, colonne 31, octet 158"),
        (128 + 31, b"0103", "enregistrement 2, colonne 32, octet 159"),
        (128 + 21, b"0A1", "enregistrement 2, colonne 22, octet 149"),
        (2 * 128 + 35, b"certificat", "enregistrement 3, colonne 36, octet 291"),
        (3 * 128 + 124, b"!", "enregistrement 4, colonne 125, octet 508"),
        (3 * 128, b"B", "enregistrement 4, colonne 1, octet 384"),
        (4 * 128 + 55, b"00000006", "enregistrement 5, colonne 56, octet 567"),
        (4 * 128 + 49, b"000008", "enregistrement 5, colonne 50, octet 561"),
        (47, b"TO", "enregistrement 1, colonne 48, octet 47"),
        (0, b"X00", "enregistrement 1, colonne 1, octet 0"),
    ],
)
def test_a_fault_is_named_by_record_column_and_offset(vector, at, new, where):
    with pytest.raises(DamagedError) as caught:
        read_arl(damaged(vector("arl_lots.txt"), at, new))
    assert caught.value.where == where


def test_an_arl_cut_inside_a_record_is_refused(vector):
    with pytest.raises(DamagedError, match="128 octets : 600"):
        read_arl(vector("arl_lots.txt")[:600])


def test_an_arl_without_its_end_is_refused(vector):
    with pytest.raises(DamagedError, match="Enregistrement A au lieu de 999"):
        read_arl(vector("arl_lots.txt")[:-128])


def test_an_arl_that_acknowledges_nothing_is_refused(vector):
    content = vector("arl_file_refused.txt")
    with pytest.raises(DamagedError, match="2 enregistrements"):
        read_arl(content[:128] + content[-128:])
