"""The Bluetooth module of an emulated reader: a GATT service joined to the board's byte stream.

It does what a module on a board's UART does: what is written to one characteristic goes to the board, what
the board sends is notified, in segments of the connection's size. It never waits for the board: what it
does not take is kept, up to `ROOM` bytes, and lost beyond that, for a write without response cannot be held
up. The board is held up (flow control) while as much waits for the air. Only a host that paired with a
comparison of numbers or a passkey gets through.
"""

from __future__ import annotations

import asyncio
import os
import tty
from collections.abc import Callable, Iterable

from bumble import core, hci
from bumble.att import ATT_Error, Attribute, ErrorCode
from bumble.device import Connection, Device
from bumble.gatt import Characteristic, CharacteristicValue, Service
from bumble.keys import PairingKeys

from tournee.emulation.bluetooth.backlog import is_full, room_on
from tournee.reader.transports.bluetooth import BATTERY, IDENTITY, NOTIFY, SERVICE, WRITE

_HEAD = 3  # bytes of a notification around its value (ATT 3.4.7.1)
ROOM = 4096  # bytes that a module keeps each way
_INTERVAL_MS = 20.0  # between two advertisements


Fault = Callable[[bytes], Iterable[bytes]]


def faultless(segment: bytes) -> Iterable[bytes]:
    """What a module with room enough does."""
    return (segment,)


class Module:
    """A reader's Bluetooth module, advertising while no host is connected.

    `name` of 6 characters at most and `battery` in percent are in the advertisement. `stream` is the board's
    link, a pseudo-terminal's path. `fault` tells what becomes of each segment that is written or notified:
    nothing, itself, itself twice, one kept back before: a module whose buffers overflow does all of that.
    """

    def __init__(
        self, device: Device, name: str, stream: str, identity: bytes, battery: int, fault: Fault
    ) -> None:
        self._fault = fault
        self._device = device
        self._line = os.open(stream, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        tty.setraw(self._line)
        self._name = name
        self._battery = battery
        self._trusted: set[Connection] = set()
        self._waiting = bytearray()  # for the air
        self._unwritten = bytearray()  # for the board
        self.lost = 0  # bytes for which there was no room
        self._notify = Characteristic[bytes](
            NOTIFY, Characteristic.Properties.NOTIFY, Attribute.Permissions.READABLE
        )
        self._sending: asyncio.Task[None] | None = None
        self._held_up = False  # the board: the air takes nothing now
        self._forgetting: asyncio.Future[None] | None = None
        properties, permissions = Characteristic.Properties, Attribute.Permissions
        write = Characteristic[bytes](
            WRITE,
            properties.WRITE | properties.WRITE_WITHOUT_RESPONSE,
            permissions.WRITEABLE | permissions.WRITE_REQUIRES_ENCRYPTION,
            CharacteristicValue(write=self._written),
        )
        told = Characteristic[bytes](IDENTITY, properties.READ, permissions.READABLE, identity)
        device.add_service(Service(SERVICE, [write, self._notify, told]))
        device.on(Device.EVENT_CONNECTION, self._connected)

    async def start(self) -> None:
        """Advertise, and listen to the board."""
        asyncio.get_running_loop().add_reader(self._line, self._board_sent)
        await self._advertise()

    def close(self) -> None:
        """Let the board's stream go; harmless when it is gone already."""
        if self._line < 0:
            return
        loop = asyncio.get_running_loop()
        loop.remove_reader(self._line)
        loop.remove_writer(self._line)
        os.close(self._line)
        self._line = -1
        self._held_up = False

    async def _advertise(self) -> None:
        kind = core.AdvertisingData.Type
        battery = bytes.fromhex(BATTERY[4:8])[::-1] + bytes([self._battery])
        data = core.AdvertisingData(
            [
                (kind.COMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS, core.UUID(SERVICE).to_bytes()),
                (kind.SHORTENED_LOCAL_NAME, self._name.encode()),
                (kind.SERVICE_DATA_16_BIT_UUID, battery),
            ]  # 31 bytes with a name of 6: the virtual controller sends no scan response
        )
        await self._device.start_advertising(
            advertising_data=bytes(data),
            auto_restart=True,
            advertising_interval_min=_INTERVAL_MS,
            advertising_interval_max=_INTERVAL_MS,
        )

    def _connected(self, connection: Connection) -> None:
        connection.on(Connection.EVENT_PAIRING, lambda keys: self._paired(connection, keys))
        connection.on(
            Connection.EVENT_CONNECTION_ENCRYPTION_CHANGE,
            lambda: asyncio.ensure_future(self._encrypted(connection)),
        )
        connection.on(Connection.EVENT_DISCONNECTION, lambda _: self._trusted.discard(connection))

    def _paired(self, connection: Connection, keys: PairingKeys) -> None:
        # The virtual controller calls any encrypted connection authenticated: the key alone tells.
        if keys.ltk is not None and keys.ltk.authenticated:
            self._trusted.add(connection)
        elif self._device.keystore is not None:
            self._forgetting = asyncio.ensure_future(
                self._device.keystore.delete(str(connection.peer_address))
            )

    async def _encrypted(self, connection: Connection) -> None:
        assert self._device.keystore is not None
        keys = await self._device.keystore.get(str(connection.peer_address))
        if keys is not None:
            self._paired(connection, keys)

    def _written(self, connection: Connection, value: bytes) -> None:
        if connection not in self._trusted:
            raise ATT_Error(ErrorCode.INSUFFICIENT_AUTHENTICATION)
        for segment in self._fault(value):
            if self._line < 0 or len(self._unwritten) + len(segment) > ROOM:
                self.lost += len(segment)
            else:
                self._unwritten += segment
        self._write()

    def _write(self) -> None:
        """Give the board what it takes now, and the rest when it takes more."""
        try:
            written = os.write(self._line, self._unwritten)
        except BlockingIOError:
            written = 0
        except OSError:  # the board is gone
            self._unwritten.clear()
            self.close()
            return
        self._unwritten[:written] = bytes(written)  # it may hold a code
        del self._unwritten[:written]
        if self._unwritten:
            asyncio.get_running_loop().add_writer(self._line, self._write)
        else:
            asyncio.get_running_loop().remove_writer(self._line)

    def _board_sent(self) -> None:
        try:
            self._waiting += os.read(self._line, ROOM)
        except OSError:  # the board is gone
            self.close()
            return
        if len(self._waiting) >= ROOM:
            asyncio.get_running_loop().remove_reader(self._line)
            self._held_up = True
        if self._sending is None or self._sending.done():
            self._sending = asyncio.ensure_future(self._send())

    async def _send(self) -> None:
        """Notify what waits to whoever is connected and trusted; what nobody hears is lost, as on a line."""
        while self._waiting:
            for connection in list(self._trusted):
                size = connection.att_mtu - _HEAD
                cut = bytes(self._waiting[:size])
                del self._waiting[:size]
                try:
                    for segment in self._fault(cut):
                        if is_full(connection):
                            await connection.cancel_on_disconnection(room_on(connection))
                        await self._device.notify_subscriber(connection, self._notify, segment)
                except (core.BaseBumbleError, hci.HCI_Error, asyncio.CancelledError):
                    self._trusted.discard(connection)
                break
            else:
                self._waiting.clear()
            if self._held_up and len(self._waiting) < ROOM:
                self._held_up = False
                asyncio.get_running_loop().add_reader(self._line, self._board_sent)
