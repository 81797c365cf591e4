"""What waits, in journals made up for it; real mail and a real reader where an act goes over them."""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "app"), str(HERE.parents[1] / "correcting")]
