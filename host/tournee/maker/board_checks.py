"""The part of the conformance kit that holds a reader to its board's `board.toml`: what it says of itself,
and what the board does not serve (`[image] without`), which is refused as an unknown message.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tournee.boards import BOARDS
from tournee.errors import ConfigError
from tournee.firmware.sesam import codes, frame
from tournee.maker import flashing, reorder_checks
from tournee.maker.hostile_checks import least_value
from tournee.maker.raw_link import IDENTIFY, RawLink, status_of, told
from tournee.reader import codec

_MAKER = "reader/maker.py"
_EARLY = "reader/link/reorder_buffer.py"
_ASKED = {  # requests that change nothing, and the module or the table without which a board serves none
    "STATE": _MAKER,
    "IMAGE": _MAKER,
    "LOAD_OPPOSITION": "opposition",
}


def matches(link: RawLink) -> tuple[bool, str]:
    """Largest message, slots, what is served and what is kept early are as the board's file says; a board
    without a file here is held to nothing."""
    name, slots = _identity(link)
    board = _board(name)
    if board is None:
        return True, f"carte {name} : pas de board.toml ici"
    wrong = []
    if link.largest != board["link"]["message"]:
        wrong.append(f"message de {link.largest} octets")
    if slots != len(board["slots"]["names"]):
        wrong.append(f"{slots} fentes")
    for asked, needed in _ASKED.items():
        status = link.request(_whole(asked))
        if (status != codes.UNKNOWN_MESSAGE) != _serves(board, needed):
            wrong.append(f"{asked} : {told(status)}")
    if link.hello() != codes.OK:
        return False, "pas de WELCOME"
    keeps = bool(board["link"].get("early")) and _EARLY not in board.get("image", {}).get("without", [])
    if keeps != (reorder_checks.kept(link)[1] != reorder_checks.NOTHING_KEPT):
        wrong.append("ce qui vient trop tôt")
    without = len(board.get("image", {}).get("without", []))
    return not wrong, " ; ".join(wrong) or f"carte {name}, {without} modules en moins"


def _serves(board: Mapping[str, Any], needed: str) -> bool:
    if needed == "opposition":
        return bool(board.get("opposition", {}).get("filter"))
    return needed not in board.get("image", {}).get("without", [])


def _identity(link: RawLink) -> tuple[str, int]:
    answer = link.exchange(link.next_request(IDENTIFY), {frame.ANSWER})
    if answer is None or status_of(answer) != codes.OK:
        return "", 0
    told_by = codec.decode(answer.payload)
    return told_by.text("board"), told_by.uint("slots")


def _board(name: str) -> Mapping[str, Any] | None:
    if not name.isalnum() or not (BOARDS / name / "board.toml").is_file():
        return None
    try:
        return flashing.settings(name)
    except ConfigError:
        return None


def _whole(name: str) -> bytearray:
    number = codec.number_of(name)
    return codec.encode(number, {one.name: least_value(one) for one in codec.ROWS[number].fields})
