"""One practice, many threads: nothing lost, nothing twice, and no word of SQLite's."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from editor import CODE, DELIVERED, Editor, blood_taken, day, journal_of

from tournee import api

THREADS = 8


def test_the_journal_says_in_french_that_it_is_another_threads(editor: Editor) -> None:
    with journal_of(editor.folder) as journal, ThreadPoolExecutor(1) as other:
        for ask in (journal.overview, journal.close):
            with pytest.raises(api.StoreError, match="dans un autre fil d’exécution") as told:
                other.submit(ask).result()
            assert "sauvegarde" not in str(told.value)
            assert "SQLite" not in str(told.value)


def test_eight_threads_take_visits_and_ask_at_once(editor: Editor) -> None:
    def work(rank: int) -> tuple[int, ...]:
        taken = []
        for turn in range(4):
            on = date(2026, 11, 15) - timedelta(days=rank * 4 + turn)
            visit = blood_taken(f"{rank}-{turn}", prescription={"date": on, "prescripteur": "751000126"})
            (one,) = api.take_visits(editor.practice, day(visit, on=on)).visits
            assert one.answer is api.VisitAnswer.NEW, one
            taken.append(one.visit)
            assert api.price(editor.practice, day(visit, on=on)).fee
            api.invoices(editor.practice)
            api.alerts(editor.practice)
            api.make_files(editor.practice)
        return tuple(taken)

    with ThreadPoolExecutor(THREADS) as threads:
        found = [one for taken in threads.map(work, range(THREADS)) for one in taken]
    assert sorted(found) == list(range(1, 4 * THREADS + 1))


def test_eight_threads_that_send_at_once_send_once(waiting: Editor) -> None:
    with ThreadPoolExecutor(THREADS) as threads:
        sent = [one for done in threads.map(lambda _: api.send(waiting.practice), range(16)) for one in done]
    assert [one.standing for one in sent] == [api.MessageStanding.SENT]
    assert len(waiting.outbox.carried) == 1


def test_messages_are_handed_over_to_one_of_eight_threads(waiting: Editor) -> None:
    with ThreadPoolExecutor(THREADS) as threads:
        given = list(threads.map(lambda _: api.hand_over(waiting.practice), range(16)))
    assert sum(map(len, given)) == 1


def test_eight_threads_at_the_reader_certify_each_visit_once(bedside: Editor) -> None:
    told = day(*(blood_taken(f"v{rank}", heure=f"{8 + rank}:00") for rank in range(3)))
    visits = api.take_visits(bedside.practice, told, twins=True).visits
    with ThreadPoolExecutor(THREADS) as threads:
        done = [
            one
            for found in threads.map(lambda _: api.certify(bedside.practice, lambda: CODE), range(THREADS))
            for one in found
        ]
    assert sorted(one.visit for one in done) == [one.visit for one in visits]
    assert len({one.invoice for one in done}) == len(visits)


def test_a_slow_transport_keeps_nobody_from_asking(waiting: Editor) -> None:
    leaving, asked = threading.Event(), threading.Event()

    def carry(message: api.OutgoingMessage) -> api.Delivery:
        leaving.set()
        assert asked.wait(60)
        return DELIVERED

    waiting.outbox.says = carry
    with ThreadPoolExecutor(1) as other:
        sending = other.submit(api.send, waiting.practice)
        assert leaving.wait(60)
        assert api.alerts(waiting.practice).cursor == ""
        api.take_visits(waiting.practice, day(blood_taken()))
        asked.set()
        assert [one.standing for one in sending.result()] == [api.MessageStanding.SENT]


def test_closing_waits_for_what_is_under_way(waiting: Editor) -> None:
    leaving, closing = threading.Event(), threading.Event()

    def carry(message: api.OutgoingMessage) -> api.Delivery:
        leaving.set()
        assert closing.wait(60)
        return DELIVERED

    def close() -> None:
        closing.set()
        waiting.practice.close()

    waiting.outbox.says = carry
    with ThreadPoolExecutor(2) as others:
        sending = others.submit(api.send, waiting.practice)
        assert leaving.wait(60)
        others.submit(close).result()
        assert [one.standing for one in sending.result()] == [api.MessageStanding.SENT]
    with pytest.raises(api.PracticeClosedError):
        api.send(waiting.practice)
