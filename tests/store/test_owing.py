"""Whose money is not even: found among the visits that were touched, as among all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from account_life import Practice, Told, practice

from tournee.app.accounts.paying import pay
from tournee.app.correcting.complementary import charge_patient
from tournee.app.finding import thing_of
from tournee.model import Effect, Means, Outcome, PaymentKind, Target
from tournee.store.accounts.patient_payments import Balance, PaymentDraft
from tournee.store.views.owing import Owing


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Practice]:
    with practice(tmp_path / "journal.db") as made:
        yield made


def paid_all(desk: Practice, visit: int) -> None:
    pay(desk.office, thing_of(desk.office, visit), Means.CASH)


def took_back(desk: Practice) -> None:
    (line, *_) = desk.journal.patient_payments.of_visits([1])
    desk.journal.patient_payments.take_back(line.id, "20261116", "rendu")


def on_the_patient(desk: Practice) -> None:
    desk.send()
    lot = next(one for one in desk.journal.lots.find() if one.kind == "DRE")
    desk.returned(Effect(Target.LOT, Outcome.REFUSED, lot=lot.number, code="0199", label="AMC INCONNUE"))
    charge_patient(desk.office, desk.journal.invoices.get_all([3])[0], "mutuelle inconnue")


def outside(desk: Practice) -> None:
    number = desk.journal.visits.add_day("outside", "756000121", "20261110", [b"visit"])
    visit = desk.journal.visits.find(ps="756000121")[-1].id if number else 0

    def paid(balance: Balance) -> list[PaymentDraft]:
        return [PaymentDraft(balance.visit_id, PaymentKind.PAID, Means.CASH, 500, "20261110")]

    desk.journal.patient_payments.add(visit, paid)


STEPS: tuple[Callable[[Practice], object], ...] = (
    lambda desk: desk.bill(Told(0, "amo"), Told(1, "non"), Told(2, "total")),
    lambda desk: paid_all(desk, 1),
    lambda desk: paid_all(desk, 2),
    took_back,
    on_the_patient,
    lambda desk: desk.bill(Told(3, "amo"), day="2026-11-14"),
    outside,
)


def test_after_each_step_it_is_what_all_visits_say(desk: Practice):
    kept, seen = desk.journal.owing, []
    for step in STEPS:
        step(desk)
        seen.append(kept.by_patients())
        assert seen[-1] == Owing(desk.journal.db).by_patients()
    assert seen[0] == (1, 2)
    assert seen[2] == ()
    assert seen[3] == (1,)
    assert 3 in seen[4]


def test_what_a_step_undoes_is_not_kept(desk: Practice):
    desk.bill(Told(0, "amo"))
    assert desk.journal.owing.by_patients() == (1,)

    class UndoneError(Exception):
        pass

    with pytest.raises(UndoneError), desk.journal.db.step("undone"):
        desk.journal.db.write("UPDATE invoice SET by_patient = 0")
        desk.journal.db.write("INSERT INTO counter VALUES ('', 'undone', 1)")
        assert desk.journal.owing.by_patients() in ((), (1,))
        raise UndoneError
    assert desk.journal.owing.by_patients() == (1,)
