import hashlib

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import Encoding

from tournee.emulation.cards import certificate_pem, load_card
from tournee.emulation.cards.applications.sha256 import INITIAL_STATE, compress

AID = bytes.fromhex("e828bd080f8025000001ff0010")
SIGN_ENVIRONMENT = bytes.fromhex("800142840110")
MESSAGE = b"7560001280000000000000000000000000000001" * 5


@pytest.fixture
def nurse(terminal):
    card = terminal(load_card("infirmiere"))
    assert card.send("00a4040c", AID) == (b"", 0x9000)
    return card


def hash_data(message):
    """Intermediate state, count of bits and last block, as a reader hands them to PSO HASH."""
    whole = (len(message) - 1) // 64
    state = INITIAL_STATE
    for at in range(whole):
        state = compress(state, message[at * 64 : at * 64 + 64])
    last = message[whole * 64 :]
    return b"\x90\x28" + state + (whole * 512).to_bytes(8, "big") + b"\x80" + bytes((len(last),)) + last


def sign(card, message=MESSAGE):
    assert card.send("002241b6", SIGN_ENVIRONMENT) == (b"", 0x9000)
    assert card.send("002a90a0", hash_data(message)) == (b"", 0x9000)
    return card.send("002a9e9a")


def certificate(name):
    return x509.load_pem_x509_certificate(certificate_pem(name))


@pytest.mark.parametrize("name", ["infirmiere", "kine"])
def test_signature_verifies_with_the_certificate_on_the_card(terminal, name):
    card = terminal(load_card(name))
    card.send("00a4040c", AID)
    card.send("00200001", b"1234")
    signature, status = sign(card)
    assert status == 0x9000
    certificate(name).public_key().verify(signature, MESSAGE, padding.PKCS1v15(), hashes.SHA256())


def test_same_message_gives_same_signature(nurse):
    nurse.send("00200001", b"1234")
    assert sign(nurse) == sign(nurse)


def test_short_message_is_signed_from_the_initial_state(nurse):
    nurse.send("00200001", b"1234")
    signature, _ = sign(nurse, b"abc")
    certificate("infirmiere").public_key().verify(signature, b"abc", padding.PKCS1v15(), hashes.SHA256())


def test_certificate_file_holds_the_certificate(nurse):
    assert nurse.send("00a4090c", bytes.fromhex("00017001")) == (b"", 0x9000)
    assert nurse.read_file() == certificate("infirmiere").public_bytes(Encoding.DER)


def test_path_with_the_master_file_in_front_selects_too(nurse):
    assert nurse.send("00a4090c", bytes.fromhex("3f0000017001")) == (b"", 0x9000)


def test_zone_file_holds_groups_1_and_2(nurse):
    nurse.send("00a4090c", bytes.fromhex("0001d120"))
    zone = nurse.read_file()
    assert zone[:2] == b"\x00\x01"
    assert zone[3 + zone[2] :][:2] == b"\x00\x02"


def test_files_stay_closed_before_the_application_is_selected(terminal):
    card = terminal(load_card("infirmiere"))
    assert card.send("00a4090c", bytes.fromhex("0001d120")) == (b"", 0x6A82)


def test_three_wrong_codes_block_the_card(nurse):
    statuses = [nurse.send("00200001", b"9999")[1] for _ in range(4)]
    assert statuses == [0x63C2, 0x63C1, 0x63C0, 0x6983]
    assert nurse.send("00200001", b"1234") == (b"", 0x6983)


def test_blocked_card_stays_blocked_after_a_reset(terminal):
    card = load_card("infirmiere")
    first = terminal(card)
    first.send("00a4040c", AID)
    for _ in range(3):
        first.send("00200001", b"9999")
    second = terminal(card)
    second.send("00a4040c", AID)
    assert second.send("00200001", b"1234") == (b"", 0x6983)


def test_right_code_gives_the_tries_back(nurse):
    nurse.send("00200001", b"9999")
    nurse.send("00200001", b"1234")
    assert nurse.card.application.tries_left == 3


def test_empty_verify_tells_the_state_and_costs_no_try(nurse):
    assert nurse.send("00200001") == (b"", 0x63C3)
    nurse.send("00200001", b"1234")
    assert nurse.send("00200001") == (b"", 0x9000)


@pytest.mark.parametrize(
    ("command", "data", "status"),
    [
        ("00200002", b"1234", 0x6A88),
        ("00200101", b"1234", 0x6A86),
        ("00200001", b"123", 0x6700),
        ("00200001", b"123456789", 0x6700),
        ("002241a4", SIGN_ENVIRONMENT, 0x6A86),
        ("002241b6", b"\x80\x01\x42\x84\x01\x20", 0x6A80),
        ("002a90a0", b"\x90\x28" + bytes(40) + b"\x80\x02\x00", 0x6A80),
        ("002a90a0", b"\x90\x28" + bytes(32) + (8).to_bytes(8, "big") + b"\x80\x01\x00", 0x6A80),
        ("002a90a0", b"\x90\x28" + bytes(40) + b"\x80\x41" + bytes(65), 0x6A80),
        ("002a90a0", b"", 0x6A80),
        ("002a8086", b"\x81", 0x6A86),
        ("002a9e9a", b"\x00", 0x6700),
        ("00cb3fff", b"\x4d\x00", 0x6A88),
    ],
)
def test_what_the_card_does_not_take_is_refused(nurse, command, data, status):
    assert nurse.send(command, data) == (b"", status)


def test_signing_needs_the_code(nurse):
    assert sign(nurse) == (b"", 0x6982)
    assert nurse.card.signatures == 0


def test_signing_needs_a_hash_and_uses_it_up(nurse):
    nurse.send("00200001", b"1234")
    sign(nurse)
    assert nurse.send("002a9e9a") == (b"", 0x6985)
    assert nurse.card.signatures == 1


def test_reset_locks_the_card_again(terminal):
    card = load_card("infirmiere")
    first = terminal(card)
    first.send("00a4040c", AID)
    first.send("00200001", b"1234")
    second = terminal(card)
    second.send("00a4040c", AID)
    assert sign(second) == (b"", 0x6982)


def test_state_of_the_code_counts_tries(nurse):
    nurse.send("00200001", b"9999")
    state, status = nurse.send("00cb3fff", bytes.fromhex("4d087006bf810102a080"))
    assert (state.hex(), status) == ("7010bf81010ca00a9a01039b01029d02ffff", 0x9000)


def test_signed_digest_is_the_sha256_of_the_message(nurse):
    nurse.send("00200001", b"1234")
    signature, _ = sign(nurse)
    numbers = certificate("infirmiere").public_key().public_numbers()
    opened = pow(int.from_bytes(signature, "big"), numbers.e, numbers.n).to_bytes(256, "big")
    assert opened.endswith(hashlib.sha256(MESSAGE).digest())
