"""The standing attack, ten seconds a part: `./tools/dev attack` gives it ten minutes, or an hour.

Left out by `-m "not attack"`.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ATTACK = Path(__file__).resolve().parents[2] / "tools" / "attack"
PARTS = sorted(path.stem.removeprefix("attack_") for path in ATTACK.glob("attack_*.py"))
MINUTES = "0.15"
INVOICES = "500"  # of the soak, whose measure they are


@pytest.mark.attack
@pytest.mark.parametrize("part", PARTS)
def test_nothing_breaks_under(part: str) -> None:
    environment = {**os.environ, "TOURNEE_SOAK_INVOICES": INVOICES}
    command = [sys.executable, str(ATTACK), part, "--minutes", MINUTES]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=110, env=environment)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
