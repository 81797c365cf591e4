"""The certificate that an attachment is sealed for: read from its file and checked before anything is sealed.

An OCT gives its certificate (`OCT-MSG-8`). Whatever is wrong with it stops the sending with a reason that the
carer can act on; there is no way round to clear text.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from tournee.errors import ExchangeError
from tournee.files import read_bounded
from tournee.french import reason

KEY_BITS_MIN = 2048
KEY_BITS_MAX = 16_384  # a longer one takes seconds a message
EXPONENT_MIN = 65_537  # with e = 3 a slip of padding gives the session key away
CERTIFICATE_MAX = 64 * 1024  # bytes of a certificate's file
_PEM = b"-----BEGIN"
_KNOWN = (
    *(x509.KeyUsage, x509.ExtendedKeyUsage, x509.BasicConstraints),
    *(x509.SubjectAlternativeName, x509.CertificatePolicies),
)
"""Extensions that may be critical: the usages are judged, the others restrict nothing here (RFC 5280 4.2)."""
_SMALL_PRIMES = [one for one in range(2, 1000) if all(one % less for less in range(2, math.isqrt(one) + 1))]
_FERMAT_STEPS = 100


class Flaw(StrEnum):
    """What can be wrong with a certificate; the value is stable, for programs."""

    MISSING = "missing"
    UNREADABLE = "unreadable"
    REVOKED = "revoked"
    EXPIRED = "expired"
    NOT_YET_VALID = "not-yet-valid"
    NOT_RSA = "not-rsa"
    KEY_TOO_SHORT = "key-too-short"
    KEY_WEAK = "key-weak"
    UNKNOWN_CRITICAL = "unknown-critical"
    WRONG_PURPOSE = "wrong-purpose"


_ASK = "demandez au destinataire son certificat de chiffrement actuel, indiquez-le dans la configuration"
_TOLD = {
    Flaw.MISSING: ("aucun certificat n’est indiqué, ou son fichier n’existe pas", _ASK),
    Flaw.UNREADABLE: ("le fichier n’est pas un certificat (PEM ou DER)", _ASK),
    Flaw.REVOKED: ("il a été retiré dans la configuration", _ASK),
    Flaw.EXPIRED: ("il est périmé", _ASK),
    Flaw.NOT_YET_VALID: ("il n’est pas encore valable", "vérifiez la date de l’appareil, puis " + _ASK),
    Flaw.NOT_RSA: ("sa clé n’est pas une clé RSA", _ASK),
    Flaw.KEY_TOO_SHORT: (f"sa clé est trop courte (moins de {KEY_BITS_MIN} bits)", _ASK),
    Flaw.KEY_WEAK: ("sa clé RSA est faible", _ASK),
    Flaw.UNKNOWN_CRITICAL: ("il pose une condition critique que ce logiciel ne connaît pas", _ASK),
    Flaw.WRONG_PURPOSE: ("il n’est pas fait pour chiffrer des messages", _ASK),
}


class CertificateError(ExchangeError):
    """The recipient's certificate cannot be used; nothing was sent. `flaw` says why, to programs."""

    def __init__(self, flaw: Flaw, where: str, detail: str = "") -> None:
        cause, next_step = _TOLD[flaw]
        super().__init__(
            f"Le certificat de chiffrement {where} ne peut pas servir : rien n’a été envoyé.",
            cause=f"{cause} ({detail})" if detail else cause,
            next_step=next_step,
        )
        self.flaw = flaw


@dataclass(frozen=True)
class RecipientCertificate:
    """A checked certificate: its DER, its RSA key, the SHA-256 of its DER, and the day it ends."""

    der: bytes
    key: RSAPublicKey
    fingerprint: str
    ends: datetime


def read_certificate(path: Path | None, whose: str = "de l’OCT") -> x509.Certificate:
    """The certificate in a PEM or DER file; CertificateError when there is none. `whose` names its holder."""
    if path is None:
        raise CertificateError(Flaw.MISSING, whose)
    where = f"« {path} »"
    try:
        data = read_bounded(path, CERTIFICATE_MAX)
    except FileNotFoundError as error:
        raise CertificateError(Flaw.MISSING, where) from error
    except OSError as error:
        raise CertificateError(Flaw.UNREADABLE, where, reason(error)) from error
    try:
        if _PEM in data:
            return x509.load_pem_x509_certificate(data)
        return x509.load_der_x509_certificate(data)
    except (ValueError, x509.InvalidVersion) as error:
        raise CertificateError(Flaw.UNREADABLE, where) from error


def check_recipient(
    certificate: x509.Certificate, *, now: datetime, revoked: frozenset[str], where: str
) -> RecipientCertificate:
    """Check withdrawal, dates, key and purpose at `now` (zone-aware); CertificateError names the first flaw.

    `revoked` holds SHA-256 fingerprints in lower-case hexadecimal; `where` names the certificate to the user.
    """
    fingerprint = certificate.fingerprint(hashes.SHA256()).hex()
    if fingerprint in revoked:
        raise CertificateError(Flaw.REVOKED, where)
    if now < certificate.not_valid_before_utc:
        raise CertificateError(
            Flaw.NOT_YET_VALID, where, f"à partir du {certificate.not_valid_before_utc:%d/%m/%Y}"
        )
    if now > certificate.not_valid_after_utc:
        raise CertificateError(Flaw.EXPIRED, where, f"depuis le {certificate.not_valid_after_utc:%d/%m/%Y}")
    try:
        key = certificate.public_key()
    except (ValueError, UnsupportedAlgorithm) as error:
        raise CertificateError(Flaw.NOT_RSA, where) from error
    if not isinstance(key, RSAPublicKey):
        raise CertificateError(Flaw.NOT_RSA, where)
    if key.key_size < KEY_BITS_MIN:
        raise CertificateError(Flaw.KEY_TOO_SHORT, where, f"{key.key_size} bits")
    if weakness := _weakness(key):
        raise CertificateError(Flaw.KEY_WEAK, where, weakness)
    extensions = _extensions(certificate, where)
    for one in extensions:
        if one.critical and not isinstance(one.value, _KNOWN):
            raise CertificateError(Flaw.UNKNOWN_CRITICAL, where, one.oid.dotted_string)
    if not _may_encipher(extensions):
        raise CertificateError(Flaw.WRONG_PURPOSE, where)
    der = certificate.public_bytes(serialization.Encoding.DER)
    return RecipientCertificate(der, key, fingerprint, certificate.not_valid_after_utc)


def _weakness(key: RSAPublicKey) -> str:
    """Why a key that is long enough must not be sealed for, empty when nothing is seen."""
    numbers = key.public_numbers()
    if key.key_size > KEY_BITS_MAX:
        return f"{key.key_size} bits"
    if numbers.e < EXPONENT_MIN or not numbers.e & 1:
        return f"exposant {numbers.e}"
    if any(not numbers.n % prime for prime in _SMALL_PRIMES):
        return "module divisible par un petit nombre"
    root = math.isqrt(numbers.n) + 1
    for middle in range(root, root + _FERMAT_STEPS):  # its two primes are all but the same
        rest = middle * middle - numbers.n
        if math.isqrt(rest) ** 2 == rest:
            return "facteurs trop proches"
    return ""


def _extensions(certificate: x509.Certificate, where: str) -> x509.Extensions:
    try:
        return certificate.extensions
    except ValueError as error:
        raise CertificateError(Flaw.UNREADABLE, where, "extensions") from error


def _may_encipher(extensions: x509.Extensions) -> bool:
    """Whether its usages, where given, allow key transport for mail (RFC 5280 4.2.1.3, 4.2.1.12)."""
    try:
        if not extensions.get_extension_for_class(x509.KeyUsage).value.key_encipherment:
            return False
    except x509.ExtensionNotFound:
        pass  # no key usage: every usage is allowed
    try:
        purposes = set(extensions.get_extension_for_class(x509.ExtendedKeyUsage).value)
    except x509.ExtensionNotFound:
        return True
    oid = x509.oid.ExtendedKeyUsageOID
    return bool(purposes & {oid.EMAIL_PROTECTION, oid.ANY_EXTENDED_KEY_USAGE})
