"""Visits of the billing tests, judged and priced: what an invoice is made of."""

from dataclasses import replace
from datetime import date

from tournee.billing.identity import Patient, PsIdentity
from tournee.billing.invoice import Invoice, make_invoice
from tournee.billing.judging import Verdict, judge
from tournee.billing.kept.known import Nothing, Past
from tournee.billing.nomenclature.table import packaged
from tournee.billing.rules.case import carer_of
from tournee.billing.rules.visit import RuleError
from tournee.billing.visit import Act, Passage, Visit

SUNDAY, MONDAY = date(2026, 11, 15), date(2026, 11, 16)
NURSE, PHYSIOTHERAPIST = "756000121", "697000230"


def on(day: date, *acts: Act, **changes: object) -> Passage:
    """A passage of a day."""
    return replace(Passage(day, acts=acts), **changes)


def verdict(visit: Visit, number: str = NURSE, profession: str = "IF", past: Past | None = None) -> Verdict:
    """A visit judged by the packaged table."""
    return judge(visit, carer_of(number, profession), past or Nothing(), packaged())


def billed(ps: PsIdentity, patient: Patient, visit: Visit, number: int = 1, **changes: object) -> Invoice:
    """The invoice of a visit that the rules let through; RuleError for another."""
    found = verdict(visit, ps.billing_number, ps.ps_type)
    if found.breaches:
        raise RuleError(found.breaches, "")
    return make_invoice(ps, patient, found.visit, number, **changes)
