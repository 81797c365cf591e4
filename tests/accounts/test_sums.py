"""Whatever life an office lives, every cent is somewhere: the shares make the fee, and what came and is left
make the shares; what returns said is what the ledger has.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from account_life import PS, THIRD_PARTIES, Practice, Told, practice
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tournee.app.accounts.books.entries import entries
from tournee.app.accounts.books.fec import balance
from tournee.app.accounts.paying import give_back, give_up, pay, take_back
from tournee.app.accounts.unpaid import by_debtor_and_age, unpaid
from tournee.app.correcting.dre_alone import correct_dre
from tournee.app.finding import thing_of
from tournee.errors import BillingError, StoreError
from tournee.model import Effect, Means, Outcome, Target

PATIENTS, CAISSES, MUTUELLES, FEES, LOSSES = "411100", "411200", "411300", "706000", "654000"
ANNOUNCED, SUSPENSE, CASH, CHEQUES = "511700", "471000", "530000", "511200"

visits = st.lists(
    st.builds(Told, st.integers(0, 3), st.sampled_from(THIRD_PARTIES), st.integers(1, 2)),
    min_size=1,
    max_size=4,
)
cents = st.integers(1, 700)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("pay"), st.integers(1, 4), cents, st.booleans()),
        st.tuples(st.just("credit"), st.integers(1, 4), cents),
        st.tuples(st.just("back"), st.integers(1, 4), cents),
        st.tuples(st.just("up"), st.integers(1, 4), cents),
        st.tuples(st.just("undo"), st.integers(1, 12)),
        st.tuples(st.just("paid"), st.integers(1, 4), cents, st.sampled_from(["AMO", "AMC"])),
        st.tuples(st.just("refused"), st.integers(1, 4), st.sampled_from(["AMO", "AMC"])),
        st.tuples(st.just("lost"), st.integers(1, 4)),
        st.tuples(st.just("on patient"), st.integers(1, 4)),
        st.tuples(st.just("anew"), st.integers(1, 4)),
        st.tuples(st.just("alone"), st.integers(1, 4), st.integers(1, 9)),
    ),
    max_size=12,
)


@settings(max_examples=15)
@given(visits, steps)
@example(
    [Told(0, "total", 1)],
    [
        *(("paid", 1, 201, "AMO"), ("refused", 1, "AMC"), ("alone", 1, 1), ("refused", 1, "AMC")),
        *(("alone", 1, 2), ("paid", 1, 134, "AMC")),
    ],
)
@example([Told(0, "total", 1)], [("refused", 1, "AMC"), ("alone", 1, 1), ("refused", 1, "AMC"), ("lost", 1)])
def test_every_cent_is_somewhere(told: list[Told], life: list[tuple]) -> None:
    with tempfile.TemporaryDirectory() as folder, practice(Path(folder) / "journal.db") as desk:
        desk.bill(*told)
        desk.send()
        for step in life:
            try:
                _live(desk, *step)
            except (StoreError, BillingError):
                continue
        _check(desk)


def _live(desk: Practice, what: str, one: int, *more: int) -> None:
    office, number = desk.office, f"{one:09}"
    match what:
        case "pay":
            pay(office, thing_of(office, one), Means.CASH, more[0], credit=bool(more[1]))
        case "credit":
            pay(office, thing_of(office, one), Means.CREDIT, more[0])
        case "back":
            give_back(office, thing_of(office, one), Means.CHEQUE, more[0])
        case "up":
            give_up(office, thing_of(office, one), "perdu", more[0])
        case "undo":
            take_back(office, one, "erreur")
        case "paid":
            desk.paid(number, more[0], more[0], str(more[1]))
        case "refused":
            told = {"invoice": number, "share": str(more[0])}
            desk.returned(Effect(Target.INVOICE, Outcome.REJECTED, PS, **told))
        case "lost":
            desk.journal.given_up.write_off(one, "perdu")
        case "on patient":
            desk.journal.given_up.charge_patient(one, "mutuelle inconnue")
        case "anew":
            desk.journal.visits.reopen(one, "de nouveau")
            desk.certify()
        case "alone":
            correct_dre(office, None, thing_of(office, one), f"007551000{more[0]}")
            desk.sign_alone()
            desk.send()


def _check(desk: Practice) -> None:
    rows = desk.journal.ledger.find()
    for row in rows:
        assert sum(row.shares) == row.fee
        due = tuple(row.shares) if row.counts else (0, 0, 0)
        came = zip(row.paid, row.lost, row.left, strict=True)
        assert tuple(paid + lost + left for paid, lost, left in came) == due
    by_returns = sum(row.paid.amo + row.paid.amc for row in rows)
    assert by_returns == desk.journal.totals().paid
    lines = desk.journal.patient_payments.find()
    assert sum(row.given.settled for row in rows) == sum(line.cents for line in lines)
    debts = unpaid(desk.office)
    assert sum(one.cents for one in debts) == sum(sum(row.left) for row in rows)
    owed = sum(sum(ages.values()) for ages in by_debtor_and_age(debts).values())
    assert owed == sum(one.cents for one in debts if one.cents > 0)
    told = balance(entries(desk.office))
    assert sum(told.values()) == 0
    due = sum(told.get(number, 0) for number in (PATIENTS, CAISSES, MUTUELLES))
    assert due + told.get(LOSSES, 0) == sum(sum(row.left) + sum(row.lost) for row in rows)
    assert told.get(ANNOUNCED, 0) + told.get(SUSPENSE, 0) == desk.journal.totals().paid
    came = sum(line.cents for line in lines if line.means is not Means.LOSS)
    assert told.get(CASH, 0) + told.get(CHEQUES, 0) == came
    assert -told.get(FEES, 0) == sum(row.fee for row in rows if row.counts)
    assert desk.journal.health.look_wholly() == ()
