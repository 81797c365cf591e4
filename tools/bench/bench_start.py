"""What a command costs before it acts: CPU of its process, modules compiled, against `import click`."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from measure import row

TURNS = 8
_ENVIRONMENT = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
_PEER = [sys.executable, "-c", "import click"]
_TOURNEE = [sys.executable, "-m", "tournee.cli"]


def run() -> None:
    """Start each command in turn, several times over; the least CPU of each is shown."""
    from tournee.emulation.control import ask
    from tournee.emulation.practice import CONFIG_NAME, practice

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        config = ["--config", str(folder / CONFIG_NAME)]
        commands = {
            "--version": ["--version"],
            "--help": ["--help"],
            "status, empty journal": [*config, "status"],
            "trace, empty journal": [*config, "trace", "52"],
            "cards, emulated reader": [*config, "cards"],
        }
        with practice(folder) as desk:
            serving = threading.Thread(target=desk.serve)
            serving.start()
            try:
                ask(folder, "insert", slot="ps", card="infirmiere")
                ask(folder, "insert", slot="vitale", card="moreau")
                spent = _spent(
                    {"click": _PEER} | {key: [*_TOURNEE, *words] for key, words in commands.items()}
                )
            finally:
                ask(folder, "stop")
                serving.join()
    for what in commands:
        row(what, spent[what], "python -c 'import click'", spent["click"])


def _spent(commands: dict[str, list[str]]) -> dict[str, float]:
    """Least CPU seconds of each command, all of them taken in turn."""
    best = dict.fromkeys(commands, float("inf"))
    for _ in range(TURNS):
        for what, command in commands.items():
            best[what] = min(best[what], _cpu(command))
    return best


def _cpu(command: list[str]) -> float:
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=_ENVIRONMENT,
    )
    _, _, used = os.wait4(process.pid, 0)
    return used.ru_utime + used.ru_stime
