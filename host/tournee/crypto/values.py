"""What passes through the port, whichever back end is behind it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from tournee.errors import TourneeError


class NotAuthentic(Exception):  # noqa: N818 - what is known of the bytes
    """The tag of these bytes, or a signature, is not this key’s: they were altered, or are another’s."""


class UnreadableCertificate(ValueError):  # noqa: N818 - what is known of the bytes
    """These bytes are no X.509 certificate."""


class NotDoneHere(TourneeError):  # noqa: N818 - what happened
    """An operation that the host must not do where it runs; the cause says why."""


_RSA_ENCRYPTION = bytes.fromhex("300d06092a864886f70d0101010500")  # its number, and NULL


@dataclass(frozen=True)
class RsaKey:
    """A public key (RFC 8017 3.1)."""

    n: int
    e: int

    @property
    def key_size(self) -> int:
        """Bits of the modulus."""
        return self.n.bit_length()

    @property
    def info(self) -> bytes:
        """Its SubjectPublicKeyInfo in DER (RFC 5280 4.1.2.7)."""
        numbers = _tlv(0x30, _integer(self.n) + _integer(self.e))
        return _tlv(0x30, _RSA_ENCRYPTION + _tlv(0x03, b"\0" + numbers))


_P256 = bytes.fromhex("301306072a8648ce3d020106082a8648ce3d030107")  # an EC key's number, and its curve's
_COORDINATE = 32


@dataclass(frozen=True)
class EcKey:
    """A public key on P-256 (SEC 1 2.3.3): a point of the curve."""

    x: int
    y: int

    @property
    def info(self) -> bytes:
        """Its SubjectPublicKeyInfo in DER (RFC 5480 2)."""
        point = b"\4" + self.x.to_bytes(_COORDINATE, "big") + self.y.to_bytes(_COORDINATE, "big")
        return _tlv(0x30, _P256 + _tlv(0x03, b"\0" + point))


@dataclass(frozen=True)
class CertificateContent:
    """What is read of a certificate (RFC 5280 4).

    `starts` and `ends` are aware and both belong to its time; `key` is None where it is not an RSA key that
    can be read. `extensions` gives each extension's number in dotted digits with whether it is critical, None
    where one of them cannot be read: then nothing is known of the usages either. `wraps_keys` is the
    bit keyEncipherment, `purposes` the extended usages in dotted digits; each is None where the certificate
    says nothing of it.
    """

    der: bytes
    starts: datetime
    ends: datetime
    key: RsaKey | None
    extensions: tuple[tuple[str, bool], ...] | None
    wraps_keys: bool | None
    purposes: frozenset[str] | None

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the DER, in lower-case hexadecimal."""
        return hashlib.sha256(self.der).hexdigest()


def _integer(number: int) -> bytes:
    return _tlv(0x02, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def _tlv(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content


class NoKeyError(ValueError):
    """What is named as an editor’s key is no Ed25519 public key; its text is whose."""
