"""The letter that claims: to whom owes, of what is due, ready to be printed or sent."""

from __future__ import annotations

from tournee.app.accounts.reminders import Reminder, reminders
from tournee.app.accounts.unpaid import Debtor, unpaid
from tournee.app.context import Office
from tournee.app.to_settle.thing import ToSettle
from tournee.errors import StoreError


def letters_of(office: Office, one: ToSettle, carer: str = "") -> tuple[Reminder, ...]:
    """The letters of a thing to settle, to whom owes it; StoreError when nothing is due any more."""
    debts = [debt for debt in unpaid(office, visits=one.visits) if debt.visit_id in one.visits]
    if one.debtor is Debtor.PATIENT:
        debts = [debt for debt in debts if debt.debtor is Debtor.PATIENT]
    else:
        debts = [debt for debt in debts if debt.debtor is not Debtor.PATIENT]
    found = tuple(reminders(debts, carer=carer))
    if not found:
        raise StoreError("Rien n’est plus dû.", next_step="revenez à la liste")
    return found
