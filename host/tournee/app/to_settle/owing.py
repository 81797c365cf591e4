"""Money that nobody refused and nobody paid: what insurers took long ago, what patients owe or gave too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

from tournee.app.accounts.unpaid import Debt, Debtor, unpaid
from tournee.app.context import Office
from tournee.app.to_settle.thing import OwingKind, ToSettle
from tournee.app.to_settle.wording import WORDS, days_told, person_named
from tournee.store import SheetState

UNANSWERED_DAYS = 30
"""Days after which an invoice that was taken and not paid is told: ours, no text gives it."""


def of_insurers(office: Office, known: Iterable[int]) -> Iterator[ToSettle]:
    """Invoices that were taken long ago, that nobody refused nor paid."""
    before = office.clock() - timedelta(days=UNANSWERED_DAYS)
    visits = set(office.journal.owing.by_insurers(before.isoformat())) - set(known)
    if not visits:
        return
    told: dict[tuple[str, ...], list[Debt]] = {}
    for debt in unpaid(office, visits=visits):
        if (
            debt.debtor is not Debtor.PATIENT
            and debt.cents > 0
            and debt.state == SheetState.ACKNOWLEDGED.label
        ):
            told.setdefault((debt.debtor.value, *_whose(debt)), []).append(debt)
    for debts in told.values():
        text = WORDS[OwingKind.UNANSWERED].said.format(days=days_told(debts[0].days))
        yield _of_debts(OwingKind.UNANSWERED, debts, text)


def of_patients(office: Office) -> Iterator[ToSettle]:
    """What each patient owes, and what each is to be given back, to each carer."""
    visits = office.journal.owing.by_patients()
    told: dict[tuple[str, ...], list[Debt]] = {}
    for debt in unpaid(office, visits=visits, debtor=Debtor.PATIENT):
        told.setdefault(_whose(debt), []).append(debt)
    for debts in told.values():
        for kind, some in (
            (OwingKind.PATIENT_OWES, [one for one in debts if one.cents > 0]),
            (OwingKind.TO_GIVE_BACK, [one for one in debts if one.cents < 0]),
        ):
            if some:
                yield _of_debts(kind, some)


def _whose(debt: Debt) -> tuple[str, ...]:
    """Of which patient, and of which carer."""
    return debt.person, debt.patient, debt.ps, debt.substitute


def _of_debts(kind: OwingKind, debts: Sequence[Debt], text: str = "") -> ToSettle:
    """One thing of the debts of one debtor for one patient to one carer, the oldest first; `text`, or the
    visits, is what is said of it.
    """
    words, one, oldest, lead = WORDS[kind], len(debts) == 1, debts[0], _visits_told(kind, debts)
    text = text or lead
    debtor, patient, person = oldest.debtor, oldest.patient, oldest.person
    woman = person[:1] == "2"
    whose = ("Patiente" if woman else "Patient") if debtor is Debtor.PATIENT else debtor.value.capitalize()
    return ToSettle(
        kind=kind,
        who=person_named(patient.title()) if oldest.number else patient.title(),
        said=f"{whose} : {text[:1].lower()}{text[1:]}",
        told="",
        lead=lead,
        todo=words.todo,
        act=words.act,
        others=words.others,
        debtor=debtor,
        cents=abs(sum(debt.cents for debt in debts)),
        since=oldest.made,
        days=oldest.days,
        invoices=tuple(dict.fromkeys(debt.invoice_id for debt in debts if debt.invoice_id)),
        visits=tuple(dict.fromkeys(debt.visit_id for debt in debts)),
        person="|".join((debtor.value, *_whose(oldest))),
        number=oldest.number if one else "",
        ps=oldest.ps,
        substitute=oldest.substitute,
    )


def _visits_told(kind: OwingKind, debts: Sequence[Debt]) -> str:
    """`6 visites à payer, du 9 au 14 novembre`."""
    days = sorted(date.fromisoformat(one.care) for one in debts)
    what = {OwingKind.PATIENT_OWES: " à payer", OwingKind.TO_GIVE_BACK: " payées en trop"}.get(kind, "")
    first, last = f"{days[0]:%d/%m}", f"{days[-1]:%d/%m}"
    if len(debts) == 1:
        what = what.replace("payées", "payée")
        return f"1 visite{what}, du {first}"
    when = f"du {first}" if first == last else f"du {first} au {last}"
    return f"{len(debts)} visites{what}, {when}"
