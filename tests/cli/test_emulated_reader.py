"""`tournee reader emulate` as a process of its own: however it is ended, its link and socket go with it."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize("ended_by", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_emulated_reader_that_is_ended_leaves_no_link_behind(tmp_path: Path, ended_by: int) -> None:
    command = [sys.executable, "-m", "tournee.cli", "reader", "emulate", str(tmp_path / "desk")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as running:
        assert running.stdout is not None
        assert any("Ctrl-C" in line for line in running.stdout)
        assert (tmp_path / "desk" / "reader").is_symlink()
        running.send_signal(ended_by)
        assert running.wait(30) == 130
    left = {path.name for path in (tmp_path / "desk").iterdir()}
    assert "tournee.toml" in left and not left & {"reader", "desk.sock"}
