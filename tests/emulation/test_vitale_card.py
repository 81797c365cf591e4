import hashlib
import subprocess

import pytest

from tournee.emulation.cards import card_names, certificate_pem, load_card
from tournee.emulation.cards.line.style import Style

AID = bytes.fromhex("d250000002564954414c45")
MESSAGE = b"2" + b"0" * 127 + b"5" + b" " * 127


@pytest.fixture
def family(terminal):
    card = terminal(load_card("moreau"))
    assert card.send("00a4040c", AID) == (b"", 0x9000)
    return card


def seal(card, message=MESSAGE):
    return card.send("00880000", hashlib.sha256(message).digest())


def test_seal_verifies_with_openssl(family, tmp_path):
    signature, status = seal(family)
    assert status == 0x9000
    (tmp_path / "certificate.pem").write_bytes(certificate_pem("moreau"))
    (tmp_path / "seal").write_bytes(signature)
    (tmp_path / "message").write_bytes(MESSAGE)
    run = {"cwd": tmp_path, "check": True, "capture_output": True}
    subprocess.run(
        ["openssl", "x509", "-in", "certificate.pem", "-pubkey", "-noout", "-out", "key.pem"], **run
    )
    subprocess.run(
        ["openssl", "dgst", "-sha256", "-verify", "key.pem", "-signature", "seal", "message"], **run
    )
    assert family.card.signatures == 1


def test_zone_of_a_family_takes_several_reads(family):
    family.send("00a4020c", b"\x20\x02")
    assert len(family.read_file()) > 512


@pytest.mark.parametrize(
    "style", [Style(singly=-1), Style(nulls=3), Style(chunk=100), Style(singly=2, chunk=17)]
)
def test_style_of_the_card_changes_no_byte_of_its_files(terminal, family, style):
    family.send("00a4020c", b"\x20\x02")
    expected = family.read_file()
    other = terminal(load_card("moreau", style=style))
    other.send("00a4040c", AID)
    other.send("00a4020c", b"\x20\x02")
    assert other.read_file() == expected


def test_style_of_the_card_changes_no_byte_of_its_seal(terminal, family):
    other = terminal(load_card("moreau", style=Style(singly=-1, chunk=231, nulls=2, work_nulls=9)))
    other.send("00a4040c", AID)
    assert seal(other) == seal(family)


def test_digest_of_another_length_is_refused(family):
    assert family.send("00880000", bytes(31)) == (b"", 0x6700)
    assert family.send("00880000", bytes(33)) == (b"", 0x6700)
    assert family.send("00880001", bytes(32)) == (b"", 0x6A86)


def test_seal_needs_the_application(terminal):
    assert seal(terminal(load_card("moreau"))) == (b"", 0x6985)


def test_another_name_is_not_found_and_another_way_of_selecting_refused(terminal):
    card = terminal(load_card("moreau"))
    assert card.send("00a4040c", AID[:-1]) == (b"", 0x6A82)
    assert card.send("00a4080c", b"\x20\x02") == (b"", 0x6A86)
    assert card.send("00a40401", AID) == (b"", 0x6A86)


def test_master_file_is_selected_by_its_identifier(family):
    assert family.send("00a4000c", b"\x3f\x00") == (b"", 0x9000)
    assert family.send("00a4020c", b"\x20\x02") == (b"", 0x6A82)


@pytest.mark.parametrize("name", card_names("vitale"))
def test_every_card_answers_its_atr_and_seals(name, terminal):
    card = terminal(load_card(name, atr=bytes.fromhex("3b75130000430" + "9ea9000")))
    card.send("00a4040c", AID)
    assert len(seal(card)[0]) == 256


def test_zone_given_at_load_stands_in_for_that_of_the_file(terminal):
    card = terminal(load_card("moreau", zone=b"\x00\x6f\x02\x01R"))
    card.send("00a4040c", AID)
    card.send("00a4020c", b"\x20\x02")
    assert card.read_file() == b"\x00\x6f\x02\x01R"
