"""What the reader takes on the emulated Cortex-M3, against what is written down in boards/figures.toml."""

import sys
import tomllib
from datetime import datetime
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "tools"))

import size
from tournee.reader import Refused

ROOT = Path(__file__).parents[2]
LM3S = ROOT / "boards" / "lm3s"
HEAP_MAX = 24 * 1024
COMMANDS = 1000
NOON = datetime(2026, 3, 2, 12)
WRITTEN = tomllib.loads(size.FIGURES.read_text())["lm3s"]


@pytest.fixture(scope="module")
def figures():
    return size.measure("lm3s")


def test_no_figure_is_worse_than_written_down_by_more_than_its_room(figures):
    assert size.worse("lm3s", figures) == []


def test_a_figure_beyond_its_room_is_told():
    assert size.worse("lm3s", WRITTEN) == []
    assert len(size.worse("lm3s", WRITTEN | {"heap": WRITTEN["heap"] * 11 // 10})) == 1


def test_reader_certifies_in_a_heap_of_24_kb():
    assert WRITTEN["least_heap"] <= HEAP_MAX
    with size.EmulatedBoard(LM3S, heap=WRITTEN["least_heap"]) as running:
        assert size.certify(running, 1) <= WRITTEN["least_heap"]


def test_largest_free_block_is_half_of_the_heap(figures):
    heap = tomllib.loads((LM3S / "board.toml").read_text())["memory"]["heap"]
    assert figures["largest_free"] >= heap // 2


def test_memory_does_not_grow_with_the_lot(figures):
    with size.EmulatedBoard(LM3S) as running:
        assert size.certify(running, 1) == figures["heap"]


def test_100_invoices_and_1000_commands_leave_a_heap_of_24_kb_as_it_was(figures):
    with size.EmulatedBoard(LM3S, heap=HEAP_MAX) as running:
        assert size.certify(running, 100) == figures["heap"]
        with size.Reader.open(running.link_url) as reader:
            reader.unlock("1234")
            before = reader.identify()
            for turn in range(COMMANDS // 3):
                reader.set_date(NOON)
                reader.cards()
                after = reader.identify()
                if not turn % 50:
                    with pytest.raises(Refused):
                        reader.certify_lot(size.sheets.lot(1), kind="FSE", mode="03", invoices=2, total=1)
            assert after.heap_used == before.heap_used


def test_readme_has_the_table_of_all_boards_of_our_port():
    assert set(size.written()) == {"lm3s", "mps2", "netduino"}
    assert size.table() + "\n" in size.README.read_text()
