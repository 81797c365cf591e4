"""The boards' own rigs beside their tests."""

import sys
import tomllib
from pathlib import Path

import pytest

from tournee.boards import BOARDS

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[2] / "tools" / "bluetooth"))


@pytest.fixture(scope="session")
def code_board(tmp_path_factory):
    """What gives, for a core, a board like `lm3s` that has its machine code in place of C, as a Pico has."""
    place = tmp_path_factory.mktemp("boards")
    native = tomllib.loads((BOARDS / "rp2040" / "board.toml").read_text())["image"]["native"]
    lines = (BOARDS / "lm3s" / "board.toml").read_text().replace('"lm3s"', '"code"').splitlines()
    text = "\n".join(f"native = {native}" if one.startswith("native = ") else one for one in lines)

    def folder(core, *modules):
        board_dir = place / core / "code"
        board_dir.mkdir(parents=True, exist_ok=True)
        made = text.replace("[core]", f'[core]\nmpy = "{core}"')
        for module in modules:
            made = made.replace('"main.py", ', f'"main.py", "{module}", ')
        (board_dir / "board.toml").write_text(made)
        return board_dir

    return folder
