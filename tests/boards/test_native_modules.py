"""What our port has in C does what the firmware does in plain Python, on the same inputs; boards are data."""

import shutil
import subprocess

import pytest

from tournee.emulation.board import BOARDS, EmulatedBoard
from tournee.reader import Reader

VECTORS = BOARDS / "probes" / "crypto_vectors.py"
LM3S = BOARDS / "lm3s"


def printed(board_dir, **how):
    with EmulatedBoard(board_dir, script=VECTORS, **how) as board:
        text = board.console()
    return text[text.index("6a09e667") :]


def test_hash_crc_and_aes_in_c_are_those_in_python():
    assert printed(LM3S) == printed(BOARDS / "unix")


@pytest.mark.parametrize("size", [0, 55, 64, 500])
def test_digest_in_c_is_the_one_of_openssl(size):
    data = (bytes(range(251)) * 2)[:size]
    done = subprocess.run(["openssl", "sha256", "-r"], input=data, capture_output=True, check=True)
    assert done.stdout.split()[0].decode() in printed(LM3S)


def test_board_is_added_by_adding_a_folder(tmp_path):
    for tool in BOARDS.glob("*.py"):
        (tmp_path / tool.name).symlink_to(tool)
    folder = tmp_path / "added"
    shutil.copytree(BOARDS / "unix", folder)
    text = (folder / "board.toml").read_text()
    (folder / "board.toml").write_text(text.replace('name = "unix"', 'name = "added"'))
    with EmulatedBoard(folder) as board, Reader.open(board.link_url) as reader:
        assert reader.identify().board == "added"
