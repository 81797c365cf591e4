"""What a board did to its cards' contacts and I/O lines, as it was written down, judged by ISO 7816-3."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests" / "boards"))

import iso7816
from card_line import Character

_FORMAT = "8E2"  # 7.2: eight bits, even parity, two stop bits
_CHARACTER = 12  # etu


@dataclass
class CardSession:
    """From the first contact that is switched on to the last that is off; what `iso7816` judges.

    `cut`: the chip was reset before they were off, which takes them all at once.
    """

    edges: list[tuple[float, str, float]] = field(default_factory=list)
    characters: list[Character] = field(default_factory=list)
    formats: set[str] = field(default_factory=set)
    clock_khz: float = 0.0
    cut: bool = False

    @property
    def spoke(self) -> bool:
        """Whether the card answered its reset."""
        return any(one.sender == "card" for one in self.characters)


def events(trace: Path) -> list[dict[str, Any]]:
    """Everything that was written down; a last line that the power's end cut is left out."""
    lines = trace.read_text().split("\n")[:-1]
    return [json.loads(line) for line in lines]


def sessions(trace: Path, slot: int) -> Iterator[CardSession]:
    """The sessions of a slot's card that were ended, one after the other."""
    one = CardSession()
    low = {"VCC", "RST", "CLK", "IO"}
    for what in events(trace):
        if what.get("event") == "reset" and one.edges:
            one.cut = True
            one.characters.sort(key=lambda character: character.at)
            yield one
            one, low = CardSession(), {"VCC", "RST", "CLK", "IO"}
        if what.get("slot") != slot:
            continue
        if "contact" not in what:
            one.characters.append(
                Character(what["at"], what["from"], what["byte"], what["etu"], what["nominal"])
            )
            one.formats |= {what["format"]} if "format" in what else set()
            continue
        contact, level = what["contact"], what["level"]
        if not one.edges and contact == "IO":  # the UART is made before the contact is an output
            continue
        one.edges.append((what["at"], contact, level))
        low = low - {contact} if level else low | {contact}
        if contact == "CLK" and level > 1:  # kHz; it stands still at 0 or 1
            one.clock_khz = level
        if len(low) == len(iso7816._OFF):
            one.characters.sort(key=lambda character: character.at)
            yield one
            one = CardSession()


@dataclass(frozen=True)
class Times:
    """The least and the most of a session, in etu from leading edge to leading edge, and its clock in kHz."""

    clock_khz: float
    etu_us: float
    turn: float
    gap_least: float
    gap_most: float
    characters: int


def times(session: CardSession) -> Times:
    """How long we took behind the card's character, and between two of ours."""
    turns, gaps = [0.0][:0], [0.0][:0]
    for before, ours in pairwise(session.characters):
        if ours.sender == "reader":
            into = turns if before.sender == "card" else gaps
            into.append((ours.at - before.at) / max(ours.etu, before.etu))
    last = session.characters[-1]
    return Times(
        session.clock_khz,
        last.nominal / 1000,
        min(turns, default=0.0),
        min(gaps, default=0.0),
        max(gaps, default=0.0),
        len(session.characters),
    )


def faults(session: CardSession, protocol: int, **limits: int) -> list[str]:
    """What ISO 7816-3 has against a session; `limits` as `iso7816.characters` takes them."""
    end = next((at for at, edge in enumerate(session.edges) if edge[1:] == ("RST", 0)), len(session.edges))
    on, off = session.edges[:end], session.edges[end:]
    found = iso7816.activation(session, on)
    found += ["6.4 the chip was reset under a card's power"] if session.cut else iso7816.deactivation(off)
    found += iso7816.characters(session, protocol, **limits)
    if session.formats - {_FORMAT}:
        found.append(f"7.2 characters as {', '.join(sorted(session.formats))}")
    return list(dict.fromkeys(found))
