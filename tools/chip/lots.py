"""Lots of ten one after the other, and what they leave in the heap: what a collection takes, or more."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from cards import CODE
from power import Desk
from report import Report

from tournee.emulation.board import EmulatedBoard
from tournee.reader import Reader
from tournee.reader.transports.streams import SerialTransport

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests" / "reader"))

import reader_sheets as sheets

INVOICES, LOTS = 10, 5
_PATIENCE_S = 10.0  # of the board
_LEFT = 64  # bytes by which what stays after one lot may differ from another's: a list has grown by a block
_PROMPT = b"raw REPL; CTRL-B to exit\r\n>"
# IDENTITY's heap_used, in turn: as it is, after a collection, and the longest run of free blocks then.
_LOOKS = b"""
import gc, micropython
micropython.kbd_intr(-1)
from reader.core import Heap
looks = [0]
def longest():
    least, most = 0, gc.mem_free()
    while most - least > 16:
        n = (least + most) // 2
        try:
            bytearray(n)
            least = n
        except MemoryError:
            most = n
        gc.collect()
    return least
def used(heap):
    looks[0] = (looks[0] + 1) % 3
    if looks[0] == 1:
        return gc.mem_alloc()
    gc.collect()
    return gc.mem_alloc() if looks[0] else longest()
def sample(heap):
    heap.peak = max(heap.peak, gc.mem_alloc())
Heap.used, Heap.sample = used, sample
import usb_link
usb_link.run()
"""


def lots(desk: Desk, report: Report) -> bool:
    """Lots of ten in a row: the free heap behind each, before and after a collection."""
    name = f"{LOTS} lots of {INVOICES}: what stays in the heap is the same after each"
    told = []
    try:
        with desk.powered(held=True) as board:
            _serve(board)
            with Reader.open(board.link_url) as reader:
                reader.unlock(CODE)
                for _ in range(LOTS):
                    lot = sheets.lot(INVOICES)
                    total = INVOICES * sheets.FEE
                    reader.certify_lot(lot, kind="FSE", mode="03", invoices=INVOICES, total=total)
                    told.append([reader.identify().heap_used for _ in range(3)])
                last = reader.identify()
    except Exception as error:
        return report.add("cards", name, False, f"{type(error).__name__}: {error}")
    size = last.heap_size
    words = [f"{size - was:,} / {size - kept:,} / {longest:,}" for was, kept, longest in told]
    report.figures["least free heap in lots of ten"] = f"{size - last.heap_peak:,} of {size:,}"
    report.figures["free heap after a lot of ten / after a collection / longest run"] = "; ".join(words)
    stays = [kept for _, kept, _ in told]
    return report.add("cards", name, max(stays) - stays[0] <= _LEFT, "; ".join(f"{one:,}" for one in stays))


def _serve(board: EmulatedBoard) -> None:
    """Start the reader from its maker's prompt, with looks at its heap. TimeoutError."""
    stream = SerialTransport(board.link_url)
    try:
        _said(stream, b"\r\n", b">>>", again=True)  # it starts, and hears nothing before
        _said(stream, b"\r\x03\x01", _PROMPT)
        _said(stream, _LOOKS + b"\x04", b"OK")
    finally:
        stream.close()


def _said(stream: SerialTransport, told: bytes, wanted: bytes, *, again: bool = False) -> None:
    came = b""
    end = time.monotonic() + _PATIENCE_S
    stream.write(told)
    while wanted not in came:
        if time.monotonic() > end:
            raise TimeoutError(f"the prompt said {came[-200:]!r}")
        came += stream.read(500)
        if again and not came:
            stream.write(told)
