"""A byte stream to a reader over Bluetooth LE: one characteristic is written, one notifies.

Everything Bluetooth stops here: above stands the same `Transport` as for a serial port. bleak runs in an
event loop of its own thread; which stack it runs on is a `Radio`, the platform's own unless handed in.
"""

from __future__ import annotations

import asyncio
import contextlib
import queue
import threading
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeVar

from bleak import BleakClient, BleakScanner
from bleak.backends.client import BaseBleakClient
from bleak.backends.scanner import BaseBleakScanner
from bleak.exc import BleakError, BleakGATTProtocolError

from tournee.errors import ReaderError
from tournee.reader.transports.hold import Hold
from tournee.reader.transports.streams import TransportClosed, closed

SERVICE = "7a0e0001-5e5a-4d56-9a1e-746f75726e65"  # ours, drawn for this project
WRITE = "7a0e0002-5e5a-4d56-9a1e-746f75726e65"  # host to reader; asks for an authenticated pairing
NOTIFY = "7a0e0003-5e5a-4d56-9a1e-746f75726e65"  # reader to host
IDENTITY = "7a0e0004-5e5a-4d56-9a1e-746f75726e65"  # read-only: what this is, for who has not paired yet
BATTERY = "0000180f-0000-1000-8000-00805f9b34fb"  # Battery Service: its level may be in the advertisement

_CONNECT_S = 10.0
_LOOK_S = 0.25  # between two words of progress
_WRITE_S = 5.0
_PAIR_S = 60.0  # somebody types six digits
_LINGER_S = 0.05  # what is kept for more waits so long at most: three turns of a usual connection
_GRACE_S = 5.0  # what bleak may take beyond its own time-outs
_END = b"\0"  # ends a frame, and between frames is nothing: the write that asks whether writing is allowed
_NOT_PAIRED = frozenset({0x05, 0x08, 0x0E, 0x0F})  # ATT: authentication, authorisation, encryption wanting

_T = TypeVar("_T")


class NotPaired(ReaderError):  # noqa: N818 - a state, told as an exception
    """The reader talks to paired hosts alone, and this one is not, or one side has lost the bond."""


class Loop:
    """An event loop in a thread of its own, for callers that have none."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="bluetooth", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the loop and its thread; nothing may be under way."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def run(self, work: Coroutine[Any, Any, _T], timeout: float) -> _T:
        """Do `work` in the loop and wait for it, `timeout` seconds at most. TimeoutError."""
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result(timeout)
        except FutureTimeout:
            future.cancel()
            raise TimeoutError("the Bluetooth stack does not answer") from None


@cache
def _own_loop() -> Loop:
    return Loop()


@dataclass(frozen=True)
class Radio:
    """What Bluetooth runs on: the platform's stack, or another one in bleak's terms with its loop."""

    scanner: type[BaseBleakScanner] | None = None
    client: type[BaseBleakClient] | None = None
    loop: Loop = field(default_factory=_own_loop)


@dataclass(frozen=True)
class SeenReader:
    """A reader in range: `signal` in dBm, `battery` in percent or None when it does not say."""

    address: str
    name: str
    signal: int
    battery: int | None


def scan(
    seconds: float, radio: Radio | None = None, progress: Callable[[int, int], None] = lambda done, of: None
) -> list[SeenReader]:
    """Look for readers for so many seconds, the nearest first; `progress` is told how much of it is over.

    ReaderError without Bluetooth.
    """
    radio = radio or Radio()
    looks = max(1, round(seconds / _LOOK_S))

    async def look() -> list[SeenReader]:
        options: dict[str, Any] = {} if radio.scanner is None else {"backend": radio.scanner}
        async with BleakScanner(service_uuids=[SERVICE], **options) as scanner:
            for rank in range(looks):
                await asyncio.sleep(seconds / looks)
                progress(rank + 1, looks)
            found = scanner.discovered_devices_and_advertisement_data.values()
        return [
            SeenReader(device.address, told.local_name or device.name or "", told.rssi, _battery(told))
            for device, told in found
        ]

    try:
        seen = radio.loop.run(look(), seconds + _GRACE_S)
    except (BleakError, OSError, TimeoutError) as error:
        raise ReaderError(
            "Le Bluetooth de cet appareil ne répond pas.",
            cause="il est coupé ou absent, ou ce programme n’en a pas le droit",
            next_step="activez le Bluetooth dans les réglages, puis recommencez",
        ) from error
    return sorted(seen, key=lambda reader: -reader.signal)


def _battery(told: Any) -> int | None:
    level: bytes = told.service_data.get(BATTERY, b"")
    return level[0] if level else None


def pair(address: str, radio: Radio | None = None) -> None:
    """Pair with the reader of this address; the platform asks the carer for the digits that the reader shows.

    NotPaired when it came to nothing; ReaderError without Bluetooth or out of range.
    """
    radio = radio or Radio()

    async def join() -> None:
        async with BleakClient(address, timeout=_CONNECT_S, backend=radio.client) as client:
            await client.pair()
            await client.write_gatt_char(WRITE, _END, response=True)  # the pairing is what the reader wants

    try:
        radio.loop.run(join(), _PAIR_S)
    except (BleakError, OSError, TimeoutError) as error:
        raise NotPaired(
            f"Le jumelage avec le lecteur {address} n’a pas abouti.",
            cause="le code saisi n’est pas celui du lecteur, ou il s’est éloigné",
            next_step="recommencez près du lecteur, et recopiez les six chiffres qu’il affiche",
        ) from error


def unpair(address: str, radio: Radio | None = None) -> bool:
    """Have this host forget its bond with the reader; False where the platform leaves that to its settings,
    or knows no such reader."""
    radio = radio or Radio()

    async def part() -> None:
        await BleakClient(address, timeout=_CONNECT_S, backend=radio.client).unpair()

    try:
        radio.loop.run(part(), _CONNECT_S + _GRACE_S)
    except (BleakError, OSError, TimeoutError, RuntimeError):  # no such thing on this platform
        return False
    return True


class BluetoothTransport:
    """The stream to the reader of this address (as `scan` gives it); opened when made.

    Every wait ends when the reader goes out of range: TransportClosed. NotPaired when it refuses to be
    written to, ReaderInUse when another program of this machine is connected to it.
    """

    def __init__(self, address: str, radio: Radio | None = None) -> None:
        self._address = address
        self._loop = (radio or Radio()).loop
        self._backend = (radio or Radio()).client
        self._taken: queue.SimpleQueue[bytes] = queue.SimpleQueue()  # empty bytes: gone
        self._gone = asyncio.Event()
        self._kept = bytearray()  # less than a segment, until more is written
        self._kept_until = 0.0
        self._hold = None if self._backend else Hold(f"ble:{address}")  # a stack of its own shares nothing
        try:
            self._run(self._open(), _CONNECT_S)
        except BaseException:
            self._release()
            raise

    def read(self, timeout_ms: int) -> bytes:
        """Give what has come in, waiting `timeout_ms` at most. TransportClosed.

        What `write` has kept goes out when nothing comes in for a while.
        """
        taken = []
        patience = timeout_ms / 1000
        with contextlib.suppress(queue.Empty):
            if self._kept:
                linger = min(patience, max(0.0, self._kept_until - time.monotonic()))
                patience -= linger
                try:
                    taken.append(self._taken.get(timeout=linger))
                except queue.Empty:
                    if time.monotonic() >= self._kept_until:
                        self.write(b"")
            if not taken:
                taken.append(self._taken.get(timeout=patience))
            while taken[-1]:
                taken.append(self._taken.get_nowait())
        if taken and not taken[-1]:
            self._taken.put(b"")  # for the next look
            if len(taken) == 1:
                raise closed(f"ble:{self._address}")
        return b"".join(taken)

    def write(self, data: bytes | bytearray, more: bool = False) -> None:
        """Send all of `data`, but with `more` for the end that does not fill a segment. TransportClosed."""
        self._kept += data
        try:
            self._run(self._write(more), _WRITE_S)
        except BaseException:
            self._drop(len(self._kept))  # it never goes out any more
            raise
        self._kept_until = time.monotonic() + _LINGER_S

    def close(self) -> None:
        """Let the reader go."""
        self._drop(len(self._kept))
        with contextlib.suppress(BleakError, OSError, TimeoutError):
            self._loop.run(self._client.disconnect(), _GRACE_S)
        self._release()

    def _release(self) -> None:
        if self._hold is not None:
            self._hold.release()

    def _run(self, work: Coroutine[Any, Any, None], timeout: float) -> None:
        try:
            self._loop.run(work, timeout + _GRACE_S)
        except (NotPaired, TransportClosed):
            raise
        except (BleakError, OSError, TimeoutError) as error:
            raise closed(f"ble:{self._address}") from error

    async def _open(self) -> None:
        self._client = BleakClient(
            self._address, self._disconnected, timeout=_CONNECT_S, backend=self._backend
        )
        await self._client.connect()
        try:
            await self._client.write_gatt_char(WRITE, _END, response=True)
            await self._client.start_notify(NOTIFY, lambda _, data: self._taken.put(bytes(data)))
        except BaseException as error:
            await self._client.disconnect()
            if isinstance(error, BleakGATTProtocolError) and error.code in _NOT_PAIRED:
                raise NotPaired(
                    f"Le lecteur {self._address} n’accepte que les appareils jumelés avec lui.",
                    cause="cet appareil n’est pas jumelé, ou l’un des deux a oublié l’autre",
                    next_step="jumelez-les",
                    remedy="pair-reader",
                ) from error
            raise

    def _disconnected(self, client: BleakClient) -> None:
        self._gone.set()
        self._taken.put(b"")

    async def _write(self, more: bool) -> None:
        """Send segments of the size that the connection takes now, unless the reader goes first."""
        gone = asyncio.ensure_future(self._gone.wait())
        sending = asyncio.ensure_future(self._write_segments(more))
        try:
            await asyncio.wait({gone, sending}, return_when=asyncio.FIRST_COMPLETED)
            if not sending.done():
                raise closed(f"ble:{self._address}")
            sending.result()
        finally:
            gone.cancel()
            sending.cancel()

    async def _write_segments(self, more: bool) -> None:
        characteristic = self._client.services.get_characteristic(WRITE)
        if characteristic is None:
            raise closed(f"ble:{self._address}")
        while self._kept:
            size = characteristic.max_write_without_response_size
            if more and len(self._kept) < size:
                break
            segment = self._kept[:size]
            self._drop(len(segment))
            try:
                await self._client.write_gatt_char(characteristic, segment, response=False)
            finally:
                segment[:] = bytes(len(segment))

    def _drop(self, size: int) -> None:
        """Take so many bytes off what is kept; they may hold a code."""
        self._kept[:size] = bytes(size)
        del self._kept[:size]
