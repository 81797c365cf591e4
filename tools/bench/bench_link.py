"""A lot's records streamed to the reader over paced links, against the same bytes on the bare link.

Serial lines are paced here, byte by byte; Bluetooth by an air that carries six packets each way every 15 ms.
The bare link carries the same bytes one way, with nothing around them and no answer, in the same run.
"""

from __future__ import annotations

import os
import random
import sys
import tempfile
import threading
import time
import tty
from collections.abc import Callable
from pathlib import Path
from typing import Any

from measure import row

SHEETS = Path(__file__).resolve().parents[2] / "tests" / "reader"
BAUDS = (115_200, 1_000_000)
MTUS = (23, 64, 185, 247)
INTERVAL_MS = 15
INVOICES = 10
LONG = 40
_RECORD = 128
BITS = 10  # of a byte on a serial line
SECRET = bytes(range(32))


class PacedLine:
    """A transport whose bytes take their time, each way, as on a serial line; they are counted."""

    def __init__(self, inner: Any, baud: int) -> None:
        self._inner = inner
        self._byte_s = BITS / baud if baud else 0.0
        self._free_at = 0.0  # the line to the host
        self.written = self.taken = self.turns = 0

    def write(self, data: bytes | bytearray, more: bool = False) -> None:
        """Send, and be there until the last bit is out."""
        end = time.perf_counter() + len(data) * self._byte_s
        self.written += len(data)
        self.turns += 1
        wait_until(end)
        self._inner.write(data)

    def read(self, timeout_ms: int) -> bytes:
        """What has come in, once the line has carried it."""
        data: bytes = self._inner.read(timeout_ms)
        self.taken += len(data)
        self._free_at = max(self._free_at, time.perf_counter()) + len(data) * self._byte_s
        wait_until(self._free_at)
        return data

    def close(self) -> None:
        """Close it."""
        self._inner.close()


def wait_until(end: float) -> None:
    """Sleep, and at the very end look at the clock."""
    while (left := end - time.perf_counter()) > 0:
        time.sleep(left if left > 0.001 else 0)


class Streaming:
    """Watches a certification: when its records begin to go, and when they are all there."""

    def __init__(self, line: PacedLine) -> None:
        self._line = line
        self._marks: list[tuple[float, int, int, int, int]] = []

    def __call__(self, done: int, of: int) -> None:
        """So many records are there."""
        line = self._line
        self._marks.append((time.perf_counter(), done, line.written, line.taken, line.turns))

    def spent(self) -> tuple[float, int, int, int, int]:
        """Seconds, the lot's bytes, bytes written, bytes read, turns, between the first mark and the last."""
        first, last = self._marks[0], self._marks[-1]
        spent, records, out, back, turns = (b - a for a, b in zip(first, last, strict=True))
        return spent, int(records) * _RECORD, int(out), int(back), int(turns)


def run() -> None:
    """Serial lines, then Bluetooth at each MTU; in clear, and over the protected channel."""
    sys.path.insert(0, str(SHEETS))
    from tournee.emulation.board import EmulatedBoard
    from tournee.emulation.cards import load_card
    from tournee.reader.maker import MakerReader

    with tempfile.TemporaryDirectory() as folder:
        for secret in (None, SECRET):
            print("protected channel" if secret else "in clear", flush=True)
            flash = Path(folder) / f"flash-{bool(secret)}"
            if secret:
                with EmulatedBoard(flash=flash) as board, MakerReader.open(board.link_url) as reader:
                    reader.provision("TRN-BENCH", secret)
            with EmulatedBoard(flash=flash) as board:
                board.insert("ps", load_card("infirmiere"))
                board.insert("vitale", load_card("moreau"))
                for baud in BAUDS:
                    serial(board, baud, secret)
                for mtu in MTUS:
                    bluetooth(board, mtu, secret)
                loss(board, secret)


def serial(board: Any, baud: int, secret: bytes | None) -> None:
    """One line."""
    from tournee.reader.transport import SerialTransport

    lines: list[PacedLine] = []

    def connect() -> PacedLine:
        lines.append(PacedLine(SerialTransport(board.link_url), baud))
        return lines[-1]

    show(f"serial, {baud:,} baud", connect, lines, lambda size: size * BITS / baud, secret)


def bluetooth(board: Any, mtu: int, secret: bytes | None) -> None:
    """One MTU; then the time from the reader's coming into range until both cards are read."""
    from tournee.emulation.bluetooth.air import Air
    from tournee.reader import Reader
    from tournee.reader.bluetooth import BluetoothTransport, pair

    def opened(air: Any) -> Callable[[], BluetoothTransport]:
        address = air.place_reader(board.link_url)
        pair(address, air.radio)
        return lambda: BluetoothTransport(address, air.radio)

    with Sink() as sink, Air(mtu=mtu, interval_ms=INTERVAL_MS) as air:
        address = air.place_reader(sink.path)
        pair(address, air.radio)
        bare_stream = BluetoothTransport(address, air.radio)
        bare: Callable[[int], float] = lambda size: sink.carry(bare_stream, size)  # noqa: E731
        with Air(mtu=mtu, interval_ms=INTERVAL_MS) as ours:
            connect = opened(ours)
            lines: list[PacedLine] = []

            def join() -> PacedLine:
                lines.append(PacedLine(connect(), 0))
                return lines[-1]

            show(f"BLE {INTERVAL_MS} ms, MTU {mtu}", join, lines, bare, secret)
            start = time.perf_counter()
            with Reader.open(connect, secret=secret) as reader:
                reader.read_ps_card()
                reader.read_vitale()
            print(
                f"{'':24} from in range to both cards read {time.perf_counter() - start:6.2f} s", flush=True
            )


def loss(board: Any, secret: bytes | None) -> None:
    """A long lot at the largest MTU, without a loss and with one piece in a hundred lost."""
    import reader_sheets as sheets

    from tournee.emulation.bluetooth.air import Air
    from tournee.reader import Reader
    from tournee.reader.bluetooth import BluetoothTransport, pair

    source = random.Random(1)
    times = []
    for share in (0.0, 0.0, 0.01):  # the first has the lot signed: the card works but once
        fault: Callable[[bytes], tuple[bytes, ...]] = (  # noqa: E731
            lambda piece, share=share: () if source.random() < share else (piece,)
        )
        with Air(fault=fault, interval_ms=INTERVAL_MS) as air:
            address = air.place_reader(board.link_url)
            pair(address, air.radio)
            stream = lambda: BluetoothTransport(address, air.radio)  # noqa: E731, B023
            with Reader.open(stream, secret=secret) as reader:
                reader.read_ps_card()
                reader.unlock("1234")
                lot = sheets.lot(LONG)
                start = time.perf_counter()
                reader.certify_lot(lot, kind="FSE", mode="03", invoices=LONG, total=LONG * sheets.FEE)
                times.append(time.perf_counter() - start)
    row(f"lot of {LONG}, one piece in 100 lost", times[2], "none lost", times[1])


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

    def carry(self, stream: Any, size: int) -> float:
        """Seconds that `size` bytes take."""
        time.sleep(0.1)  # what opened the stream has arrived
        self._there.clear()
        self._goal = self._count + size
        start = time.perf_counter()
        stream.write(b"\x55" * size)
        self._there.wait(60)
        return time.perf_counter() - start


def show(
    what: str,
    connect: Callable[[], PacedLine],
    lines: list[PacedLine],
    bare: Callable[[int], float],
    secret: bytes | None,
) -> None:
    """Certify a lot over the link; one line of figures."""
    import reader_sheets as sheets

    from tournee.reader import Reader

    lot = sheets.lot(INVOICES)
    with Reader.open(connect, secret=secret) as reader:
        reader.read_ps_card()
        reader.unlock("1234")
        watch = Streaming(lines[-1])
        reader.certify_lot(
            lot, kind="FSE", mode="03", invoices=INVOICES, total=INVOICES * sheets.FEE, on_progress=watch
        )
    spent, size, out, back, turns = watch.spent()
    alone = bare(size)
    rest = spent - alone * (out + back) / size
    print(
        f"{what:24} {size / spent:8.0f} B/s of {size / alone:8.0f}   share {alone / spent:5.2f}   "
        f"around each byte {out / size - 1:5.3f} out, {back / size:5.3f} back; "
        f"{turns} turns of {rest / turns * 1000:5.1f} ms besides",
        flush=True,
    )
