"""A tablet and a reader in one room, without a radio: virtual controllers on one link, a loop for both.

with Air() as air:
    address = air.add_reader(board.link_url)
    pair(address, air.radio)
    Reader.open(lambda: BluetoothTransport(address, air.radio))
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from functools import partial
from types import TracebackType
from typing import Self

from bumble.controller import Controller
from bumble.core import PhysicalTransport
from bumble.device import Device
from bumble.hci import Address, HCI_ErrorCode, HCI_Number_Of_Completed_Packets_Event, HCI_Packet
from bumble.host import Host
from bumble.keys import MemoryKeyStore, PairingKeys
from bumble.link import LocalLink
from bumble.pairing import PairingConfig, PairingDelegate
from bumble.transport.common import AsyncPipeSink

from tournee.emulation.bluetooth.backend import client_on, scanner_on
from tournee.emulation.bluetooth.backlog import PACKETS
from tournee.emulation.bluetooth.peripheral import Fault, Module, faultless
from tournee.reader.transports.bluetooth import Loop, Radio

_STEP_S = 20.0  # for steps that take milliseconds
_TABLET = "F0:F1:F2:F3:F4:F5"
_READER = "E0:E1:E2:E3:E4:E5"
MTU = 247  # one packet of the longest kind that most radios send (Bluetooth 4.2)
_L2CAP = 4  # bytes of its header
NAME = "TRN-01"
BATTERY = 87
PER_TURN = 6  # packets in one turn of a connection interval, as telephones and tablets have it
_RANK_S = 1e-5  # between two packets of a turn: keeps them in order
BONDS = 4  # as the boards with Bluetooth have it in `board.toml`


class Display(PairingDelegate):
    """The reader's end of a pairing: it shows six digits, fresh each time."""

    def __init__(self) -> None:
        super().__init__(PairingDelegate.IoCapability.DISPLAY_OUTPUT_ONLY)
        self._shown: asyncio.Queue[int] = asyncio.Queue()

    async def display_number(self, number: int, digits: int) -> None:
        """Show the digits."""
        self._shown.put_nowait(number)

    async def look(self) -> int:
        """Read the digits, once they are shown."""
        return await self._shown.get()


class CarerAgent(PairingDelegate):
    """The tablet's end of a pairing: somebody looks at the reader's display, and types what `types` gives."""

    def __init__(self, display: Display, types: Callable[[int], int | None]) -> None:
        super().__init__(PairingDelegate.IoCapability.KEYBOARD_INPUT_ONLY)
        self._display = display
        self._types = types

    async def get_number(self) -> int | None:
        """Give what was typed, None when the pairing is refused."""
        return self._types(await self._display.look())


class BondStore(MemoryKeyStore):
    """A reader's bonds: at most so many; one more takes the place of the oldest."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most

    async def update(self, name: str, keys: PairingKeys) -> None:
        """Keep a bond, as the newest."""
        self.all_keys.pop(name, None)
        self.all_keys[name] = keys
        while len(self.all_keys) > self._most:
            del self.all_keys[next(iter(self.all_keys))]


class PacedController(Controller):
    """A controller that holds a packet until the air has carried it: its host waits, as with a radio."""

    def __init__(self, address: str, air: PacedLink) -> None:
        super().__init__(address, link=air)
        self._air = air

    def send_hci_packet(self, packet: HCI_Packet) -> None:
        """Tell the host something; that a packet is through only when it is.

        Bumble's own writes each packet out for a log that nobody reads: a quarter of the air's work.
        """
        loop, host = asyncio.get_running_loop(), self.host
        if host is None:
            return
        if not isinstance(packet, HCI_Number_Of_Completed_Packets_Event) or not self._air.paced:
            loop.call_soon(host.on_packet, bytes(packet))
            return
        handle = packet.connection_handles[0]
        connection = self.find_connection_by_handle(handle)

        def tell() -> None:
            if self.find_connection_by_handle(handle) is connection:
                host.on_packet(bytes(packet))

        loop.call_at(self._air.carried_at(self), tell)


class PacedLink(LocalLink):
    """The air: carries data at once, or every `interval_ms`, then `PER_TURN` packets each way, in order.

    What a connection has not carried when it ends is lost.
    """

    def __init__(self, interval_ms: int) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.interval_s = interval_ms / 1000
        self._last: dict[Controller, int] = {}  # turn of the last packet, counted in packets from time 0

    @property
    def paced(self) -> bool:
        """Whether data waits for its turn."""
        return self.interval_s > 0

    def carried_at(self, sender: Controller) -> float:
        """When the last packet of this sender is through, by the loop's clock."""
        turn, rank = divmod(self._last.get(sender, 0), PER_TURN)
        return turn * self.interval_s + rank * _RANK_S

    def send_acl_data(
        self,
        sender_controller: Controller,
        destination_address: Address,
        transport: PhysicalTransport,
        data: bytes,
    ) -> None:
        """Carry a packet, in the next turn that has room for it."""
        carry = partial(super().send_acl_data, sender_controller, destination_address, transport, data)
        if not self.paced:
            carry()
            return
        connection = sender_controller.le_connections.get(destination_address)

        def turn_has_come() -> None:
            if sender_controller.le_connections.get(destination_address) is connection:
                carry()

        loop = asyncio.get_running_loop()
        soonest = (math.floor(loop.time() / self.interval_s) + 1) * PER_TURN
        self._last[sender_controller] = max(soonest, self._last.get(sender_controller, 0) + 1)
        loop.call_at(self.carried_at(sender_controller), turn_has_come)


class Air:
    """A context: a tablet with its radio, and room for a reader in range.

    `types` gives what the carer types when the reader shows six digits, None to refuse: those digits unless
    handed in. `mtu` (23 to 247) is the largest that the tablet asks for, `bonds` the most that the reader
    keeps, `fault` what its module makes of each segment. With `interval_ms` the air is one with that
    connection interval (`PacedLink`).
    """

    def __init__(
        self,
        types: Callable[[int], int | None] = lambda shown: shown,
        mtu: int = MTU,
        bonds: int = BONDS,
        fault: Fault = faultless,
        interval_ms: int = 0,
    ) -> None:
        self._bonds = bonds
        self._fault = fault
        self._interval_ms = interval_ms
        self._others: list[Device] = []
        self.types = types
        self._mtu = mtu
        self._loop = Loop()
        self._module: Module | None = None

    def __enter__(self) -> Self:
        self._loop.run(self._start(), _STEP_S)
        self.radio = Radio(scanner_on(self.tablet), client_on(self.tablet, self._mtu), self._loop)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.run(self._stop(), _STEP_S)
        self._loop.close()

    def add_reader(self, stream: str, identity: bytes = b"open-1") -> str:
        """Put a reader in range whose board listens on `stream`, a pseudo-terminal's path; its address."""
        self._module = Module(self.reader, NAME, stream, identity, BATTERY, self._fault)
        self._loop.run(self._module.start(), _STEP_S)
        return str(self.reader.static_address)

    def another_tablet(self) -> Radio:
        """Bring one more tablet into the room, with the same carer."""
        address = f"{_TABLET[:-2]}{len(self._others):02X}"
        carer = CarerAgent(self._display, lambda shown: self.types(shown))
        tablet = self._loop.run(_device(self._link, address, carer, MemoryKeyStore()), _STEP_S)
        self._others.append(tablet)
        return Radio(scanner_on(tablet), client_on(tablet, self._mtu), self._loop)

    def pace(self, interval_ms: int) -> None:
        """Have this connection interval from now on; 0 for none."""
        self._link.interval_s = interval_ms / 1000

    def out_of_range(self) -> None:
        """Break the connection as distance does: both ends time out."""
        self._loop.run(self._break(), _STEP_S)

    async def _start(self) -> None:
        self._link = PacedLink(self._interval_ms)
        display = self._display = Display()
        carer = CarerAgent(display, lambda shown: self.types(shown))
        self.tablet = await _device(self._link, _TABLET, carer, MemoryKeyStore())
        self.reader = await _device(self._link, _READER, display, BondStore(self._bonds))

    async def _stop(self) -> None:
        if self._module is not None:
            self._module.close()
        for device in (self.tablet, self.reader, *self._others):
            await device.power_off()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:  # Bumble goes on waiting for its radio
            task.cancel()
        await asyncio.sleep(0)

    async def _break(self) -> None:
        for controller in self._link.controllers:
            for connection in list(controller.le_connections.values()):
                controller.on_le_disconnected(connection, HCI_ErrorCode.CONNECTION_TIMEOUT_ERROR)


async def _device(link: PacedLink, address: str, delegate: PairingDelegate, store: MemoryKeyStore) -> Device:
    """A powered Bluetooth device on `link` that pairs with MITM protection or not at all, and keeps bonds."""
    controller = PacedController(address, link)
    controller.le_acl_data_packet_length = MTU + _L2CAP  # one packet for the longest segment
    controller.total_num_le_acl_data_packets = PACKETS
    device = Device(address=Address(address), host=Host(controller, AsyncPipeSink(controller)))
    device.keystore = store
    device.pairing_config_factory = lambda _: PairingConfig(
        sc=True,
        mitm=True,
        bonding=True,
        delegate=delegate,
        identity_address_type=PairingConfig.AddressType.RANDOM,
    )
    await device.power_on()
    return device
