"""The maker's walk through of boards/README.md, from a fresh clone to a reader at work."""

import os
import shutil

import pytest
from makers_walk import AT_WORK, CLONE, MADE, ROOT, Shell, for_board, judge, judge_at_work, prepare


@pytest.fixture(scope="module")
def start(tmp_path_factory):
    """A folder with a fresh clone and a workshop that has a token, as the first lines make them."""
    folder = tmp_path_factory.mktemp("walk")
    shell = Shell(folder, {**os.environ, "TOURNEE": str(ROOT)})
    try:
        for line in CLONE:
            shell.type(line)
            if line.startswith("git clone"):
                prepare(folder / "tournee")
    finally:
        shell.leave()
    assert "tournee-maker" in shell.said["./tools/dev firmware --help"]
    return folder


@pytest.mark.timeout(300)  # some thirty commands
@pytest.mark.parametrize("board", ["unix", "mps2"])
def test_every_line_does_what_the_manual_says(start, board, tmp_path):
    shutil.copytree(start / "workshop", tmp_path / "workshop")
    environment = {**os.environ, "TOURNEE": str(ROOT), "SOFTHSM2_CONF": ""}
    shell = Shell(tmp_path / "workshop", environment)
    try:
        settings = [line for line in CLONE if line.startswith(("export", "echo", "MODULE", "KEY"))]
        shell.type_all(line.replace("$PWD/.venv", f"{start}/tournee/.venv") for line in settings)
        shell.type_all(for_board(MADE, board))
        judge(tmp_path / "workshop", shell.said, "0.2.0")
        assert "plus ancienne" in shell.said["! tournee-maker update --port reader first.img"]
        assert board in shell.said['tournee-maker show second.img --key "$KEY" --password-file pin.txt']
        shell.type_all(for_board(AT_WORK, board))
        judge_at_work(shell.said)
    finally:
        shell.leave()
