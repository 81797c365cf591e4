"""A lot over real Bluetooth stacks with the whole window under way and the channel protected: signed once,
whatever the air loses; and no segment goes out half empty while more records are to come."""

import hashlib
import random
import sys
from pathlib import Path

import pytest

from tournee.emulation.bluetooth.air import Air
from tournee.emulation.board import EmulatedBoard
from tournee.emulation.cards import load_card
from tournee.reader import Reader
from tournee.reader.transports.bluetooth import BluetoothTransport, pair

sys.path.insert(0, str(Path(__file__).parents[1] / "reader"))
import reader_sheets as sheets

SECRET = bytes(range(32))
MTUS = (23, 247)
LARGEST = 7 * 128  # bytes of the records in one frame, at most
_HEAD = 3  # bytes of a write around its value


@pytest.fixture(scope="module")
def protected_board(tmp_path_factory):
    flash = tmp_path_factory.mktemp("board") / "flash"
    with EmulatedBoard(flash=flash) as board:
        board.provision("TRN-AIR", SECRET)
        board.insert("ps", load_card("infirmiere"))
        yield board


class Stream(BluetoothTransport):
    """Knows the sizes of the segments that it wrote, and the most frames that were written without a word."""

    def __init__(self, address, radio):
        self.segments = []
        self.most = self._ahead = 0
        super().__init__(address, radio)
        write = self._client.write_gatt_char

        async def noted(characteristic, data, response):
            self.segments.append(len(data))
            await write(characteristic, data, response=response)

        self._client.write_gatt_char = noted

    def write(self, data, more=False):
        self._ahead += bool(data)
        self.most = max(self.most, self._ahead)
        super().write(data, more)

    def read(self, timeout_ms):
        data = super().read(timeout_ms)
        self._ahead *= not data
        return data


def certify(board, mtu, invoices, fault, interval_ms=0):
    """Have a lot signed; the lot, the certification, and the stream. The card signs it but once."""
    with Air(mtu=mtu, fault=fault, interval_ms=interval_ms) as air:
        address = air.add_reader(board.link_url)
        pair(address, air.radio)
        streams = []

        def connect():
            streams.append(Stream(address, air.radio))
            return streams[-1]

        with Reader.open(connect, secret=SECRET) as reader:
            reader.unlock("1234")
            before = board.cards["ps"].signatures
            acts = 1 + (mtu == MTUS[0])  # no lot comes twice: the reader would remember its signature
            lot = sheets.lot(invoices, acts)
            streams[-1].segments.clear()
            made = reader.certify_lot(
                lot, kind="FSE", mode="03", invoices=invoices, total=invoices * acts * sheets.FEE
            )
        assert board.cards["ps"].signatures == before + 1
    return lot, made, streams


@pytest.mark.parametrize("mtu", MTUS)
def test_several_frames_are_under_way_and_segments_are_full_while_more_records_come(protected_board, mtu):
    lot, made, (stream,) = certify(protected_board, mtu, 12, lambda segment: (segment,), interval_ms=15)
    assert made.digest == hashlib.sha256(lot).digest()
    assert stream.most > 1
    partial = [size for size in stream.segments if size < mtu - _HEAD]
    assert len(partial) < len(lot) / LARGEST / 3  # CERTIFY, SIGN, the end; one a frame without `more`


@pytest.mark.parametrize("mtu", MTUS)
def test_lot_with_the_window_under_way_is_signed_once_though_segments_are_lost(protected_board, mtu):
    source = random.Random(mtu)
    lost = []

    def fault(segment):
        if source.random() < 0.02:
            lost.append(len(segment))
            return ()
        return (segment,)

    lot, made, _ = certify(protected_board, mtu, 8, fault)
    assert made.digest == hashlib.sha256(lot).digest()
    assert lost
