"""A lot's records streamed to the reader, against what the bare link carries, in the same run.

./tools/dev bench link [--board mps2] [--rounds 3] [--only serial|ble|loss]
                    [--mtu 247] [--channel clear|protected]

The figure is a share: the lot's bytes a second, from the first record's first byte to the answer to the last
one, of the bytes a second that the same link carries one way with nothing around them. Serial lines are full
duplex, each in a process of its own; Bluetooth is an air of six packets each way every 15 ms. Of the bytes
that go to the reader each kind is told, and how long the line was idle: share = records x (1 - idle).
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import statistics
import sys
import tempfile
import threading
import time
import tty
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from link.link_cost import Cost, Log, Protected, cost_of, watched
from link.paced_line import BITS, PRIORITY, PacedLine
from measure import row, timed

SHEETS = Path(__file__).resolve().parents[2] / "tests" / "reader"
sys.path.insert(0, str(SHEETS))

import reader_sheets as sheets  # noqa: E402

from tournee.boards import BOARDS  # noqa: E402
from tournee.emulation.bluetooth.air import PER_TURN, Air  # noqa: E402
from tournee.emulation.bluetooth.peripheral import faultless  # noqa: E402
from tournee.emulation.board import EmulatedBoard  # noqa: E402
from tournee.emulation.cards import load_card  # noqa: E402
from tournee.reader import Reader  # noqa: E402
from tournee.reader.transports.bluetooth import BluetoothTransport, pair  # noqa: E402
from tournee.reader.transports.streams import SerialTransport  # noqa: E402

BAUDS = {"unix": (115_200, 1_000_000)}
SLOW = (115_200,)  # the other boards
MTUS = (23, 64, 185, 247)
INTERVAL_MS = 15
STREAM_S = 1.5  # about what a lot takes: so long that its two ends weigh little
LONGEST = 100  # invoices, the most that a lot holds
WARM_S = 0.1
_HEAD = 3  # bytes of a write around its value
_INVOICE = len(sheets.certified(1))
SECRET = bytes(range(32))


def run(options: Sequence[str] = ()) -> None:
    """Serial lines, then Bluetooth at each MTU; in clear, and over the protected channel."""
    parser = argparse.ArgumentParser(prog="./tools/dev bench link")
    parser.add_argument("--board", default="unix", help="an emulated board's name")
    parser.add_argument("--rounds", type=int, default=3, help="runs of which the median counts")
    parser.add_argument("--only", choices=("serial", "ble", "loss"), help="that part alone")
    parser.add_argument("--mtu", type=int, choices=MTUS, help="that MTU alone")
    parser.add_argument("--channel", choices=("clear", "protected"), help="that channel alone")
    chosen = parser.parse_args(options)
    with contextlib.suppress(OSError):  # the figure is the link's, not that of a busy machine
        os.setpriority(os.PRIO_PROCESS, 0, PRIORITY)
    print(f"load before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors (others' work costs)")
    secrets = {"clear": None, "protected": SECRET}
    with tempfile.TemporaryDirectory() as folder:
        for channel, secret in secrets.items():
            if chosen.channel not in (None, channel):
                continue
            print(f"{chosen.board}, {'in clear' if secret is None else 'protected channel'}", flush=True)
            with powered(chosen.board, Path(folder) / channel, secret) as board:
                if chosen.only in (None, "serial"):
                    for baud in BAUDS.get(chosen.board, SLOW):
                        serial(board, baud, secret, chosen.rounds)
                if chosen.board == "unix" and chosen.only in (None, "ble"):
                    for mtu in MTUS if chosen.mtu is None else (chosen.mtu,):
                        bluetooth(board, mtu, secret, chosen.rounds)
                if chosen.board == "unix" and chosen.only in (None, "loss"):
                    with powered(chosen.board, Path(folder) / f"{channel}-loss", secret) as losing:
                        for mtu in MTUS if chosen.mtu is None else (chosen.mtu,):
                            loss(board, losing, mtu, secret, chosen.rounds)


@contextlib.contextmanager
def powered(name: str, flash: Path, secret: bytes | None) -> Iterator[EmulatedBoard]:
    """A board with both cards in, and provisioned where there is a secret."""
    with EmulatedBoard(BOARDS / name, flash=flash) as board:
        if secret:
            board.provision("TRN-BENCH", secret)
        board.insert("ps", load_card("infirmiere"))
        board.insert("vitale", load_card("moreau"))
        yield board


def serial(board: Any, baud: int, secret: bytes | None, rounds: int) -> None:
    """One line: bare, then a lot over it."""
    with Sink() as sink, PacedLine(baud) as line:
        line.join(sink.path)
        stream = SerialTransport(line.near)
        bare = statistics.median(sink.speed(stream, baud // BITS) for _ in range(rounds))
        stream.close()
        line.join(board.link_url)
        costs = certified(lambda: SerialTransport(line.near), baud / BITS, secret, rounds)
        lost = line.join(sink.path)["lost"]
    show(f"serial, {baud:,} baud", bare, costs)
    print(f"{'':24} the bare line {bare * BITS / baud:.3f} of its baud rate; {lost} bytes lost", flush=True)


def bluetooth(board: Any, mtu: int, secret: bytes | None, rounds: int) -> None:
    """One MTU: bare, then a lot; then the time from the reader's coming into range to both cards read."""
    most = air_speed(mtu)
    with Sink() as sink, Air(mtu=mtu) as air:
        stream = opener(air, sink.path)()
        bare = statistics.median(sink.speed(stream, int(most)) for _ in range(rounds))
        stream.close()
    with Air(mtu=mtu) as air:
        segments: list[int] = []
        connect = opener(air, board.link_url, segments)
        costs = certified(connect, most, secret, rounds)
        full = sum(segments) / len(segments) / (mtu - _HEAD)
        spent = []
        for _ in range(rounds):
            start = time.perf_counter()
            with Reader.open(connect, secret=secret) as reader:
                reader.read_ps_card()
                reader.read_vitale()
            spent.append(time.perf_counter() - start)
    show(f"BLE {INTERVAL_MS} ms, MTU {mtu}", bare, costs)
    print(
        f"{'':24} segments {full:.0%} full; in range to both cards read {statistics.median(spent):.2f} s",
        flush=True,
    )


def opener(air: Air, path: str, segments: list[int] | None = None) -> Callable[[], BluetoothTransport]:
    """Put the board of this stream into the air, pair with it, and pace the air: what connects. `segments`:
    their sizes."""
    address = air.add_reader(path)
    pair(address, air.radio)
    air.pace(INTERVAL_MS)

    def connect() -> BluetoothTransport:
        stream = BluetoothTransport(address, air.radio)
        if segments is not None:
            write = stream._client.write_gatt_char

            async def counted(characteristic: Any, data: Any, response: bool) -> None:
                segments.append(len(data))
                await write(characteristic, data, response=response)

            stream._client.write_gatt_char = counted  # type: ignore[method-assign, assignment]
        return stream

    return connect


def loss(board: Any, losing: Any, mtu: int, secret: bytes | None, rounds: int) -> None:
    """A long lot over two links by turns: one loses nothing, the other, from its first byte on, one segment
    of each hundred. That a host does not know a link in its first lot is part of the figure."""
    invoices = lot_for(2 * air_speed(mtu))  # where a loss falls counts less in a longer one
    with contextlib.ExitStack() as links:
        readers = []
        for one, fault in ((board, faultless), (losing, OneInHundred())):
            with Reader.open(one.link_url, secret=secret) as reader:
                ready(reader)
                certify(reader, invoices, Log())  # the card signs but once
            air = links.enter_context(Air(mtu=mtu, fault=fault))
            connect = opener(air, one.link_url)
            readers.append(links.enter_context(Reader.open(connect, secret=secret)))
            ready(readers[-1])
        lots = [partial(certify, reader, invoices, Log()) for reader in readers]
        spent = [[timed(lot, 1) for lot in lots] for _ in range(rounds)]
    fast, slow = map(statistics.median, zip(*spent, strict=True))
    row(f"MTU {mtu}, lot of {invoices}, one segment in 100 lost", slow, "none lost", fast)
    print(f"{'':44} in turn {' '.join(f'{lost / fast:.2f}' for _, lost in spent)}", flush=True)


class OneInHundred:
    """What becomes of the segments, written or notified: one of each hundred is lost."""

    def __init__(self) -> None:
        self._source = random.Random(1)
        self._left: list[bool] = []

    def __call__(self, segment: bytes) -> tuple[bytes, ...]:
        """Tell what becomes of a segment."""
        if not self._left:
            self._left = [True] + [False] * 99
            self._source.shuffle(self._left)
        return () if self._left.pop() else (segment,)


def certified(connect: Callable[[], Any], speed: float, secret: bytes | None, rounds: int) -> list[Cost]:
    """Certify a lot so many times; `speed` of the bare link tells its size."""
    invoices = lot_for(speed)
    costs = []
    log = Log()
    with Protected() as protected, Reader.open(watched(connect, log), secret=secret) as reader:
        ready(reader)
        for _ in range(rounds):
            log.written.clear()
            log.read.clear()
            certify(reader, invoices, log)
            costs.append(cost_of(log, protected))
    return costs


def air_speed(mtu: int) -> float:
    """Bytes a second that the air can carry one way."""
    return PER_TURN * (mtu - _HEAD) * 1000 / INTERVAL_MS


def lot_for(speed: float) -> int:
    """Invoices of a lot that a link of so many bytes a second carries in `STREAM_S`."""
    return max(3, min(LONGEST, int(speed * STREAM_S) // _INVOICE))


def ready(reader: Reader) -> None:
    """Read the PS's card and unlock it."""
    reader.read_ps_card()
    reader.unlock("1234")


def certify(reader: Reader, invoices: int, log: Log) -> None:
    """Have a lot of so many invoices signed."""
    reader.certify_lot(
        sheets.lot(invoices),
        kind="FSE",
        mode="03",
        invoices=invoices,
        total=invoices * sheets.FEE,
        on_progress=log.on_progress,
    )


class Sink:
    """A pseudo-terminal whose bytes go nowhere, and are counted."""

    def __enter__(self) -> Sink:
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        self.path = os.ttyname(self._slave)
        self._count, self._goal, self._there = 0, 1, threading.Event()
        self._thread = threading.Thread(target=self._drain, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._slave)
        self._thread.join(1)

    def _drain(self) -> None:
        try:
            while data := os.read(self._master, 4096):
                self._count += len(data)
                if self._count >= self._goal:
                    self._there.set()
        except OSError:
            return

    def speed(self, stream: Any, size: int) -> float:
        """Bytes a second, of `size` bytes written in one go."""
        time.sleep(WARM_S)  # what opened the stream has arrived
        self._there.clear()
        self._goal = self._count + size
        start = time.perf_counter()
        stream.write(b"\x55" * size)
        if not self._there.wait(60):
            raise TimeoutError(f"the link carried {self._count - self._goal + size} of {size} bytes")
        return size / (time.perf_counter() - start)


def show(what: str, bare: float, costs: list[Cost]) -> None:
    """The median run: its share, and where the rest goes."""
    one = sorted(costs, key=lambda cost: cost.useful / cost.seconds)[len(costs) // 2]
    speed = one.useful / one.seconds
    idle = 1 - one.written / one.seconds / bare
    kinds = ", ".join(f"{100 * size / one.written:.2f} {kind}" for kind, size in one.kinds.items() if size)
    every = " ".join(f"{cost.useful / cost.seconds / bare:.3f}" for cost in costs)
    print(
        f"{what:24} {speed:7.0f} B/s of {bare:7.0f}   share {speed / bare:.3f} (of {every})\n"
        f"{'':24} of 100 bytes written: {kinds}\n"
        f"{'':24} answers {100 * one.back / one.written:.1f} the other way; "
        f"line idle {idle:.1%} of {one.seconds:.2f} s",
        flush=True,
    )
