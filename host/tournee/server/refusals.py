"""What the server refuses: a word out of the protocol's table."""

from __future__ import annotations

from tournee.errors import ExchangeError
from tournee.exchange.practice_server.protocol import FAULTS


class RefusalError(ExchangeError):
    """A request is refused; `code` is one of `FAULTS`, `detail` a few French words more, of no person."""

    def __init__(self, code: str, detail: str = "") -> None:
        fault = FAULTS[code]
        super().__init__(fault.message, cause=detail, next_step=fault.next_step)
        self.code, self.detail, self.status = code, detail, fault.status
