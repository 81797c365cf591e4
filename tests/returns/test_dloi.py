"""dLOI files written by hand from the profile, and what each damage to them is called (OCT-LOI-1)."""

import re

import pytest

from tournee.model import Increment
from tournee.returns.dloi import read_dloi
from tournee.returns.quarantine import DamagedError

RECORD = 128
TWELVE = tuple(f"{number}" for number in range(800000200, 800000212))


@pytest.fixture
def content(vector) -> bytes:
    return vector("dloi.txt")


def test_increments_are_read_in_the_order_of_the_file(content):
    dloi = read_dloi(content)
    assert (dloi.file_name, dloi.sender, dloi.date) == ("000009", "00000999999998", "261116")
    assert dloi.increments == (
        Increment(4, 5, "261115", (*TWELVE, "1234567890", "VX-1"), ("800000117",)),
        Increment(5, 6, "261116", (), ("0800000117", "800000200")),
    )


def test_file_without_an_increment_says_that_nothing_is_newer(content):
    trailer = content[-RECORD:].replace(b"00000008", b"00000002")
    assert read_dloi(content[:RECORD] + trailer).increments == ()


@pytest.mark.parametrize(
    ("record", "column", "text", "reason", "where"),
    [
        (1, 48, "AR", "Application AR au lieu de DL", (1, 48)),
        (8, 56, "00000009", "Le 999 annonce 9 enregistrements, le fichier en a 8", (8, 56)),
        (8, 50, "000010", "ne nomment pas le même fichier", (8, 50)),
        (2, 1, "A", "Un enregistrement I est attendu ici", (2, 1)),
        (2, 8, "000004", "L’incrément va de 000004 à 000004", (2, 8)),
        (2, 14, "261131", "Enregistrement I incorrect", (2, 14)),
        (2, 20, "0000013", "L’incrément annonce 13 ajouts, il en a 14", (2, 20)),
        (6, 27, "0000003", "L’incrément annonce 3 retraits, il en a 2", (6, 27)),
        (3, 2, "*", "Enregistrement L incorrect", (3, 2)),
        (3, 3, "13", "Un enregistrement L a de 1 à 12 numéros", (3, 3)),
        (3, 3, "11", "Enregistrement L incorrect", (3, 3)),
        (4, 3, "03", "Enregistrement L incorrect", (4, 3)),
        (4, 5, "12 4567890", "« 12 4567890 » n’est pas un numéro de série", (4, 5)),
        (4, 15, " VX-1", "«  VX-1 » n’est pas un numéro de série", (4, 15)),
        (4, 15, "vx-1", "Enregistrement L incorrect", (4, 15)),
        (4, 15, "800000205", "Le numéro 800000205 est deux fois dans l’incrément", (4, 15)),
        (5, 5, "800000200", "Le numéro 800000200 est deux fois dans l’incrément", (5, 5)),
        (7, 125, "X", "Enregistrement L incorrect", (7, 125)),
        (5, 1, "I", "L’incrément annonce 1 retraits, il en a 0", (2, 27)),
    ],
)
def test_damage_refuses_the_whole_file_and_says_where(content, record, column, text, reason, where):
    at = (record - 1) * RECORD + column - 1
    damaged = content[:at] + text.encode() + content[at + len(text) :]
    with pytest.raises(DamagedError, match=re.escape(reason)) as refused:
        read_dloi(damaged)
    wanted, first = where
    offset = (wanted - 1) * RECORD + first - 1
    assert refused.value.where == f"enregistrement {wanted}, colonne {first}, octet {offset}"


@pytest.mark.parametrize("length", [*range(0, 8 * RECORD, 41), *range(0, 8 * RECORD, RECORD)])
def test_file_cut_anywhere_is_refused(content, length):
    with pytest.raises(DamagedError):
        read_dloi(content[:length])


def test_any_byte_changed_to_any_of_some_others_is_read_or_refused_and_nothing_else(content):
    for at in range(0, len(content), 3):
        for byte in (0, 0x20, 0x30, 0x4C, 0xFF):
            damaged = content[:at] + bytes([byte]) + content[at + 1 :]
            try:
                read_dloi(damaged)
            except DamagedError:
                continue
