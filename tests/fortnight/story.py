"""A fortnight told in files of a day each, and played: who types what on which tablet, what goes wrong.

A day (`days/NN.toml`) has its date and steps in order. A step says who is `on` which tablet from which hour
`at`, and does what it names, in this order:

- `oct`: what OCT and insurers do from now on; `letters`: what else comes by mail; `tablets`: their fate;
- `visits`: a day file is written and imported, `*` the usual round (`rounds.toml`), `-name` without one;
  `says` what must be said, `refused` that it is not taken whole, `never` which are told by mistake;
- `cards`: each is put in and certified with, `*` those of the visits; `certify` how, `cps` false: not hers;
- `type`: commands; what must be said follows a bar, `! ` stands before one that is refused;
- `evening`: lots, file, sending, returns.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import events
from stage import Stage, Typed

HERE = Path(__file__).parent
CARERS = {
    "claire": ("infirmiere", "756000121", "IF"),
    "julien": ("kine", "697000230", "MK"),
    "ines": ("remplacante", "756000121", "IF"),
}
REPLACES = {
    "ines": """
[remplacement]
nom_remplace = "Claire LEFEBVRE"
rpps = "10100000040"
nom = "Inès FAURE"
du = 2026-11-26
au = 2026-11-27
"""
}
EVENING = ("lot close", "file make", "send", "fetch")
PATIENTS: dict[str, dict[str, str]] = tomllib.loads((HERE / "patients.toml").read_text("utf-8"))
ROUNDS: dict[str, Any] = tomllib.loads((HERE / "rounds.toml").read_text("utf-8"))
_VISIT = re.compile(r"(\d\d:\d\d) ([\w-]+)(?: : (.*))?")


@dataclass
class Lived:
    """What the fortnight left: `given` is each care as it was really given (NIR, day, hour), `wrong` what
    was not as the story has it.
    """

    stage: Stage
    given: set[tuple[str, date, str]] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)


def days() -> list[dict[str, Any]]:
    """The days in order."""
    return [tomllib.loads(path.read_text("utf-8")) for path in sorted((HERE / "days").glob("*.toml"))]


@contextmanager
def live(directory: Path, planned: Mapping[str, Any] | None = None) -> Iterator[Lived]:
    """Play every day; what was not as the story has it is noted, and the days go on. `planned`: how each step
    that gives care is told by plans (`planned.toml`), in place of its day file.
    """
    with Stage(directory) as stage:
        lived = Lived(stage)
        for day in days():
            for rank, step in enumerate(day["step"]):
                if planned is None:
                    Step(lived, day["date"], step).play()
                else:
                    told = planned.get(f"{day['date']:%d}", {}).get(str(rank), {})
                    PlannedStep(lived, day["date"], step, told).play()
        yield lived


class Step:
    """One step of a day."""

    def __init__(self, lived: Lived, day: date, told: dict[str, Any]) -> None:
        self.lived, self.stage, self.day, self.told = lived, lived.stage, day, told
        self.tablet: str = told.get("on", "")

    def play(self) -> None:
        """Do all of it."""
        self.stage.at(self.day, self.told.get("at", "00:00"))
        for word in ("oct", "letters", "tablets"):
            if word in self.told:
                getattr(events, word)(self.stage, self.told[word])
        who = self.told.get("who")
        if who is None:
            return
        self.stage.insert(self.tablet, "ps", CARERS[who][0] if self.told.get("cps", True) else "")
        visits = expanded(self.told.get("visits", []), ROUNDS.get(who, []))
        usual = dict.fromkeys(ROUNDS["cards"].get(visit.split()[1], visit.split()[1]) for visit in visits)
        self._care(who, visits, expanded(self.told.get("cards", []), [card for card in usual if card]))
        for line in self.told.get("type", ()):
            self._type(line)
        if self.told.get("evening"):
            for line in EVENING:
                self._type(line)

    def _care(self, who: str, visits: list[str], cards: list[str]) -> None:
        """Tell what is to be done, then put each card in and certify."""
        if visits:
            self._import(who, visits, self.told.get("file", f"{self.day:%d}-{who}.toml"))
        for card in cards:
            self.stage.insert(self.tablet, "vitale", card)
            self._type(self.told.get("certify", "certify"))

    def _import(self, who: str, visits: list[str], name: str) -> None:
        _, number, profession = CARERS[who]
        parts = [f'[journee]\ndate = {self.day}\nps = "{number}"\nprofession = "{profession}"\n']
        parts += [REPLACES[who]] if who in REPLACES else []
        parts += [written(visit) for visit in visits]
        self.lived.given |= {self._given(visit) for visit in visits}
        self.lived.given -= {self._given(visit) for visit in self.told.get("never", ())}
        self.stage.write(self.tablet, name, "\n".join(parts))
        line = f"day import {name} {self.told.get('asked', '')}".strip()
        line = f"! {line}" if self.told.get("refused") else line
        self._type(f"{line} | {self.told['says']}" if "says" in self.told else line)

    def _given(self, visit: str) -> tuple[str, date, str]:
        found = _VISIT.fullmatch(visit)
        assert found is not None, visit
        return PATIENTS[found[2]]["nir"].strip('"'), self.day, found[1]

    def _type(self, told: str, cards: Sequence[str] = ()) -> None:
        """A command, and whether it did what the story says; `cards` go in while it runs."""
        line, _, wanted = told.partition(" | ")
        refused = line.startswith("! ")
        line = line.removeprefix("! ")
        if line.startswith("insert "):
            _, slot, card = f"{line} ".split(" ", 2)
            self.stage.insert(self.tablet, slot, card.strip())
            return
        done = self.stage.type(self.tablet, self.stage.filled(self.tablet, line), cards=cards)
        if bool(done.status) != refused or (wanted and wanted not in " ".join(done.said.split())):
            self.lived.wrong.append(_complaint(self.day, told, done))


class PlannedStep(Step):
    """The same step, told by plans: `before` are commands, `go` is what does the round."""

    def __init__(self, lived: Lived, day: date, step: dict[str, Any], planned: dict[str, Any]) -> None:
        super().__init__(lived, day, step)
        self.planned = planned

    def _care(self, who: str, visits: list[str], cards: list[str]) -> None:
        """Make what plans do not have yet, then do the round, card after card."""
        for card, line in self.planned.get("cards", ()):
            self.stage.insert(self.tablet, "vitale", card)
            self._type(line)
        for line in self.planned.get("before", ()):
            tablet, _, rest = line.rpartition(": ") if line[1:3] == ": " else (self.tablet, "", line)
            self.stage.insert(self.tablet, "vitale", "")
            PlannedStep(self.lived, self.day, self.told | {"on": tablet}, {})._type(rest)
        go = self.planned.get("go", "round go")
        if not visits or not go:
            return
        if cards:
            self.stage.insert(self.tablet, "vitale", cards[0])
        self._type(go, cards[1:])


def _complaint(day: date, told: str, done: Typed) -> str:
    return f"{day} {done.tablet}: {told}\n  typed: {done.line}\n  status {done.status}: {done.said.strip()}"


def expanded(told: list[str], usual: list[str]) -> list[str]:
    """`*` is the usual; what is told otherwise (" : ") takes its place, `-name` none, the rest comes too."""
    if "*" not in told:
        return told
    others = [one for one in told if one != "*" and not one.startswith("-")]
    without = {one[1:] for one in told if one.startswith("-")}
    instead = {one.split(" : ")[0]: one for one in others if " : " in one}
    kept = [instead.pop(one, one) for one in usual if one.split()[-1] not in without]
    return kept + [one for one in others if " : " not in one or one.split(" : ")[0] in instead]


def written(visit: str) -> str:
    """One [[visite]] as a carer writes it: the patient's lines, with the hour, and those told otherwise."""
    found = _VISIT.fullmatch(visit)
    assert found is not None, visit
    hour, whom, otherwise = found.groups()
    lines = dict(PATIENTS[whom]) | {"heure": f'"{hour}"'}
    for one in (otherwise or "").split("; ") if otherwise else ():
        key, _, value = one.partition(" = ")
        lines[key] = value
    return "\n".join(["[[visite]]", *(f"{key} = {value}" for key, value in lines.items() if value), ""])
