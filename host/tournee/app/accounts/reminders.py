"""Reminders as text, one for each debtor: invoices, days, amounts, and nothing of the care."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from tournee.app.accounts.unpaid import Debt, Debtor
from tournee.french import euros

_SIMULATION = "SIMULATION : personnes fictives, ne facture personne."


@dataclass(frozen=True)
class Reminder:
    """A letter to a patient, a caisse or an insurer, and what it asks for, in cents."""

    debtor: Debtor
    whom: str = field(repr=False)
    cents: int
    text: str = field(repr=False)


def reminders(debts: Iterable[Debt], *, carer: str = "", older_than: int = 0) -> Iterator[Reminder]:
    """One for each who owes, of what is older than so many days, those who owe the oldest first."""
    found: dict[tuple[str, ...], list[Debt]] = {}
    for one in debts:
        if one.cents > 0 and one.days >= older_than:
            is_patient = one.debtor is Debtor.PATIENT
            who = (one.patient, one.person) if is_patient else (one.recipient, "")
            found.setdefault((one.debtor.value, one.ps, *who), []).append(one)
    for (debtor, ps, whom, _), owed in found.items():
        total = sum(one.cents for one in owed)
        text = "\n".join(_lines(Debtor(debtor), whom, ps, owed, total, carer))
        yield Reminder(Debtor(debtor), whom, total, text)


def _lines(debtor: Debtor, whom: str, ps: str, owed: list[Debt], total: int, carer: str) -> Iterator[str]:
    yield _SIMULATION
    yield ""
    yield f"De : {carer or 'votre professionnel de santé'}, n° de facturation {ps}"
    yield f"À : {_name(debtor, whom)}"
    yield ""
    yield "Madame, Monsieur,"
    yield ""
    which = "ces factures restent" if len(owed) > 1 else "cette facture reste"
    yield f"Sauf erreur de ma part, {which} à régler :"
    yield ""
    for one in owed:
        number = f"facture {one.number}" if one.number else f"visite {one.visit_id}"
        yield f"  - {number}, soins du {_day(one.care)}, établie le {_day(one.made)} : {euros(one.cents)} €"
    yield ""
    yield f"Soit {euros(total)} €."
    yield ""
    if debtor is Debtor.PATIENT:
        yield "Si vous avez payé entre-temps, ne tenez pas compte de cette lettre. Je vous remercie."
    else:
        yield "Merci de me dire quand cela sera payé, ou pourquoi cela ne l’est pas."
    yield ""


def _name(debtor: Debtor, whom: str) -> str:
    if debtor is Debtor.PATIENT:
        return whom.title()
    return f"{debtor.value} {whom}".strip()


def _day(day: str) -> str:
    return f"{day[6:]}/{day[4:6]}/{day[:4]}"
