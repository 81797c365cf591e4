"""Forms of sealing that others use: read, or set aside by name. OpenSSL's own command makes them."""

import base64
import gzip
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from tournee.exchange.sealing.unsealing import unseal
from tournee.returns.classify import Return, take_in

VECTORS = Path(__file__).parents[1] / "vectors" / "exchange"
CERTIFICATE = VECTORS / "recipient-cert.pem"
KEY = VECTORS / "recipient-key.pem"
Vector = Callable[[str], bytes]


def sealed(content: bytes, *arguments: str) -> bytes:
    command = ["openssl", *arguments]
    return subprocess.run(command, input=content, capture_output=True, check=True).stdout


def cms(content: bytes, *arguments: str, form: str = "DER") -> bytes:
    return sealed(content, "cms", "-encrypt", "-binary", "-outform", form, *arguments, str(CERTIFICATE))


def taken(attachment: bytes) -> Return:
    head = b"Subject: RSP/1/2\r\nContent-Type: Application/EDI-consent\r\n"
    return taken_whole(head + b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(attachment))


def taken_whole(raw: bytes) -> Return:
    key = serialization.load_pem_private_key(KEY.read_bytes(), None)
    certificate = x509.load_pem_x509_certificate(CERTIFICATE.read_bytes())
    return take_in(raw, lambda data: unseal(data, key, certificate))


def entity(content: bytes) -> bytes:
    head = b"Content-Type: Application/EDI-consent\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    return head + base64.encodebytes(gzip.compress(content))


def test_pem_is_read(vector: Vector) -> None:
    attachment = cms(gzip.compress(vector("rsp_576.txt")), "-aes256", form="PEM")
    assert (taken(attachment).kind, taken(attachment).clear) == ("RSP", vector("rsp_576.txt"))


def test_gzip_padded_with_zeros_is_read_sealed_too(vector: Vector) -> None:
    attachment = cms(gzip.compress(vector("rsp_576.txt")) + bytes(512), "-aes256")
    assert taken(attachment).clear == vector("rsp_576.txt")


@pytest.mark.parametrize("form", ["DER", "PEM"])
def test_a_mime_entity_inside_the_seal_is_read(vector: Vector, form: str) -> None:
    """RFC 8551 3.1."""
    attachment = cms(entity(vector("rsp_576.txt")), "-aes256", form=form)
    assert (taken(attachment).kind, taken(attachment).clear) == ("RSP", vector("rsp_576.txt"))


def test_a_message_of_openssl_smime_is_read(vector: Vector) -> None:
    raw = sealed(entity(vector("rsp_576.txt")), "smime", "-encrypt", "-aes256", str(CERTIFICATE))
    assert (taken_whole(raw).kind, taken_whole(raw).clear) == ("RSP", vector("rsp_576.txt"))


@pytest.mark.parametrize(
    ("cipher", "named"),
    [("-aes-256-gcm", "AES-GCM (CMS AuthEnvelopedData)"), ("-camellia-256-cbc", "camellia-256-cbc")],
)
def test_a_cipher_that_is_not_read_is_named(vector: Vector, cipher: str, named: str) -> None:
    verdict = taken(cms(vector("rsp_576.txt"), cipher))
    assert verdict.kind == "QUARANTINED"
    assert named in verdict.content.reason
    assert verdict.content.where == "descellement"


def test_a_content_that_is_signed_alone_is_named(vector: Vector) -> None:
    signer = ("-signer", str(CERTIFICATE), "-inkey", str(KEY))
    attachment = sealed(
        vector("rsp_576.txt"), "cms", "-sign", "-nodetach", "-binary", "-outform", "DER", *signer
    )
    assert taken(attachment).content.reason == (
        "La pièce jointe est un contenu signé (CMS SignedData) : elle n’est pas prise en charge."
    )


def test_a_seal_of_another_certificate_says_so(vector: Vector) -> None:
    attachment = cms(vector("rsp_576.txt"), "-aes256")
    certificate = CERTIFICATE.read_bytes()
    other = x509.load_pem_x509_certificate(certificate).serial_number.to_bytes(20, "big").lstrip(b"\0")
    verdict = taken(attachment.replace(other, bytes(len(other) - 1) + b"\1"))
    assert "autre certificat" in verdict.content.reason
