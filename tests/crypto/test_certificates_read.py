"""A certificate is read alike by both back ends; what ours refuses, so does the browser's."""

import random
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from tournee.crypto.browser import certificates as browser
from tournee.crypto.native import certificates as native
from tournee.crypto.values import UnreadableCertificate
from tournee.emulation.cards import card_names, certificate_pem

VECTORS = Path(__file__).parents[1] / "vectors"


def files() -> list[bytes]:
    """PEM certificates of cards, of an OCT, of mail: made by openssl and by cryptography."""
    return [certificate_pem(name) for name in card_names()] + [
        path.read_bytes() for path in sorted(VECTORS.rglob("*cert.pem"))
    ]


@pytest.fixture(scope="module")
def ders():
    return [x509.load_pem_x509_certificate(pem).public_bytes(Encoding.DER) for pem in files()]


def told(back_end, data):
    try:
        return back_end.read(data)
    except UnreadableCertificate:
        return None


def basis(content):
    return content.der, content.starts, content.ends, content.key


def test_certificates_are_read_alike_from_der_and_from_pem(ders):
    assert len(ders) > 5
    for der, pem in zip(ders, files(), strict=True):
        read = native.read(der)
        assert read == browser.read(der) == native.read_pem(pem) == browser.read_pem(pem)
        assert read.key.key_size == 2048


def test_the_key_s_info_is_that_of_the_certificate(ders):
    for der in ders:
        assert native.read(der).key.info in der


@pytest.mark.parametrize("seed", range(4))
def test_a_tampered_certificate_is_taken_by_both_alike_or_refused_by_the_browser_s(ders, seed):
    of = random.Random(seed)
    taken = 0
    for _ in range(600):
        data = bytearray(of.choice(ders))
        for _ in range(of.choice((1, 1, 1, 2, 3))):
            data[of.randrange(len(data))] = of.randrange(256)
        ours, theirs = told(native, bytes(data)), told(browser, bytes(data))
        if theirs is None:
            continue
        assert ours is not None, data.hex()
        assert basis(theirs) == basis(ours), data.hex()
        if None not in (ours.extensions, theirs.extensions):  # each reads some that the other does not know
            assert theirs == ours, data.hex()
        taken += theirs == ours
    assert taken > 300


@pytest.mark.parametrize("data", [b"", b"0", b"0\0", b"told", b"-----BEGIN CERTIFICATE-----\nAAAA\n"])
def test_what_is_no_certificate_is_refused_by_both(data):
    for back_end in (native, browser):
        for read in (back_end.read, back_end.read_pem):
            with pytest.raises(UnreadableCertificate):
                read(data)
