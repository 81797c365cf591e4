"""A board of our port with its maker's keys linked in: each start judges the image's signature, in C."""

import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from tournee.boards import BOARDS, build, cross, image_keys
from tournee.boards import image as images
from tournee.boards.schema import read
from tournee.emulation.board import EmulatedBoard
from tournee.errors import EmulationError

MPS2 = BOARDS / "mps2"
BANK, ALL, EMULATED = 0x20000, 0x44000, 0x1000000
MAKER, NEXT, OTHER = (rsa.generate_private_key(65537, 2048) for _ in range(3))
MODULUS = images.modulus(MAKER.public_key())


@pytest.fixture(scope="module")
def script(tmp_path_factory):
    """A module that says in which bank it runs."""
    file = tmp_path_factory.mktemp("script") / "main.py"
    file.write_text('from nor import running\n\nprint("bank", running())\n')
    return file


@pytest.fixture(scope="module")
def payload(script):
    board = read(MPS2)
    made = build.payload_of(MPS2, board, build.sources_of(MPS2, board, script=script)).read_bytes()
    return made + b"\xff" * (-len(made) % 8)


@pytest.fixture(scope="module")
def elf(payload):
    """The board's MicroPython, which knows the maker's key and the next one."""
    keys = [images.modulus(key.public_key()) for key in (MAKER, NEXT)]
    return cross.firmware(read(MPS2), cross.tables_of(payload), None, keys)


@pytest.fixture
def started(elf, script, payload, tmp_path):
    """What a board says that has these signatures in its two banks."""
    wanted = images.to_sign(payload, "mps2", 1 << 16, development=False)

    def start(*keys):
        signatures = [
            key
            if isinstance(key, bytes)
            else image_keys.FileSigner(key).sign(hashlib.sha256(wanted).digest())
            for key in keys
        ]
        banks = b"".join((wanted + one).ljust(BANK, b"\xff") for one in signatures)
        (tmp_path / "flash").write_bytes(banks.ljust(ALL, b"\xff").ljust(EMULATED, b"\0"))
        kernel = ["-kernel", str(elf)]
        with EmulatedBoard(MPS2, flash=tmp_path / "flash", script=script, options=kernel) as board:
            return [line for line in board.console().splitlines() if line.startswith("bank")]

    return start


@pytest.mark.parametrize("key", [MAKER, NEXT], ids=["the maker's", "the next one"])
def test_image_that_a_known_key_signed_is_started(started, key):
    assert started(key, OTHER) == ["bank 0"]


@pytest.mark.parametrize(
    "wrong",
    [OTHER, bytes(256), bytes(255) + b"\x01", b"\xff" * 256, MODULUS],
    ids=["another key", "zeros", "one", "above the modulus", "the modulus"],
)
def test_image_that_none_of_them_signed_gives_way_to_the_other_bank(started, wrong):
    assert started(wrong, MAKER) == ["bank 0: damaged, or not signed by its maker", "bank 1"]


def test_board_with_no_signed_image_starts_none(started):
    with pytest.raises(EmulationError, match="état 2"):
        started(OTHER, bytes(256))
