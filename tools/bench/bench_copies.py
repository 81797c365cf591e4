"""The copy that follows a journal: bytes and seconds that one invoice more takes, by what the journal holds.

The server is one that says yes at once: what is told is the host's own work. The floor is the copy of the
file itself.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import time
from pathlib import Path

from measure import MEGABYTE, RIG

COUNTS, A_DAY = (2_000, 10_000), 21
STEPS = 12


def run() -> None:
    """One line a size."""
    sys.path.insert(0, str(RIG))
    from big_journal import _VISIT, TODAY, _certified, big_journal, copy_of
    from many_invoices import KEY, PS, Maker

    from tournee.app.copies.following import follow
    from tournee.exchange.practice_server.client import PracticeServer
    from tournee.exchange.practice_server.protocol import PracticeAnswer, PracticeRequest
    from tournee.store import Cipher, Journal

    class Yes:
        """A server that says yes."""

        def carry(self, request: PracticeRequest, on_reached: object = None) -> PracticeAnswer:
            return PracticeAnswer(200, json.dumps({"parts": []}).encode())

    for count in COUNTS:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            path = copy_of(big_journal(count, A_DAY), folder)
            size = path.stat().st_size
            start = time.perf_counter()
            shutil.copy(path, folder / "floor.db")
            floor = time.perf_counter() - start
            with Journal(path, Cipher(KEY), lambda: TODAY, station=0) as journal:
                server = PracticeServer(Yes())
                first = follow(journal, server)
                sent, seconds = [], []
                for rank in range(STEPS):
                    journal.visits.add_day(f"bench {rank}", PS, f"{TODAY:%Y%m%d}", [_VISIT])
                    (row,) = journal.db.rows("SELECT max(id) AS id FROM visit")
                    _certified(journal, Maker(), row["id"])
                    start = time.perf_counter()
                    done = follow(journal, server)
                    seconds.append(time.perf_counter() - start)
                    sent.append(done.bytes)
            sent.sort()
            seconds.sort()
            more = f"one more {sent[STEPS // 2] / 1024:6.1f} KiB, {seconds[STEPS // 2] * 1000:6.0f} ms"
            print(
                f"{count:6} invoices, {size / MEGABYTE:6.1f} MiB:",
                f"first copy {first.bytes / MEGABYTE:6.2f} MiB; {more}",
                f"  (a copy of the file: {floor * 1000:.0f} ms)",
                flush=True,
            )
