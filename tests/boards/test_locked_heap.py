"""The reader on the Cortex-M3, its heap locked before the first frame: nothing that it does takes a byte."""

import sys
from contextlib import closing
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "reader"))

import reader_sheets as sheets

from sesam import frame
from tournee.boards import BOARDS
from tournee.emulation.board import EmulatedBoard
from tournee.emulation.cards import load_card
from tournee.reader import Reader, Refused
from tournee.reader.failures import CardAbsent, WrongCode
from tournee.reader.transports.open import connect

LOCKED = BOARDS / "probes" / "locked.py"


def certify(reader, invoices, total=sheets.FEE):
    reader.certify_lot(sheets.lot(invoices), kind="FSE", mode="03", invoices=invoices, total=invoices * total)


def noise(url):
    """Damaged, oversize, unknown and echoed frames, and then the end."""
    with closing(connect(url)) as wire:
        for junk in (bytes(range(1, 256)) * 4, b"\0", b"\1\1\0" * 20, bytes((frame.ANSWER,)) * 9 + b"\0"):
            wire.write(junk)
            wire.read(200)


def test_no_frame_record_card_or_refusal_takes_a_byte_of_heap():
    with EmulatedBoard(BOARDS / "lm3s", script=LOCKED, listens=True) as board:
        board.insert("ps", load_card("infirmiere"))
        board.insert("vitale", load_card("moreau"))
        with Reader.open(board.link_url) as reader:
            used = reader.identify().heap_used
            reader.read_vitale()
            with pytest.raises(WrongCode):
                reader.unlock("9999")
            reader.unlock("1234")
            certify(reader, 5)
            with pytest.raises(Refused):
                certify(reader, 2, total=1)
            board.remove("vitale")
            with pytest.raises(CardAbsent):
                reader.read_vitale()
            board.insert("vitale", load_card("moreau"))
            board.insert("ps", load_card("infirmiere-cps4"))
            reader.unlock("1234")  # by T=1
            assert reader.identify().heap_used == used
        noise(board.link_url)
        with Reader.open(board.link_url) as reader:
            assert reader.identify().heap_peak == used
        with closing(connect(board.link_url)) as wire:
            wire.write(b"\0E")  # heard however the reads cut it
            wire.write(b"ND\0")
            assert board.console().endswith("ready\nallocated 0\n")
