"""What a patient pays for a visit, is given back, and what the carer gives up: lines that are only added."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from tournee.app.context import Office
from tournee.app.finding import Thing, thing_of
from tournee.errors import StoreError
from tournee.french import euros
from tournee.model import Means, PaymentKind
from tournee.store import Balance, PatientPayment, PaymentDraft, VisitState

CENTS_MAX = 9_999_999
"""The largest amount that one line takes: 99 999,99 €."""

_DAY = "%Y%m%d"


@dataclass(frozen=True)
class PaymentsTold:
    """What was added for a visit, and what its patient owes since, in cents: below 0, to give back."""

    thing: Thing
    lines: tuple[PatientPayment, ...]
    owes: int


def owes(office: Office, visit_id: int, invoice_id: int = 0) -> int:
    """What a patient owes for a visit, in cents; below 0: was paid and is not due. `invoice_id`: the patient
    is that of this invoice of the visit.
    """
    balance = office.journal.patient_payments.balance(visit_id, invoice_id)
    return _owed(office, balance) - balance.settled.settled


def pay(
    office: Office,
    thing: Thing,
    means: Means,
    cents: int | None = None,
    *,
    day: date | None = None,
    word: str = "",
    credit: bool = False,
) -> PaymentsTold:
    """Note that the patient paid `cents` for a visit, or all that is due; with CREDIT, out of what other
    visits of this patient were paid too much. More than is due is refused, or kept for them with `credit`.

    StoreError for a visit that is not billed, a day to come or before the care, an amount that is none.
    """
    on = _day(office, thing, day)

    def build(balance: Balance) -> Sequence[PaymentDraft]:
        left = _owed(office, balance) - balance.settled.settled
        amount = left if cents is None else cents
        if cents is None and left <= 0:
            raise StoreError(
                f"Le patient ne doit rien pour {_name(thing)}.", next_step="affichez son compte."
            )
        _check(amount)
        if amount > left and not (credit and means is not Means.CREDIT):
            raise StoreError(
                f"Le patient doit {euros(max(left, 0))} € pour {_name(thing)}, et aurait payé "
                f"{euros(amount)} €.",
                next_step="corrigez le montant, ou gardez le surplus en avoir.",
                remedy="pay-credit",
            )
        if means is Means.CREDIT:
            return _moved(thing.id, amount, _credits(office, thing), on, word)
        return [PaymentDraft(thing.id, PaymentKind.PAID, means, amount, on, word)]

    return _added(office, thing, office.journal.patient_payments.add(thing.id, build, _invoice(thing)))


def give_back(
    office: Office,
    thing: Thing,
    means: Means,
    cents: int | None = None,
    *,
    day: date | None = None,
    word: str = "",
) -> PaymentsTold:
    """Note that the patient was given back what was paid too much for a visit, all of it or `cents`."""
    on = _day(office, thing, day)

    def build(balance: Balance) -> Sequence[PaymentDraft]:
        beyond = balance.settled.settled - _owed(office, balance)
        beyond = min(beyond, balance.settled.given)
        amount = beyond if cents is None else cents
        if beyond <= 0 or amount > beyond:
            raise StoreError(
                f"Il y a {euros(max(beyond, 0))} € à rendre au patient pour {_name(thing)}, pas plus.",
                cause="rendre plus ferait qu’il devrait de nouveau cette somme",
                next_step="si un paiement a été noté par erreur, reprenez-le par une contre-écriture.",
                remedy="cancel-payment",
            )
        _check(amount)
        return [PaymentDraft(thing.id, PaymentKind.GIVEN_BACK, means, -amount, on, word)]

    return _added(office, thing, office.journal.patient_payments.add(thing.id, build, _invoice(thing)))


def give_up(office: Office, thing: Thing, word: str, cents: int | None = None) -> PaymentsTold:
    """Give up what the patient owes for a visit, or `cents` of it, with a word; StoreError for more."""
    on = _day(office, thing, None)

    def build(balance: Balance) -> Sequence[PaymentDraft]:
        left = _owed(office, balance) - balance.settled.settled
        amount = left if cents is None else cents
        if left <= 0 or amount > left:
            raise StoreError(f"Le patient doit {euros(max(left, 0))} € pour {_name(thing)}, pas plus.")
        _check(amount)
        return [PaymentDraft(thing.id, PaymentKind.GIVEN_UP, Means.LOSS, amount, on, word)]

    return _added(office, thing, office.journal.patient_payments.add(thing.id, build, _invoice(thing)))


def take_back(office: Office, line_id: int, word: str) -> PaymentsTold:
    """Undo a line by one of the contrary, with a word: neither is erased. StoreError when it was undone."""
    told = office.journal.patient_payments.get(line_id)
    lines = office.journal.patient_payments.take_back(line_id, f"{office.clock():{_DAY}}", word)
    return _added(office, thing_of(office, told.visit_id, told.invoice_id or None), lines)


# --- its own ---


def _added(office: Office, thing: Thing, lines: Sequence[int]) -> PaymentsTold:
    told = tuple(office.journal.patient_payments.get(one) for one in lines)
    return PaymentsTold(thing, told, owes(office, thing.id, _invoice(thing)))


def _invoice(thing: Thing) -> int:
    return thing.invoice.id if thing.invoice else 0


def _owed(office: Office, balance: Balance) -> int:
    """What a visit's patient owes in all; StoreError while nothing says it."""
    if balance.state is VisitState.ABANDONED:
        return 0
    if balance.owed is not None:
        return balance.owed
    if balance.state is VisitState.OUTSIDE:
        from tournee.app.visits.european import european_record

        return european_record(office, balance.visit_id).total
    if balance.settled.settled:
        return 0  # it was billed, and is to be anew
    raise StoreError(
        f"La visite {balance.visit_id} n’est pas encore facturée : on ne sait pas ce que le patient doit.",
        next_step="sécurisez d’abord la facture.",
    )


def _day(office: Office, thing: Thing, day: date | None) -> str:
    today, first = office.clock().date(), thing.visit.judged.visit.days[0]
    told = day or today
    if not first <= told <= today:
        raise StoreError(
            f"Un paiement du {told:%d/%m/%Y} ne va pas : les soins sont du {first:%d/%m/%Y}, et nous sommes "
            f"le {today:%d/%m/%Y}.",
            next_step="corrigez le jour du paiement.",
        )
    return f"{told:{_DAY}}"


def _check(cents: int) -> None:
    if not 0 < cents <= CENTS_MAX:
        raise StoreError(f"Un paiement est de 0,01 à {euros(CENTS_MAX)} €.", next_step="corrigez le montant.")


def _credits(office: Office, thing: Thing) -> dict[tuple[int, int], int]:
    """What other visits of this patient, by this professional, were paid too much, oldest first: by visit and
    invoice.
    """
    rows = office.journal.ledger.find(ps=thing.visit.row.ps)
    mine = next((row.person for row in rows if row.invoice_id == _invoice(thing)), None)
    return {
        (row.visit_id, row.invoice_id): -row.left.patient
        for row in rows
        if row.person == mine and row.invoice_id != _invoice(thing) and row.left.patient < 0
    }


def _moved(
    visit: int, amount: int, sources: dict[tuple[int, int], int], day: str, word: str
) -> Sequence[PaymentDraft]:
    """The two lines of each credit that goes over to a visit."""
    if sum(sources.values()) < amount:
        raise StoreError(
            f"Ce patient a {euros(sum(sources.values()))} € d’avoir, et il en faudrait {euros(amount)} €.",
            next_step="donnez un montant plus petit, ou un autre moyen de paiement.",
        )
    lines = []
    for (source, invoice), has in sources.items():
        part = min(has, amount)
        if part:
            lines += [
                PaymentDraft(
                    source, PaymentKind.GIVEN_BACK, Means.CREDIT, -part, day, word, invoice_id=invoice
                ),
                PaymentDraft(visit, PaymentKind.PAID, Means.CREDIT, part, day, word),
            ]
        amount -= part
    return lines


def _name(thing: Thing) -> str:
    number = thing.invoice.number if thing.invoice else ""
    return f"la facture {number}" if number else f"la visite {thing.id}"
