"""Which screen a Vitale card opens."""

from __future__ import annotations

from tournee.web.face import Face
from tournee.web.reader_seen import ReaderSeen


async def card_opens(face: Face, state: ReaderSeen) -> str:
    """The address to open for the card that went in."""
    return ""
