"""What a run has found, as it is kept: JSON for programs, text for who signs the release."""

from __future__ import annotations

import hashlib
import json
import platform
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from tournee import __version__
from tournee.boards import BOARDS, FIRMWARE

OK, SEVERAL, USAGE, UNFIT = 0, 1, 2, 3
CLASSES = {"pairing": 10, "link": 11, "lots": 12, "conform": 13, "stack": 14}
"""Exit status of a run where one class alone has failed."""


@dataclass(frozen=True)
class Finding:
    """One scenario: its class, what must hold, whether it did, what was seen, how long it took."""

    group: str
    name: str
    must: str
    good: bool
    seen: str
    took_ms: int


@dataclass
class Report:
    """A run on one runtime."""

    runtime: str
    version: str
    digest: str
    driver: str
    firmware: str
    tool: str = __version__
    machine: str = field(default_factory=platform.platform)
    began: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))
    findings: list[Finding] = field(default_factory=list)

    def status(self) -> int:
        """The exit status: `OK`, the class's that failed alone, or `SEVERAL`."""
        failed = {one.group for one in self.findings if not one.good}
        return OK if not failed else CLASSES[failed.pop()] if len(failed) == 1 else SEVERAL

    def keep(self, folder: Path) -> Path:
        """Write `bluetooth-….json` and `.txt` into the folder; the text's place. OSError."""
        folder.mkdir(parents=True, exist_ok=True)
        stem = folder / f"bluetooth-{self.began[:19].replace(':', '')}-{self.digest[:8]}"
        values = {"report": "bluetooth", "status": self.status(), **asdict(self)}
        stem.with_suffix(".json").write_text(json.dumps(values, indent=1, ensure_ascii=False) + "\n", "utf-8")
        stem.with_suffix(".txt").write_text(self.text(), "utf-8")
        return stem.with_suffix(".txt")

    def text(self) -> str:
        """The report as it is read."""
        head = {
            "runtime": self.runtime,
            "version": f"MicroPython {self.version}",
            "SHA-256": self.digest,
            "driver": self.driver,
            "firmware": self.firmware,
            "tool": f"tournee {self.tool}, {self.machine}",
            "begun": self.began,
        }
        lines = [f"{name:9}{value}" for name, value in head.items()]
        lines += ["", *map(line, self.findings), "", self.count()]
        return "\n".join(lines) + "\n"

    def count(self) -> str:
        """How many held."""
        good = sum(one.good for one in self.findings)
        return f"{good} of {len(self.findings)} hold"


def line(one: Finding) -> str:
    """A finding as one line, and a second one for what was seen."""
    word = "ok  " if one.good else "BAD "
    return f"{word} {one.group:8} {one.must} ({one.took_ms} ms)\n               {one.seen}"


def begun(program: Path, version: str) -> Report:
    """A report on this runtime, with nothing found yet."""
    driver = [BOARDS / "drivers" / "official" / name for name in ("gatt.py", "kept_bonds.py")]
    modules = sorted(one for folder in ("reader", "sesam") for one in (FIRMWARE / folder).rglob("*.py"))
    whole = b"".join(one.relative_to(FIRMWARE).as_posix().encode() + one.read_bytes() for one in modules)
    return Report(
        runtime=str(program),
        version=version,
        digest=hashlib.sha256(program.read_bytes()).hexdigest(),
        driver=hashlib.sha256(b"".join(one.read_bytes() for one in driver)).hexdigest(),
        firmware=hashlib.sha256(whole).hexdigest(),
    )
