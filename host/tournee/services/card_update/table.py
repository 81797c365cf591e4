"""Every value of `open-2/maj`: what the server is asked, what an update is made of; all of it ours."""

from __future__ import annotations

PROFILE = "open-2/maj"
MAGIC = b"TMAJ1"
SERIAL = 10  # columns of a card's serial number, spaces behind it
COUNTER = 4  # bytes, the high one first
LENGTH = 2  # bytes of the length of the zone
DIGEST = 32  # SHA-256
SIGNATURE = 256  # RSASSA-PKCS1-v1_5 with SHA-256, over all that stands before it
ZONE_MAX = 0x7FFF  # as far as READ BINARY reaches
COUNTER_MAX = 2**32 - 1

ASKED = SERIAL + COUNTER + DIGEST
"""A request: the card's serial number and counter, the SHA-256 of its zone."""

UPDATE_MAX = len(MAGIC) + SERIAL + COUNTER + LENGTH + ZONE_MAX + SIGNATURE

UPDATED, UP_TO_DATE, UNKNOWN = 200, 204, 404
"""HTTP statuses of the answer: an update, nothing to change, no such card."""
