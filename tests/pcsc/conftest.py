"""Virtual cards in desktop readers; sheets to certify are those of tests/reader."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "reader"))
