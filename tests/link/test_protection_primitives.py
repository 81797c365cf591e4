"""AES, CCM and HMAC as the device has them, against published vectors and the host's libraries."""

import hashlib
import hmac
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESCCM
from hypothesis import given
from hypothesis import strategies as st

from reader.crypto.aes import Aes
from reader.crypto.ccm import Ccm
from reader.crypto.hmac import Hmac
from reader.crypto.sha256 import Sha256

KEYS = st.binary(min_size=16, max_size=16)
NONCES = st.binary(min_size=13, max_size=13)
VECTORS = Path(__file__).parents[1] / "vectors" / "link" / "protection.txt"


def vectors(name):
    """Lines of the file: name, then hexadecimal fields."""
    lines = [line.split("#")[0].split() for line in VECTORS.read_text().splitlines()]
    return [[bytes.fromhex(one) for one in line[1:]] for line in lines if line and line[0] == name]


def encrypted(key, block):
    out = bytearray(16)
    Aes(key).encrypt(bytearray(block), out)
    return bytes(out)


@pytest.mark.parametrize(("key", "block", "expected"), vectors("AES"))
def test_aes_vectors_pass(key, block, expected):
    assert encrypted(key, block) == expected


@given(KEYS, st.binary(min_size=16, max_size=16))
def test_aes_is_what_openssl_makes(key, block):
    encryptor = Cipher(algorithms.AES(key), modes.ECB()).encryptor()
    assert encrypted(key, block) == encryptor.update(block)


def test_aes_may_write_over_what_it_encrypts():
    block = bytearray(range(16))
    expected = encrypted(bytes(16), block)
    Aes(bytes(16)).encrypt(block, block)
    assert bytes(block) == expected


def ccm_encrypted(key, nonce, data, before=3):
    ccm = Ccm()
    ccm.nonce[:] = nonce
    buf = bytearray(before + len(data) + 8)
    buf[before : before + len(data)] = data
    ccm.encrypt(Aes(key), buf, before, len(data))
    return bytes(buf[before:])


@given(KEYS, NONCES, st.binary(max_size=100))
def test_record_is_what_openssl_makes(key, nonce, data):
    assert ccm_encrypted(key, nonce, data) == AESCCM(key, tag_length=8).encrypt(nonce, data, None)


@given(KEYS, NONCES, st.binary(max_size=100))
def test_record_of_openssl_is_opened(key, nonce, data):
    buf = bytearray(AESCCM(key, tag_length=8).encrypt(nonce, data, None))
    ccm = Ccm()
    ccm.nonce[:] = nonce
    assert ccm.decrypt(Aes(key), buf, 0, len(data))
    assert bytes(buf[: len(data)]) == data


def test_record_with_any_bit_flipped_is_refused_and_leaves_nothing():
    key, nonce, data = bytes(range(16)), bytes(13), b"code porteur 1234"
    whole = ccm_encrypted(key, nonce, data)
    ccm = Ccm()
    for bit in range(len(whole) * 8):
        buf = bytearray(whole)
        buf[bit // 8] ^= 1 << bit % 8
        ccm.nonce[:] = nonce
        assert not ccm.decrypt(Aes(key), buf, 0, len(data))
        assert bytes(buf[: len(data)]) == bytes(len(data))


def mac(key, data):
    one = Hmac(Sha256)
    out = bytearray(32)
    one.begin(key, 0, len(key))
    one.update(data, 0, len(data))
    one.finish(out, 0)
    return bytes(out)


@pytest.mark.parametrize(("key", "data", "expected"), vectors("HMAC"))
def test_hmac_vectors_pass(key, data, expected):
    assert mac(key, data) == expected


@given(st.binary(max_size=64), st.binary(max_size=200))
def test_hmac_is_the_standard_librarys(key, data):
    assert mac(key, data) == hmac.digest(key, data, hashlib.sha256)
