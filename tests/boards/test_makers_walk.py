"""The maker's walk through of boards/README.md."""

import sys

import pytest
from makers_walk import walk


@pytest.mark.parametrize("board", ["unix", "mps2"])
def test_every_line_does_what_the_manual_says(tmp_path, board):
    walk(tmp_path, board, [sys.executable, "-c", "from tournee.maker.main import main; main()"])
