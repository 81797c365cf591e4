"""A visit is itself: found by an editor's reference or its content, changed in place while it is pending."""

import os

import pytest
from journal_maker import KEY, NIR, NOW, OTHER_NIR, OTHER_PS, PS, add_visits, visit

from tournee.errors import StoreError
from tournee.store import Cipher, Journal, VisitDraft, VisitFacts, VisitState


def days(rows):
    return [row.first_day for row in rows]


def test_a_visit_is_found_by_its_reference_among_those_of_its_carer(journal):
    add_visits(
        journal, visit("20260302", reference="R 1"), visit("20260302", reference="R 2"), visit("20260302")
    )
    add_visits(journal, visit("20260302", reference="R 1"), ps=OTHER_PS)
    assert [journal.known.by_reference(ps, "R 1").id for ps in (PS, OTHER_PS)] == [1, 4]
    journal.visits.abandon(2, "doublon")
    assert journal.known.by_reference(PS, "R 2").state is VisitState.ABANDONED
    assert journal.known.by_reference(PS, "R 3") is None
    assert journal.known.by_reference(PS, "") is None


def test_a_reference_given_again_is_refused_and_nothing_is_taken_in(journal):
    add_visits(journal, visit("20260302", reference="R 1"))
    with pytest.raises(StoreError, match="déjà celle de la visite 1") as refused:
        add_visits(journal, visit("20260303"), visit("20260303", reference="R 1"))
    assert "R 1" not in str(refused.value)
    with pytest.raises(StoreError, match="d’une autre visite de ce jour"):
        add_visits(journal, visit("20260303", reference="R 2"), visit("20260304", reference="R 2"))
    assert days(journal.known.of_person(NIR, "20260101", "20261231")) == ["20260302"]


def test_visits_of_the_same_content_are_found(journal):
    add_visits(journal, visit("20260302", content=b"A"), visit("20260302", content=b"B"), visit("20260302"))
    add_visits(journal, visit("20260302", content=b"A"))
    assert [row.id for row in journal.known.by_content(PS, b"A")] == [1, 4]
    assert journal.known.by_content(OTHER_PS, b"A") == journal.known.by_content(PS, b"C") == ()
    assert journal.known.by_content(PS, b"") == ()


def test_twins_are_of_the_same_carer_person_and_days(journal):
    add_visits(
        journal,
        visit("20260302", facts=b"morning"),
        visit("20260302", facts=b"evening"),
        visit("20260302", "20260303"),
        visit("20260302", nir=OTHER_NIR),
    )
    add_visits(journal, visit("20260302"), ps=OTHER_PS)
    twins = journal.known.twins(PS, NIR, "20260302", "20260302")
    assert [(row.id, row.facts) for row in twins] == [(1, b"morning"), (2, b"evening")]


def test_a_pending_visit_is_changed_in_place(journal):
    add_visits(journal, visit("20260302", reference="R 1", content=b"A"), visit("20260303"))
    changed = VisitDraft(b"changed", VisitFacts(OTHER_NIR, "20260405", "20260406", b"new", "R 1", b"B"))
    journal.visits.replace(1, changed, "importée de nouveau")
    (row,) = journal.known.of_person(OTHER_NIR, "20260406", "20260406")
    assert (row.id, row.first_day, row.facts) == (1, "20260405", b"new")
    assert days(journal.known.of_person(NIR, "20260101", "20261231")) == ["20260303"]
    assert journal.known.by_reference(PS, "R 1").id == 1
    assert journal.known.by_content(PS, b"A") == ()
    assert [(row.id, row.payload) for row in journal.visits.find()] == [
        (1, b"changed"),
        (2, b"payload 20260303"),
    ]
    assert journal.history.find("visit", 1)[-1].detail == "importée de nouveau"
    assert journal.health.check() == ()


@pytest.mark.parametrize(("fatal", "day"), [("before", "20260302"), ("after", "20260405")])
def test_a_host_killed_while_it_changes_a_visit_leaves_all_of_one_or_of_the_other(
    journal, path, open_journal, fatal, day
):
    add_visits(journal, visit("20260302", content=b"A"), visit("20260302"))
    journal.close()
    child = os.fork()
    if child == 0:
        stop = lambda step: os._exit(9) if step == f"replace_visit.{fatal}" else None  # noqa: E731
        Journal(path, Cipher(KEY), lambda: NOW, stop).visits.replace(1, visit("20260405", content=b"A"), "")
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    reopened = open_journal()
    (row,) = reopened.known.by_content(PS, b"A")
    assert (row.first_day, row.facts) == (day, b"facts of " + day.encode())
    assert reopened.visits.first(PS).payload == b"payload " + day.encode()
    assert reopened.health.check() == ()


def test_a_visit_changed_within_its_month_keeps_its_neighbours(journal):
    add_visits(journal, visit("20260302"), visit("20260302"))
    journal.visits.replace(1, visit("20260305", facts=b"new"), "")
    assert [(row.id, row.facts) for row in journal.known.of_person(NIR, "20260301", "20260331")] == [
        (2, b"facts of 20260302"),
        (1, b"new"),
    ]


def test_a_changed_visit_may_go_to_another_day(journal):
    add_visits(journal, visit("20260302"))
    day = journal.visits.add_day("changed file", PS, "20260303", [visit("20260303")])
    journal.visits.replace(1, visit("20260303"), "", day_id=day)
    assert [(row.id, row.date, row.rank) for row in journal.visits.find()] == [
        (1, "20260303", 2),
        (2, "20260303", 1),
    ]


def test_a_visit_that_is_billed_or_set_aside_is_not_changed(journal, make):
    add_visits(journal, visit("20260302"), visit("20260303"), visit("20260304"))
    journal.invoices.make(1, PS, make.sheets("FSE"))
    make.bill(journal, 2)
    journal.visits.abandon(3, "")
    for known, said in ((1, "a une facture"), (2, "n’est plus à facturer"), (3, "n’est plus à facturer")):
        with pytest.raises(StoreError, match=said):
            journal.visits.replace(known, visit("20260310"), "")
    assert journal.known.of_person(NIR, "20260310", "20260310") == ()


def test_a_visit_does_not_take_the_reference_of_another(journal):
    add_visits(journal, visit("20260302", reference="R 1"), visit("20260303", reference="R 2"))
    with pytest.raises(StoreError, match="déjà celle de la visite 1"):
        journal.visits.replace(2, visit("20260303", reference="R 1"), "")
