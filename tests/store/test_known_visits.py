"""What the journal knows of visits, found by person and days or by carer and day, with where each stands."""

import random
from datetime import date, timedelta

import pytest
from journal_maker import NIR, OTHER_NIR, OTHER_PS, PS, add_visits, visit

from tournee.errors import StoreError
from tournee.model import Effect, Outcome, Target
from tournee.store import KnownRow, SheetState, VisitFacts, VisitState


def days(rows):
    return [row.first_day for row in rows]


def refuse(settle, invoice, share="AMO"):
    effect = Effect(Target.INVOICE, Outcome.REJECTED, ps=PS, invoice=invoice, share=share, code="R01")
    settle(effect)


def test_a_persons_visits_are_found_by_their_days_both_included_in_their_order(journal):
    add_visits(journal, visit("20260310"), visit("20260228"), visit("20260301"), visit("20260311"))
    assert days(journal.known.of_person(NIR, "20260228", "20260310")) == ["20260228", "20260301", "20260310"]
    assert days(journal.known.of_person(NIR, "20260301", "20260309")) == ["20260301"]
    assert journal.known.of_person(NIR, "20260312", "20270101") == ()


def test_a_visit_is_given_with_what_was_told_of_it(journal):
    add_visits(journal, visit("20260302", "20260308", facts=b"\x00\xff facts"))
    assert journal.known.of_person(NIR, "20260302", "20260302") == (
        KnownRow(1, "20260302", VisitState.PENDING, None, b"\x00\xff facts"),
    )


@pytest.mark.parametrize(
    ("first", "last", "found"),
    [
        ("20260227", "20260227", False),
        ("20260228", "20260228", True),
        ("20260301", "20260302", True),
        ("20260403", "20260420", True),
        ("20260404", "20260404", False),
    ],
)
def test_a_visit_of_several_days_is_found_by_any_of_them_in_whatever_month(journal, first, last, found):
    add_visits(journal, visit("20260228", "20260403"), visit("20260115"))
    assert bool(journal.known.of_person(NIR, first, last)) == found
    assert bool(journal.known.of_carer(PS, first, last)) == found


def test_another_persons_visits_are_not_found(journal):
    add_visits(journal, visit("20260302"), visit("20260302", nir=OTHER_NIR))
    assert [row.id for row in journal.known.of_person(OTHER_NIR, "20260101", "20261231")] == [2]
    assert journal.known.of_person("", "20260101", "20261231") == ()


def test_a_person_is_known_whoever_came_and_a_carers_day_whoever_was_seen(journal):
    add_visits(journal, visit("20260302"), visit("20260302", nir=OTHER_NIR), visit("20260303"))
    add_visits(journal, visit("20260302"), ps=OTHER_PS)
    assert [row.id for row in journal.known.of_person(NIR, "20260302", "20260302")] == [1, 4]
    assert [row.id for row in journal.known.of_carer(PS, "20260302", "20260302")] == [1, 2]


def test_visits_of_one_month_taken_in_on_different_days_keep_each_its_facts(journal):
    for day in ("20260301", "20260315", "20260331"):
        add_visits(journal, visit(day), visit(day, facts=b""), visit(day, nir=OTHER_NIR))
    rows = journal.known.of_person(NIR, "20260301", "20260331")
    assert [(row.first_day, row.facts) for row in rows] == [
        (day, b"facts of %s" % day.encode()) for day in ("20260301", "20260315", "20260331") for _ in "ab"
    ]


def test_whatever_their_days_those_are_found_that_have_one_within(journal):
    draw = random.Random(12)
    day = lambda count: f"{date(2024, 11, 20) + timedelta(days=count):%Y%m%d}"  # noqa: E731
    told = []
    for count in range(300):
        first = draw.randrange(500)
        last = first + draw.choice((0, 0, 0, 6, 40, 100))
        nir, ps = draw.choice((NIR, OTHER_NIR)), draw.choice((PS, OTHER_PS))
        told.append((count + 1, day(first), day(last), nir, ps))
    journal.db.write("PRAGMA synchronous = OFF")
    for _, first, last, nir, ps in told:
        add_visits(journal, visit(first, last, nir=nir), ps=ps)
    for _ in range(200):
        first = draw.randrange(-20, 620)
        within = day(first), day(first + draw.choice((0, 6, 30, 365)))
        found = [one for one in told if one[1] <= within[1] and one[2] >= within[0]]
        of_person = [row.id for row in journal.known.of_person(NIR, *within)]
        of_carer = [row.id for row in journal.known.of_carer(PS, *within)]
        assert sorted(of_person) == [one[0] for one in found if one[3] == NIR]
        assert sorted(of_carer) == [one[0] for one in found if one[4] == PS]


def test_a_visit_tells_its_live_invoice(journal, make):
    add_visits(journal, visit("20260302"), visit("20260303"))
    make.bill(journal, 2, "FSE", "DRE")
    pending, billed = journal.known.of_person(NIR, "20260301", "20260331")
    assert (pending.state, pending.invoice_id, pending.counts) == (VisitState.PENDING, None, True)
    assert (billed.state, billed.invoice_id, billed.counts) == (VisitState.DONE, 1, True)


def test_a_visit_that_was_set_aside_does_not_count(journal):
    add_visits(journal, visit("20260302"))
    journal.visits.abandon(1, "patient absent")
    (row,) = journal.known.of_person(NIR, "20260302", "20260302")
    assert (row.state, row.counts) == (VisitState.ABANDONED, False)


def test_a_visit_refused_for_good_does_not_count_until_it_is_billed_anew(journal, make, settle):
    add_visits(journal, visit("20260302"))
    make.bill(journal, 1)
    make.sent_file(journal)
    refuse(settle, "000000001")
    assert journal.invoices.sheet(1).state is SheetState.PAYMENT_REFUSED
    (row,) = journal.known.of_person(NIR, "20260302", "20260302")
    assert (row.state, row.invoice_id, row.counts) == (VisitState.DONE, None, False)
    journal.visits.reopen(1, "à corriger")
    (row,) = journal.known.of_person(NIR, "20260302", "20260302")
    assert (row.state, row.invoice_id, row.counts) == (VisitState.PENDING, None, True)
    make.bill(journal, 1)
    (row,) = journal.known.of_carer(PS, "20260302", "20260302")
    assert (row.state, row.invoice_id, row.counts) == (VisitState.DONE, 2, True)


def test_a_visit_counts_while_one_of_its_sheets_may_be_paid(journal, make, settle):
    add_visits(journal, visit("20260302"))
    make.bill(journal, 1, "FSE", "DRE")
    make.sent_file(journal)
    refuse(settle, "000000001", "AMC")
    states = [sheet.state for sheet in journal.invoices.get(1).sheets]
    assert states == [SheetState.SENT, SheetState.PAYMENT_REFUSED]
    (row,) = journal.known.of_person(NIR, "20260302", "20260302")
    assert (row.invoice_id, row.counts) == (1, True)


def test_of_two_invoices_that_both_stand_the_later_is_told(journal, make, settle):
    add_visits(journal, visit("20260302"))
    make.bill(journal, 1)
    make.sent_file(journal)
    refuse(settle, "000000001")
    journal.visits.reopen(1, "à corriger")
    make.bill(journal, 1)
    make.certified_lot(journal)  # it can no longer be given up
    settle(Effect(Target.INVOICE, Outcome.PAID, ps=PS, invoice="000000001", share="AMO", asked=600, paid=600))
    assert {sheet.state for sheet in journal.invoices.sheets()} == {SheetState.PAID, SheetState.IN_LOT}
    (row,) = journal.known.of_person(NIR, "20260302", "20260302")
    assert row.invoice_id == 2


@pytest.mark.parametrize("days", [("2026-03-02", "2026-03-02"), ("20260303", "20260302"), ("", "")])
def test_days_that_are_none_or_in_the_wrong_order_are_refused(days):
    with pytest.raises(StoreError, match="ce ne sont pas deux jours de suite"):
        VisitFacts(NIR, *days, b"")
