"""The demonstration on an emulated Cortex-M3: the same file as on the unix board, byte for byte."""

import subprocess
import sys
from pathlib import Path

import tournee.emulation

TOURNEE = Path(sys.executable).with_name("tournee")
DAY = Path(tournee.emulation.__file__).parent / "days" / "kine.toml"


def files_made_on(board, directory):
    command = [str(TOURNEE), "demo", "--board", board, "--day", str(DAY), "--out", str(directory)]
    subprocess.run(command, check=True, capture_output=True, timeout=100)
    return {path.name: path.read_bytes() for path in (directory / "clear").iterdir()}


def test_lm3s_and_unix_make_the_same_file(tmp_path):
    made = files_made_on("lm3s", tmp_path / "lm3s")
    assert len(made) == 1
    assert made == files_made_on("unix", tmp_path / "unix")
