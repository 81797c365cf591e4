"""A scan: the picture of a prescription, or its PDF, told by its digest and by what its bytes are.

One that is a *piece* was read, checked and written anew as PDF/A-1b: it proves invoices and may be sent.
Another is kept as it came. The copy of a European card or of an attestation is a piece too, and never sent.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Literal

from tournee.errors import BillingError
from tournee.formats.proof_table import PAGES_MAX

Media = Literal["image/jpeg", "image/png", "application/pdf"]
Nature = Literal["O", "F", "D", "C", "A"]
EUROPEAN_CARD: Nature = "C"
ATTESTATION: Nature = "A"
PAPERS: dict[Nature, str] = {
    EUROPEAN_CARD: "copie de la carte européenne",
    ATTESTATION: "attestation papier",
}
"""Papers that stay here: no caisse is sent them."""

SCAN_MAX = 8 << 20
"""Bytes of one scan: a camera's picture has 2 to 6 million."""

SUFFIXES: dict[Media, str] = {"image/jpeg": ".jpg", "image/png": ".png", "application/pdf": ".pdf"}

_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)
_PNG_START = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR"
_PNG_END = b"\0\0\0\0IEND\xaeB`\x82"
_PDF_START, _PDF_END = b"%PDF-", b"%%EOF"
_PDF_TAIL = 1024  # where the end is looked for (PDF 1.7, annex H)
_JPEG_START, _JPEG_END, _JPEG_SCAN = b"\xff\xd8\xff", b"\xff\xd9", 0xDA
_MARKERS_MAX = 1_000


class ScanError(BillingError):
    """What is no scan, or too long for one."""


@dataclass(frozen=True)
class ScanFile:
    """A scan that is kept beside: the SHA-256 of its bytes, what they are, how many. `nature` is O for a
    prescription, F a care sheet, D a prior agreement, or one of `PAPERS`; `pages` are a piece's, 0 for one
    kept as it came; `taken` is the SHA-256 of the photograph that a piece was made of.
    """

    digest: str
    media: Media
    size: int
    nature: Nature = "O"
    pages: int = 0
    taken: str = ""

    def __post_init__(self) -> None:
        is_piece = 0 < self.pages <= PAGES_MAX and self.media == "application/pdf"
        is_one = _DIGEST.fullmatch(self.digest) and 0 < self.size <= SCAN_MAX
        if self.taken and not _DIGEST.fullmatch(self.taken):
            raise ScanError("Ce n’est pas l’empreinte d’une photo.")
        if not is_one or not (is_piece or self.pages == 0):
            raise ScanError("Ce n’est pas l’image d’une ordonnance.")

    @classmethod
    def of(cls, data: bytes) -> ScanFile:
        """What these bytes are; ScanError for none of the three, one that is cut, or one too long."""
        if len(data) > SCAN_MAX:
            raise ScanError(
                f"Cette image est trop longue : {len(data)} octets, {SCAN_MAX} au plus.",
                next_step="prenez-la en moins fin",
            )
        media = _media(data)
        if media is None:
            raise ScanError(
                "Ce n’est ni une image JPEG ou PNG, ni un PDF, ou le fichier est coupé.",
                next_step="reprenez la photo, ou enregistrez-la en JPEG, PNG ou PDF",
            )
        return cls(hashlib.sha256(data).hexdigest(), media, len(data))

    @property
    def is_piece(self) -> bool:
        """Whether it may be sent."""
        return self.pages > 0

    def is_same_picture(self, other: ScanFile) -> bool:
        """Whether both are of one photograph, or are the same bytes."""
        return not {self.digest, self.taken or self.digest}.isdisjoint(
            {other.digest, other.taken or other.digest}
        )

    def holds(self, data: bytes) -> bool:
        """Whether these are its bytes."""
        return len(data) == self.size and hashlib.sha256(data).hexdigest() == self.digest


def _media(data: bytes) -> Media | None:
    if data.startswith(_PNG_START) and _PNG_END in data[-_PDF_TAIL:]:
        return "image/png"
    if data.startswith(_PDF_START) and _PDF_END in data[-_PDF_TAIL:]:
        return "application/pdf"
    return "image/jpeg" if _is_jpeg(data) else None


def _is_jpeg(data: bytes) -> bool:
    """Whether markers lead from the start to a scan, and an end follows (ISO/IEC 10918-1 B.1)."""
    if not data.startswith(_JPEG_START):
        return False
    at = len(_JPEG_START) - 1
    for _ in range(_MARKERS_MAX):
        if at + 4 > len(data) or data[at] != _JPEG_START[0]:
            return False
        if data[at + 1] == _JPEG_SCAN:
            return data.rfind(_JPEG_END) > at
        if data[at + 1] == 0xFF:  # a fill byte
            at += 1
            continue
        at += 2 + max(int.from_bytes(data[at + 2 : at + 4]), 2)
    return False
