"""The maker's walk through of boards/README.md, line by line as it stands there."""

import json
import re
import shlex
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from tournee.maker.shipping.register import ReaderRegister
from tournee.maker.shipping.register_file import RegisterFile, key_in_file
from tournee.reader.label import Label, scanned_text

README = (Path(__file__).parents[2] / "boards" / "README.md").read_text()
LINES = README.split("## A maker's walk through")[1].split("```sh\n")[1].split("```")[0].splitlines()
PATIENCE_S = 60


def walk(
    folder: Path, board: str, program: Sequence[str], environment: Mapping[str, str] | None = None
) -> None:
    """Run every line in `folder`, `tournee-maker` being `program`; each does what the manual says."""
    said: dict[str, str] = {}
    background: list[subprocess.Popen[str]] = []
    try:
        for written in LINES:
            line = written.replace("unix", board)
            fails = line.startswith("! ")
            name, *words = shlex.split(line.removeprefix("! ").removesuffix(" &"))
            assert name == "tournee-maker"
            command = [*program, *words]
            if line.endswith(" &"):
                process = subprocess.Popen(
                    command, cwd=folder, stdout=subprocess.PIPE, text=True, env=environment
                )
                background.append(process)
                assert process.stdout is not None
                assert "prêt" in process.stdout.readline()
                continue
            if "--secret-file" in line:
                _copy_label(folder)
            done = subprocess.run(
                command,
                cwd=folder,
                capture_output=True,
                text=True,
                timeout=PATIENCE_S,
                check=False,
                env=environment,
            )
            assert bool(done.returncode) == fails, (line, done.stdout, done.stderr)
            said[written] = done.stdout + done.stderr
    finally:
        for process in background:
            process.terminate()
            process.communicate()
    _judge(folder, said)


def _judge(folder: Path, said: dict[str, str]) -> None:
    report = json.loads((folder / "report.json").read_text())
    assert all(finding["good"] for finding in report["findings"])
    assert len(report["findings"]) > 15
    assert (folder / "readers.tnr").stat().st_mode & 0o777 == 0o600
    assert (folder / "labels" / "TO-000001.png").read_bytes().startswith(b"\x89PNG")
    assert (folder / "labels" / "TO-000001.pdf").read_bytes().startswith(b"%PDF")
    found = re.search(r"\{.*\}", said[LINES[-1]], re.DOTALL)
    assert found is not None
    last = json.loads(found[0])
    assert (last["firmware"], last["serial"], last["confirmed"]) == ("0.2.0", "TO-000001", True)
    assert "plus ancienne" in said["! tournee-maker update --port reader older.img"]
    secret = _secret(folder)
    assert secret not in (folder / "readers.tnr").read_bytes()
    assert all(secret.hex() not in text for text in said.values())


def _copy_label(folder: Path) -> None:
    """The code of the label, as its QR code has it, in a file of its owner's."""
    file = folder / "label.txt"
    file.touch(0o600)
    file.write_text(scanned_text(Label(_secret(folder), "TO-000001")))


def _secret(folder: Path) -> bytes:
    """What the register keeps of the reader."""
    file = RegisterFile(folder / "readers.tnr", key_in_file(folder / "station.key"))
    return ReaderRegister(file).find("TO-000001").secret
