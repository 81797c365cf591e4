"""The maker's walk through of boards/README.md, line by line as it stands there."""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tournee.maker.register import ReaderRegister
from tournee.reader.label import Label, scanned_text

ROOT = Path(__file__).parents[2]
README = (ROOT / "boards" / "README.md").read_text()
LINES = README.split("## A maker's walk through")[1].split("```sh\n")[1].split("```")[0].splitlines()
PATIENCE_S = 60


def command(line):
    """A line's words, for this Python."""
    words = shlex.split(line)
    assert words[0] == "tournee-maker"
    return [sys.executable, "-c", "from tournee.maker.main import main; main()", *words[1:]]


@pytest.fixture
def background():
    running = []
    yield running
    for process in running:
        process.terminate()
        process.wait()


def copy_label(folder):
    """The code of the label, as its QR code has it, in a file of its owner's."""
    secret = ReaderRegister(folder / "register.json").secret("TO-000001")
    file = folder / "label.txt"
    file.touch(0o600)
    file.write_text(scanned_text(Label(secret, "TO-000001")))


@pytest.mark.parametrize("board", ["unix", "mps2"])
def test_every_line_does_what_the_manual_says(tmp_path, background, board):
    said = {}
    for written in LINES:
        line = written.replace("unix", board)
        fails = line.startswith("! ")
        if line.endswith(" &"):
            process = subprocess.Popen(command(line[:-2]), cwd=tmp_path, stdout=subprocess.PIPE, text=True)
            background.append(process)
            assert "prêt" in process.stdout.readline()
            continue
        if "--secret-file" in line:
            copy_label(tmp_path)
        done = subprocess.run(
            command(line.removeprefix("! ")),
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
        assert bool(done.returncode) == fails, (line, done.stdout, done.stderr)
        said[written] = done.stdout + done.stderr
    report = json.loads((tmp_path / "report.json").read_text())
    assert all(finding["good"] for finding in report["findings"])
    assert len(report["findings"]) > 15
    assert (tmp_path / "register.json").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "labels" / "TO-000001.png").read_bytes().startswith(b"\x89PNG")
    assert (tmp_path / "labels" / "TO-000001.pdf").read_bytes().startswith(b"%PDF")
    last = json.loads(re.search(r"\{.*\}", said[LINES[-1]], re.DOTALL)[0])
    assert (last["firmware"], last["serial"], last["confirmed"]) == ("0.2.0", "TO-000001", True)
    assert "plus ancienne" in said["! tournee-maker update --port reader older.img"]
    secret = json.loads((tmp_path / "register.json").read_text())["readers"]["TO-000001"]["secret"]
    assert len(secret) == 64
    assert all(secret not in text for text in said.values())
