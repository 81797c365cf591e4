"""Recorded dialogues: what a card says byte for byte, faults included, as files under vectors/."""

from pathlib import Path

import pytest

from tournee.emulation.cards import Fault, load_card
from tournee.emulation.cards.line.style import Style

VECTORS = Path(__file__).parents[1] / "vectors" / "emulation"
DIALOGUES = sorted([*VECTORS.glob("t0/*.txt"), *VECTORS.glob("faults/*.txt")])


def lines_of(path):
    for line in path.read_text(encoding="utf-8").splitlines():
        words = line.partition("#")[0].split()
        if words:
            yield words[0], words[1:]


def style_of(words):
    pairs = (word.split("=") for word in words)
    return Style(**{name: value if name == "pps" else int(value) for name, value in pairs})


def card_of(path):
    settings = {"style": [], "fault": [], "atr": []}
    for word, rest in lines_of(path):
        if word == "card":
            name = rest[0]
        elif word in settings:
            settings[word].append(rest)
    atr = bytes.fromhex("".join(settings["atr"][0])) if settings["atr"] else None
    card = load_card(name, atr=atr, style=style_of(settings["style"][0] if settings["style"] else []))
    for words in settings["fault"]:
        card.fail(Fault.from_text(" ".join(words)))
    return card


@pytest.mark.parametrize("path", DIALOGUES, ids=lambda path: path.stem)
def test_card_says_what_the_dialogue_says(path):
    card = card_of(path)
    emissions = []
    for word, rest in lines_of(path):
        if word == "activate":
            emissions = card.activate()
        elif word == "deactivate":
            card.deactivate()
        elif word == "speed":
            card.speed(int(rest[0], 16))
        elif word == ">":
            emissions = card.receive(bytes.fromhex("".join(rest)))
        elif word == "<":
            assert b"".join(e.data for e in emissions).hex(" ") == " ".join(rest).lower()
        elif word == "delay":
            assert sum(e.delay_ms for e in emissions) == int(rest[0])
        elif word == "removed":
            assert emissions[-1].removed
