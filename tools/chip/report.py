"""What a run found: a line a check, kept as JSON and as text; its exit status is of the class that failed."""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

#: Exit status by the part that failed, the first of them in this order.
STATUSES = {"flash": 4, "boot": 4, "host": 5, "conform": 6, "cards": 7, "times": 8, "cuts": 9}


@dataclass(frozen=True)
class Line:
    """One check of a part: what was done, whether it is as it must be, what was seen."""

    part: str
    name: str
    good: bool
    seen: str


@dataclass
class Report:
    """A run: of what, when, its lines and its figures. `every`: the board is started after each cut;
    `quiet`: nothing is shown."""

    board: str
    firmware: dict[str, str]
    every: bool = False
    quiet: bool = False
    began: str = field(default_factory=lambda: time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()))
    lines: list[Line] = field(default_factory=list)
    figures: dict[str, Any] = field(default_factory=dict)

    def add(self, part: str, name: str, good: bool, seen: object = "") -> bool:
        """Write one check down, and show it."""
        line = Line(part, name, good, str(seen))
        self.lines.append(line)
        if not self.quiet:
            print(_told(line), flush=True)
        return good

    @property
    def status(self) -> int:
        """0 where all is good, else of the first part that is not."""
        failed = {line.part for line in self.lines if not line.good}
        return next((status for part, status in STATUSES.items() if part in failed), 0)

    def keep(self, folder: Path) -> None:
        """Write `report.json` and `report.txt`."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "report.json").write_text(self.json() + "\n")
        (folder / "report.txt").write_text(self.text())

    def json(self) -> str:
        """The report for programs."""
        return json.dumps(asdict(self) | {"good": not self.status}, indent=1, ensure_ascii=False)

    def text(self) -> str:
        """The report for people."""
        made = ", ".join(f"{name} {value}" for name, value in self.firmware.items())
        head = [f"{self.board}: {made}", self.began, ""]
        good = sum(line.good for line in self.lines)
        figures = [f"{name}: {value}" for name, value in self.figures.items()]
        tail = ["", *figures, "", f"{good} of {len(self.lines)} good"]
        return "\n".join(head + [_told(line) for line in self.lines] + tail) + "\n"


def _told(line: Line) -> str:
    verdict = "ok    " if line.good else "FAILED"
    return f"{verdict}  {line.part:8} {line.name}{': ' if line.seen else ''}{line.seen}"
