"""What Tournée logs: each module to a logger of its name, under `tournee`, in English, for who mends it.

Levels are the standard library's, and below them TRAFFIC: frames and messages of the reader's link, headers
of card commands, SMTP, IMAP and POP verbs, each with its length. Whatever the level, a line holds no
content: no NIR, name, code, password, key, address, subject, certificate nor what a stranger wrote. An error
is told by its class and by where it was raised (`where`): its text may name a patient.
"""

from __future__ import annotations

import logging
import traceback
from pathlib import Path

TRAFFIC = 5
"""Below DEBUG: what passes, by name and length."""

logging.addLevelName(TRAFFIC, "TRAFFIC")

_FORM = "%(asctime)s.%(msecs)03d %(levelname)s %(name)s: %(message)s"
_PACKAGE = Path(__file__).parent
_DEPTH = 5  # lines told of an error's way, the innermost first


class Formatter(logging.Formatter):
    """One line a record, its time to the millisecond; an exception by `where` alone."""

    def __init__(self) -> None:
        super().__init__(_FORM, "%Y-%m-%dT%H:%M:%S")

    def format(self, record: logging.LogRecord) -> str:
        """The record as a line, whatever was put into it."""
        error = record.exc_info[1] if record.exc_info else None
        told = logging.makeLogRecord(
            {**record.__dict__, "exc_info": None, "exc_text": None, "stack_info": None}
        )
        line = super().format(told) + (f" ({where(error)})" if error is not None else "")
        return "".join(one if one.isprintable() else " " for one in line)


def where(error: BaseException) -> str:
    """An error’s class and its way through our modules, innermost first: `LinkLost at reader/client.py:304`;
    the innermost place of all when it is not ours.
    """
    lines = [(Path(one.filename), one.lineno) for one in traceback.extract_tb(error.__traceback__)[::-1]]
    ours = [one for one in lines if one[0].is_relative_to(_PACKAGE)]
    way = [*lines[:1], *(one for one in ours if one not in lines[:1])][:_DEPTH]
    told = (
        f"{file.relative_to(_PACKAGE) if file.is_relative_to(_PACKAGE) else file.name}:{line}"
        for file, line in way
    )
    return " at ".join(filter(None, (type(error).__name__, " < ".join(told))))
