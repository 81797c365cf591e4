"""All statements of a contract add up, to the cent: billed, signed, paid, given up, agreed anew."""

from dataclasses import replace
from datetime import date
from random import Random

import pytest
from account_life import IDENTITY, PS, Told
from replaced_life import FIRST, HERS, RPPS, SECOND, TERMS

from tournee.app.replacements.billed import billed_parts
from tournee.app.replacements.contracts import change_contract
from tournee.app.replacements.statements import sign_statement, statements
from tournee.billing.replacement import ReplacementSession
from tournee.practice.replacement_contract import FixedCost

SHORTER = ReplacementSession(SECOND.first, date(2026, 11, 12))
AGREED = [
    {"care": 10_000, "basis": "facturé", "costs": (FixedCost("voiture", 1_235, "jour"),)},
    {"care": 0, "basis": "facturé", "costs": (FixedCost("logiciel", 51, "mois"), FixedCost("studio", 7))},
    {
        "care": 10_000,
        "basis": "encaissé",
        "costs": (FixedCost("voiture", 640, "jour"), FixedCost("studio", 9)),
    },
    {"sessions": (FIRST, SHORTER)},
    {"sessions": (FIRST, SECOND)},
]
"""Parts of all or nothing: no cent is rounded."""


class CountedOnce:
    """By what terms and costs each invoice, day, month and session was counted when it was signed first."""

    def __init__(self) -> None:
        self.terms, self.costs = {}, {}

    def count(self, contract, session, days: dict[str, date]) -> None:
        """Invoices (their days) are told by a contract in a statement of a session."""
        for number in days:
            self.terms.setdefault(number, (contract.care, contract.basis))
        units = {"jour": days.values(), "mois": ["11"] if days else [], "session": [f"from {session}"]}
        for per, found in units.items():
            for unit in set(found):
                told = sum(one.cents for one in contract.costs if one.per == per)
                self.costs.setdefault(unit, told)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_all_statements_add_up_to_what_the_replacement_billed_and_what_came(desk, seed):
    """RMP-2, RMP-3, RMP-4: what is due, too, by the terms that were agreed when it was counted."""
    chance, contract, model = Random(seed), desk.contract(replace(TERMS, **AGREED[0])), CountedOnce()
    made, days, noted = [], {}, {}
    for _ in range(22):
        what = chance.choice(["bill", "bill", "bill", "pay", "sign", "sign", "drop", "agree"])
        if what == "bill":
            day = date(2026, 11, chance.randint(2, 15))
            people = noted.setdefault(day, [])
            if len(people) == 4:
                continue
            people.append(Told(len(people)))
            who = chance.choice([HERS, HERS, IDENTITY])
            for one in desk.bill(f"{day}", *people, identity=who):
                made.append(one)
                days[one.number] = day
        elif what == "sign":
            waiting = [one for one in statements(desk.office, contract) if one.signed is None]
            if waiting:
                told = sign_statement(desk.office, contract, waiting[0].number)
                numbers = {line.invoice for line in told.lines}
                model.count(contract.told, told.session, {number: days[number] for number in numbers})
        elif what == "pay" and made:
            desk.practice.send()
            desk.practice.paid(chance.choice(made).number, chance.randint(1, 201), 201)
        elif what == "drop" and made:
            one = chance.choice(made)
            states = {sheet.state.value for sheet in desk.journal.invoices.get(one.id).sheets}
            if states == {"certified"}:
                desk.journal.invoices.abandon(one.id, "erreur")
                desk.journal.visits.abandon(one.visit_id, "erreur")
        elif what == "agree":
            contract = change_contract(desk.office, contract, replace(contract.told, **chance.choice(AGREED)))
    contract = change_contract(desk.office, contract, replace(contract.told, sessions=(FIRST, SECOND)))
    rows = [
        row
        for row in desk.journal.ledger.find(ps=PS)
        if desk.journal.invoices.get(row.invoice_id).substitute == RPPS
    ]
    billed, came = {}, {}
    for row in rows:
        billed[row.number], came[row.number] = row.fee if row.counts else 0, sum(row.paid)
    told = statements(desk.office, contract)
    assert sum(one.billed.cents for one in told) == sum(billed.values())
    assert sum(one.came.cents for one in told) == sum(came.values())
    assert sum(one.billed.cents for one in billed_parts(desk.office, contract.told)) == sum(billed.values())
    for session in (FIRST, SECOND):
        last = {number for number in billed if session.holds(days[number]) and number not in model.terms}
        if last := {number: days[number] for number in last if billed[number] or came[number]}:
            model.count(contract.told, session.first, last)
    due = 0
    for number, (care, basis) in model.terms.items():
        due += (came if basis == "encaissé" else billed)[number] * care // 10_000
    assert sum(one.due for one in told) == due - sum(model.costs.values())
