"""When the server visits a mailbox: who asks hears of what came before, however shortly after another."""

from __future__ import annotations

import mailbox
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tournee.exchange.mail_endpoints import Mailbox, MailboxKind
from tournee.exchange.route import Route
from tournee.server.mail import mailing
from tournee.server.mail.letters import Letters
from tournee.server.mail.mailing import MailVisitor
from tournee.server.records import ServerRecords


class Turn:
    """A lock; `asked` is let go of once for each who waits for it."""

    def __init__(self) -> None:
        self._lock, self.asked = threading.Lock(), threading.Semaphore(0)

    def __enter__(self) -> None:
        self.asked.release()
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()


class Box:
    """A Maildir, and a server that visits it; `opened` is how often."""

    def __init__(self, home: Path, records: ServerRecords, monkeypatch: pytest.MonkeyPatch) -> None:
        self.maildir = mailbox.Maildir(home / "retours")
        self.records, self.opened = records, 0
        self.entered, self.go_on = threading.Event(), threading.Event()
        self.go_on.set()
        place = Mailbox(MailboxKind.MAILDIR, path=home / "retours")
        route = Route("oct", "oct@test.example", "ps@test.example", "732829320", None, place)
        self.visitor = MailVisitor(Letters(records), {"oct": route})
        real = self.visitor._take

        def take(name: str, box: Mailbox) -> None:
            self.opened += 1
            self.entered.set()
            assert self.go_on.wait(20)
            real(name, box)

        monkeypatch.setattr(self.visitor, "_take", take)

    def come(self, subject: str) -> None:
        self.maildir.add(f"Subject: {subject}\r\n\r\n{subject}\r\n".encode())

    @property
    def kept(self) -> int:
        return len(self.records.rows("SELECT id FROM letter"))


@pytest.fixture
def box(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Box]:
    monkeypatch.setattr(mailing, "VISIT_AGAIN_S", 0.05)
    records = ServerRecords(tmp_path / "serveur", lambda: datetime.now(UTC))
    yield Box(tmp_path, records, monkeypatch)
    records.close()


def test_what_came_just_after_a_visit_is_there_for_who_asks_next(box: Box):
    box.visitor.visit()
    box.come("ARL")
    box.visitor.visit()
    assert box.kept == 1


def test_who_waits_for_a_visit_shares_the_next_one(box: Box):
    box.go_on.clear()
    box.visitor._turn = turn = Turn()  # type: ignore[assignment]
    asking = [threading.Thread(target=box.visitor.visit) for _ in range(6)]
    asking[0].start()
    assert box.entered.wait(20)
    for one in asking[1:]:
        one.start()
    assert all(turn.asked.acquire(timeout=20) for _ in asking)
    box.come("ARL")
    box.go_on.set()
    for one in asking:
        one.join()
    assert (box.opened, box.kept) == (2, 1)


def test_a_server_that_stops_visits_no_more(box: Box):
    box.visitor.visit()
    box.visitor.stop()
    box.come("ARL")
    box.visitor.visit()
    assert box.kept == 0
