"""Worked examples of the nomenclature (`vectors/ngap`): day files, and what is expected of them.

`base.toml` beside the examples says how they are to be read.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import tomlkit

FOLDER = Path(__file__).parents[1] / "vectors" / "ngap"
BASE = tomllib.loads((FOLDER / "base.toml").read_text("utf-8"))
DAY = date(2026, 11, 16)
EXPECTED = ("lines", "total", "refused", "remarks", "told")


@dataclass(frozen=True)
class Expected:
    """What is expected of one visit; `refused`: the rules that may refuse it, none where it is billed."""

    lines: list[dict[str, Any]] | None = None
    total: int | None = None
    refused: frozenset[str] = frozenset()
    remarks: frozenset[str] = frozenset()
    told: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Example:
    """One example: its day files, and what is expected of each visit of each."""

    name: str
    days: list[dict[str, Any]]
    visits: list[list[Expected]]
    refused: frozenset[str] = field(default=frozenset())

    @property
    def allowed(self) -> frozenset[str]:
        """The rules that may refuse something of it."""
        return self.refused.union(*(visit.refused for file in self.visits for visit in file))

    def write(self, folder: Path, suffix: str) -> list[Path]:
        """Its day files in a folder, as TOML or JSON."""
        paths = [folder / f"jour-{number}.{suffix}" for number, _ in enumerate(self.days, 1)]
        for path, day in zip(paths, self.days, strict=True):
            write_day(path, day)
        return paths


def write_day(path: Path, day: dict[str, Any]) -> None:
    """A day file, in the format that its name says."""
    text = tomlkit.dumps(day) if path.suffix == ".toml" else json.dumps(day, default=date.isoformat)
    path.write_text(text, "utf-8")


def examples() -> Iterator[Example]:
    """All examples, `family/name` each."""
    for path in sorted(FOLDER.glob("*.toml")):
        if path.name != "base.toml":
            for raw in tomllib.loads(path.read_text("utf-8"))["example"]:
                yield _example(f"{path.stem}/{raw['name']}", raw)


def carer_day(carer: str, day: date, *visits: dict[str, Any], **keys: Any) -> dict[str, Any]:
    """A day file of one of the carers, its visits completed by `visit`."""
    return {
        "journee": {"date": day, **BASE["carer"][carer], **keys},
        "visite": [visit(written, day) for written in visits],
    }


def visit(written: dict[str, Any], day: date) -> dict[str, Any]:
    """A visit as the day file has it: patient and prescription are filled in where it names none."""
    told = {key: value for key, value in written.items() if key not in ("who", *EXPECTED)}
    prescription = told.pop("prescription", {})
    if prescription is not False:
        told["prescription"] = {"date": day - timedelta(10), **BASE["prescription"], **prescription}
    return {**BASE["who"][written.get("who", "yvonne")], "tiers_payant": "amo", **told}


def _example(name: str, raw: dict[str, Any]) -> Example:
    files = raw.get("file") or [{"visite": raw["visite"]}]
    return Example(
        name,
        [
            carer_day(
                raw.get("carer", "nurse"),
                one.get("date", raw.get("date", DAY)),
                *one["visite"],
                **raw.get("journee", {}),
            )
            for one in files
        ],
        [[_expected(visit) for visit in one["visite"]] for one in files],
        _rules(raw),
    )


def _rules(raw: dict[str, Any]) -> frozenset[str]:
    return frozenset(raw["refused"].split("|")) if "refused" in raw else frozenset()


def _expected(visit: dict[str, Any]) -> Expected:
    return Expected(
        [_line(text) for text in visit["lines"]] if "lines" in visit else None,
        visit.get("total"),
        _rules(visit),
        frozenset(visit.get("remarks", ())),
        frozenset(visit.get("told", ())),
    )


def _line(text: str) -> dict[str, Any]:
    """What a line written as `base.toml` says must have, by the names of the command's answer."""
    code, *words, euros = text.split()
    line: dict[str, Any] = {"code": code, "cents": int(Decimal(euros) * 100)}
    for word in words:
        if word.endswith("%"):
            line["rate"] = int(word[:-1])
        elif word.endswith("km"):
            line["km"] = int(word[:-2])
        elif word == "announced":
            line["announced"] = True
        elif word == "inferred":
            line["certainty"] = word
        elif re.fullmatch(r"p\d", word):
            line["passage"] = int(word[1:])
        elif re.fullmatch(r"\d\d-\d\d", word):
            line["band"] = word
        else:
            line["coefficient"] = float(word)
    return line
