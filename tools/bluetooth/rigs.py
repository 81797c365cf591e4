"""What a scenario plays on: one reader, and as many hosts as it wants, each with its own stack and bonds.

`NimbleRig` is a maker's runtime with Bumble around it. What the tests play the same scenarios on, the fake
`bluetooth`, has the same members.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

from air_room import READER, Room
from bleak import BleakClient
from bleak.exc import BleakError
from bumble.keys import MemoryKeyStore
from nimble import NimbleBoard

from tournee.firmware.sesam import frame, messages
from tournee.reader import codec
from tournee.reader.host_names import NAME
from tournee.reader.link.framing import encode_frame
from tournee.reader.transports.bluetooth import NOTIFY, WRITE, BluetoothTransport, Radio, pair, scan
from tournee.reader.transports.streams import Transport

MTU = 247
_STEP_S = 10.0
_ANSWER_S = 0.5
BONDS = 4


class Broken(Exception):  # noqa: N818 - what the scenario is
    """What a scenario says must hold does not."""


def holds(good: object, told: str) -> None:
    """Broken, with these words, unless it is good."""
    if not good:
        raise Broken(told)


def hello() -> bytes:
    """A host's first word, in a frame: a reader that takes bytes from it answers."""
    asked = codec.encode(
        messages.HELLO, {"session": os.urandom(NAME), "version": messages.VERSION, "resume": 0}
    )
    return b"\0" + bytes(encode_frame(frame.HELLO, 1, asked))


class Host:
    """One tablet. `pair` raises NotPaired; so does `open` where the reader takes nothing from it."""

    def __init__(self, rig: NimbleRig, device: object) -> None:
        self._rig = rig
        self._device = device

    @property
    def _radio(self) -> Radio:
        return self._rig.room.radio_of(self._device, self._rig.mtu)

    def pair(self) -> None:
        """Pair, by the digits that the reader shows."""
        pair(self._rig.address, self._radio)

    def answered_as(self, kind: str) -> bool:
        """Pair as none may (see `Room.pairs_as`), and ask the reader something in the same connection:
        whether it answers."""
        self._rig.room.pairs_as(self._device, kind)
        answers: list[bytes] = []

        async def ask() -> None:
            async with BleakClient(self._rig.address, timeout=_STEP_S, backend=self._radio.client) as client:
                await client.pair()
                await client.start_notify(NOTIFY, lambda _, data: answers.append(bytes(data)))
                await client.write_gatt_char(WRITE, hello(), response=True)
                await asyncio.sleep(_ANSWER_S)

        try:
            self._radio.loop.run(ask(), 2 * _STEP_S)
        except (BleakError, TimeoutError):  # sent away
            pass
        finally:
            self._rig.room.pairs_as(self._device, "")
        return bool(answers)

    def stay(self, seconds: float) -> bool:
        """Connect, pair not, and wait so long at most; whether the reader has ended it."""
        gone = asyncio.Event()

        async def wait() -> None:
            def left(_: BleakClient) -> None:
                gone.set()

            async with BleakClient(self._rig.address, left, timeout=_STEP_S, backend=self._radio.client):
                await asyncio.wait_for(gone.wait(), seconds)

        with contextlib.suppress(TimeoutError):
            self._radio.loop.run(wait(), seconds + _STEP_S)
        return gone.is_set()

    def open(self) -> Transport:
        """A stream to the reader."""
        return BluetoothTransport(self._rig.address, self._radio)

    def forget(self) -> object:
        """Lose the bond, on this side; what `remember` gives back."""
        kept, self._device.keystore = self._device.keystore, MemoryKeyStore()  # type: ignore[attr-defined]
        return kept

    def remember(self, kept: object) -> None:
        """Have a bond again that was lost."""
        self._device.keystore = kept  # type: ignore[attr-defined]


class Rig(ABC):
    """A context: a reader, and tablets around it. A child says what they are made of.

    `types` gives what is typed for the six digits shown, `mtu` is what hosts ask for; both may change.
    """

    def __init__(self) -> None:
        self.types: Callable[[int], int | None] = lambda shown: shown
        self.digits: list[int] = []
        self.mtu = MTU
        self._hosts: list[Any] = []
        self.board: NimbleBoard | Any = None

    @abstractmethod
    def make_room(self, folder: Path) -> Any:
        """The air, a context that has `plug`, `unplug`, `shown` and `out_of_range`."""

    @abstractmethod
    def make_board(self, folder: Path, line: str) -> NimbleBoard:
        """The reader."""

    @abstractmethod
    def make_host(self, rank: int) -> Any:
        """One more tablet."""

    @abstractmethod
    def scan(self) -> list[str]:
        """Names of the readers that advertise."""

    def __enter__(self) -> Self:
        self._temporary = tempfile.TemporaryDirectory(prefix="tournee-air-")
        self._folder = Path(self._temporary.name)
        self.room = self.make_room(self._folder)
        self.room.__enter__()
        try:
            self._power()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        try:
            if self.board is not None:
                self.board.__exit__()
        finally:
            self.room.__exit__(None, None, None)
            self._temporary.cleanup()

    def host(self, rank: int = 0) -> Any:
        """The tablet of this rank, brought into the room the first time."""
        while len(self._hosts) <= rank:
            self._hosts.append(self.make_host(len(self._hosts)))
        return self._hosts[rank]

    def out_of_range(self) -> None:
        """Break the connection, as distance does."""
        self.room.out_of_range()

    def restart(self) -> None:
        """Take the reader's power, and give it again."""
        self._cut()
        self._power()

    def lose_bonds(self) -> None:
        """Take the reader's power, and with it what it kept of its hosts."""
        self._cut()
        (self._folder / "bonds").unlink()
        self._power()

    def _cut(self) -> None:
        self.board.__exit__()
        self.board = None
        self.room.unplug()

    def _power(self) -> None:
        board = self.make_board(self._folder, self.room.plug())
        board.__enter__()
        self.board = board

    def _shown(self, digits: int) -> None:
        self.digits.append(digits)
        self.room.shown(digits)


class NimbleRig(Rig):
    """A reader on `program` in Bumble's air, with this connection interval where there is one."""

    def __init__(
        self, program: Path, *, task: str = "reader", heap: int | None = None, interval_ms: int = 0
    ) -> None:
        super().__init__()
        self._program = [str(program.resolve())]
        self._options: dict[str, Any] = {"task": task} | ({"heap": heap} if heap else {})
        self._interval_ms = interval_ms
        self.address = f"{READER}/P"

    def make_room(self, folder: Path) -> Room:
        """Bumble's link, with a controller for the reader."""
        return Room(folder, lambda shown: self.types(shown), self._interval_ms)

    def make_board(self, folder: Path, line: str) -> NimbleBoard:
        """The runtime in its process."""
        return NimbleBoard(self._program, folder, line, self._shown, **self._options)

    def make_host(self, rank: int) -> Host:
        """A tablet: Bumble's host, and ours on bleak."""
        if rank:
            self.room.another_tablet()
        return Host(self, self.room.devices[rank])

    def scan(self) -> list[str]:
        """Names of the readers that advertise."""
        return [seen.name for seen in scan(0.5, self.room.radio_of(self.room.tablet, self.mtu))]


def settled(look: Callable[[], object], seconds: float = 5.0) -> bool:
    """Wait until it is so, so many seconds at most; whether it is."""
    end = time.monotonic() + seconds
    while not look():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True
