"""A day file cut into day files of one visit each, so that the journal can follow every visit by itself."""

import json
from datetime import date
from decimal import Decimal

from tournee.billing.dayfile.day import VISIT, load_day, read_document
from tournee.billing.visit import Day, Splitter

_PIECE_NAME = "visite.json"


def day_pieces(data: bytes, name: str, *, splitter: Splitter = Splitter.OCT) -> tuple[Day, tuple[bytes, ...]]:
    """The day, and for each visit a JSON day file that holds it alone; DayError when the day is not right.

    A piece read again by `load_piece` gives a day of that visit; what holds between the visits of a day was
    judged here, on the whole.
    """
    day = load_day(data, name, splitter=splitter)
    document = read_document(data, name).values
    alone = {key: value for key, value in document.items() if key != VISIT}
    return day, tuple(
        json.dumps({**alone, VISIT: [visit]}, ensure_ascii=False, default=_plain).encode()
        for visit in document[VISIT]
    )


def load_piece(piece: bytes) -> Day:
    """The day of one piece, with its one visit."""
    return load_day(piece, _PIECE_NAME, whole=False)


def _plain(value: object) -> str | float:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)  # at most two decimals: written back as it was read
    raise TypeError(f"a day file holds no {type(value).__name__}")
