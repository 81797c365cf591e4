"""Pieces through a real mail server: what arrives opens with openssl to what was kept, byte for byte."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

BENCH = Path(__file__).resolve().parents[3] / "tools" / "bench" / "pieces_by_mail.py"


def test_pieces_of_300_kilobytes_flow_through_exim_in_little_memory() -> None:
    """SCOR-5: the bench's own way, with few of them; it tells the peak of a thousand."""
    command = [sys.executable, str(BENCH), "12", "300"]
    told = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    assert (told["messages"], told["megabytes"]) == (1, 3.6)
    assert told["peak"] < 120
