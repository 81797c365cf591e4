"""A lot certified over real Bluetooth stacks whose module loses, repeats and mixes up what it carries, cut
twice: signed once, and the right bytes. The breadth is in `link/test_air_matrix.py`."""

import hashlib
import random
import sys
from pathlib import Path

import pytest

from tournee.emulation.bluetooth.air import Air
from tournee.reader import Reader
from tournee.reader.transports.bluetooth import BluetoothTransport, NotPaired, pair

sys.path.insert(0, str(Path(__file__).parents[1] / "reader"))
import reader_sheets as sheets


class BadModule:
    """Of each hundred segments so many vanish; as many come twice, and as many after the next one."""

    def __init__(self, hundredths):
        self._source = random.Random(hundredths)
        self._share = hundredths / 100
        self._held = b""
        self.spoilt = 0

    def __call__(self, segment):
        fate = self._source.random() / (self._share or 1)
        held, self._held = self._held, b""
        self.spoilt += fate < 3
        if fate < 1:
            return [held] if held else []
        if fate < 2:
            return [segment, segment, held] if held else [segment, segment]
        if fate < 3 and not held:
            self._held = segment
            return []
        return [segment, held] if held else [segment]


@pytest.mark.parametrize(("mtu", "hundredths", "invoices"), [(23, 1, 1), (247, 5, 2)])
def test_lot_is_signed_once_over_a_bad_module_and_two_cuts(board, mtu, hundredths, invoices):
    fault = BadModule(hundredths)
    with Air(mtu=mtu, fault=fault) as air:
        address = air.add_reader(board.link_url)
        pair(address, air.radio)
        told = []
        with Reader.open(lambda: BluetoothTransport(address, air.radio), reach=told.append) as reader:
            reader.read_ps_card()
            reader.unlock("1234")
            before = board.cards["ps"].signatures
            lot = sheets.lot(invoices)
            cuts = [len(lot) // 128 // 3, len(lot) // 128 * 2 // 3]

            def cut(done, of):
                if cuts and done >= cuts[0]:
                    cuts.pop(0)
                    air.out_of_range()

            made = reader.certify_lot(
                lot, kind="FSE", mode="03", invoices=invoices, total=invoices * sheets.FEE, on_progress=cut
            )
    assert made.digest == hashlib.sha256(lot).digest()
    assert board.cards["ps"].signatures == before + 1
    assert told[:2] == [False, True]
    assert fault.spoilt


def test_one_bond_too_many_takes_the_place_of_the_oldest_which_is_told_and_pairs_again(board):
    with Air(bonds=2) as air:
        address = air.add_reader(board.link_url)
        tablets = [air.radio, air.another_tablet(), air.another_tablet()]
        for radio in tablets:
            pair(address, radio)
        with pytest.raises(NotPaired, match="jumelez"):
            BluetoothTransport(address, tablets[0])
        for radio in tablets[1:]:
            BluetoothTransport(address, radio).close()
        pair(address, tablets[0])
        BluetoothTransport(address, tablets[0]).close()
