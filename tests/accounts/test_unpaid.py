"""What is still due: by debtor and age; and the letters that ask for it, which tell nothing of the care."""

from __future__ import annotations

import pytest
from account_life import Practice, Told

from tournee.app.accounts.paying import pay
from tournee.app.accounts.reminders import reminders
from tournee.app.accounts.unpaid import OLDEST, Debtor, by_debtor_and_age, unpaid
from tournee.app.finding import thing_of
from tournee.model import Means


def test_each_debtor_owes_its_share_until_it_comes(desk: Practice) -> None:
    desk.bill(Told(0, "total"), Told(1, "amo"))
    desk.send()
    owed = {(one.debtor, one.number): one.cents for one in unpaid(desk.office)}
    assert owed == {
        (Debtor.CAISSE, "000000001"): 201,
        (Debtor.MUTUELLE, "000000001"): 134,
        (Debtor.CAISSE, "000000002"): 201,
        (Debtor.PATIENT, "000000002"): 134,
    }
    desk.paid("000000001", 201, 201)
    desk.paid("000000001", 134, 134, "AMC")
    pay(desk.office, thing_of(desk.office, 2), Means.CASH, 100)
    owed = {(one.debtor, one.number): one.cents for one in unpaid(desk.office)}
    assert owed == {(Debtor.CAISSE, "000000002"): 201, (Debtor.PATIENT, "000000002"): 34}


@pytest.mark.parametrize(
    ("days", "band"),
    [
        (0, "0–30 jours"),
        (30, "0–30 jours"),
        (31, "31–60 jours"),
        (60, "31–60 jours"),
        (61, "61–90 jours"),
        (90, "61–90 jours"),
        (91, OLDEST),
        (4000, OLDEST),
    ],
)
def test_a_debt_is_as_old_as_its_invoice(desk: Practice, days: int, band: str) -> None:
    desk.bill(Told(0, "non"))
    desk.later(days)
    (debt,) = unpaid(desk.office)
    assert (debt.days, debt.band) == (days, band)
    assert by_debtor_and_age([debt])[Debtor.PATIENT][band] == 335


def test_what_came_beyond_is_told_apart(desk: Practice) -> None:
    desk.bill(Told(0, "amo"))
    desk.send()
    desk.paid("000000001", 251, 201)
    caisse = [one for one in unpaid(desk.office) if one.debtor is Debtor.CAISSE]
    assert [one.cents for one in caisse] == [-50]
    assert sum(by_debtor_and_age(caisse)[Debtor.CAISSE].values()) == 0


def test_a_letter_tells_invoices_days_and_amounts_and_nothing_of_the_care(desk: Practice) -> None:
    desk.bill(Told(0, "non", 2), Told(0, "amo"), Told(1, "total"))
    (letter,) = reminders(unpaid(desk.office, debtor=Debtor.PATIENT), carer="Claire Lefebvre")
    assert letter.text.splitlines() == [
        "SIMULATION : personnes fictives, ne facture personne.",
        "",
        "De : Claire Lefebvre, n° de facturation 756000121",
        "À : Lambert Yvonne",
        "",
        "Madame, Monsieur,",
        "",
        "Sauf erreur de ma part, ces factures restent à régler :",
        "",
        "  - facture 000000001, soins du 15/11/2026, établie le 16/11/2026 : 5,03 €",
        "  - facture 000000002, soins du 15/11/2026, établie le 16/11/2026 : 1,34 €",
        "",
        "Soit 6,37 €.",
        "",
        "Si vous avez payé entre-temps, ne tenez pas compte de cette lettre. Je vous remercie.",
    ]
    assert list(reminders(unpaid(desk.office), older_than=1)) == []


def test_a_letter_to_an_insurer_names_no_patient(desk: Practice) -> None:
    desk.bill(Told(0, "total"), Told(1, "total"))
    (letter,) = reminders(unpaid(desk.office, debtor=Debtor.MUTUELLE))
    assert (letter.whom, letter.cents) == ("0099999997", 268)
    assert "LAMBERT" not in letter.text.upper() and "2550699999001" not in letter.text


def test_two_patients_of_one_name_have_a_letter_each(desk: Practice, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    import account_life

    same = replace(account_life.PEOPLE[1], name="LAMBERT", first_name="YVONNE")
    monkeypatch.setattr(account_life, "PEOPLE", (account_life.PEOPLE[0], same))
    desk.bill(Told(0, "non"), Told(1, "amo"))
    letters = list(reminders(unpaid(desk.office, debtor=Debtor.PATIENT)))
    assert [one.cents for one in letters] == [335, 134]
