"""A day file cut into day files of one visit each, so that the journal can follow every visit by itself."""

from __future__ import annotations

import json
import tomllib
from datetime import date
from typing import Any

from tournee.billing.day import VISIT, load_day
from tournee.billing.tariffs import Profession
from tournee.billing.visit import Day, Visit

_PIECE_NAME = "visite.json"


def day_pieces(data: bytes, name: str) -> tuple[Day, tuple[bytes, ...]]:
    """The day, and for each visit a JSON day file that holds it alone; DayError when the day is not right.

    A piece read again by `load_piece` gives the same visit.
    """
    day = load_day(data, name)
    text = data.decode("utf-8-sig").replace("\r\n", "\n")
    document: dict[str, Any] = json.loads(text) if name.lower().endswith(".json") else tomllib.loads(text)
    alone = {key: value for key, value in document.items() if key != VISIT}
    return day, tuple(
        json.dumps({**alone, VISIT: [visit]}, ensure_ascii=False, default=_iso).encode()
        for visit in document[VISIT]
    )


def load_piece(piece: bytes) -> Visit:
    """The visit of one piece."""
    return load_day(piece, _PIECE_NAME).visits[0]


def load_profession(piece: bytes) -> Profession:
    """The profession that the piece's day was billed as."""
    return load_day(piece, _PIECE_NAME).profession


def _iso(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"a day file holds no {type(value).__name__}")
