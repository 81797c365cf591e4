"""The reader on the Cortex-M3, its heap locked before the first frame: nothing that it does takes a byte."""

import sys
from contextlib import closing
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "reader"))

import reader_sheets as sheets
from reader_bench import installed

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


def sealed_and_replaced(board, reader):
    """A seal at the bedside, its signature, a visit, an invoice of a replacement's and one that is not."""
    reader.seal_invoice(sheets.invoice(1), kind="FSE", total=sheets.FEE)
    reader.certify_invoice(sheets.invoice(1), kind="FSE", mode="04", total=sheets.FEE)
    act = sheets.record_4(2, mode_traitement="01")
    visit = sheets.record_2(2) + act + sheets.record_5(2)
    reader.certify_invoice(visit, kind="FSE", mode="02", total=sheets.FEE)
    board.insert("ps", installed())
    reader.unlock("1234")
    made = sheets.record_2(3) + sheets.record_2r(3) + sheets.record_4(3) + sheets.record_5(3)
    reader.certify_invoice(made, kind="FSE", mode="03", total=sheets.FEE)
    for refused in (sheets.invoice(4), made.replace(sheets.REPLACEMENT_RPPS.encode(), b"10100000016")):
        with pytest.raises(Refused):
            reader.certify_invoice(refused, kind="FSE", mode="03", total=sheets.FEE)


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
            sealed_and_replaced(board, reader)
            reader.sign_assertion(b"<ds:SignedInfo ".ljust(256))
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
