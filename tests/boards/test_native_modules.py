"""What boards have in C or in machine code does what the firmware does in plain Python, on the same inputs;
boards are data."""

import json
import platform
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "tools"))

import size
from sesam.record_table import KINDS
from tournee.boards import BOARDS, build
from tournee.emulation.board import EmulatedBoard
from tournee.reader import Reader

ROOT = Path(__file__).parents[2]
VECTORS = BOARDS / "probes" / "crypto_vectors.py"
LM3S = BOARDS / "lm3s"
UNIX = BOARDS / "unix"
_X64 = 2  # of a core, in the header of a .mpy
HASH_MAX = 500  # instructions for a byte hashed in machine code; plain Python takes 31,800, and heap


def printed(board_dir, **how):
    with EmulatedBoard(board_dir, script=VECTORS, **how) as board:
        text = board.console()
    return text[text.index("6a09e667") :]


@pytest.mark.parametrize("board_dir", [LM3S, UNIX])
def test_hash_crc_and_aes_are_those_in_plain_python(board_dir):
    assert printed(board_dir) == printed(UNIX, runtime="cpython")


@pytest.fixture(scope="module")
def cases(tmp_path_factory):
    """The probe of all that is native, with a record of each kind."""
    golden = json.loads((ROOT / "tests" / "vectors" / "sesam" / "records.json").read_text())
    kinds = {one["kind"]: one["record"] for one in reversed(golden)}
    records = "".join(kinds[kind] for kind in KINDS).encode()
    script = tmp_path_factory.mktemp("cases") / "native_cases.py"
    probe = BOARDS / "probes" / "native_cases.py"
    script.write_text(probe.read_text().replace('RECORDS = b""', f"RECORDS = {records!r}"))
    return script


def numbers(board_dir, script, **how):
    with EmulatedBoard(board_dir, script=script, **how) as board:
        return board.console().split("begin", 1)[1].split()


def test_all_that_is_native_does_what_plain_python_does_on_inputs_by_chance(cases):
    plain = numbers(UNIX, cases, runtime="cpython")
    assert len(set(plain)) > 400
    assert numbers(UNIX, cases) == plain
    assert numbers(LM3S, cases) == plain


@pytest.mark.parametrize("core", ["armv6m", "armv7m"])
def test_machine_code_of_32_bits_does_what_plain_python_does(code_board, cases, core):
    assert numbers(code_board(core), cases) == numbers(UNIX, cases, runtime="cpython")


def test_reader_in_machine_code_of_32_bits_certifies_without_heap_and_hashes_fast(code_board):
    assert 0 < size.cost(code_board("armv6m"))[1] <= HASH_MAX  # its heap is locked meanwhile


@pytest.mark.parametrize("board_dir", [LM3S, UNIX])
@pytest.mark.parametrize("length", [0, 55, 64, 500])
def test_digest_is_the_one_of_openssl(board_dir, length):
    data = (bytes(range(251)) * 2)[:length]
    done = subprocess.run(["openssl", "sha256", "-r"], input=data, capture_output=True, check=True)
    assert done.stdout.split()[0].decode() in printed(board_dir)


def test_on_a_machine_of_another_kind_the_image_is_bytecode_and_runs(monkeypatch):
    images = []
    for machine in ("x86_64", "aarch64"):
        monkeypatch.setattr(platform, "machine", lambda machine=machine: machine)
        command, _ = build.start_command(UNIX, script=VECTORS)
        images.append(Path(command[-5]))
        plain = [part.format(link=0, ps=0, vitale=0, flash="") for part in command]
        done = subprocess.run(plain, check=True, capture_output=True, text=True)
        assert done.stdout == printed(UNIX, runtime="cpython").replace("\r", "")
    assert [image.read_bytes().split(b"M\x06", 1)[1][0] >> 2 for image in images] == [_X64, 0]


def test_board_is_added_by_adding_a_folder(tmp_path):
    folder = tmp_path / "added"
    shutil.copytree(UNIX, folder)
    text = (folder / "board.toml").read_text()
    (folder / "board.toml").write_text(text.replace('name = "unix"', 'name = "added"'))
    with EmulatedBoard(folder) as board, Reader.open(board.link_url) as reader:
        assert reader.identify().board == "added"
