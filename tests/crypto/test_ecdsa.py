"""ECDSA on P-256: the two back ends agree, and openssl made what they judge."""

import subprocess

import pytest

from tournee.crypto.browser import ecdsa as browser
from tournee.crypto.native import ecdsa as native
from tournee.crypto.values import EcKey, NotAuthentic, UnreadableCertificate

BOTH = pytest.mark.parametrize("back_end", [native, browser], ids=["native", "browser"])
DATA = b"records 2 to 5"


def openssl(*arguments: str, given: bytes = b"") -> bytes:
    return subprocess.run(["openssl", *arguments], input=given, capture_output=True, check=True).stdout


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A certificate in DER and a signature of DATA by its key."""
    key = tmp_path_factory.mktemp("ec") / "key.pem"
    openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", str(key))
    subject = ("-subj", "/CN=sceau", "-outform", "DER")
    certificate = openssl("req", "-x509", "-new", "-key", str(key), *subject)
    return certificate, openssl("dgst", "-sha256", "-sign", str(key), given=DATA)


@BOTH
def test_what_openssl_signed_verifies(back_end, made):
    certificate, signature = made
    back_end.verify(back_end.key_in(certificate), signature, DATA)


def test_both_read_the_same_key(made):
    assert native.key_in(made[0]) == browser.key_in(made[0])


def test_its_key_is_named_as_openssl_writes_it(made):
    public = openssl("x509", "-inform", "DER", "-pubkey", "-noout", given=made[0])
    assert native.key_in(made[0]).info == openssl("pkey", "-pubin", "-outform", "DER", given=public)


@BOTH
@pytest.mark.parametrize(
    "spoil",
    [
        lambda one: one[:-1],
        lambda one: one + b"\0",
        lambda one: one[:-1] + bytes([one[-1] ^ 1]),
        lambda one: b"",
        lambda one: bytes(64),
        lambda one: bytes.fromhex("3006020100020100"),
    ],
    ids=["cut", "longer", "altered", "empty", "no DER", "zeros"],
)
def test_any_other_signature_is_none(back_end, made, spoil):
    certificate, signature = made
    with pytest.raises(NotAuthentic):
        back_end.verify(back_end.key_in(certificate), spoil(signature), DATA)


@BOTH
def test_other_bytes_and_another_key_are_not_what_was_signed(back_end, made):
    certificate, signature = made
    with pytest.raises(NotAuthentic):
        back_end.verify(back_end.key_in(certificate), signature, DATA + b" ")
    base = EcKey(
        0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
        0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
    )
    with pytest.raises(NotAuthentic):
        back_end.verify(base, signature, DATA)


@BOTH
@pytest.mark.parametrize("curve", ["secp384r1", "secp256k1"])
def test_a_key_on_another_curve_is_refused(back_end, curve, tmp_path):
    key = tmp_path / "key.pem"
    openssl("ecparam", "-name", curve, "-genkey", "-noout", "-out", str(key))
    other = openssl("req", "-x509", "-new", "-key", str(key), "-subj", "/CN=x", "-outform", "DER")
    for data in (other, b"", b"\x30\x00"):
        with pytest.raises(UnreadableCertificate):
            back_end.key_in(data)
