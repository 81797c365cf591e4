"""A colour profile for grey pages: ICC version 2, built here, so that no licence but ours is on it.

PDF/A-1 asks for one (ISO 19005-1 6.2.2): it says what the greys of a page look like, light as sRGB has it.
"""

from __future__ import annotations

import struct

_SIGNATURE = b"acsp"
_VERSION = 0x02100000
_D50 = (0.9642, 1.0, 0.8249)
_GAMMA = 2.2
_HEAD, _ENTRY = 128, 12
_NAME = "Tournee gris, gamma 2,2"
_RIGHTS = "Domaine public"
_DATE = (2026, 1, 1, 0, 0, 0)


def grey_profile() -> bytes:
    """The profile: one channel, grey, gamma 2.2, white D50; always the same bytes."""
    tags = (
        (b"desc", _description(_NAME)),
        (b"cprt", b"text\0\0\0\0" + _RIGHTS.encode() + b"\0"),
        (b"wtpt", b"XYZ \0\0\0\0" + _xyz(_D50)),
        (b"kTRC", b"curv\0\0\0\0" + struct.pack(">IH", 1, round(_GAMMA * 256)) + b"\0\0"),
    )
    at = _HEAD + 4 + _ENTRY * len(tags)
    table, data = struct.pack(">I", len(tags)), b""
    for name, body in tags:
        padded = body + bytes(-len(body) % 4)
        table += name + struct.pack(">II", at + len(data), len(body))
        data += padded
    head = struct.pack(
        ">I4sI4s4s4s6H4s4sI4sIQI12s",
        at + len(data),
        b"\0\0\0\0",
        _VERSION,
        b"mntr",
        b"GRAY",
        b"XYZ ",
        *_DATE,
        _SIGNATURE,
        b"\0\0\0\0",
        0,
        b"\0\0\0\0",
        0,
        0,
        0,
        _xyz(_D50),
    )
    return head.ljust(_HEAD, b"\0") + table + data


def _description(name: str) -> bytes:
    text = name.encode() + b"\0"
    return b"desc\0\0\0\0" + struct.pack(">I", len(text)) + text + bytes(4 + 4 + 2 + 1 + 67)


def _xyz(values: tuple[float, float, float]) -> bytes:
    return b"".join(struct.pack(">i", round(value * 65536)) for value in values)
