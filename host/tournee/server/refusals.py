"""What the server refuses: a word out of the protocol's table."""

from __future__ import annotations

from tournee.exchange.practice_server.protocol import FAULTS


class RefusalError(Exception):
    """A request is refused; `code` is one of `FAULTS`, `detail` a few French words more, of no person."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code, self.detail = code, detail
        self.status = FAULTS[code].status
