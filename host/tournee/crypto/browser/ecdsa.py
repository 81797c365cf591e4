"""ECDSA on P-256 by integers (FIPS 186-5 6.4, SEC 1 4.1.4); the port's `ecdsa` says what each takes and
gives. Only signatures are verified: there is no secret whose time could be watched.
"""

import hashlib

from asn1crypto.core import Integer, Sequence
from asn1crypto.x509 import Certificate

from tournee.crypto.values import EcKey, NotAuthentic, UnreadableCertificate

_P = 2**256 - 2**224 + 2**192 + 2**96 - 1
_N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
_G = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)
_ERRORS = (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError)
_Point = tuple[int, int] | None


class _Numbers(Sequence):  # type: ignore[misc]
    _fields = [("r", Integer), ("s", Integer)]  # noqa: RUF012 (as asn1crypto has them)


def key_in(certificate_der: bytes) -> EcKey:
    """The P-256 key of a certificate. UnreadableCertificate."""
    try:
        certificate = Certificate.load(certificate_der, strict=True)
        info = certificate["tbs_certificate"]["subject_public_key_info"]
        if info.curve != ("named", "secp256r1"):
            raise ValueError("no key on P-256")
        x, y = info["public_key"].to_coords()
        if not _on_curve(x, y):
            raise ValueError("a point off the curve")
    except _ERRORS as error:
        raise UnreadableCertificate(str(error)) from error
    return EcKey(x, y)


def verify(key: EcKey, signature: bytes, data: bytes) -> None:
    """Check a signature over the SHA-256 of `data`. NotAuthentic."""
    try:
        numbers = _Numbers.load(signature, strict=True)
        r, s = numbers["r"].native, numbers["s"].native
        if numbers.copy().dump(force=True) != signature or not (0 < r < _N and 0 < s < _N):
            raise ValueError("not DER, or out of its bounds")
    except _ERRORS:
        raise NotAuthentic from None
    inverse = pow(s, -1, _N)
    digest = int.from_bytes(hashlib.sha256(data).digest(), "big")
    point = _add(_times(_G, digest * inverse % _N), _times((key.x, key.y), r * inverse % _N))
    if point is None or point[0] % _N != r:
        raise NotAuthentic


def _on_curve(x: int, y: int) -> bool:
    return 0 <= x < _P and 0 <= y < _P and (y * y - x * x * x + 3 * x - _B) % _P == 0


def _times(point: _Point, by: int) -> _Point:
    total: _Point = None
    while by:
        if by & 1:
            total = _add(total, point)
        point = _add(point, point)
        by >>= 1
    return total


def _add(a: _Point, b: _Point) -> _Point:
    if a is None or b is None:
        return a or b
    if a[0] == b[0]:
        if (a[1] + b[1]) % _P == 0:
            return None
        slope = (3 * a[0] * a[0] - 3) * pow(2 * a[1], -1, _P)
    else:
        slope = (b[1] - a[1]) * pow(b[0] - a[0], -1, _P)
    x = (slope * slope - a[0] - b[0]) % _P
    return x, (slope * (a[0] - x) - a[1]) % _P
