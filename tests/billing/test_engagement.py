"""What an insurer engaged itself to on line: its cents in the lines, its number in 2A."""

from dataclasses import replace
from datetime import date
from random import Random

import pytest
from billed import billed, on, verdict

from tournee.billing.engagement import Engagement, share_fault
from tournee.billing.identity import Amc, Coverage, Patient, PsIdentity
from tournee.billing.invoice import make_invoice
from tournee.billing.sheets import invoice_sheets
from tournee.billing.visit import BOTH_PAY, Act, Prescription, Visit
from tournee.errors import BillingError

MONDAY = date(2026, 11, 16)
UNTIL = date(2026, 11, 24)
INSURER = "0081234567"
RECORD = 128
NURSE = PsIdentity("756000121", "IF", "24", "LEFEBVRE", "CLAIRE", rpps="10100000016", test=True)
PATIENT = Patient(
    "155062A999001",
    "41",
    "01",
    "041",
    "0000",
    "19550611",
    "CASANOVA",
    "ANGE",
    amc=Amc(INSURER, indicator="30"),
    test=True,
)


def visit(*acts):
    order = Prescription(MONDAY, rpps="10100001071")
    told = acts or (Act("AMI", 400), Act("AMI", 200))
    return Visit(MONDAY, PATIENT.nir, PATIENT.key, (on(MONDAY, *told),), order, third_party=BOTH_PAY)


def engaged(*shares, insurer=INSURER):
    return Engagement(insurer, "E26111600000042", UNTIL, shares)


def records_of(sheet):
    return [sheet.records[at : at + RECORD].decode() for at in range(0, len(sheet.records), RECORD)]


def test_engagement_stands_in_columns_81_and_97_of_2a_in_the_fse_and_the_dre():
    """AMC-3."""
    plain = billed(NURSE, PATIENT, visit())
    invoice = billed(NURSE, PATIENT, visit(), engagement=engaged(*[one.remainder for one in plain.lines]))
    for sheet in invoice_sheets(invoice):
        (complement,) = (one for one in records_of(sheet) if one[0] == "2" and one[38] == "A")
        assert (complement[80:96], complement[96:102]) == ("E26111600000042 ", "261124")
    assert [one.kind for one in invoice_sheets(invoice)] == ["FSE", "DRE"]


def test_without_engagement_those_columns_are_spaces():
    for sheet in invoice_sheets(billed(NURSE, PATIENT, visit())):
        (complement,) = (one for one in records_of(sheet) if one[0] == "2" and one[38] == "A")
        assert complement[80:] == " " * 48


def test_the_insurer_s_cents_win_and_the_patient_gives_the_rest():
    plain = billed(NURSE, PATIENT, visit())
    told = [one.remainder for one in plain.lines]
    told[0] -= 2
    invoice = billed(NURSE, PATIENT, visit(), engagement=engaged(*told))
    assert [one.remainder for one in invoice.lines] == told
    assert (invoice.amc, invoice.due) == (plain.amc - 2, plain.due + 2)


def test_an_insurer_that_pays_nothing_is_asked_nothing():
    plain = billed(NURSE, PATIENT, visit())
    invoice = billed(NURSE, PATIENT, visit(), engagement=engaged(*[0 for _ in plain.lines]))
    assert (invoice.amc, invoice.due) == (0, plain.fee - plain.amo)
    assert [one.kind for one in invoice_sheets(invoice)] == ["FSE"]


@pytest.mark.parametrize(
    ("told", "word"),
    [
        (lambda own: own[:-1], "lignes dans la réponse"),
        (lambda own: [-1, *own[1:]], "négative, ligne 1"),
        (lambda own: [own[0], own[1] + 1], "au-dessus de ce que la caisse laisse de la base, ligne 2"),
    ],
    ids=["a line less", "negative", "above the base"],
)
def test_shares_that_do_not_fit_are_refused_with_the_line(told, word):
    plain = billed(NURSE, PATIENT, visit())
    shares = told([one.remainder for one in plain.lines])
    assert word in share_fault(shares, plain.lines)
    with pytest.raises(BillingError) as refused:
        billed(NURSE, PATIENT, visit(), engagement=engaged(*shares))
    assert word in refused.value.cause


def test_engagement_of_another_insurer_is_refused():
    shares = [one.remainder for one in billed(NURSE, PATIENT, visit()).lines]
    with pytest.raises(BillingError, match="ne va pas avec la facture"):
        billed(NURSE, PATIENT, visit(), engagement=engaged(*shares, insurer="0081234568"))


def test_the_patient_gives_the_fee_less_both_shares_over_a_thousand_random_visits():
    """AMC-4: with total third-party payment the rest is fee - AMO - CLC, to the cent, never below 0."""
    chance, seen = Random(17), set()
    coefficients = [100, 125, 200, 250, 300, 400, 500]
    for number in range(1, 1001):
        acts = [
            Act(
                "AMI",
                chance.choice(coefficients),
                fee=chance.choice([None, None, chance.randint(1_000, 9_999)]),
                qualifier="",
            )
            for _ in range(chance.randint(1, 2))
        ]
        acts = [replace(one, qualifier="D" if one.fee is not None else "") for one in acts]
        patient = replace(PATIENT, coverage=(Coverage(ald=chance.choice("01")),))
        judged = verdict(visit(*acts)).visit
        plain = make_invoice(NURSE, patient, judged, number)
        shares = tuple(chance.randint(0, one.remainder) for one in plain.lines)
        made = make_invoice(NURSE, patient, judged, number, engagement=engaged(*shares))
        assert made.due == made.fee - made.amo - sum(shares) >= 0
        assert (made.fee, made.amo) == (plain.fee, plain.amo)
        seen.add((len(shares), sum(shares) > 0))
    assert len(seen) >= 3
