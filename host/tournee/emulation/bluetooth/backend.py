"""bleak on a Bumble device: the scanner and client that `backend=` takes. Real ATT, SMP and L2CAP below."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

from bleak.args import SizedBuffer
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.client import BaseBleakClient, NotifyCallback
from bleak.backends.descriptor import BleakGATTDescriptor
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData, BaseBleakScanner
from bleak.backends.service import BleakGATTService, BleakGATTServiceCollection
from bleak.exc import BleakDeviceNotFoundError, BleakError, BleakGATTProtocolError
from bleak.uuids import normalize_uuid_str
from bumble import core, hci
from bumble.att import ATT_Error
from bumble.device import Advertisement, Connection, Device, Peer
from bumble.gatt import Characteristic
from bumble.gatt_client import CharacteristicProxy

from tournee.emulation.bluetooth.backlog import is_full, room_on

_HEAD = 3  # bytes of a write or a notification around its value (ATT 3.4.5.3)
_PROPERTIES = {
    Characteristic.Properties.READ: "read",
    Characteristic.Properties.WRITE: "write",
    Characteristic.Properties.WRITE_WITHOUT_RESPONSE: "write-without-response",
    Characteristic.Properties.NOTIFY: "notify",
}


def scanner_on(device: Device) -> type[BaseBleakScanner]:
    """Return a scanner class, for bleak, that looks through this device."""

    class BumbleScanner(BaseBleakScanner):
        def __init__(self, detection_callback: Any, service_uuids: Any, *_: Any, **__: Any) -> None:
            super().__init__(detection_callback, service_uuids)

        async def start(self) -> None:
            self.seen_devices = {}
            device.on(Device.EVENT_ADVERTISEMENT, self._seen)
            await device.start_scanning(active=False, filter_duplicates=False)

        async def stop(self) -> None:
            device.remove_listener(Device.EVENT_ADVERTISEMENT, self._seen)
            await device.stop_scanning()

        def _seen(self, advertisement: Advertisement) -> None:
            told = _told(advertisement)
            if self.is_allowed_uuid(told.service_uuids):
                address = str(advertisement.address)
                found = self.create_or_update_device(address, address, told.local_name, advertisement, told)
                self.call_detection_callbacks(found, told)

    return BumbleScanner


def _told(advertisement: Advertisement) -> AdvertisementData:
    data = advertisement.data
    kind = core.AdvertisingData.Type
    name = data.get(kind.COMPLETE_LOCAL_NAME) or data.get(kind.SHORTENED_LOCAL_NAME)
    uuids = data.get(kind.COMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS) or []
    return AdvertisementData(
        local_name=str(name) if name else None,
        manufacturer_data={},
        service_data={
            normalize_uuid_str(uuid.to_hex_str("-")): bytes(value)
            for uuid, value in data.get_all(kind.SERVICE_DATA_16_BIT_UUID)
        },
        service_uuids=[uuid.to_hex_str("-").lower() for uuid in uuids],
        tx_power=None,
        rssi=advertisement.rssi,
        platform_data=(advertisement,),
    )


def client_on(device: Device, mtu: int) -> type[BaseBleakClient]:
    """Return a client class, for bleak, that connects through this device and asks for this MTU."""

    class BumbleClient(_Client):
        def __init__(self, address_or_ble_device: BLEDevice | str, **options: Any) -> None:
            super().__init__(
                address_or_ble_device,
                disconnected_callback=options["disconnected_callback"],
                timeout=options["timeout"],
            )
            self.device = device
            self.mtu = mtu

    return BumbleClient


class _Client(BaseBleakClient):
    device: Device
    mtu: int
    _connection: Connection | None = None
    _peer: Peer

    @property
    def name(self) -> str:
        return self.address

    @property
    def mtu_size(self) -> int:
        return self._connection.att_mtu if self._connection else 23

    @property
    def is_connected(self) -> bool:
        return self._connection is not None

    async def connect(self, pair: bool, **_: Any) -> None:
        try:
            # The virtual controller knows no cancelling of a connection under way: look first.
            if not await self._in_range():
                raise BleakDeviceNotFoundError(self.address)
            connection = await self.device.connect(self.address, timeout=self._timeout)
        except (core.BaseBumbleError, TimeoutError, hci.HCI_Error) as error:
            raise BleakError(str(error)) from error
        self._connection = connection
        connection.on(Connection.EVENT_DISCONNECTION, self._disconnected)
        try:
            await connection.cancel_on_disconnection(self._make_ready(connection, pair))
        except (core.BaseBumbleError, asyncio.CancelledError) as error:
            raise BleakError(str(error)) from error

    async def _in_range(self) -> bool:
        found = asyncio.Event()

        def look(advertisement: Advertisement) -> None:
            if str(advertisement.address) == self.address:
                found.set()

        self.device.on(Device.EVENT_ADVERTISEMENT, look)
        await self.device.start_scanning(active=False, filter_duplicates=False)
        try:
            await asyncio.wait_for(found.wait(), self._timeout)
        except TimeoutError:
            return False
        finally:
            self.device.remove_listener(Device.EVENT_ADVERTISEMENT, look)
            await self.device.stop_scanning()
        return True

    async def _make_ready(self, connection: Connection, pair: bool) -> None:
        self._peer = Peer(connection)
        await self._peer.request_mtu(self.mtu)
        if self.device.keystore and await self.device.keystore.get(str(connection.peer_address)):
            with contextlib.suppress(hci.HCI_Error):  # a peer without the bond refuses to be written to
                await connection.encrypt()
        elif pair:
            await self.pair()
        await self._peer.discover_all()  # type: ignore[no-untyped-call]
        self.services = self._collection()

    def _collection(self) -> BleakGATTServiceCollection:
        services = BleakGATTServiceCollection()
        for one in self._peer.services:
            service = BleakGATTService(one, one.handle, normalize_uuid_str(one.uuid.to_hex_str("-")))
            services.add_service(service)
            for proxy in one.characteristics:
                properties: list[Any] = [
                    word for flag, word in _PROPERTIES.items() if flag & proxy.properties
                ]
                services.add_characteristic(
                    BleakGATTCharacteristic(
                        proxy,
                        proxy.handle,
                        normalize_uuid_str(proxy.uuid.to_hex_str("-")),
                        properties,
                        lambda: self.mtu_size - _HEAD,
                        service,
                    )
                )
        return services

    def _disconnected(self, reason: int) -> None:
        self._connection = None
        if self._disconnected_callback:
            self._disconnected_callback()

    async def disconnect(self) -> None:
        if self._connection is not None:
            await self._connection.disconnect()

    async def pair(self, *_: Any, **__: Any) -> None:
        if self._connection is None:
            raise BleakError("not connected")
        try:
            await self._connection.pair()
        except (core.BaseBumbleError, asyncio.CancelledError) as error:
            raise BleakError(f"pairing failed: {error}") from error

    async def unpair(self) -> None:
        if self.device.keystore:
            await self.device.keystore.delete(self.address)

    async def read_gatt_char(self, characteristic: BleakGATTCharacteristic, **_: Any) -> bytearray:
        if "read" not in characteristic.properties:  # the virtual server would never answer
            raise BleakError(f"{characteristic.uuid} cannot be read")
        return bytearray(await self._ask(self._proxy(characteristic).read_value()))

    async def write_gatt_char(
        self, characteristic: BleakGATTCharacteristic, data: SizedBuffer, response: bool
    ) -> None:
        proxy = self._proxy(characteristic)
        assert self._connection is not None
        if is_full(self._connection):
            await self._ask(room_on(self._connection))
        await self._ask(proxy.write_value(bytes(data), with_response=response))

    async def start_notify(
        self, characteristic: BleakGATTCharacteristic, callback: NotifyCallback, **_: Any
    ) -> None:
        await self._ask(self._proxy(characteristic).subscribe(lambda value: callback(bytearray(value))))

    async def stop_notify(self, characteristic: BleakGATTCharacteristic) -> None:
        await self._ask(self._proxy(characteristic).unsubscribe(force=True))

    async def read_gatt_descriptor(self, descriptor: BleakGATTDescriptor, **_: Any) -> bytearray:
        raise BleakError("no descriptor of a reader is read")

    async def write_gatt_descriptor(self, descriptor: BleakGATTDescriptor, data: SizedBuffer) -> None:
        raise BleakError("no descriptor of a reader is written")

    def _proxy(self, characteristic: BleakGATTCharacteristic) -> CharacteristicProxy[bytes]:
        if self._connection is None:
            raise BleakError("not connected")
        proxy: CharacteristicProxy[bytes] = characteristic.obj
        return proxy

    async def _ask(self, work: Any) -> Any:
        """Do one GATT exchange, unless the peer goes first."""
        if self._connection is None:
            work.close()
            raise BleakError("not connected")
        try:
            return await self._connection.cancel_on_disconnection(work)
        except ATT_Error as error:
            raise BleakGATTProtocolError(error.error_code) from error
        except (core.BaseBumbleError, asyncio.CancelledError) as error:
            raise BleakError(str(error)) from error
