"""The reader over Bluetooth LE: bleak's own API, real ATT, SMP and L2CAP, the real firmware behind them."""

import itertools
import time

import pytest
from bumble.pairing import PairingConfig, PairingDelegate

from tournee.emulation.bluetooth.air import Air
from tournee.errors import ReaderError
from tournee.reader import Reader, TransportClosed
from tournee.reader.transports.bluetooth import BluetoothTransport, NotPaired, Radio, SeenReader, pair, scan

IDENTIFY = bytes.fromhex("00 04 01 01 a1 02 01 00")


def open_reader(air):
    return Reader.open(lambda: BluetoothTransport(air.address, air.radio))


def test_scan_shows_name_signal_and_battery(air):
    assert scan(0.2, air.radio) == [SeenReader(air.address, "TRN-01", -50, 87)]


class NoAdapter:
    """What bleak's own scanner does on a machine without Bluetooth."""

    def __init__(self, *args, **options):
        raise FileNotFoundError(2, "No such file or directory")


def test_a_machine_without_bluetooth_is_told_in_french():
    with pytest.raises(ReaderError) as error:
        scan(0.2, Radio(NoAdapter))
    assert error.value.cause == "il est coupé ou absent, ou ce programme n’en a pas le droit"


def test_cards_are_read_and_a_code_is_given_over_bluetooth(air):
    pair(air.address, air.radio)
    with open_reader(air) as reader:
        assert reader.identify().board == "unix"
        assert reader.read_ps_card().groups[0].field("nom")
        reader.unlock("1234")
        assert reader.read_vitale().certificate


def test_host_that_has_not_paired_is_refused_and_told_what_to_do(air):
    with pytest.raises(NotPaired, match="jumelez"):
        BluetoothTransport(air.address, air.radio)


@pytest.mark.parametrize("types", [lambda shown: (shown + 1) % 1_000_000, lambda _: None])
def test_wrong_or_refused_digits_pair_nothing(board, types):
    with Air(types) as air:
        air.address = air.add_reader(board.link_url)
        with pytest.raises(NotPaired):
            pair(air.address, air.radio)
        with pytest.raises(NotPaired):
            BluetoothTransport(air.address, air.radio)


def test_pairing_without_digits_is_no_pairing(air):
    """Just Works encrypts the connection and proves nobody's presence: the reader takes no byte over it."""
    air.tablet.pairing_config_factory = lambda _: PairingConfig(
        sc=True,
        mitm=False,
        bonding=True,
        delegate=PairingDelegate(PairingDelegate.IoCapability.NO_OUTPUT_NO_INPUT),
        identity_address_type=PairingConfig.AddressType.RANDOM,
    )
    with pytest.raises(NotPaired):
        pair(air.address, air.radio)
    with pytest.raises(NotPaired):
        BluetoothTransport(air.address, air.radio)
    assert air.reader.keystore.all_keys == {}


def test_bond_is_kept_over_connections(air):
    pair(air.address, air.radio)
    for _ in range(3):
        BluetoothTransport(air.address, air.radio).close()


@pytest.mark.parametrize("side", ["tablet", "reader"])
def test_bond_lost_on_one_side_is_told_and_pairing_again_mends_it(air, side):
    pair(air.address, air.radio)
    getattr(air, side).keystore.all_keys.clear()
    with pytest.raises(NotPaired):
        BluetoothTransport(air.address, air.radio)
    air.tablet.keystore.all_keys.clear()
    pair(air.address, air.radio)
    BluetoothTransport(air.address, air.radio).close()


def test_absent_reader_is_told_and_the_next_connection_works(air, monkeypatch):
    pair(air.address, air.radio)
    monkeypatch.setattr("tournee.reader.transports.bluetooth._CONNECT_S", 0.2)
    with pytest.raises(TransportClosed):
        BluetoothTransport("E0:00:00:00:00:01", air.radio)
    BluetoothTransport(air.address, air.radio).close()


def test_session_goes_on_after_the_reader_was_out_of_range(air):
    pair(air.address, air.radio)
    with open_reader(air) as reader:
        reader.unlock("1234")
        air.out_of_range()
        assert reader.cards().ps == 2  # still unlocked: the same session


def test_wait_for_bytes_ends_when_the_reader_goes(air):
    pair(air.address, air.radio)
    transport = BluetoothTransport(air.address, air.radio)
    air.out_of_range()
    started = time.monotonic()
    with pytest.raises(TransportClosed):
        transport.read(5_000)
    with pytest.raises(TransportClosed):  # and goes on saying so
        transport.read(5_000)
    with pytest.raises(TransportClosed):
        transport.write(IDENTIFY)
    assert time.monotonic() - started < 5


@pytest.mark.parametrize("mtu", [23, 64, 185, 247])
def test_messages_pass_whole_at_every_mtu(board, mtu):
    with Air(mtu=mtu) as air:
        air.address = air.add_reader(board.link_url)
        pair(air.address, air.radio)
        with open_reader(air) as reader:
            lengths = {len(reader.read_vitale().certificate), len(reader.read_ps_card().certificate)}
            assert all(length > 700 for length in lengths)


def test_nothing_longer_than_the_connection_takes_is_written(air, monkeypatch):
    pair(air.address, air.radio)
    transport = BluetoothTransport(air.address, air.radio)
    sizes = itertools.chain([20, 50], itertools.repeat(244))
    written = []

    async def keep(characteristic, data, response):
        written.append(len(data))

    characteristic = transport._client.services.get_characteristic("7a0e0002-5e5a-4d56-9a1e-746f75726e65")
    characteristic._max_write_without_response_size = lambda: next(sizes)
    monkeypatch.setattr(transport._client, "write_gatt_char", keep)
    transport.write(bytes(400))
    assert written == [20, 50, 244, 86]
    transport.close()
