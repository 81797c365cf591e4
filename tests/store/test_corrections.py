"""Visits put right by hand: at once, or when what left stands no more; known by what they were before."""

from __future__ import annotations

import pytest
from journal_maker import NIR, OTHER_NIR, PS, Maker, add_visits, visit

from tournee.errors import StoreError
from tournee.model import Effect, Outcome, Target
from tournee.store import CorrectionState, Journal, SheetState, VisitState

OLD, NEW = b"told first", b"told right"


def draft(day: str = "20260302", content: bytes = NEW, nir: str = NIR):
    return visit(day, nir=nir, content=content)


@pytest.fixture
def told(journal: Journal) -> Journal:
    """One visit, known by its content."""
    add_visits(journal, draft(content=OLD))
    return journal


def payload(journal: Journal) -> bytes:
    """What the visit says now."""
    return journal.visits.get(1).payload


def settle(journal: Journal, *effects: Effect) -> None:
    received = journal.returns.take(b"return %d" % len(journal.returns.find()), "oct")
    assert received is not None
    journal.returns.settle(received, "RSP", "RSP", effects)


def of_invoice(outcome: Outcome, number: int = 1, paid: int = 0) -> Effect:
    return Effect(Target.INVOICE, outcome, invoice=f"{number:09}", ps=PS, paid=paid, asked=paid)


def refused_invoice(journal: Journal, make: Maker) -> int:
    invoice = make.bill(journal, 1)
    make.sent_file(journal)
    settle(journal, of_invoice(Outcome.REFUSED))
    return invoice


def test_an_edit_gives_up_the_invoice_and_tells_its_number(told: Journal, make: Maker) -> None:
    assert told.corrections.edit(1, payload(told), draft(), "20260302", "erreur d’acte") == ""
    make.bill(told, 1)
    assert (
        told.corrections.edit(1, payload(told), draft(content=b"again"), "20260302", "encore") == "000000001"
    )
    row = told.visits.get(1)
    assert (row.state, row.invoice_id, row.payload) == (VisitState.PENDING, None, b"payload 20260302")
    assert told.invoices.get(1).sheets[0].state is SheetState.ABANDONED


def test_a_visit_edited_is_known_by_every_content_that_it_had(told: Journal) -> None:
    told.corrections.edit(1, payload(told), draft(content=b"second"), "20260302", "")
    told.corrections.edit(1, payload(told), draft(content=b"third"), "20260302", "")
    told.corrections.edit(1, payload(told), draft(content=b"second"), "20260302", "")
    assert [row.id for row in told.known.by_former_content(PS, OLD)] == [1]
    assert [row.id for row in told.known.by_former_content(PS, b"third")] == [1]
    assert told.known.by_former_content("756000121", OLD) == ()
    assert told.known.by_content(PS, OLD) == ()


def test_an_edit_to_another_day_and_person_leaves_the_first_ones(told: Journal) -> None:
    told.corrections.edit(1, payload(told), draft("20260228", nir=OTHER_NIR), "20260228", "autre patient")
    assert told.visits.get(1).date == "20260228"
    assert told.known.of_person(NIR, "20260101", "20261231") == ()
    assert [row.id for row in told.known.of_person(OTHER_NIR, "20260101", "20261231")] == [1]
    assert told.health.check() == ()


def test_what_was_changed_meanwhile_is_not_edited(told: Journal) -> None:
    with pytest.raises(StoreError, match="vient d’être changée"):
        told.corrections.edit(1, b"as another window saw it", draft(), "20260302", "")


def test_what_is_in_a_lot_is_not_edited(told: Journal, make: Maker) -> None:
    make.bill(told, 1)
    make.certified_lot(told)
    with pytest.raises(StoreError):
        told.corrections.edit(1, payload(told), draft(), "20260302", "")
    assert told.visits.get(1).state is VisitState.DONE


def test_a_correction_bills_anew_what_was_refused_and_keeps_the_link(told: Journal, make: Maker) -> None:
    invoice = refused_invoice(told, make)
    row = told.corrections.correct(invoice, payload(told), draft(), "20260302", "mauvais acte")
    assert told.visits.get(1).state is VisitState.PENDING
    again = told.invoices.get(make.bill(told, 1))
    assert (again.replaces, told.invoices.get(invoice).replaced_by) == ("000000001", "000000002")
    (kept,) = told.corrections.find(visit_id=1)
    assert (kept.id, kept.state, kept.reason) == (row, CorrectionState.MADE, "mauvais acte")
    assert kept.before == b"payload 20260302"


def test_a_correction_of_what_stands_waits_until_it_stands_no_more(told: Journal, make: Maker) -> None:
    invoice = make.bill(told, 1)
    make.sent_file(told)
    with pytest.raises(StoreError, match="a une facture"):
        told.corrections.correct(invoice, payload(told), draft(), "20260302", "")
    told.corrections.wait(invoice, payload(told), b"wrong again", "erreur")
    row = told.corrections.wait(invoice, payload(told), b"after", "erreur")
    assert [one.state.value for one in told.corrections.find()] == ["dropped", "waiting"]
    assert told.corrections.due() == ()
    settle(told, of_invoice(Outcome.REFUSED))
    assert [one.after for one in told.corrections.due()] == [b"after"]
    told.corrections.make(row, draft(), "20260302")
    assert told.visits.get(1).state is VisitState.PENDING
    assert told.corrections.due() == ()


def test_a_correction_whose_invoice_is_paid_after_all_waits_again(told: Journal, make: Maker) -> None:
    invoice = refused_invoice(told, make)
    row = told.corrections.correct(invoice, payload(told), draft(), "20260302", "")
    make.bill(told, 1)
    assert told.corrections.undone() == ()
    settle(told, of_invoice(Outcome.PAID, paid=600))
    assert [one.id for one in told.corrections.undone()] == [row]
    told.corrections.undo(row, draft(content=OLD), "20260302", "payée")
    (kept,) = told.corrections.find(CorrectionState.WAITING)
    assert (kept.after, told.visits.get(1).state) == (b"payload 20260302", VisitState.DONE)
    assert told.visits.get(1).invoice_id == invoice


def test_one_that_is_dropped_waits_no_more(told: Journal, make: Maker) -> None:
    invoice = make.bill(told, 1)
    make.sent_file(told)
    told.corrections.wait(invoice, payload(told), b"after", "")
    assert told.corrections.drop(1, "c’était juste") is True
    assert told.corrections.drop(1, "c’était juste") is False


def test_an_invoice_that_its_insurer_gave_up_stands_no_more(told: Journal, make: Maker) -> None:
    invoice = make.bill(told, 1)
    with pytest.raises(StoreError, match="pas encore partie"):
        told.given_up.cancel(invoice, "la caisse")
    make.sent_file(told)
    told.given_up.cancel(invoice, "la caisse, au téléphone")
    assert told.visits.live_invoice(1) is None
    assert told.invoices.refused_of(1) == "000000001"
    with pytest.raises(StoreError, match="ne vaut plus"):
        told.given_up.cancel(invoice, "encore")


def test_money_that_was_paid_is_given_back_to_the_cent(told: Journal, make: Maker) -> None:
    invoice = make.bill(told, 1)
    make.sent_file(told)
    settle(told, of_invoice(Outcome.PAID, paid=600))
    with pytest.raises(StoreError, match="6,00 €"):
        told.given_up.cancel(invoice, "rendue", 500)
    told.given_up.cancel(invoice, "rendue par chèque", 600)
    assert (told.totals().paid, told.totals().given_back) == (600, 600)
    assert (told.totals().invoices, told.totals().fee) == (0, 0)
    (row,) = told.ledger.find()
    assert sum(row.paid) == 0


def test_a_refused_dre_is_asked_of_the_patient_and_its_invoice_stands(told: Journal, make: Maker) -> None:
    invoice = make.bill(told, 1, "FSE", "DRE")
    make.sent_file(told)
    with pytest.raises(StoreError, match="pas de DRE refusée"):
        told.given_up.charge_patient(invoice, "mutuelle inconnue")
    settle(told, Effect(Target.INVOICE, Outcome.REFUSED, invoice="000000001", ps=PS, document="DRE"))
    assert told.given_up.charge_patient(invoice, "mutuelle inconnue") == 400
    row = told.invoices.get(invoice)
    assert [one.state.value for one in row.sheets] == ["sent", "on_patient"]
    assert told.visits.live_invoice(1) == invoice
    assert told.ledger.find()[0].shares.patient == 400
    paid = Effect(
        Target.INVOICE, Outcome.PAID, invoice="000000001", ps=PS, document="DRE", paid=400, asked=400
    )
    settle(told, paid)
    row = told.invoices.get(invoice)
    assert (row.sheets[1].state.value, told.ledger.find()[0].shares.patient) == ("paid", 0)
