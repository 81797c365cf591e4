"""The whole reader: arena, two slots, service and link, tied together and driven by one loop.

A board hands in what it has; the core asks for nothing else:

    stream      read(buf, timeout_ms) -> bytes read, 0 after the time-out, -1 when the line is closed;
                write(buf, start, n) -> bytes written, 0 when it can take none now
    slots       PS's card, Vitale: present, activate, deactivate, guard, speed, write, read
                (see `reader.transmission.line`, `reader.transmission.channel`)
    channel     what makes a channel of a slot, where the board has something better than bytes (PC/SC)
    ticks       milliseconds, wrapping at 2**30
    flash       what the board keeps without power, if it does: `journal` (see `reader.storage.journal`)
    window      how many RECORDS may be under way: one that is worked on, the others wait in the stream
    early       bytes for what cannot be taken yet (see `reader.link.reorder_buffer`), 0 for none
"""

import gc

from reader.arena import Arena
from reader.cards.cps import PsCard
from reader.cards.files import Files
from reader.cards.vitale import VitaleCard
from reader.link.session import Link
from reader.service import Service
from reader.transmission.channel import Channel
from sesam.octets import wipe
from sesam.port import const

_IDLE_MS = const(200)  # between two looks at the slots
_HELD_UP_MS = const(10)  # between two attempts to write what the stream did not take


class Heap:
    """What MicroPython says of its heap; zeros where the runtime does not know (CPython).

    `peak` is the highest use that `sample` saw: in the depth of a card's exchange and after every
    request. What boot leaves behind is collected before.
    """

    def __init__(self) -> None:
        self._used = getattr(gc, "mem_alloc", None)
        self.size = gc.mem_alloc() + gc.mem_free() if self._used else 0
        self.peak = 0

    def used(self) -> int:
        """Bytes in use now."""
        return self._used() if self._used else 0

    def sample(self) -> None:
        """Keep the highest use seen."""
        used = self.used()
        if used > self.peak:
            self.peak = used


class Core:
    """The reader on a board. `step` does one round of the loop; `run` loops until the link is closed."""

    def __init__(
        self,
        stream: object,
        slots: tuple,
        ticks: object,
        sha256: object,
        name: bytes,
        message_max: int,
        clock_khz: int,
        channel: object = Channel,
        flash: object = None,
        protection: object = None,
        opposition: int = 0,
        window: int = 1,
        early: int = 0,
    ) -> None:
        arena = Arena(message_max, sha256, opposition, early)
        self._stream = stream
        self._ticks = ticks
        self._protection = protection
        self._chunk = arena.chunk
        self._ps = channel(slots[0], arena, clock_khz, ticks, self._alive)
        self._vitale = channel(slots[1], arena, clock_khz, ticks, self._alive)
        files = Files(arena)
        ps = PsCard(self._ps, files, arena)
        filtered = None
        if opposition:
            from reader.cards.opposition import Opposition  # a board without it loads nothing of it

            filtered = Opposition(arena, self._vitale)
        vitale = VitaleCard(self._vitale, files, arena, filtered)
        self.heap = Heap()
        self.service = Service(arena, ps, vitale, self.heap, name, flash, filtered, self._alive, window)
        if protection and self.service.journal:
            protection.recall(self.service.journal)
        kept = None
        if early:
            from reader.link.reorder_buffer import ReorderBuffer

            kept = ReorderBuffer(arena.early)
        self.link = Link(arena, self.service, ticks, protection, kept)

    def run(self) -> None:
        """Serve until the link is closed, or `service.restarts` says that the board is to start anew."""
        gc.collect()  # all is made: what is in use now is what the reader needs
        self.heap.sample()
        while self.step(_IDLE_MS):
            pass

    def step(self, timeout_ms: int) -> bool:
        """Take what the link brings within `timeout_ms`, answer it, look at the slots; False when the link is
        closed."""
        chunk = self._chunk
        self._flush()
        if self.link.sender.pending():
            timeout_ms = _HELD_UP_MS
        n = self._stream.read(chunk, timeout_ms)
        if n < 0:
            return False
        at = 0
        while at < n:
            at = self.link.feed(chunk, n, at)
            self._flush()
            self.link.poll(self._ticks())
            self._flush()
        wipe(chunk, 0, n)  # it may have held the code porteur
        if self._protection:
            self._protection.watch()
        self._ps.watch()
        self._vitale.watch()
        return not self.service.restarts or self.link.sender.pending() > 0

    def _alive(self) -> None:
        """A card's exchange begins, or its answer is being waited for."""
        self.heap.sample()
        self.link.keep_alive()
        self._flush()

    def _flush(self) -> None:
        sender = self.link.sender
        n = sender.pending()
        while n:
            written = self._stream.write(sender.out, sender.out_at, n)
            if written < 1:
                return
            sender.sent(written)
            n = sender.pending()
