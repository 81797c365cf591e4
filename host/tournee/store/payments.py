"""Where a sheet stands by what returns said of its shares."""

from collections.abc import Iterable

from tournee.store.drafts import Outcome
from tournee.store.rows import PaymentRow
from tournee.store.states import SheetState


def payment_state(payments: Iterable[PaymentRow]) -> SheetState | None:
    """The state of a sheet after these payments, whatever their order; None while nothing is decided.

    Paid: every share spoken of is paid in full. Payment refused: a share is rejected and nothing is paid.
    Partly paid: between the two.
    """
    shares: dict[str, list[PaymentRow]] = {}
    for payment in payments:
        shares.setdefault(payment.share, []).append(payment)
    told = [payment for share in shares.values() for payment in share]
    if all(payment.outcome == Outcome.DEFERRED.value for payment in told):
        return None
    if all(_in_full(share) for share in shares.values()):
        return SheetState.PAID
    if sum(payment.paid for payment in told) > 0:
        return SheetState.PARTLY_PAID
    lost = any(payment.outcome == Outcome.REJECTED.value or payment.paid < 0 for payment in told)
    return SheetState.PAYMENT_REFUSED if lost else None


def _in_full(share: list[PaymentRow]) -> bool:
    """A share is paid in full by its payments, unless it was only ever rejected or deferred."""
    if all(payment.outcome != Outcome.PAID.value for payment in share):
        return False
    return sum(payment.paid for payment in share) >= max(payment.asked for payment in share)
