"""A JPEG's markers, walked before anything is decoded (ISO/IEC 10918-1 annex B); and a JPEG without what its
camera said.
"""

from __future__ import annotations

from collections.abc import Iterator

from tournee.documents.pieces.errors import unreadable

_BASELINE, _EXTENDED, _PROGRESSIVE = 0xC0, 0xC1, 0xC2
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_SCAN, _END = 0xDA, 0xD9
_ALONE = frozenset({0x01, *range(0xD0, 0xD9)})
_SAID = frozenset({*range(0xE1, 0xF0), 0xFE})  # APP1 to APP15, comments
_SCANS_MAX = 64  # of a progressive one: each is a pass over all pixels
_MARKERS_MAX = 4_096
_BITS = 8
_PRINT_COMPONENTS = 4
_NEXT = "enregistrez-la en JPEG ordinaire"


def check_jpeg(data: bytes) -> None:
    """PieceError for a JPEG that is not to be decoded: in colours of print, of a rare kind, of so many passes
    that it is made to keep one busy.
    """
    scans, kind = 0, -1
    for marker, start, _ in _markers(data):
        if marker in _FRAMES:
            kind = marker
            bits, components = data[start], data[start + 5]
            if marker not in (_BASELINE, _EXTENDED, _PROGRESSIVE) or bits != _BITS:
                raise unreadable("ce JPEG est d’une sorte rare (sans perte, arithmétique ou 12 bits)", _NEXT)
            if components >= _PRINT_COMPONENTS:
                raise unreadable(
                    "cette image est en couleurs d’imprimerie (CMJN)",
                    "enregistrez-la en couleurs d’écran (RVB) ou en gris",
                )
        elif marker == _SCAN:
            scans += 1
            if scans > _SCANS_MAX:
                raise unreadable(f"ce JPEG a plus de {_SCANS_MAX} passes", _NEXT)
    if kind < 0 or not scans:
        raise unreadable("ce JPEG est coupé", "reprenez la photo, ou copiez le fichier à nouveau")


def is_plain_grey(data: bytes) -> bool:
    """Whether it is a baseline JPEG of grey pixels, of one pass."""
    frames = [
        marker == _BASELINE and data[start + 5] == 1
        for marker, start, _ in _markers(data)
        if marker in _FRAMES
    ]
    return frames == [True]


def bare(data: bytes) -> bytes:
    """The same picture, bit for bit, without what its camera or its program said of it."""
    kept, at = bytearray(data[:2]), 2
    for marker, _, end in _markers(data):
        if marker == _SCAN:
            return bytes(kept + data[at:])
        if marker not in _SAID:
            kept += data[at:end]
        at = end
    return bytes(kept)


def _markers(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Each marker, where its content starts and where it ends; PieceError when they lead nowhere."""
    at = 2
    for _ in range(_MARKERS_MAX):
        at = data.find(b"\xff", at)
        if at < 0 or at + 4 > len(data):
            return
        marker = data[at + 1]
        if marker == _END:
            return
        if marker in (0x00, 0xFF) or marker in _ALONE:
            at += 1 if marker == 0xFF else 2
            continue
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4])
        if end > len(data) or end < at + 4 or (marker in _FRAMES and end < at + 10):
            raise unreadable("ce JPEG est coupé", "reprenez la photo, ou copiez le fichier à nouveau")
        yield marker, at + 4, end
        at = end
