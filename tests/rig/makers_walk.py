"""The maker's walk through of boards/README.md, typed into a shell line by line as it stands there."""

import hashlib
import json
import os
import re
import secrets
import signal
import subprocess
import sys
import venv
from collections.abc import Iterable, Mapping
from pathlib import Path

from tournee.maker.shipping.register import ReaderRegister
from tournee.maker.shipping.register_file import RegisterFile, key_in_file

ROOT = Path(__file__).parents[2]
WALK = (ROOT / "boards" / "README.md").read_text().split("## A maker's walk through")[1].split("\n## ")[0]
CLONE, MADE, AT_WORK = (part.split("```")[0].splitlines() for part in WALK.split("```sh\n")[1:])
FIRST_IMAGE = [line for line in MADE if "second.img" not in line and " update " not in line]
"""The same without an update."""

_PROGRAMS = {"tournee": "tournee.cli.main", "tournee-maker": "tournee.maker.main"}


class Shell:
    """A shell in a folder, into which lines are typed; what each said is kept by its line."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self.said: dict[str, str] = {}
        self._process = subprocess.Popen(
            ["bash", "--noprofile", "--norc"],
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def type(self, line: str) -> None:
        """Type a line; it succeeds, or what it said is told. One that goes on behind is waited for."""
        assert self._process.stdin is not None
        mark = secrets.token_hex(8)
        self._process.stdin.write(f"{line}\necho {mark} $?\n")
        self._process.stdin.flush()
        said, status = self._until(rf"^{mark} (\d+)$")
        if line.endswith(" &"):
            said += self._until("prêt|^tournee-maker :")[0] if "prêt" not in said else ""
            assert "prêt" in said, (line, said)
        self.said[line] = said
        assert status == "0", (line, said)

    def type_all(self, lines: Iterable[str]) -> None:
        """Type lines in turn."""
        for line in lines:
            self.type(line)

    def leave(self) -> None:
        """End the shell, and all that goes on behind."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.communicate()

    def _until(self, mark: str) -> tuple[str, str]:
        assert self._process.stdout is not None
        said = ""
        for line in self._process.stdout:
            if found := re.search(mark, line):
                return said + ("" if found.groups() else line), "".join(found.groups())
            said += line
        raise AssertionError(said)


def prepare(clone: Path) -> None:
    """Give a clone the packages of this environment, as `./tools/dev firmware` would install them."""
    place = clone / ".venv"
    venv.create(place, with_pip=False, symlinks=True)
    (packages,) = place.glob("lib/python*/site-packages")
    beside = [one for one in sys.path if one.endswith("site-packages")]
    (packages / "a.pth").write_text("\n".join([str(clone / "host"), *beside]) + "\n")
    for name, module in _PROGRAMS.items():
        program = place / "bin" / name
        program.write_text(f"#!{place}/bin/python\nfrom {module} import main\nmain()\n")
        program.chmod(0o755)
    digest = hashlib.sha256(sys.version.encode())
    for file in (
        clone / "tools" / "requirements" / "demo.txt",
        clone / "pyproject.toml",
        clone / "tools" / "dev",
    ):
        digest.update(file.read_bytes())
    (place / ".installed-demo").write_text(digest.hexdigest())
    (clone / ".cache").symlink_to(ROOT / ".cache")


def for_board(lines: Iterable[str], board: str) -> list[str]:
    """The lines for another board, as the manual says that they may be typed."""
    return [re.sub(r"\bunix\b", board, line) for line in lines]


def judge(folder: Path, said: Mapping[str, str], version: str) -> None:
    """What is there once a reader was made: a report without a fault, a register, a label, no secret told."""
    report = json.loads((folder / "report.json").read_text())
    assert all(finding["good"] for finding in report["findings"])
    assert len(report["findings"]) > 15
    assert (folder / "readers.tnr").stat().st_mode & 0o777 == 0o600
    assert (folder / "labels" / "TO-000001.png").read_bytes().startswith(b"\x89PNG")
    assert (folder / "labels" / "TO-000001.pdf").read_bytes().startswith(b"%PDF")
    file = RegisterFile(folder / "readers.tnr", key_in_file(folder / "station.key"))
    secret = ReaderRegister(file).find("TO-000001").secret
    assert len(secret) == 32
    assert secret not in (folder / "readers.tnr").read_bytes()
    assert all(secret.hex() not in text for text in said.values())
    assert version in said[next(line for line in said if "register show" in line)]


def judge_at_work(said: Mapping[str, str]) -> None:
    """What a reader says that its label opens, and that certified an invoice."""
    found = re.search(r"\{.*\}", said[AT_WORK[-2]], re.DOTALL)
    assert found is not None
    last = json.loads(found[0])
    assert (last["firmware"], last["serial"], last["confirmed"]) == ("0.2.0", "TO-000001", True)
    assert last["production"]
    assert "ok    facture : la signature et le sceau connus" in said[AT_WORK[-1]]
    assert "FAUX" not in said[AT_WORK[-1]]
