"""One visit to a mail server: a deadline, and a budget of bytes, over all that is read and written in it.

Both stand at the socket, below the protocols: whatever a server says, lies about or lets drip, before login
and after QUIT, the visit ends in time and in memory.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from tournee.exchange.route import Security, Server

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer

BUDGET = 512 * 2**20  # bytes of one visit; what is left waits for the next
ANSWER_MAX = 2**20  # bytes of one answer, but for a listing or a message
LINES_MAX = 100_000  # lines of one listing
FAREWELL = 5.0  # seconds given to leaving
FAREWELL_MAX = 64 * 2**10  # bytes of it
_WAITS = 5  # a visit may last so many times one wait
_ENDING = 0.8  # of time or budget: no further letter is begun


class VisitOverError(OSError):
    """The server drips, or sends without end: the visit is over."""


class MailVisit:
    """What is left of one visit. `clock` gives seconds that only grow."""

    def __init__(self, seconds: float, budget: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._seconds, self._budget = seconds, budget
        self._began = clock()
        self._taken = 0
        self._answer_end = ANSWER_MAX

    @classmethod
    def of(cls, server: Server, budget: int | None = None, patience: float = 0.0) -> MailVisit:
        """A visit of a few times the server's wait, and of `patience` more, in seconds."""
        return cls(_WAITS * server.timeout + patience, BUDGET if budget is None else budget)

    @property
    def is_ending(self) -> bool:
        """Whether no further letter should be begun, so that there is time to leave properly."""
        spent = self._clock() - self._began
        return spent > _ENDING * self._seconds or self._taken > _ENDING * self._budget

    def answer(self, most: int = ANSWER_MAX) -> None:
        """A command is given: its answer has at most `most` bytes."""
        self._answer_end = self._taken + most

    def leaving(self) -> None:
        """The last command is given: a few seconds more, whatever is left, and a few bytes."""
        self._seconds = self._clock() - self._began + FAREWELL
        self._budget = self._taken + FAREWELL_MAX
        self._answer_end = self._budget

    def wait(self, most: float | None) -> float:
        """How long to wait for the socket, in seconds; VisitOverError when there is no time."""
        left = self._seconds - (self._clock() - self._began)
        if left <= 0:
            raise VisitOverError("le serveur répond trop lentement : la visite est close")
        return left if most is None else min(most, left)

    def may_take(self, count: int) -> None:
        """VisitOverError when that many bytes more are too many: a length was announced."""
        if self._taken + count > min(self._budget, self._answer_end):
            raise VisitOverError("le serveur envoie sans fin : la visite est close")

    def took(self, count: int) -> None:
        """So many bytes were read."""
        self.may_take(count)
        self._taken += count


class _Counted(socket.socket):
    """A socket that waits and reads as its visit allows."""

    visit: MailVisit

    def recv_into(self, buffer: WriteableBuffer, nbytes: int | None = None, flags: int = 0) -> int:
        wait = self.gettimeout()
        self.settimeout(self.visit.wait(wait))
        try:
            count = super().recv_into(buffer, nbytes or memoryview(buffer).nbytes, flags)
        finally:
            self.settimeout(wait)
        self.visit.took(count)
        return count

    def send(self, data: ReadableBuffer, flags: int = 0) -> int:
        wait = self.gettimeout()
        self.settimeout(self.visit.wait(wait))
        try:
            return super().send(data, flags)
        finally:
            self.settimeout(wait)

    def sendall(self, data: ReadableBuffer, flags: int = 0) -> None:
        with memoryview(data).cast("B") as view:
            sent = 0
            while sent < len(view):
                sent += self.send(view[sent : sent + 64 * 1024], flags)


class _CountedTls(_Counted, ssl.SSLSocket):
    """The same over TLS."""


def connect(server: Server, visit: MailVisit, context: ssl.SSLContext) -> socket.socket:
    """A connection of this visit, nothing said yet; over TLS where it is to be so from the first byte.

    Raises OSError, SSLError among them.
    """
    plain = socket.create_connection((server.host, server.port), visit.wait(server.timeout))
    counted = _Counted(plain.family, plain.type, plain.proto, plain.detach())
    counted.settimeout(server.timeout)
    counted.visit = visit
    if server.security is not Security.TLS:
        return counted
    return context.wrap_socket(counted, server_hostname=server.host)


def counted_tls(context: ssl.SSLContext, visit: MailVisit) -> ssl.SSLContext:
    """`context`, whose sockets are of this visit."""
    context.sslsocket_class = type("CountedTls", (_CountedTls,), {"visit": visit})
    return context
