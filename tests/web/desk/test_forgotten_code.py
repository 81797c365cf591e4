"""A forgotten code: `tournee web --forget-code` forgets it and who came in; a new link opens the page."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from datetime import date
from pathlib import Path

from free_ports import free_ports
from loopback import PATIENCE_S

from tournee.web.desk.enrolled import NAME, Enrolled
from tournee.web.desk.link_file import link_file

_RUN = "from tournee.cli.main import main; main()"


def served(home: Path, *options: str) -> str:
    """What the command says of its link; the page ends as by Ctrl-C."""
    (port,) = free_ports(1, "127.0.0.1")
    config = home / "tournee" / "tournee.toml"
    command = [sys.executable, "-c", _RUN, "web", "--no-open", "--port", str(port), *options]
    outside = {"XDG_CONFIG_HOME": str(home), "XDG_STATE_HOME": str(home / "state"), "COLUMNS": "200"}
    host = subprocess.Popen(command, cwd=home, stdout=subprocess.PIPE, text=True, env=os.environ | outside)
    assert host.stdout is not None
    try:
        said = next(line for line in host.stdout if "http://" in line)
        assert link_file(config.parent, port).exists()
    finally:
        host.send_signal(signal.SIGINT)
        host.wait(PATIENCE_S)
        host.stdout.close()
    return said


def test_the_code_and_the_devices_are_forgotten_and_a_new_link_opens(tmp_path: Path):
    kept = tmp_path / "tournee" / NAME
    kept.parent.mkdir()
    before = Enrolled(kept, lambda: date(2026, 11, 16))
    before.choose_code("4071")
    device = before.enrol("Navigateur")

    assert re.search(r"http://localhost:\d+/#lien=\S+", served(tmp_path))
    assert Enrolled(kept, date.today).has_code  # without the option nothing is forgotten

    assert re.search(r"http://localhost:\d+/#lien=\S+", served(tmp_path, "--forget-code"))
    after = Enrolled(kept, date.today)
    assert not after.has_code
    assert after.find(device.id) is None
