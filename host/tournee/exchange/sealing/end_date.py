"""The day a certificate ends, off its DER alone: each start asks it, and a whole reading loads much."""

from __future__ import annotations

import binascii
from datetime import UTC, datetime
from pathlib import Path

from tournee.files import read_bounded

CERTIFICATE_MAX = 64 * 1024  # bytes of a certificate's file
_BEGIN, _END = b"-----BEGIN CERTIFICATE-----", b"-----END CERTIFICATE-----"
_SEQUENCE, _VERSION = 0x30, 0xA0
_TIMES = {0x17: (13, "20"), 0x18: (15, "")}  # UTCTime, GeneralizedTime (RFC 5280 4.1.2.5): length, century


def end_of(path: Path) -> datetime | None:
    """When the certificate in a PEM or DER file ends; None when only a whole reading can tell. OSError.

    Nothing else of it is looked at: it may be good for nothing.
    """
    data = read_bounded(path, CERTIFICATE_MAX)
    try:
        if _BEGIN in data:
            data = binascii.a2b_base64(data.partition(_BEGIN)[2].partition(_END)[0])
        return _end(data)
    except (IndexError, ValueError):  # of what is no certificate
        return None


def _end(der: bytes) -> datetime:
    """TBSCertificate up to its validity (RFC 5280 4.1). IndexError, ValueError."""
    at = _inside(der, _inside(der, 0))
    if der[at] == _VERSION:
        at = _after(der, at)
    for _ in ("serialNumber", "signature", "issuer"):
        at = _after(der, at)
    at = _after(der, _inside(der, at))  # past notBefore
    length, century = _TIMES.get(der[at], (0, ""))
    told = der[at + 2 : at + 2 + length].decode("ascii")
    if der[at + 1] != length or len(told) != length:
        raise ValueError("not a time")
    if century and told >= "50":
        century = "19"
    return datetime.strptime(century + told, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)


def _inside(der: bytes, at: int) -> int:
    """Where the content of the SEQUENCE at `at` begins."""
    if der[at] != _SEQUENCE:
        raise ValueError("not a SEQUENCE")
    return _content(der, at)[0]


def _after(der: bytes, at: int) -> int:
    start, length = _content(der, at)
    return start + length


def _content(der: bytes, at: int) -> tuple[int, int]:
    """Where the content of the element at `at` begins, and its length."""
    length, start = der[at + 1], at + 2
    if length < 0x80:
        return start, length
    size = length & 0x7F
    return start + size, int.from_bytes(der[start : start + size], "big")
