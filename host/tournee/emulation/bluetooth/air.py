"""A tablet and a reader in one room, without a radio: virtual controllers on one link, a loop for both.

with Air() as air:
    address = air.place_reader(board.link_url)
    pair(address, air.radio)
    Reader.open(lambda: BluetoothTransport(address, air.radio))
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import TracebackType
from typing import Self

from bumble.controller import Controller
from bumble.device import Device
from bumble.hci import Address, HCI_ErrorCode
from bumble.host import Host
from bumble.keys import MemoryKeyStore
from bumble.link import LocalLink
from bumble.pairing import PairingConfig, PairingDelegate
from bumble.transport.common import AsyncPipeSink

from tournee.emulation.bluetooth.backend import client_on, scanner_on
from tournee.emulation.bluetooth.peripheral import Module
from tournee.reader.bluetooth import Loop, Radio

_STEP_S = 20.0  # for steps that take milliseconds
_TABLET = "F0:F1:F2:F3:F4:F5"
_READER = "E0:E1:E2:E3:E4:E5"
MTU = 247  # one packet of the longest kind that most radios send (Bluetooth 4.2)
NAME = "TRN-01"
BATTERY = 87


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


class Carer(PairingDelegate):
    """The tablet's end of a pairing: somebody looks at the reader's display, and types what `types` gives."""

    def __init__(self, display: Display, types: Callable[[int], int | None]) -> None:
        super().__init__(PairingDelegate.IoCapability.KEYBOARD_INPUT_ONLY)
        self._display = display
        self._types = types

    async def get_number(self) -> int | None:
        """Give what was typed, None when the pairing is refused."""
        return self._types(await self._display.look())


class Air:
    """A context: a tablet with its radio, and room for a reader in range.

    `types` gives what the carer types when the reader shows six digits, None to refuse: those digits unless
    handed in. `mtu` (23 to 247) is the largest that the tablet asks for.
    """

    def __init__(self, types: Callable[[int], int | None] = lambda shown: shown, mtu: int = MTU) -> None:
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

    def place_reader(self, stream: str, identity: bytes = b"open-1") -> str:
        """Put a reader in range whose board listens on `stream`, a pseudo-terminal's path; its address."""
        self._module = Module(self.reader, NAME, stream, identity, BATTERY)
        self._loop.run(self._module.start(), _STEP_S)
        return str(self.reader.static_address)

    def out_of_range(self) -> None:
        """Break the connection as distance does: both ends time out."""
        self._loop.run(self._break(), _STEP_S)

    async def _start(self) -> None:
        self._link = LocalLink()  # type: ignore[no-untyped-call]
        display = Display()
        self.tablet = await _device(self._link, _TABLET, Carer(display, lambda shown: self.types(shown)))
        self.reader = await _device(self._link, _READER, display)

    async def _stop(self) -> None:
        if self._module is not None:
            self._module.close()
        for device in (self.tablet, self.reader):
            await device.power_off()

    async def _break(self) -> None:
        for controller in self._link.controllers:
            for connection in list(controller.le_connections.values()):
                controller.on_le_disconnected(connection, HCI_ErrorCode.CONNECTION_TIMEOUT_ERROR)


async def _device(link: LocalLink, address: str, delegate: PairingDelegate) -> Device:
    """A powered Bluetooth device on `link` that pairs with MITM protection or not at all, and keeps bonds."""
    controller = Controller(address, link=link)
    device = Device(address=Address(address), host=Host(controller, AsyncPipeSink(controller)))
    device.keystore = MemoryKeyStore()
    device.pairing_config_factory = lambda _: PairingConfig(
        sc=True,
        mitm=True,
        bonding=True,
        delegate=delegate,
        identity_address_type=PairingConfig.AddressType.RANDOM,
    )
    await device.power_on()
    return device
