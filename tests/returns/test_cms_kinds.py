"""A CMS by its kind: what is sealed is opened in PEM and around a MIME entity, the rest is named."""

from __future__ import annotations

import base64
import gzip
import subprocess
from functools import partial
from pathlib import Path

import pytest

from tournee.exchange.sealing.unsealing import unseal
from tournee.returns.classify import Return, take_in
from tournee.returns.cms_kinds import is_cms

KEYS = Path(__file__).parents[1] / "vectors" / "exchange"
SIGNER = ("-signer", str(KEYS / "recipient-cert.pem"), "-inkey", str(KEYS / "recipient-key.pem"))
CERTIFICATE, KEY = KEYS / "recipient-cert.pem", KEYS / "recipient-key.pem"


def openssl(data: bytes, *options: str) -> bytes:
    return subprocess.run(["openssl", *options], input=data, capture_output=True, check=True).stdout


def encrypt(data: bytes, *options: str, form: str = "DER") -> bytes:
    return openssl(data, "cms", "-encrypt", "-binary", "-outform", form, *options, str(CERTIFICATE))


def entity(content: bytes) -> bytes:
    head = (
        b'Content-Type: application/EDI-consent; name="000031"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
    )
    return head + base64.encodebytes(gzip.compress(content))


def take(attachment: bytes, kind: str = "Application/EDI-consent") -> Return:
    from cryptography import x509
    from cryptography.hazmat.primitives import serialization

    key = serialization.load_pem_private_key(KEY.read_bytes(), password=None)
    opener = partial(unseal, key=key, certificate=x509.load_pem_x509_certificate(CERTIFICATE.read_bytes()))
    head = (
        f"Subject: RSP/00000123456782/202611231930\r\nContent-Type: {kind}\r\n"
        "Content-Transfer-Encoding: base64\r\nContent-Description: RSP/SV/K\r\n\r\n"
    )
    return take_in(head.encode() + base64.encodebytes(attachment), opener)


@pytest.mark.parametrize(
    "sealed",
    [
        lambda content: encrypt(content, "-aes256"),
        lambda content: encrypt(content, "-aes256", form="PEM"),
        lambda content: encrypt(entity(content), "-aes256"),
        lambda content: encrypt(entity(content), "-aes256", form="PEM"),
        lambda content: encrypt(gzip.compress(content) + bytes(300), "-aes256"),
    ],
    ids=["DER", "PEM", "a MIME entity", "a MIME entity in PEM", "gzip padded with zeros"],
)
def test_what_is_sealed_is_opened_however_it_is_wrapped(vector, sealed):
    read = take(sealed(vector("rsp_576.txt")))
    assert (read.kind, read.clear, read.sealed) == ("RSP", vector("rsp_576.txt"), True)


def test_what_is_sealed_is_opened_when_its_length_has_the_tag_of_an_oid(vector):
    """1,536 to 1,791 bytes: 06 stands in the length, and begins an OID too."""
    content = gzip.compress(vector("rsp_576.txt"))
    sealed = encrypt(content + bytes(1200 - len(content)), "-aes256")
    assert sealed[1:3] == b"\x82\x06"
    assert take(sealed).clear == vector("rsp_576.txt")


def test_what_is_signed_is_named_when_its_length_has_the_tag_of_an_oid():
    own = ("cms", "-sign", "-binary", "-nodetach", "-outform", "DER", *SIGNER)
    signed = (openssl(bytes(size), *own) for size in range(100))
    (found, *_) = (one for one in signed if b"\x06" in one[2:4])
    assert "SignedData" in take(found).content.reason


@pytest.mark.parametrize(
    "data", [b"\x30", b"\x30\x80", b"\x30\x82\x06", b"\x30\xff" + bytes(300), b"\x30\x84" + b"\x06" * 30]
)
def test_what_only_begins_like_a_cms_is_none(data):
    assert not is_cms(data)


@pytest.mark.parametrize(
    ("made", "named"),
    [
        (lambda content: encrypt(content, "-aes-256-gcm"), "AES-GCM (CMS AuthEnvelopedData)"),
        (
            lambda content: openssl(
                content,
                *("cms", "-sign", "-nodetach", "-binary", "-outform", "DER"),
                *("-signer", str(CERTIFICATE), "-inkey", str(KEY)),
            ),
            "CMS SignedData",
        ),
        (lambda content: encrypt(content, "-camellia-256-cbc"), "camellia-256-cbc"),
        (lambda content: encrypt(encrypt(content, "-aes256"), "-aes256"), "Ce que l’enveloppe contient"),
        (
            lambda content: encrypt(
                openssl(
                    content,
                    *("cms", "-sign", "-nodetach", "-binary", "-outform", "DER"),
                    *("-signer", str(CERTIFICATE), "-inkey", str(KEY)),
                ),
                "-aes256",
            ),
            "Ce que l’enveloppe contient est un contenu signé (CMS SignedData)",
        ),
        (lambda content: gzip.compress(gzip.compress(gzip.compress(content))), "plus de 2 fois"),
        (lambda content: b"-----BEGIN CMS-----\n!!!!\n-----END CMS-----\n", "PEM"),
    ],
    ids=[
        *("AES-GCM", "signed", "Camellia", "sealed twice", "signed and sealed", "compressed three times"),
        "PEM of no base64",
    ],
)
def test_what_is_not_opened_is_set_aside_and_named(vector, made, named):
    read = take(made(vector("rsp_576.txt")))
    assert read.kind == "QUARANTINED"
    assert named in read.content.reason


def test_what_is_compressed_twice_is_read_sealed_or_clear(vector):
    twice = gzip.compress(gzip.compress(vector("rsp_576.txt")))
    assert take(twice).clear == vector("rsp_576.txt")
    assert take(encrypt(twice, "-aes256")).clear == vector("rsp_576.txt")


FORMS = {
    "une archive ZIP": b"PK\x03\x04rest",
    "un contenu compressé par xz": b"\xfd7zXZ\x00rest",
    "un contenu compressé par bzip2": b"BZh91AY",
    "un document PDF": b"%PDF-1.7",
    "un message PGP": b"-----BEGIN PGP MESSAGE-----",
    "un PEM qui n’est pas un CMS": b"-----BEGIN CERTIFICATE-----",
    "un document XML": b'<?xml version="1.0"?>',
    "une page HTML": b"<!DOCTYPE html><html>",
    "un échange EDIFACT": b"UNA:+.? 'UNB+UNOC:3",
    "une structure ASN.1 (DER ou BER) qui n’est pas un CMS connu": bytes.fromhex("3082010a0201"),
    "des zéros": bytes(64),
    "contenu inconnu": b"hello",
}


@pytest.mark.parametrize("form", FORMS)
def test_what_is_no_return_is_set_aside_by_its_name(form):
    read = take(FORMS[form])
    assert read.kind == "QUARANTINED"
    assert read.content.reason == f"Ni ARL, ni RSP, ni ART, ni dLOI : {form}."
