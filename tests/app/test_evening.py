"""One touch in the evening: lots closed, files made, sent, returns fetched; once, whatever is touched."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from days import CODE, MOMENT, short_day
from life import office_of
from surroundings import Surroundings

from tournee.app.cards import read_ps, read_vitale, unlock
from tournee.app.certify import certify_visit, pending_visits, visits_for
from tournee.app.context import Office
from tournee.app.evening.run import EveningStep, OutsideMoney, close, outcome
from tournee.app.evening.waiting import to_send
from tournee.app.inbound import take_return
from tournee.app.outbound import make_files, send
from tournee.app.to_settle import OwingKind, SettleAct, to_settle
from tournee.app.to_settle.acts import ACTS
from tournee.app.to_settle.doing import SettleWords
from tournee.app.visits.importing import import_day
from tournee.errors import ReaderError
from tournee.model import Effect, Means, Outcome, Target
from tournee.reader import Reader
from tournee.web.evening import EveningState
from tournee.web.face import Face
from tournee.web.live.copying import CopyFollower
from tournee.web.live.news import News
from tournee.web.live.reader_seen import CardLeads
from tournee.web.live.watch import ReaderWatch
from tournee.web.ports import Found
from tournee.web.templating import templates


class InlinePorts:
    """Works run at once, on one office and one reader."""

    def __init__(self, office: Office, reader: Reader | None) -> None:
        self.office, self.reader = office, reader

    async def ask_journal(self, work: Callable[[Office], Found]) -> Found:
        return work(self.office)

    async def run_reader(self, work: Callable[[Office, Reader], Found]) -> Found:
        if self.reader is None:
            raise ReaderError("Aucun lecteur.")
        return work(self.office, self.reader)

    async def run_courier(self, work: Callable[[Office], Found]) -> Found:
        return work(self.office)

    async def let_reader_go(self) -> None:
        pass


def face_over(ports: InlinePorts) -> Face:
    news = News()

    async def nothing(state: object) -> CardLeads:
        return CardLeads()

    def clock() -> datetime:
        return MOMENT

    return Face(ports, news, ReaderWatch(ports, news, clock, nothing), clock, CopyFollower(ports, news))


@pytest.fixture
def certified(both: Surroundings, tmp_path: Path) -> Iterator[tuple[Office, Reader]]:
    """A short day whose invoices are certified and in no lot, the card open."""
    with office_of(both.journal, both.world.route()) as office:
        import_day(office, short_day(), "short.toml")
        with Reader.open(both.board.link_url) as reader:
            ps = read_ps(reader)
            unlock(reader, lambda: CODE)
            vitale = read_vitale(office, reader)
            for row, visit in visits_for(pending_visits(office, ps), vitale):
                certify_visit(office, reader, ps, vitale, row, visit)
            yield office, reader


def run(face: Face, times: int = 1) -> None:
    async def sending() -> None:
        for _ in range(times):
            face.evening.start(face)
        await face.evening.ended()

    asyncio.run(sending())


def test_one_touch_sends_everything_and_says_what_came_of_it(certified, both):
    office, reader = certified
    waiting = to_send(office)
    assert waiting.invoices
    assert waiting.needs_card
    face = face_over(InlinePorts(office, reader))
    run(face)
    state = face.evening.state
    assert state.error is None
    assert state.behind == tuple(EveningStep)
    assert state.outcome.sent == waiting.invoices
    assert state.outcome.accepted == waiting.invoices
    assert state.outcome.line == f"{waiting.invoices} acceptée{'s' if waiting.invoices > 1 else ''}"
    assert to_send(office).invoices == 0
    assert [one.accepted for one in to_send(office).before] == [waiting.invoices]


def test_what_is_paid_before_its_acknowledgement_comes_is_accepted_too(certified, both):
    office, reader = certified
    invoices, mark = to_send(office).invoices, office.journal.sendings.mark()
    close(office, reader, lambda label, done, of: None)
    make_files(office)
    assert [one.error for one in send(office)] == [None]
    answers = sorted((both.world.directory / "retours" / "new").iterdir())
    for letter in reversed(answers):
        take_return(office, letter.read_bytes(), "oct")
    found = outcome(office, mark)
    assert (found.sent, found.accepted, found.waiting) == (invoices, invoices, 0)
    assert found.paid_for
    assert outcome(office, office.journal.sendings.mark()).line == "Rien de nouveau"


def test_what_patients_owe_waits_until_it_is_collected(certified):
    office, _ = certified
    owing = [one for one in to_settle(office) if one.kind == OwingKind.PATIENT_OWES]
    assert [one.who for one in owing] == ["Paul Martinez"]
    run_of = ACTS[SettleAct.COLLECT].run
    assert run_of(office, owing[0], SettleWords(means=Means.CHEQUE)).endswith("encaissés")
    (line,) = office.journal.patient_payments.of_visits(set(owing[0].visits))
    assert (line.cents, line.means) == (owing[0].cents, Means.CHEQUE)
    assert OwingKind.PATIENT_OWES not in {one.kind for one in to_settle(office)}


def test_touched_again_while_it_goes_on_it_sends_once(certified, both):
    office, reader = certified
    run(face_over(InlinePorts(office, reader)), times=3)
    assert both.received() == 1


def test_without_network_all_is_kept_and_the_next_touch_goes_on_from_there(certified, both):
    office, reader = certified
    there = office.route
    away = replace(there, submission=replace(there.submission, port=1))
    office.route = away
    face = face_over(InlinePorts(office, reader))
    run(face)
    assert face.evening.state.is_offline
    assert face.evening.offline
    waiting = to_send(office)
    assert waiting.invoices
    assert not waiting.needs_card
    assert both.received() == 0
    office.route = there
    run(face)
    assert not face.evening.offline
    assert face.evening.state.outcome.sent == waiting.invoices
    assert both.received() == 1


def test_without_the_card_nothing_is_touched_and_it_says_so(certified, both):
    office, reader = certified
    both.board.remove("ps")
    with pytest.raises(ReaderError, match="pas dans le lecteur"):
        close(office, reader, lambda label, done, of: None)
    face = face_over(InlinePorts(office, reader))
    run(face)
    assert "pas dans le lecteur" in face.evening.state.error.message
    assert face.evening.state.step is None
    assert both.received() == 0


def test_stopped_before_a_message_it_leaves_everything_whole(certified, both):
    office, reader = certified
    face = face_over(InlinePorts(office, reader))

    async def stopped() -> None:
        face.evening.start(face)
        face.evening.stop()
        await face.evening.ended()

    asyncio.run(stopped())
    assert face.evening.state.was_stopped
    assert both.received() == 0
    run(face)
    assert both.received() == 1


def test_two_sendings_within_an_hour_are_two_and_files_that_left_together_are_one(certified):
    office, reader = certified
    face = face_over(InlinePorts(office, reader))
    run(face)
    import_day(office, short_day("2026-11-14"), "other.toml")
    vitale, ps = read_vitale(office, reader), read_ps(reader)
    for row, visit in visits_for(pending_visits(office, ps), vitale):
        certify_visit(office, reader, ps, vitale, row, visit)
    run(face)
    first, second = (one.accepted for one in to_send(office).before)
    assert first == second > 0


def test_money_outside_invoices_is_told_with_the_run_that_brought_it(certified):
    office, _ = certified
    mark = office.journal.sendings.mark()
    told = (
        Effect(Target.PAYMENT, Outcome.PAID, paid=12_000, code="00101", label="FORFAIT ANNUEL"),
        Effect(Target.PAYMENT, Outcome.PAID, paid=-3_500, label="Retenue (dette 1, IND RPR)"),
        Effect(Target.PAYMENT, Outcome.REMARK, moved=900, label="Mouvement"),
    )
    received = office.journal.returns.take(b"rsp", "oct 1")
    office.journal.returns.settle(received, "RSP", "RSP", told)
    found = outcome(office, mark)
    assert (found.outside.paid, found.outside.held, found.outside.moved) == (12_000, 3_500, 900)
    assert found.outside.labels == ("Forfait annuel",)
    state = EveningState(step=None, outcome=found)
    values = {"state": state, "came": found, "left": to_send(office), "list_day": None, "refused": ()}
    seen = {"reader": None, "now": MOMENT, "address": "/envoi/fait"}
    text = templates().get_template("sending_done.html").render(**values, **seen)
    for words in ("120,00", "versés hors factures", "Forfait annuel", "35,00", "retenus", "9,00", "Dette de"):
        assert words in text
    assert outcome(office, office.journal.sendings.mark()).outside == OutsideMoney()
