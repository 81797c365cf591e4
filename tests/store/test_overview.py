"""Which invoices the overview gives, in what order, and what all of them come to."""

from dataclasses import replace

import pytest
from journal_maker import PS

from tournee.model import Effect, Outcome, Target
from tournee.store import SheetState

OTHER_PS = "756000028"


@pytest.fixture
def five(journal, make):
    """One invoice a day from 1 to 5 March: 1 paid, 2 sent, 3 refused and billed anew as 6, 4 certified,
    5 of another professional and patient.
    """
    for day in range(1, 6):
        ps = OTHER_PS if day == 5 else PS
        journal.visits.add_day(f"day {day}", ps, f"2026030{day}", [b"visit"])
    build = make.sheets("FSE")
    for visit in (1, 2):
        certify(journal, journal.invoices.make(visit, PS, build))
    make.sent_file(journal)
    tell(journal, b"paid", Effect(Target.INVOICE, Outcome.PAID, invoice="000000001", asked=600, paid=600))
    certify(journal, journal.invoices.make(3, PS, build))
    make.sent_file(journal)
    tell(journal, b"no", Effect(Target.LOT, Outcome.REFUSED, lot="002", invoice="000000003", code="0205"))
    certify(journal, journal.invoices.make(4, PS, build))
    certify(
        journal, journal.invoices.make(5, OTHER_PS, lambda n: [replace(build(n)[0], patient="MOREAU HUGO")])
    )
    journal.visits.reopen(3, "refusée")
    certify(journal, journal.invoices.make(3, PS, build))
    return journal


def certify(journal, invoice):
    for sheet in journal.invoices.get(invoice).sheets:
        journal.invoices.certified(sheet.id, b"7" * 128)


def tell(journal, raw, effect):
    journal.returns.settle(journal.returns.take(raw, "imap"), "RSP", "", [effect])


def ids(rows):
    return [row.invoice_id for row in rows]


def test_what_was_made_last_comes_first(five):
    assert ids(five.overview()) == [6, 5, 4, 3, 2, 1]


def test_a_day_is_the_first_one_shown(five):
    assert ids(five.overview(since="20260304")) == [5, 4]


def test_older_invoices_that_wait_for_something_are_shown_too_but_not_those_replaced(five):
    assert ids(five.overview(since="20260305", with_open=True)) == [6, 5, 4, 2]


def test_a_replaced_invoice_of_a_day_shown_is_shown(five):
    assert ids(five.overview(since="20260303", with_open=True)) == [6, 5, 4, 3, 2]


def test_one_professional_alone_is_shown(five):
    assert ids(five.overview(ps=OTHER_PS)) == [5]


@pytest.mark.parametrize(
    "states, shown",
    [
        ([SheetState.PAID], [1]),
        ([SheetState.REFUSED, SheetState.SENT], [3, 2]),
        ([SheetState.ABANDONED], []),
    ],
)
def test_invoices_in_some_states_are_shown(five, states, shown):
    assert ids(five.overview(states=states)) == shown


@pytest.mark.parametrize(
    "name, shown", [("moreau", [5]), ("Hugo", [5]), ("LEFEVRE", [6, 4, 3, 2, 1]), ("x", [])]
)
def test_a_part_of_a_patients_name_is_enough(five, name, shown):
    assert ids(five.overview(patient=name)) == shown


def test_pages_follow_one_another_and_give_each_invoice_once(five):
    shown, page = [], five.overview(limit=2)
    while page:
        assert len(page) <= 2
        shown += page
        page = five.overview(limit=2, before=page[-1].invoice_id)
    assert shown == list(five.overview())


def test_a_limit_counts_what_the_other_filters_leave(five):
    assert ids(five.overview(patient="lefevre", states=[SheetState.CERTIFIED], limit=1)) == [6]


def test_a_row_of_a_page_knows_the_invoices_beside_it_that_are_not_on_it(five):
    (row,) = five.overview(limit=1)
    assert (row.number, row.replaces) == ("000000005", "000000003")


def test_totals_count_each_visit_once_and_all_money(five):
    totals = five.totals()
    assert (totals.invoices, totals.fee, totals.paid) == (5, 5000, 600)
    assert totals.sheets == {
        SheetState.CERTIFIED: 3,
        SheetState.PAID: 1,
        SheetState.REFUSED: 1,
        SheetState.SENT: 1,
    }


def test_totals_of_a_new_journal_are_nothing(journal):
    totals = journal.totals()
    assert (totals.invoices, totals.fee, totals.paid, totals.sheets) == (0, 0, 0, {})


def test_an_abandoned_invoice_is_in_no_total_but_its_sheets(five):
    five.invoices.abandon(4, "carte absente")
    assert (five.totals().invoices, five.totals().sheets[SheetState.ABANDONED]) == (4, 1)
