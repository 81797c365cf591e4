"""The link's bench: its line loses nothing and mixes nothing up; its account holds every byte written."""

import os
import sys
import threading
import tty
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "tools" / "bench"))
sys.path.insert(0, str(Path(__file__).parents[1] / "reader"))

import reader_sheets as sheets
from link.link_cost import Log, Protected, cost_of, watched
from link.paced_line import PacedLine

from tournee.emulation.board import EmulatedBoard
from tournee.emulation.cards import load_card
from tournee.reader import Reader
from tournee.reader.transports.streams import SerialTransport

SECRET = bytes(range(32))
_FAST = 1_000_000


def read(stream, size):
    data = b""
    while len(data) < size and (part := os.read(stream, size - len(data))):
        data += part
    return data


def write(stream, data):
    while data:
        data = data[os.write(stream, data) :]


def test_line_carries_both_ways_at_once_in_order_and_counts():
    sent, answered = os.urandom(30_000), os.urandom(20_000)
    far, far_slave = os.openpty()
    tty.setraw(far_slave)
    with PacedLine(_FAST) as line:
        line.join(os.ttyname(far_slave))
        near = os.open(line.near, os.O_RDWR | os.O_NOCTTY)
        senders = [
            threading.Thread(target=write, args=(near, sent)),
            threading.Thread(target=write, args=(far, answered)),
        ]
        came = []
        readers = [
            threading.Thread(target=lambda: came.append(read(far, len(sent)))),
            threading.Thread(target=lambda: came.append(read(near, len(answered)))),
        ]
        for thread in senders + readers:
            thread.start()
        for thread in senders + readers:
            thread.join()
        told = line.join(os.ttyname(far_slave))
        os.close(near)
    os.close(far)
    os.close(far_slave)
    assert sorted(came, key=len) == [answered, sent]
    assert told == {"out": len(sent), "back": len(answered), "lost": 0}


def test_near_end_may_be_closed_and_opened_again():
    far, far_slave = os.openpty()
    tty.setraw(far_slave)
    with PacedLine(_FAST) as line:
        line.join(os.ttyname(far_slave))
        for word in (b"first", b"second"):
            stream = SerialTransport(line.near)
            stream.write(word)
            assert read(far, len(word)) == word
            stream.close()
    os.close(far)
    os.close(far_slave)


@pytest.mark.parametrize("secret", [None, SECRET])
def test_account_of_a_lot_has_each_byte_written_and_each_record_once(tmp_path, secret):
    log = Log()
    with EmulatedBoard(flash=tmp_path / "flash") as board, Protected() as protected:
        if secret:
            board.provision("TRN-BENCH", secret)
        board.insert("ps", load_card("infirmiere"))
        connect = watched(lambda: SerialTransport(board.link_url), log)
        with Reader.open(connect, secret=secret) as reader:
            reader.unlock("1234")
            log.written.clear()
            lot = sheets.lot(3)
            reader.certify_lot(
                lot, kind="FSE", mode="03", invoices=3, total=3 * sheets.FEE, on_progress=log.on_progress
            )
    cost = cost_of(log, protected)
    _, *streamed = [data for moment, data in log.written if moment <= log.over]
    assert cost.useful == cost.kinds["records"] == len(lot)
    assert cost.written == len(b"".join(streamed))
    assert bool(cost.kinds["counter, tag"]) == bool(secret)
    assert cost.back > 0
