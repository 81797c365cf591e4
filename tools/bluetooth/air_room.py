"""Bumble as radio and as tablets around a reader whose own stack runs in another process, its HCI on a
pseudo-terminal: what `MICROPYBTUART` names for MicroPython's unix port."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

from bumble import hci
from bumble.core import PhysicalTransport
from bumble.keys import MemoryKeyStore
from bumble.link import LocalLink
from bumble.pairing import PairingConfig, PairingDelegate
from bumble.transport.common import Transport
from bumble.transport.pty import open_pty_transport

from tournee.emulation.bluetooth import air
from tournee.emulation.bluetooth.backend import client_on, scanner_on
from tournee.emulation.bluetooth.backlog import PACKETS
from tournee.reader.transports.bluetooth import Radio

READER = "00:A0:50:11:22:33"  # a public address: a reader keeps it over its starts
_PACKET = 251  # bytes of data in the longest packet of the air (Bluetooth Core 5.4, vol. 6, part B 2.4)
_STEP_S = 20.0
_FIRST, _MORE = 2, 1  # packet boundary flags of HCI, controller to host


class _NamedLink(LocalLink):
    """A link that names the sender of data by the address that its connection has; Bumble's takes the random
    one, which a reader with a public address has not."""

    def send_acl_data(
        self,
        sender_controller: ReaderController | air.PacedController,
        destination_address: hci.Address,
        transport: PhysicalTransport,
        data: bytes,
    ) -> None:
        """Carry data to whoever has a connection under this address."""
        connection = sender_controller.le_connections.get(destination_address)
        there = self.find_le_controller(destination_address)
        if connection is not None and there is not None:
            loop = asyncio.get_running_loop()
            loop.call_soon(there.on_link_acl_data, connection.self_address, transport, data)


class _Link(air.PacedLink, _NamedLink):
    """The air, in turns or at once, with its senders named."""


class ReaderController(air.PacedController):
    """The reader's controller: it hands its host segments as long as the air's packets, as real ones do."""

    def on_link_acl_data(
        self, sender_address: hci.Address, transport: PhysicalTransport, data: bytes
    ) -> None:
        """Hand the host what came."""
        connection = self.le_connections.get(sender_address)
        if connection is None:
            return
        for at in range(0, len(data), _PACKET):
            segment = data[at : at + _PACKET]
            flag = _MORE if at else _FIRST
            self.send_hci_packet(hci.HCI_AclDataPacket(connection.handle, flag, 0, len(segment), segment))


class _Carer(air.CarerAgent):
    """A carer at a tablet that gives these keys, and asks for these."""

    def __init__(
        self, display: air.Display, types: Callable[[int], int | None], given: PairingDelegate.KeyDistribution
    ) -> None:
        super().__init__(display, types)
        self.local_initiator_key_distribution = self.local_responder_key_distribution = given


class Room(air.Air):
    """A context: tablets, and place for one reader that has its own stack.

    `plug()` gives the serial line's path for the reader's process, `unplug()` is its power going. What the
    reader shows is handed to `shown`; `types` gives what is typed for it.
    """

    def __init__(self, folder: Path, types: Callable[[int], int | None], interval_ms: int) -> None:
        super().__init__(types, interval_ms=interval_ms)
        self._folder = folder
        self._plugs = 0
        self._line: Transport | None = None
        self._controller: ReaderController | None = None

    def shown(self, digits: int) -> None:
        """The reader shows six digits."""
        self._loop.run(self._show(digits), _STEP_S)

    def plug(self) -> str:
        """Put a controller on a new serial line; the line's path."""
        self._plugs += 1
        path = str(self._folder / f"hci{self._plugs}")
        self._loop.run(self._plug(path), _STEP_S)
        return os.path.realpath(path)

    def unplug(self) -> None:
        """The reader's power goes: whoever is connected hears nothing more."""
        if self._controller is not None:
            self._loop.run(self._unplug(), _STEP_S)

    def pairs_as(self, tablet: object, kind: str) -> None:
        """Have a tablet (as `devices` gives them) pair as `kind` says: `just works`, `legacy` (without Secure
        Connections), `legacy without a bond`, `legacy without keys`; empty for what a good one does."""
        keys = PairingDelegate.KeyDistribution
        given = keys(0) if kind == "legacy without keys" else PairingDelegate.DEFAULT_KEY_DISTRIBUTION
        delegate: PairingDelegate = _Carer(self._display, lambda shown: self.types(shown), given)
        if kind == "just works":
            delegate = PairingDelegate(PairingDelegate.IoCapability.NO_OUTPUT_NO_INPUT)
        tablet.pairing_config_factory = lambda _: PairingConfig(  # type: ignore[attr-defined]
            sc="legacy" not in kind,
            mitm=kind != "just works",
            bonding="without a bond" not in kind,
            delegate=delegate,
            identity_address_type=PairingConfig.AddressType.RANDOM,
        )

    def radio_of(self, tablet: object, mtu: int) -> Radio:
        """What a tablet's Bluetooth is, in bleak's terms, when it asks for this MTU."""
        return Radio(scanner_on(tablet), client_on(tablet, mtu), self._loop)

    @property
    def devices(self) -> list[object]:
        """The tablets' stacks, in the order in which they came."""
        return [self.tablet, *self._others]

    async def _start(self) -> None:
        self._link = _Link(self._interval_ms)
        self._display = air.Display()
        carer = air.CarerAgent(self._display, lambda shown: self.types(shown))
        self.tablet = await air._device(self._link, air._TABLET, carer, MemoryKeyStore())

    async def _stop(self) -> None:
        if self._controller is not None:
            await self._unplug()
        for device in (self.tablet, *self._others):
            await device.power_off()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()
        await asyncio.sleep(0)

    async def _show(self, digits: int) -> None:
        while not self._display._shown.empty():  # of a pairing that nobody went on with
            self._display._shown.get_nowait()
        self._display._shown.put_nowait(digits)

    async def _plug(self, path: str) -> None:
        self._line = await open_pty_transport(path)
        controller = self._controller = ReaderController("reader", self._link)
        controller.public_address = hci.Address(READER, hci.Address.PUBLIC_DEVICE_ADDRESS)
        controller.le_acl_data_packet_length = _PACKET
        controller.total_num_le_acl_data_packets = PACKETS
        self._line.source.set_packet_sink(controller)
        controller.host = self._line.sink

    async def _unplug(self) -> None:
        controller, self._controller = self._controller, None
        assert controller is not None
        assert self._line is not None
        controller.host = None
        controller.le_legacy_advertiser.stop()
        for connection in list(controller.le_connections.values()):
            there = self._link.find_le_controller(connection.peer_address)
            if there and (theirs := there.le_connections.get(connection.self_address)):
                there.on_le_disconnected(theirs, hci.HCI_ErrorCode.CONNECTION_TIMEOUT_ERROR)
        self._link.remove_controller(controller)
        await self._line.close()
