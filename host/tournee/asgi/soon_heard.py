"""HTTP with a head that must come soon: a connection that sends half of one holds no place."""

from __future__ import annotations

import asyncio

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_S = 10.0
LINES_MAX = 512


class SoonHeard(H11Protocol):
    """uvicorn's own protocol; a request's head that is not whole after `HEAD_S` ends the connection."""

    head_s = HEAD_S
    _late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """As the one above, and waits for a first request; there are `LINES_MAX` at most."""
        super().connection_made(transport)
        self._expect()
        if len(self.connections) > LINES_MAX:
            transport.close()

    def data_received(self, data: bytes) -> None:
        """As the one above; what begins a request has to end its head soon."""
        super().data_received(data)
        if self.cycle is None or self.cycle.response_complete:
            if self._late is None and self.conn.trailing_data[0]:
                self._expect()
        else:
            self._heard()

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        """As the one above."""
        self._heard()
        super().handle_websocket_upgrade(event)

    def connection_lost(self, exc: Exception | None) -> None:
        """As the one above."""
        self._heard()
        super().connection_lost(exc)

    def _expect(self) -> None:
        self._late = self.loop.call_later(self.head_s, self._cut)

    def _heard(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _cut(self) -> None:
        self._late = None
        if (self.cycle is None or self.cycle.response_complete) and not self.transport.is_closing():
            self.transport.close()
