"""Sealing, judged by openssl and gzip: what we seal, they open, byte for byte."""

import gzip
import io
import subprocess
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import pkcs7
from cryptography.x509.oid import ExtendedKeyUsageOID
from whole_in_memory import seal

from tournee.exchange.route import Mailbox, MailboxKind, MailCipher, Route, Sealing, Security, Server
from tournee.exchange.sealing.recipient import (
    CertificateError,
    RecipientCertificate,
    check_recipient,
    read_certificate,
)
from tournee.exchange.sealing.sealing import CHUNK, gzip_chunks, seal_chunks, seal_for

NOW = datetime(2030, 6, 1, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
VECTORS = Path(__file__).parent.parent / "vectors" / "exchange"
KEY, CERTIFICATE = VECTORS / "recipient-key.pem", VECTORS / "recipient-cert.pem"
CONTENT = (VECTORS / "single-file.txt").read_bytes().replace(b"\n", b"")
MEBIBYTE = 1024 * 1024


def openssl(*arguments: str, data: bytes) -> bytes:
    return subprocess.run(["openssl", *arguments], input=data, capture_output=True, check=True).stdout


def decrypt(sealed: bytes) -> bytes:
    return openssl(
        "cms", "-decrypt", "-inform", "DER", "-inkey", str(KEY), "-recip", str(CERTIFICATE), data=sealed
    )


def route(**options: object) -> Route:
    server = Server("smtp.test.example", 465, Security.TLS)
    values: dict[str, object] = {"certificate": CERTIFICATE, **options}
    return Route(
        name="OCT fictif",
        address="oct@test.example",
        sender="cabinet@test.example",
        identifier="732829320",
        submission=server,
        mailbox=Mailbox(MailboxKind.MAILDIR, path=Path("/nowhere")),
        **values,  # type: ignore[arg-type]
    )


@pytest.fixture(scope="module")
def recipient() -> RecipientCertificate:
    return check_recipient(read_certificate(CERTIFICATE), now=NOW, revoked=frozenset(), where="")


@pytest.mark.parametrize("cipher", list(MailCipher))
@pytest.mark.parametrize("size", [0, 1, 15, 16, 17, 127, 128, 255, 256, 65_535, 65_536, 200_001])
def test_openssl_opens_what_k_sealed(recipient: RecipientCertificate, cipher: MailCipher, size: int) -> None:
    """OCT-MSG-8; every length of a length in DER."""
    content = (CONTENT * (size // len(CONTENT) + 1))[:size]
    assert decrypt(seal(content, recipient, sealing=Sealing.K, cipher=cipher)) == content


@pytest.mark.parametrize("cipher", list(MailCipher))
def test_openssl_then_gunzip_open_what_zk_sealed(recipient: RecipientCertificate, cipher: MailCipher) -> None:
    """OCT-MSG-7: compressed first, then encrypted."""
    sealed = seal(CONTENT, recipient, sealing=Sealing.ZK, cipher=cipher)
    compressed = decrypt(sealed)
    assert subprocess.run(["gzip", "-d"], input=compressed, capture_output=True, check=True).stdout == CONTENT
    assert len(sealed) < len(CONTENT)


@pytest.mark.parametrize(
    ("cipher", "name"), [(MailCipher.AES_256_CBC, "aes-256-cbc"), (MailCipher.AES_128_CBC, "aes-128-cbc")]
)
def test_openssl_reads_the_cipher_the_key_transport_and_version_0(
    recipient: RecipientCertificate, cipher: MailCipher, name: str
) -> None:
    shown = openssl(
        "cms",
        "-cmsout",
        "-print",
        "-inform",
        "DER",
        data=seal(CONTENT, recipient, sealing=Sealing.K, cipher=cipher),
    ).decode()
    assert f"algorithm: {name} " in shown
    assert "algorithm: rsaEncryption (1.2.840.113549.1.1.1)" in shown
    assert shown.count("version: 0") == 2


def test_sealed_attachment_is_der(recipient: RecipientCertificate) -> None:
    """openssl's parser finds no indefinite length and reads to the last byte."""
    sealed = seal(CONTENT, recipient, sealing=Sealing.ZK)
    shown = openssl("asn1parse", "-inform", "DER", data=sealed).decode()
    assert "l=inf" not in shown
    assert int(sealed[2:4].hex(), 16) == len(sealed) - 4


def test_same_content_sealed_twice_differs(recipient: RecipientCertificate) -> None:
    assert seal(CONTENT, recipient, sealing=Sealing.K) != seal(CONTENT, recipient, sealing=Sealing.K)


def test_compression_is_the_same_each_time_and_carries_no_name_or_time() -> None:
    first, again = (b"".join(gzip_chunks(iter([CONTENT]))) for _ in range(2))
    assert first == again
    assert first[:8] == bytes.fromhex("1f8b 0800 00000000")  # RFC 1952 2.3: no flag, time 0
    assert gzip.decompress(first) == CONTENT


def test_route_seals_as_it_says() -> None:
    sealed = seal_for(route(sealing=Sealing.K), CONTENT, now=NOW)
    assert sealed.sealing is Sealing.K
    assert decrypt(sealed.data) == CONTENT


def test_sealing_is_the_default() -> None:
    """OCT-MSG-8."""
    assert route().sealing is Sealing.ZK
    assert not route().is_clear


def test_clear_text_leaves_only_by_a_route_that_says_so_by_name() -> None:
    """OCT-MSG-8."""
    clear = route(sealing=Sealing("en-clair"), certificate=None)
    assert clear.is_clear
    assert seal_for(clear, CONTENT, now=NOW).data == CONTENT


@pytest.mark.parametrize("sealing", [Sealing.K, Sealing.ZK])
def test_missing_certificate_never_means_clear_text(sealing: Sealing) -> None:
    """OCT-MSG-8."""
    with pytest.raises(CertificateError):
        seal_for(route(sealing=sealing, certificate=None), CONTENT, now=NOW)


def test_expired_certificate_stops_the_sending(issue: Callable[..., Path]) -> None:
    """OCT-MSG-8."""
    with pytest.raises(CertificateError, match="rien n’a été envoyé"):
        seal_for(route(certificate=issue(ends=NOW)), CONTENT, now=NOW.replace(year=2031))


FLAWS: dict[str, dict[str, object]] = {
    "expired": {"ends": NOW - DAY / 2},
    "not-yet-valid": {"starts": NOW + DAY / 2},
    "wrong-purpose": {"purposes": (ExtendedKeyUsageOID.SERVER_AUTH,)},
    "key-too-short": {"key": rsa.generate_private_key(65537, 1024)},
    "key-weak": {"key": rsa.generate_private_key(3, 2048)},
    "unknown-critical": {
        "critical": (x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.99999.1"), b"\5\0"),)
    },
    "not-rsa": {"key": ec.generate_private_key(ec.SECP256R1())},
}


@pytest.mark.parametrize("sealing", [Sealing.K, Sealing.ZK])
@pytest.mark.parametrize("flaw", [*FLAWS, "revoked", "unreadable", "missing"])
def test_a_certificate_with_a_flaw_seals_nothing_and_leaves_nothing_clear(
    issue: Callable[..., Path], flaw: str, sealing: Sealing
) -> None:
    """OCT-MSG-8."""
    certificate = issue(**FLAWS.get(flaw, {}))
    revoked = frozenset[str]()
    if flaw == "revoked":
        shown = openssl("x509", "-noout", "-fingerprint", "-sha256", data=certificate.read_bytes())
        revoked = frozenset({shown.decode().partition("=")[2].strip().replace(":", "").lower()})
    elif flaw == "unreadable":
        certificate.write_bytes(certificate.read_bytes().replace(b"M", b"N"))
    elif flaw == "missing":
        certificate.unlink()
    with pytest.raises(CertificateError) as refused:
        seal_for(route(sealing=sealing, certificate=certificate, revoked=revoked), CONTENT, now=NOW)
    assert refused.value.flaw == flaw


def test_sealer_refuses_to_leave_text_clear(recipient: RecipientCertificate) -> None:
    with pytest.raises(ValueError, match="clear"):
        seal(CONTENT, recipient, sealing=Sealing.CLEAR)


@pytest.mark.parametrize("sealing", [Sealing.K, Sealing.ZK])
def test_twenty_megabytes_are_sealed_within_ten(
    recipient: RecipientCertificate, sealing: Sealing, tmp_path: Path
) -> None:
    source = tmp_path / "clear"
    source.write_bytes(CONTENT * (20 * MEBIBYTE // len(CONTENT)))
    with source.open("rb") as clear, (tmp_path / "sealed").open("w+b") as sealed:
        tracemalloc.start()
        sealed.writelines(seal_chunks(iter(lambda: clear.read(CHUNK), b""), recipient, sealing=sealing))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 10 * MEBIBYTE
    opened = decrypt((tmp_path / "sealed").read_bytes())
    assert (
        gzip.GzipFile(fileobj=io.BytesIO(opened)).read() if sealing is Sealing.ZK else opened
    ) == source.read_bytes()


@pytest.mark.parametrize("cipher", list(MailCipher))
def test_second_judge_opens_what_k_sealed(
    recipient: RecipientCertificate, recipient_key: RSAPrivateKey, cipher: MailCipher
) -> None:
    """The reader of the cryptography library, stricter than openssl's: plain DER only."""
    sealed = seal(CONTENT, recipient, sealing=Sealing.K, cipher=cipher)
    certificate = x509.load_pem_x509_certificate(CERTIFICATE.read_bytes())
    assert pkcs7.pkcs7_decrypt_der(sealed, certificate, recipient_key, []) == CONTENT
