"""Virtual cards in desktop readers; sheets to certify are those of tests/reader, the board is boards/pcsc."""

import sys
from pathlib import Path

from tournee.boards import BOARDS

sys.path.insert(0, str(Path(__file__).parents[1] / "reader"))
sys.path.append(str(BOARDS / "pcsc"))  # `main` and `readers`, as the board's own process has them
