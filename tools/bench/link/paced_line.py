"""A serial line, full duplex, in a process of its own: each way carries `baud` / 10 bytes a second, no more.

python paced_line.py BAUD     prints the near end's path; reads the far end's from its input, one a line

The near end is a pseudo-terminal made here, the far end one that is there; each path given joins another far
end to the same line, and is answered by a line of what the line has carried. A byte is handed over when its
last bit is out. What waits to be sent is kept as by a driver, up to `ROOM`, and its sender waits beyond that;
what the receiver does not take is lost, as on a line without flow control, and counted.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import subprocess
import sys
import time
import tty
from pathlib import Path
from typing import Any

BITS = 10  # of a byte on the line
ROOM = 4096  # bytes that wait on the sender's side; half of it is asked for at once
GRAIN_S = 0.0005  # bytes are handed over at most so much later than their last bit; or at the end of a burst
PRIORITY = -10  # where that is allowed


class Way:
    """One direction of the line: from `source` to `sink`, descriptors that do not block."""

    def __init__(self, baud: int) -> None:
        self._byte_s = BITS / baud
        self._grain = max(1, int(GRAIN_S / self._byte_s))
        self._waiting = bytearray()
        self._free_at = 0.0  # when the first of `waiting` begins
        self.carried = self.lost = 0

    def wants(self) -> bool:
        """Whether there is room enough to ask the source for more."""
        return len(self._waiting) <= ROOM // 2

    def take(self, source: int, now: float) -> None:
        """Take what the sender has given."""
        try:
            data = os.read(source, ROOM // 2)
        except OSError:  # nobody is there
            return
        if not self._waiting:
            self._free_at = max(self._free_at, now)
        self._waiting += data

    def carry(self, sink: int, now: float) -> None:
        """Hand over what is through."""
        due = min(int((now - self._free_at) / self._byte_s + 1e-6), len(self._waiting))
        if due < 1:
            return
        try:
            taken = os.write(sink, self._waiting[:due])
        except OSError:
            taken = 0
        self.carried += due
        self.lost += due - taken
        self._free_at += due * self._byte_s
        del self._waiting[:due]

    def due_at(self) -> float | None:
        """When `carry` has something to do again."""
        if not self._waiting:
            return None
        return self._free_at + min(self._grain, len(self._waiting)) * self._byte_s


def carry(baud: int) -> None:
    """Be the line until the input ends."""
    with contextlib.suppress(OSError):  # where that is not allowed, a busy machine makes the line late
        os.setpriority(os.PRIO_PROCESS, 0, PRIORITY)
    near, held = os.openpty()  # held: who has the near end may close it and come again
    tty.setraw(held)
    os.set_blocking(near, False)
    out, back = Way(baud), Way(baud)
    print(os.ttyname(held), flush=True)
    far = -1
    while True:
        sources = [sys.stdin.fileno()]
        sources += [near] if out.wants() and far >= 0 else []
        sources += [far] if back.wants() and far >= 0 else []
        moments = [moment for moment in (out.due_at(), back.due_at()) if moment is not None]
        patience = max(0.0, min(moments) - time.perf_counter()) if moments else None
        ready, _, _ = select.select(sources, [], [], patience)
        now = time.perf_counter()
        if near in ready:
            out.take(near, now)
        if far in ready:
            back.take(far, now)
        out.carry(far, now)
        back.carry(near, now)
        if sys.stdin.fileno() in ready:
            path = sys.stdin.readline().strip()
            if not path:
                return
            if far >= 0:
                os.close(far)
            far = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
            tty.setraw(far)
            print(
                json.dumps({"out": out.carried, "back": back.carried, "lost": out.lost + back.lost}),
                flush=True,
            )


class PacedLine:
    """A context: a line of this speed; `near` is the path of the host's end."""

    def __init__(self, baud: int) -> None:
        self.baud = baud

    def __enter__(self) -> PacedLine:
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__)), str(self.baud)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        self.near = self._process.stdout.readline().strip()
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait()

    def join(self, far: str) -> dict[str, Any]:
        """Put this pseudo-terminal at the far end; what the line has carried so far, and lost, in bytes."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(far + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())


if __name__ == "__main__":
    carry(int(sys.argv[1]))
