"""SHA-256 with its intermediate state: hashlib, FIPS 180-2's worked example and the virtual card judge it."""

import hashlib

import pytest

from reader.crypto.hash_state import bits_into
from reader.crypto.sha256 import Sha256
from tournee.emulation.cards.applications.sha256 import finish

LENGTHS = [*range(131), 1000, 1024, 5120]


def data_of(length):
    return bytearray((i * 7 + length) & 255 for i in range(length))


def digest(hashed):
    out = bytearray(40)
    hashed.digest_into(out, 4)
    assert out[:4] == out[36:] == bytes(4)
    return bytes(out[4:36])


@pytest.mark.parametrize("length", LENGTHS)
def test_digest_is_that_of_hashlib(length):
    hashed = Sha256()
    hashed.update(data_of(length), 0, length)
    assert digest(hashed) == hashlib.sha256(data_of(length)).digest()


def test_digest_does_not_depend_on_how_the_data_was_cut():
    data = data_of(1000)
    hashed = Sha256()
    at = 0
    for n in (1, 63, 64, 65, 0, 128, 200, 479):
        hashed.update(data, at, n)
        at += n
    assert at == 1000
    assert digest(hashed) == hashlib.sha256(data).digest()


def test_hash_goes_on_after_a_digest():
    data = data_of(300)
    hashed = Sha256()
    hashed.update(data, 0, 200)
    assert digest(hashed) == hashlib.sha256(data[:200]).digest()
    hashed.update(data, 200, 100)
    assert digest(hashed) == hashlib.sha256(data).digest()


def test_reset_starts_again():
    hashed = Sha256()
    hashed.update(data_of(777), 0, 777)
    hashed.reset()
    assert digest(hashed) == hashlib.sha256().digest()


def test_state_after_the_first_block_is_that_of_fips_180_2_b_2():
    message = b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"
    first_block = message + b"\x80" + bytes(7)
    hashed = Sha256()
    hashed.update(bytearray(first_block + b"\0"), 0, 65)
    state = bytearray(32)
    hashed.state_into(state, 0)
    assert state.hex() == "85e655d6417a17953363376a624cde5c76e09589cac5f811cc4b32c1f20e533a"
    assert (hashed.hashed, hashed.tail_length) == (64, 1)


@pytest.mark.parametrize("length", [1, 63, 64, 65, 127, 128, 129, 5120])
def test_another_implementation_finishes_from_the_state(length):
    data = data_of(length)
    hashed = Sha256()
    hashed.update(data, 0, length)
    state = bytearray(32)
    hashed.state_into(state, 0)
    tail = bytes(hashed.tail[: hashed.tail_length])
    assert finish(bytes(state), hashed.hashed * 8, tail) == hashlib.sha256(data).digest()


@pytest.mark.parametrize("length", [1, 64, 128, 1280])
def test_last_block_held_back_is_never_empty(length):
    hashed = Sha256()
    hashed.update(data_of(length), 0, length)
    assert 1 <= hashed.tail_length <= 64
    assert hashed.hashed + hashed.tail_length == length


def test_bit_count_is_big_endian_on_eight_bytes():
    out = bytearray(10)
    bits_into(0x12345, out, 1)
    assert out.hex() == "0000000000000" + "91a2800"
