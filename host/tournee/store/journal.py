"""The journal of everything made, sent and received: the one door to it."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from tournee.store.cipher import Cipher
from tournee.store.database import SCHEMA
from tournee.store.health import Health
from tournee.store.opposition import OppositionJournal
from tournee.store.overview import Overview
from tournee.store.remaking import Remaking
from tournee.store.tracing import Tracing
from tournee.store.waiting import Waiting


class Journal(Health, Tracing, Remaking, Overview, Waiting, OppositionJournal):
    """One SQLite file; each operation is one transaction, on the disk when it returns.

    Days and invoices are in `invoices`, lots and files in `lots`, messages in `messages`, returns in
    `received`, the opposition list in `opposition`, questions across them in `tracing`, `overview` and
    `waiting`. Opening it turns messages found transmitting into uncertain ones. Errors: StoreError, and
    whatever a `build` function raises, which then leaves no trace.
    """

    def __init__(
        self,
        path: Path | str,
        cipher: Cipher,
        clock: Callable[[], datetime],
        on_step: Callable[[str], None] | None = None,
        *,
        busy_seconds: float = 5.0,
        schema: Path = SCHEMA,
        station: int | None = None,
    ) -> None:
        super().__init__(
            path, cipher, clock, on_step, busy_seconds=busy_seconds, schema=schema, station=station
        )
        try:
            self.recover()
        except BaseException:
            self.close()
            raise
