"""Certificates that may not be sealed for: each is refused with its own flaw (`OCT-MSG-8`)."""

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from tournee.exchange.sealing.recipient import (
    CertificateError,
    Flaw,
    RecipientCertificate,
    check_recipient,
    read_certificate,
)

NOW = datetime(2030, 6, 1, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
Issue = Callable[..., Path]


def check(
    path: Path | None, *, now: datetime = NOW, revoked: frozenset[str] = frozenset()
) -> RecipientCertificate:
    return check_recipient(read_certificate(path), now=now, revoked=revoked, where="de l’OCT")


def flaw(path: Path | None, **options: object) -> Flaw:
    with pytest.raises(CertificateError) as caught:
        check(path, **options)  # type: ignore[arg-type]
    assert caught.value.cause
    assert caught.value.next_step
    return caught.value.flaw


@pytest.mark.parametrize("encoding", [Encoding.PEM, Encoding.DER])
def test_good_certificate_is_taken_from_pem_and_der(issue: Issue, encoding: Encoding) -> None:
    assert check(issue(encoding=encoding)).key.key_size == 2048


def test_missing_certificate_is_refused(tmp_path: Path) -> None:
    """OCT-MSG-8."""
    assert flaw(None) is Flaw.MISSING
    assert flaw(tmp_path / "none.pem") is Flaw.MISSING


@pytest.mark.parametrize(
    "data", [b"", b"hello", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"]
)
def test_file_that_is_no_certificate_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "oct.pem"
    path.write_bytes(data)
    assert flaw(path) is Flaw.UNREADABLE


def test_certificate_of_a_version_that_there_is_not_is_refused(issue: Issue) -> None:
    path = issue()
    der = x509.load_pem_x509_certificate(path.read_bytes()).public_bytes(Encoding.DER)
    path.write_bytes(der.replace(bytes.fromhex("a003020102"), bytes.fromhex("a003020107")))
    assert flaw(path) is Flaw.UNREADABLE


def test_directory_in_place_of_a_certificate_is_refused(tmp_path: Path) -> None:
    assert flaw(tmp_path) is Flaw.UNREADABLE


def test_certificate_is_taken_up_to_its_last_second(issue: Issue) -> None:
    path = issue(ends=NOW)
    assert check(path)
    assert flaw(path, now=NOW + SECOND) is Flaw.EXPIRED


def test_expired_certificate_says_since_when(issue: Issue) -> None:
    """OCT-MSG-8."""
    with pytest.raises(CertificateError, match=r"depuis le 01/06/2030"):
        check(issue(ends=NOW), now=NOW + SECOND)


def test_certificate_not_yet_valid_is_refused(issue: Issue) -> None:
    path = issue(starts=NOW)
    assert check(path)
    assert flaw(path, now=NOW - SECOND) is Flaw.NOT_YET_VALID


def test_certificate_revoked_by_configuration_is_refused(issue: Issue) -> None:
    """OCT-MSG-8."""
    path = issue()
    assert flaw(path, revoked=frozenset({check(path).fingerprint})) is Flaw.REVOKED


def test_short_key_is_refused(issue: Issue) -> None:
    assert flaw(issue(key=rsa.generate_private_key(65537, 1024))) is Flaw.KEY_TOO_SHORT


def test_key_that_is_not_rsa_is_refused(issue: Issue) -> None:
    assert flaw(issue(key=ec.generate_private_key(ec.SECP256R1()))) is Flaw.NOT_RSA


def test_key_of_exponent_three_is_refused(issue: Issue) -> None:
    with pytest.raises(CertificateError, match="exposant 3"):
        check(issue(key=rsa.generate_private_key(3, 2048)))
    assert flaw(issue(key=rsa.generate_private_key(3, 2048))) is Flaw.KEY_WEAK


@pytest.mark.parametrize(
    ("n", "e", "told"),
    [
        (0xF1 << 2040 | 0x11, 65_539, "divisible"),
        ((2**1024 + 643) * (2**1024 + 1081), 65_537, "proches"),
        (2**16_500 + 1, 65_537, "16501 bits"),
    ],
    ids=["a small factor", "two factors close together", "too long"],
)
def test_key_of_a_weak_modulus_is_refused(issue: Issue, n: int, e: int, told: str) -> None:
    assert flaw(issue(public=rsa.RSAPublicNumbers(e, n).public_key())) is Flaw.KEY_WEAK
    with pytest.raises(CertificateError, match=told):
        check(issue(public=rsa.RSAPublicNumbers(e, n).public_key()))


@pytest.mark.parametrize(
    "extension",
    [
        x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.99999.1"), b"\5\0"),
        x509.NameConstraints(permitted_subtrees=[x509.DNSName("exemple.fr")], excluded_subtrees=None),
        x509.PolicyConstraints(require_explicit_policy=0, inhibit_policy_mapping=None),
    ],
    ids=["unknown", "names", "policies"],
)
def test_critical_extension_that_is_not_judged_is_refused_by_its_number(
    issue: Issue, extension: x509.ExtensionType
) -> None:
    """RFC 5280 4.2."""
    path = issue(critical=(extension,))
    assert flaw(path) is Flaw.UNKNOWN_CRITICAL
    with pytest.raises(CertificateError, match=extension.oid.dotted_string):
        check(path)


def test_critical_extensions_that_restrict_nothing_here_are_taken(issue: Issue) -> None:
    mail = x509.SubjectAlternativeName([x509.RFC822Name("oct@exemple.fr")])
    assert check(issue(critical=(x509.BasicConstraints(ca=False, path_length=None), mail)))


def test_pipe_in_place_of_a_certificate_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert flaw(tmp_path / "pipe") is Flaw.UNREADABLE


def test_file_too_long_for_a_certificate_is_refused(issue: Issue) -> None:
    path = issue()
    path.write_bytes(path.read_bytes() + bytes(65_536))
    assert flaw(path) is Flaw.UNREADABLE


def test_certificate_for_signing_only_is_refused(issue: Issue) -> None:
    assert flaw(issue(key_encipherment=False)) is Flaw.WRONG_PURPOSE


def test_certificate_for_servers_only_is_refused(issue: Issue) -> None:
    assert flaw(issue(purposes=(ExtendedKeyUsageOID.SERVER_AUTH,))) is Flaw.WRONG_PURPOSE


@pytest.mark.parametrize(
    "purposes",
    [
        (),
        (ExtendedKeyUsageOID.EMAIL_PROTECTION, ExtendedKeyUsageOID.SERVER_AUTH),
        (ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,),
    ],
)
def test_certificate_for_mail_or_for_anything_is_taken(
    issue: Issue, purposes: tuple[x509.ObjectIdentifier, ...]
) -> None:
    assert check(issue(purposes=purposes))


def test_certificate_without_key_usage_is_taken(issue: Issue) -> None:
    assert check(issue(key_encipherment=None))
