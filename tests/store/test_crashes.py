"""The host killed at every step of a whole life: reopened, it finishes in the same state, gives no number
twice, sends nothing twice.
"""

import os
from collections import Counter
from datetime import datetime

import pytest

from tournee.model import Effect, Outcome, Target
from tournee.store import LEASE, Cipher, Journal, LotState, MessageState, ReturnState, SheetState, VisitState

KEY = bytes(range(32))
NOW = datetime(2026, 3, 2, 18, 30, 5)
KILLED = 9
STEPS = 54


class World:
    """What is outside the host and outlives it: the OCT's server, which keeps what it gets and answers,
    and a mailbox.
    """

    def __init__(self, folder):
        self._inbox, self._got = folder / "inbox", folder / "got"
        for part in (self._inbox, self._got):
            part.mkdir(parents=True)

    def submit(self, raw, step):
        """The bytes leave: the host may be killed just before, or just after the server took them."""
        step("submit.before")
        (self._got / f"{len(self.received()):02}").write_bytes(raw)
        if len(self.received()) == 1:  # the OCT answers the first time it sees the file
            for name in ("1 ARL", "2 RSP", "3 ART"):
                (self._inbox / name).write_bytes(name.encode())
        step("submit.after")

    def received(self):
        return [file.read_bytes() for file in sorted(self._got.iterdir())]

    def waiting(self):
        return sorted(self._inbox.iterdir())

    def delete(self, letter, step):
        step("delete.before")
        letter.unlink()
        step("delete.after")


def live(journal, world, make, step, carer_resends=True):
    """A day from import to payment, by an application that knows nothing but what the journal says: it can
    be begun again anywhere.
    """
    journal.messages.recover()
    journal.visits.add_day("digest", make.ps, "20260302", [b"first", b"second", b"absent"])
    for visit in journal.visits.find(VisitState.PENDING):
        if visit.payload == b"absent":
            journal.visits.abandon(visit.id, "patient absent")
            continue
        invoice = journal.invoices.make(visit.id, visit.ps, make.sheets("FSE", "DRE"))
        for sheet in journal.invoices.get(invoice).sheets:
            if sheet.state is SheetState.MADE:
                journal.invoices.certified(sheet.id, b"7" * 128)
    for kind in ("FSE", "DRE"):
        sheets = [sheet.id for sheet in journal.invoices.sheets(SheetState.CERTIFIED) if sheet.kind == kind]
        if sheets:
            journal.lots.make(make.ps, kind, "F01751123", "03", sheets, make.lot())
    for lot in journal.lots.find(LotState.MADE):
        journal.lots.certified(lot.id, b"7" * 128)
    ready = [lot.id for lot in journal.lots.find(LotState.CERTIFIED)]
    if ready:
        journal.files.make(make.ps, ready, make.file(4))
    for file in journal.files.find():
        if not journal.messages.find(file_id=file.id):
            journal.messages.make(file.id, "oct", make.message())
    transmit(journal, world, step)
    take_returns(journal, world, step)
    lost = journal.messages.find(MessageState.UNCERTAIN)
    if lost and carer_resends:
        journal.messages.make(lost[0].file_id, "oct", make.message(), resend=True)
        transmit(journal, world, step)
        take_returns(journal, world, step)


def transmit(journal, world, step):
    for message in journal.messages.find(MessageState.MADE):
        journal.messages.transmitting(message.id)
        world.submit(message.raw, step)
        journal.messages.sent(message.id)


def take_returns(journal, world, step):
    for letter in world.waiting():
        journal.returns.take(letter.read_bytes(), "imap")
        world.delete(letter, step)
    for row in journal.returns.find(ReturnState.TAKEN):
        settle(journal, row)


def settle(journal, row):
    if row.raw == b"1 ARL":
        refused = Effect(
            Target.LOT, Outcome.REFUSED, file="000001", lot="002", code="0103", label="CERTIFICAT"
        )
        accepted = Effect(Target.LOT, Outcome.ACCEPTED, file="000001", lot="001")
        journal.returns.settle(row.id, "ARL", "", [accepted, refused])
    elif row.raw == b"2 RSP":
        paid = Effect(Target.INVOICE, Outcome.PAID, invoice="000000001", share="AMO", asked=600, paid=600)
        journal.returns.settle(row.id, "RSP", "", [paid])
    else:
        journal.returns.quarantine(row.id, "texte")


def end_state(journal):
    """Where all stands, but for how many messages it took."""
    return (
        [
            (row.number, row.states, row.lots, row.files, row.paid, row.reason)
            for row in journal.overview()[::-1]
        ],
        [(lot.number, lot.state, lot.sheet_ids) for lot in journal.lots.find()],
        [(file.name, file.state, file.lot_ids) for file in journal.files.find()],
        [(row.raw, row.state, row.kind) for row in journal.returns.find()],
        [visit.state for visit in journal.visits.find()],
        journal.effects.unmatched(),
    )


class Clockwork:
    """Counts steps, and kills the process at the one it was set for."""

    def __init__(self, fatal=0):
        self.steps, self._fatal = [], fatal

    def __call__(self, name):
        self.steps.append(name)
        if len(self.steps) == self._fatal:
            os._exit(KILLED)


def run_life(path, world, make, fatal=0, carer_resends=True, rank=0):
    """One life of the host in this process, after `rank` others, whose leases are over; gives its steps and
    its end state.
    """
    step = Clockwork(fatal)
    with Journal(path, Cipher(KEY), lambda: NOW + rank * LEASE, step, station=0) as journal:
        live(journal, world, make, step, carer_resends)
        assert journal.health.check() == ()
        return step.steps, end_state(journal)


def run_and_die(path, world, make, fatal, rank=0):
    """One life in a process of its own that is killed at step `fatal`; says whether it was."""
    child = os.fork()
    if child == 0:
        try:
            run_life(path, world, make, fatal, rank=rank)
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == KILLED


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory, make):
    """Steps and end state of a life that nothing disturbs."""
    folder = tmp_path_factory.mktemp("undisturbed")
    return run_life(folder / "journal.db", World(folder / "world"), make)


def test_an_undisturbed_life_goes_through_every_operation(undisturbed):
    steps, (invoices, lots, *_) = undisturbed
    assert [row[1] for row in invoices] == [
        (SheetState.PAID, SheetState.REFUSED),
        (SheetState.ACKNOWLEDGED, SheetState.REFUSED),
    ]
    assert [state for _, state, _ in lots] == [LotState.ACKNOWLEDGED, LotState.REFUSED]
    assert {name.split(".")[0] for name in steps} == {
        "open",
        "add_day",
        "make_invoice",
        "sheet_certified",
        "abandon_visit",
        "make_lot",
        "lot_certified",
        "make_file",
        "make_message",
        "message_transmitting",
        "submit",
        "message_sent",
        "take_return",
        "delete",
        "settle_return",
        "quarantine_return",
    }
    assert len(steps) == STEPS


@pytest.mark.parametrize("fatal", range(1, STEPS + 1))
def test_a_host_killed_at_a_step_finishes_in_the_same_state(place, tmp_path, make, undisturbed, fatal):
    world = World(tmp_path / "world")
    assert run_and_die(place, world, make, fatal)
    died_at = undisturbed[0][fatal - 1]
    _, state = run_life(place, world, make, rank=1)
    assert state == undisturbed[1], died_at
    sent = world.received()
    assert len(sent) == len(set(sent)), f"{died_at}: the same message left twice"


@pytest.mark.parametrize("fatal", range(1, STEPS + 1))
def test_a_host_killed_at_a_step_sends_nothing_twice_by_itself(tmp_path, make, undisturbed, fatal):
    path, world = tmp_path / "journal.db", World(tmp_path / "world")
    assert run_and_die(path, world, make, fatal)
    died_at = undisturbed[0][fatal - 1]
    run_life(path, world, make, carer_resends=False, rank=1)
    never_left = died_at in ("message_transmitting.after", "submit.before")
    assert len(world.received()) == (0 if never_left else 1), died_at


def test_a_host_killed_a_step_later_in_each_of_its_lives_still_finishes(tmp_path, make, undisturbed):
    path, world = tmp_path / "journal.db", World(tmp_path / "world")
    lives = 1
    while run_and_die(path, world, make, lives, lives):
        lives += 1
    assert lives > 5
    assert run_life(path, world, make, rank=lives)[1] == undisturbed[1]
    assert max(Counter(world.received()).values()) == 1


@pytest.mark.parametrize("fatal", [1, 2], ids=["recover.before", "recover.after"])
@pytest.mark.parametrize("died_at", ["message_transmitting.after", "submit.after"])
def test_a_host_killed_again_while_it_recovers_a_message_still_finishes(
    tmp_path, make, undisturbed, died_at, fatal
):
    path, world = tmp_path / "journal.db", World(tmp_path / "world")
    assert run_and_die(path, world, make, undisturbed[0].index(died_at) + 1)
    assert run_and_die(path, world, make, fatal, 1)
    steps, state = run_life(path, world, make, rank=2)
    assert state == undisturbed[1]
    assert steps[0].startswith("recover") == (fatal == 1)
    assert max(Counter(world.received()).values()) == 1
