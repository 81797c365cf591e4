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

from tournee.crypto.certificates import read, read_pem
from tournee.crypto.values import CertificateContent, RsaKey, UnreadableCertificate
from tournee.errors import ExchangeError
from tournee.exchange.sealing.end_date import CERTIFICATE_MAX
from tournee.files import read_bounded
from tournee.french import reason

KEY_BITS_MIN = 2048
KEY_BITS_MAX = 16_384  # a longer one takes seconds a message
EXPONENT_MIN = 65_537  # with e = 3 a slip of padding gives the session key away
_PEM = b"-----BEGIN"
_KNOWN = ("2.5.29.15", "2.5.29.37", "2.5.29.19", "2.5.29.17", "2.5.29.32")
"""Extensions that may be critical: keyUsage, extKeyUsage, basicConstraints, subjectAltName,
certificatePolicies. The usages are judged, the others restrict nothing here (RFC 5280 4.2).
"""
_MAIL_PURPOSES = {"1.3.6.1.5.5.7.3.4", "2.5.29.37.0"}  # emailProtection, anyExtendedKeyUsage
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
    key: RsaKey
    fingerprint: str
    ends: datetime


def read_certificate(path: Path | None, whose: str = "de l’OCT") -> CertificateContent:
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
            return read_pem(data)
        return read(data)
    except UnreadableCertificate as error:
        raise CertificateError(Flaw.UNREADABLE, where) from error


def check_recipient(
    certificate: CertificateContent, *, now: datetime, revoked: frozenset[str], where: str
) -> RecipientCertificate:
    """Check withdrawal, dates, key and purpose at `now` (zone-aware); CertificateError names the first flaw.

    `revoked` holds SHA-256 fingerprints in lower-case hexadecimal; `where` names the certificate to the user.
    """
    if certificate.fingerprint in revoked:
        raise CertificateError(Flaw.REVOKED, where)
    if now < certificate.starts:
        raise CertificateError(Flaw.NOT_YET_VALID, where, f"à partir du {certificate.starts:%d/%m/%Y}")
    if now > certificate.ends:
        raise CertificateError(Flaw.EXPIRED, where, f"depuis le {certificate.ends:%d/%m/%Y}")
    key = certificate.key
    if key is None:
        raise CertificateError(Flaw.NOT_RSA, where)
    if key.key_size < KEY_BITS_MIN:
        raise CertificateError(Flaw.KEY_TOO_SHORT, where, f"{key.key_size} bits")
    if weakness := _weakness(key):
        raise CertificateError(Flaw.KEY_WEAK, where, weakness)
    if certificate.extensions is None:
        raise CertificateError(Flaw.UNREADABLE, where, "extensions")
    for number, critical in certificate.extensions:
        if critical and number not in _KNOWN:
            raise CertificateError(Flaw.UNKNOWN_CRITICAL, where, number)
    if not _may_encipher(certificate):
        raise CertificateError(Flaw.WRONG_PURPOSE, where)
    return RecipientCertificate(certificate.der, key, certificate.fingerprint, certificate.ends)


def _weakness(key: RsaKey) -> str:
    """Why a key that is long enough must not be sealed for, empty when nothing is seen."""
    if key.key_size > KEY_BITS_MAX:
        return f"{key.key_size} bits"
    if key.e < EXPONENT_MIN or not key.e & 1:
        return f"exposant {key.e}"
    if any(not key.n % prime for prime in _SMALL_PRIMES):
        return "module divisible par un petit nombre"
    root = math.isqrt(key.n) + 1
    for middle in range(root, root + _FERMAT_STEPS):  # its two primes are all but the same
        rest = middle * middle - key.n
        if math.isqrt(rest) ** 2 == rest:
            return "facteurs trop proches"
    return ""


def _may_encipher(certificate: CertificateContent) -> bool:
    """Whether its usages, where given, allow key transport for mail (RFC 5280 4.2.1.3, 4.2.1.12)."""
    if certificate.wraps_keys is False:
        return False
    return certificate.purposes is None or bool(certificate.purposes & _MAIL_PURPOSES)
