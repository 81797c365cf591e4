"""Any carer, at random: import, certify, lots, files, sending, returns, corrections, tablets, accidents.

After each step no visit has two invoices that live and no number stands for two things; at the end every cent
that was asked is paid, waiting or written off, and every cent that returns told is somewhere.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from books import World as Numbers
from books import check_cents, check_visits
from hosts import ACTS, PATIENTS, START, Host, Practice, Told
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, precondition, rule
from ledger import Ledger

from tournee.app.cards import read_vitale
from tournee.app.certify import abandon_visit, certify_visit, pending_visits, visits_for
from tournee.app.context import Office
from tournee.app.correcting.invoices import correct_invoice
from tournee.app.correcting.visits import cancel_visit
from tournee.app.finding import thing_of
from tournee.app.inbound import fetch
from tournee.app.outbound import close_lots, make_files, send
from tournee.app.remaking import remake_lot
from tournee.app.visits.editing import edit_visit
from tournee.app.visits.importing import import_day
from tournee.app.visits.retelling import Edit
from tournee.emulation.board import EmulatedBoard
from tournee.emulation.world import World
from tournee.errors import BillingError, StoreError
from tournee.store import LotState, VisitState

EXAMPLES, STEPS = 8, 30
HOSTS = 4
TOLD = st.builds(
    Told,
    st.sampled_from(sorted(PATIENTS)),
    st.integers(0, 2),
    st.sampled_from(("08:00", "18:30")),
    st.sampled_from(ACTS),
    st.just(True) | st.booleans(),
)
SOME_TOLD = st.lists(TOLD, min_size=1, max_size=4)
SOME = st.sets(st.sampled_from(sorted(PATIENTS)), max_size=2)


def cancel(office: Office, which: int) -> None:
    """Give up a visit; what is in a lot cannot be."""
    visits = office.journal.visits.find()
    if visits:
        abandon_visit(office, visits[which % len(visits)].id, "essai")


def change(office: Office, which: int) -> None:
    """Tell a visit otherwise, billed or not: edited, corrected, or kept until its invoice stands no more."""
    visits = office.journal.visits.find()
    if not visits:
        return
    thing = thing_of(office, visits[which % len(visits)].id)
    other = Edit({"actes": [{"acte": ACTS[which % len(ACTS)]}]})
    if thing.invoice is None:
        edit_visit(office, thing.id, other)
    else:
        correct_invoice(office, thing, thing.invoice, other)


def call_off(office: Office, which: int) -> None:
    """Cancel a visit, whatever became of it."""
    visits = office.journal.visits.find()
    if visits:
        cancel_visit(office, visits[which % len(visits)].id, "essai")


def reopen(office: Office, which: int) -> None:
    """Bill again what was given up or refused; what has an invoice cannot be."""
    visits = [one for one in office.journal.visits.find() if one.state is not VisitState.PENDING]
    if visits:
        office.journal.visits.reopen(visits[which % len(visits)].id, "essai")


def remake(office: Office, which: int) -> None:
    """Put a refused lot right, all of it or what is blamed."""
    for lot in office.journal.lots.find(LotState.REFUSED)[:1]:
        remake_lot(office, lot.number, all_invoices=which % 2 == 1)


def write_off(office: Office, which: int) -> None:
    """Give up money that does not come."""
    rows = office.journal.overview()
    if rows:
        office.journal.given_up.write_off(rows[which % len(rows)].invoice_id, "perte")


PUT_RIGHT = (cancel, call_off, change, reopen, remake, write_off)


class Carer(RuleBasedStateMachine):
    """One nurse with one reader, her tablets and copies of them."""

    hosts = Bundle("hosts")
    board: EmulatedBoard
    identities: Path

    def __init__(self) -> None:
        super().__init__()
        self.directory = Path(tempfile.mkdtemp(prefix="tournee-machine-"))
        self.practice = Practice(self.directory, self.identities, self.board)
        self.numbers = Numbers()

    def teardown(self) -> None:
        try:
            self.settle()
        finally:
            self.practice.close()
            shutil.rmtree(self.directory)

    def settle(self) -> None:
        """All returns taken in, every cent is looked for."""
        ledger = Ledger(self.directory)
        for host in self.practice.hosts:
            with self.practice.office(host) as office:
                fetch(office)
                check_cents(office, ledger)

    @initialize(target=hosts, told=st.lists(TOLD, min_size=2, max_size=6))
    def first_tablet(self, told: list[Told]) -> Host:
        host = self.practice.add(0)
        self.round(host, told)
        return host

    @rule(host=hosts, told=SOME_TOLD)
    def round(self, host: Host, told: list[Told]) -> None:
        """Visits told and certified, each with its card; each content is signed once, what was signed never
        again.
        """
        self.tell(host, told, "round.json")
        for card in sorted({one.whom for one in told}):
            self.practice.insert("vitale", card)
            with self.practice.at_reader(host) as (office, reader, ps):
                before, signed = self.practice.signatures(), _contents(office)
                vitale = read_vitale(office, reader)
                for row, visit in visits_for(pending_visits(office, ps), vitale):
                    certify_visit(office, reader, ps, vitale, row, visit)
                assert self.practice.signatures() - before == len(_contents(office) - signed)

    @rule(host=hosts, told=SOME_TOLD, name=st.sampled_from(("round.json", "other.json")))
    def tell(self, host: Host, told: list[Told], name: str) -> None:
        """Day files, in which a visit may be known, changed or a twin; nothing is certified."""
        with self.practice.office(host) as office:
            for back in sorted({one.back for one in told}):
                of_day = [one for one in told if one.back == back]
                import_day(office, self.practice.day_file(of_day), name)

    @rule(host=hosts, steps=st.integers(1, 4))
    def evening(self, host: Host, steps: int) -> None:
        """Lots, file, sending, returns; or as far as she came."""
        with self.practice.at_reader(host) as (office, reader, ps):
            before = self.practice.signatures()
            assert len(close_lots(office, reader, ps)) == self.practice.signatures() - before
        with self.practice.office(host) as office:
            if steps > 1:
                make_files(office)
            if steps > 2:
                assert [done.error for done in send(office) if done.error] == []
            if steps > 3:
                assert fetch(office).errors == []

    @rule(rejected=SOME, deferred=SOME, unknown=st.booleans())
    def insurers_change_their_mind(self, rejected: set[str], deferred: set[str], unknown: bool) -> None:
        self.practice.humour(rejected, deferred - rejected, unknown)

    @rule(days=st.integers(1, 3))
    def days_pass(self, days: int) -> None:
        self.practice.now = self.practice.now.replace(hour=18, minute=0) + timedelta(days)

    @rule(host=hosts)
    def keep_a_copy(self, host: Host) -> None:
        self.practice.copies.append(self.practice.copy(host))

    @rule(host=hosts, alone=st.booleans(), which=st.integers(0, 3))
    def put_a_copy_back(self, host: Host, alone: bool, which: int) -> None:
        """An older copy of some tablet stands in the place of what was there."""
        if self.practice.copies:
            copy = self.practice.copies[which % len(self.practice.copies)]
            self.practice.put_back(host, copy, alone=alone)

    @precondition(lambda self: len(self.practice.hosts) < HOSTS)
    @rule(target=hosts, host=hosts, same_account=st.booleans())
    def clone(self, host: Host, same_account: bool) -> Host:
        """A tablet is copied, and both go on; on one account or on two machines."""
        return self.practice.join(self.practice.copy(host), host.state if same_account else None)

    @precondition(lambda self: len(self.practice.hosts) < HOSTS)
    @rule(target=hosts, station=st.none() | st.integers(0, 99))
    def another_tablet(self, station: int | None) -> Host:
        """A new journal of the same carer."""
        host = self.practice.add(station)
        with self.practice.office(host):
            return host

    @rule(host=hosts)
    def move(self, host: Host) -> None:
        self.practice.move(host)

    @rule(host=hosts, how=st.sampled_from(PUT_RIGHT), which=st.integers(0, 9))
    def put_right(self, host: Host, how: Callable[[Office, int], None], which: int) -> None:
        """One thing is put right, or refused in words."""
        with self.practice.office(host) as office:
            try:
                how(office, which)
            except (StoreError, BillingError) as refusal:
                assert str(refusal)

    @invariant()
    def numbers_stand_for_one_thing(self) -> None:
        for host in self.practice.hosts:
            with self.practice.office(host) as office:
                self.numbers.note(office)
                check_visits(office)


def _contents(office: Office) -> set[bytes]:
    """What was ever certified: an FSE and its DRE have the same bytes, and one signature."""
    return {one.records for one in office.journal.invoices.sheets() if one.sevens}


@pytest.fixture(scope="module", autouse=True)
def surroundings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """One reader, and the keys of the OCT, for all examples."""
    identities = tmp_path_factory.mktemp("identities")
    World(identities, lambda: START)
    with EmulatedBoard() as board, pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
        Carer.board, Carer.identities = board, identities
        yield


Carer.TestCase.settings = settings(
    max_examples=EXAMPLES,
    stateful_step_count=STEPS,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # shrinking takes minutes
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)
TestCarer = Carer.TestCase
