"""Whatever is edited, cancelled, corrected, refused and paid, in whatever order: a visit has one invoice that
stands at most, and what stands is asked for what the visits say.
"""

from __future__ import annotations

import tempfile
from contextlib import ExitStack, suppress
from pathlib import Path

from chain import check_books
from day_files import LUCIEN, PS, ROBERT, YVONNE, import_visits, open_office, visit
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from journal_maker import line

from tournee.app.correcting.invoices import correct_invoice, leave_invoice
from tournee.app.correcting.visits import cancel_visit
from tournee.app.correcting.waiting import reconcile
from tournee.app.finding import thing_of
from tournee.app.visits.editing import edit_visit
from tournee.app.visits.retelling import Edit
from tournee.billing.kept.judged import read_judged
from tournee.errors import BillingError, StoreError
from tournee.model import Effect, Outcome, Sheet, Target
from tournee.store import FileDraft, LotDraft, MessageDraft, SheetState, VisitState

MONEY = (Outcome.PAID, Outcome.REJECTED, Outcome.DEFERRED)
VISITS, CRF = 3, "F01751123"
WHICH = st.integers(1, VISITS)
EDITS = st.sampled_from(
    (
        {"actes": [{"code": "AMI", "coefficient": 1}]},
        {"actes": [{"code": "AMI", "coefficient": 2}]},
        {"actes": [{"code": "AMI", "coefficient": 3}]},
        {"heure": "08:00"},
        {"exoneration": "3"},
        {"tiers_payant": "non"},
        {"date": "2026-11-14"},
        dict(YVONNE),
        dict(ROBERT),
        dict(LUCIEN),
    )
)


class Carer(RuleBasedStateMachine):
    """Three visits, and all that can happen to them."""

    @initialize(sent=st.sampled_from((True, True, False)))
    def begin(self, sent: bool) -> None:
        """A journal with three visits, as often as not billed and sent."""
        self.stack = ExitStack()
        folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory()))
        self.office = self.stack.enter_context(open_office(folder))
        self.journal = self.office.journal
        import_visits(self.office, visit(YVONNE), visit(ROBERT, "AMI 2"), visit(LUCIEN, "AMI 3"))
        self.returns = 0
        if sent:
            self.certify()
            self.send()

    def teardown(self) -> None:
        """Close the journal."""
        if hasattr(self, "stack"):
            self.stack.close()

    @rule(which=WHICH, told=EDITS, sure=st.booleans())
    def edit(self, which: int, told: dict[str, object], sure: bool) -> None:
        """Put a visit right before it leaves."""
        with suppress(BillingError, StoreError):
            edit_visit(self.office, which, Edit(told), twins=sure, same=sure)

    @rule(which=WHICH)
    def cancel(self, which: int) -> None:
        """It never was."""
        with suppress(StoreError):
            cancel_visit(self.office, which, "annulée")

    @rule(which=WHICH)
    def reopen(self, which: int) -> None:
        """It was, after all."""
        with suppress(StoreError):
            self.journal.visits.reopen(which, "rouverte")

    @rule(which=WHICH, told=EDITS, sure=st.booleans())
    def correct(self, which: int, told: dict[str, object], sure: bool) -> None:
        """Put an invoice right, the last or one before."""
        thing = thing_of(self.office, which)
        for invoice in thing.invoices[-1:] if sure else thing.invoices[:1]:
            with suppress(BillingError, StoreError):
                correct_invoice(self.office, thing, invoice, Edit(told), same=sure, twins=sure)

    @rule(which=WHICH)
    def leave(self, which: int) -> None:
        """It was right after all."""
        with suppress(StoreError):
            leave_invoice(self.office, thing_of(self.office, which), "juste")

    @rule()
    def certify(self) -> None:
        """Bill all that waits."""
        reconcile(self.office)
        for row in self.journal.visits.find(VisitState.PENDING):
            cents = sum(one.cents for one in read_judged(row.payload).lines)

            def build(number: int, cents: int = cents) -> list[Sheet]:
                body = line(b"2", (30, b"%09d" % number)) + line(b"5")
                return [Sheet("FSE", CRF, "03", "751", body, 1, cents, cents, 0, "X", "")]

            invoice = self.journal.invoices.make(row.id, PS, build)
            for sheet in self.journal.invoices.get(invoice).sheets:
                self.journal.invoices.certified(sheet.id, line(b"7"))

    @rule()
    def send(self) -> None:
        """Close a lot of all that is certified, and send it."""
        sheets = [one.id for one in self.journal.invoices.sheets(SheetState.CERTIFIED)]
        if not sheets:
            return

        def lot(number: int) -> LotDraft:
            return LotDraft(line(b"1", (20, b"%03d" % number), (72, b"261116")), line(b"6"))

        made = self.journal.lots.make(PS, "FSE", CRF, "03", sheets, lot)
        self.journal.lots.certified(made, line(b"7"))

        def file(number: int) -> FileDraft:
            return FileDraft(line(b"000", (50, b"%06d" % number)), line(b"999"), len(sheets), "oct")

        def message(counter: int) -> MessageDraft:
            stamp = f"20261116193000{counter:05}"
            return MessageDraft(f"SV140700/0/{stamp}/00001", stamp, b"sent " + stamp.encode())

        sent = self.journal.messages.make(self.journal.files.make(PS, [made], file), "oct", message)
        self.journal.messages.transmitting(sent)
        self.journal.messages.sent(sent)

    @rule(which=WHICH | st.integers(1, 9), outcome=st.sampled_from((Outcome.ACCEPTED, Outcome.REFUSED)))
    def acknowledge(self, which: int, outcome: Outcome) -> None:
        """An ARL speaks of an invoice."""
        self._settle(which, outcome, 0)

    @rule(
        which=WHICH | st.integers(1, 9),
        outcome=st.sampled_from((Outcome.PAID, Outcome.REJECTED, Outcome.DEFERRED)),
    )
    def pay(self, which: int, outcome: Outcome) -> None:
        """An RSP speaks of one, at any time."""
        rows = [row for row in self.journal.overview() if row.number == f"{which:09}"]
        self._settle(which, outcome, rows[0].fee if rows and outcome is Outcome.PAID else 0)

    @rule(which=WHICH | st.integers(1, 9))
    def give_up(self, which: int) -> None:
        """The insurer gives one up; what it paid is given back."""
        for row in self.journal.overview():
            if row.number == f"{which:09}":
                with suppress(StoreError):
                    self.journal.given_up.cancel(row.invoice_id, "la caisse", row.paid)
        reconcile(self.office)

    @invariant()
    def books_are_right(self) -> None:
        """What this is about, once the returns are taken in."""
        if not hasattr(self, "office"):
            return
        self.check_twice()

    def check_twice(self) -> None:
        """Two invoices of a visit may stand when an insurer paid what it had refused: and that is told."""
        told = {(one.former, one.number) for one in self.journal.waiting.billed_twice()}
        if not told:
            check_books(self.office)
        assert self.journal.health.check() == ()

    def _settle(self, which: int, outcome: Outcome, cents: int) -> None:
        self.returns += 1
        received = self.journal.returns.take(b"return %d" % self.returns, "oct")
        assert received is not None
        told = Effect(Target.INVOICE, outcome, invoice=f"{which:09}", ps=PS, paid=cents, asked=cents)
        self.journal.returns.settle(received, "RSP", "RSP", (told,))
        reconcile(self.office)


TestCarer = Carer.TestCase
TestCarer.settings = settings(max_examples=40, stateful_step_count=25)
