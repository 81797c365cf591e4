"""A refused DRE corrected and sent alone: the mutuelle's number put right, the caisse asked nothing again."""

from __future__ import annotations

import pytest
from chain import HUGO, PS, STRANGE_AMC, Chain, check_books, visit

from tournee.app.correcting.dre_alone import DreSentAlone, correct_dre, undo_dre, waits_alone
from tournee.app.finding import find_invoice, thing_of
from tournee.app.to_settle.story import story_of
from tournee.billing.kept.judged import read_judged
from tournee.emulation.oct import ScenarioRejection
from tournee.errors import BillingError, StoreError
from tournee.model import Effect, Outcome, Target
from tournee.model.codes import DRE
from tournee.store import SheetState

RIGHT = "0075510019"


def states(chain: Chain) -> list[list[str]]:
    return [[state.value for state in row.states] for row in chain.rows()]


def billed(chain: Chain) -> None:
    chain.bill(visit(HUGO, 1, tiers_payant="total", amc=STRANGE_AMC, documents=["FSE", "DRE"]))
    chain.fetch()


def alone(chain: Chain, number: str = RIGHT, member: str = "") -> DreSentAlone:
    one, row = find_invoice(chain.office, "hugo")
    return correct_dre(chain.office, None, thing_of(chain.office, one.id, row.id), number, member)


def test_a_dre_of_an_unknown_insurer_goes_alone_to_another_and_is_paid_by_mail(chain: Chain) -> None:
    billed(chain)
    assert states(chain) == [["paid", "refused"]]
    _, before = find_invoice(chain.office, "hugo")
    old = next(one for one in before.sheets if one.kind == DRE)
    fse = next(one for one in before.sheets if one.kind != DRE)
    held = chain.office.journal.lots.get(old.lot_id).body
    made = alone(chain)
    assert (made.number, made.member) == (RIGHT, STRANGE_AMC["adherent"])
    assert states(chain) == [["paid", "made"]]
    assert chain.alerts("refused", "to_rectify") == []
    chain.post()
    chain.fetch()
    assert states(chain) == [["paid", "paid"]]
    (row,) = chain.rows()
    _, after = find_invoice(chain.office, "hugo")
    new = next(one for one in after.sheets if one.kind == DRE)
    assert (row.number, after.shares) == (before.number, before.shares)
    assert next(one for one in after.sheets if one.kind != DRE) == fse
    assert (new.crf, new.mode, new.amc) == (f"D{RIGHT}", "01", old.amc)
    paid = chain.office.journal.payments.of_sheet(new.id)
    assert [(one.share, one.paid) for one in paid if one.paid] == [("AMC", 134)]
    assert chain.office.journal.lots.get(old.lot_id).body == held  # what had left is kept as it was
    assert chain.alerts("contradicted", "unbalanced", "unmatched", "billed_twice") == []
    amc = read_judged(chain.office.journal.visits.get(row.visit_id).payload).visit.amc
    assert amc is not None and amc.number == RIGHT
    check_books(chain.office)


def test_a_payment_refused_by_the_mutuelle_is_asked_of_the_next_one_until_it_pays(chain: Chain) -> None:
    unknown = ScenarioRejection("0301", "ADHERENT INCONNU")
    wrong = {"numero": "0075510027", "adherent": "PER1"}
    chain.scenario(rejected_amc={wrong["numero"]: unknown, "0075510035": unknown})
    chain.bill(visit(HUGO, 1, tiers_payant="total", amc=wrong, documents=["FSE", "DRE"]))
    chain.fetch()
    assert states(chain) == [["paid", "payment_refused"]]
    assert alone(chain, "0075510035", "PER 2").member == "PER 2"
    chain.post()
    chain.fetch()
    assert states(chain) == [["paid", "payment_refused"]]
    (told,) = chain.alerts("payment_refused")
    assert "ADHERENT INCONNU" in told
    alone(chain)
    chain.post()
    chain.fetch()
    assert states(chain) == [["paid", "paid"]]
    assert chain.alerts("payment_refused", "contradicted", "unbalanced", "unmatched", "refused") == []
    totals = chain.office.journal.totals()
    assert (totals.invoices, totals.fee, totals.paid) == (1, 335, 335)
    check_books(chain.office)


def test_the_patient_s_number_alone_is_corrected_with_the_same_mutuelle(chain: Chain) -> None:
    wrong = {"numero": "0075510027", "adherent": "PER1"}
    chain.scenario(rejected_amc={wrong["numero"]: ScenarioRejection("0301", "ADHERENT INCONNU")})
    chain.bill(visit(HUGO, 1, tiers_payant="total", amc=wrong, documents=["FSE", "DRE"]))
    chain.fetch()
    chain.scenario(rejected_amc={})
    with pytest.raises(BillingError, match="ont été refusés"):
        alone(chain, wrong["numero"], "PER1")
    made = alone(chain, wrong["numero"], "PER-2")
    assert (made.number, made.member) == (wrong["numero"], "PER-2")
    chain.post()
    chain.fetch()
    assert states(chain) == [["paid", "paid"]]
    check_books(chain.office)


def test_a_number_that_is_none_changes_nothing(chain: Chain) -> None:
    billed(chain)
    _, before = find_invoice(chain.office, "hugo")
    with pytest.raises(BillingError, match="dix chiffres"):
        alone(chain, "00755100190")
    assert find_invoice(chain.office, "hugo")[1] == before


def test_what_the_mutuelle_paid_or_was_asked_again_is_not_asked_twice(chain: Chain) -> None:
    billed(chain)
    alone(chain)
    with pytest.raises(StoreError, match="pas de DRE refusée"):
        alone(chain, "0075510027")
    chain.post()
    chain.fetch()
    with pytest.raises(StoreError, match="pas de DRE refusée"):
        alone(chain, "0075510027")
    assert states(chain) == [["paid", "paid"]]


def test_the_patient_may_still_pay_a_share_that_another_mutuelle_refuses_too(chain: Chain) -> None:
    from tournee.app.correcting.complementary import charge_patient

    billed(chain)
    chain.scenario(unknown_amc=frozenset({STRANGE_AMC["numero"], RIGHT}))
    alone(chain)
    chain.post()
    chain.fetch()
    assert states(chain) == [["paid", "refused"]]
    _, invoice = find_invoice(chain.office, "hugo")
    assert charge_patient(chain.office, invoice, "") == 134
    assert states(chain) == [["paid", "on_patient"]]
    check_books(chain.office)


def test_while_it_waits_for_the_card_it_waits_to_be_sent_with_its_own_share(chain: Chain) -> None:
    from tournee.app.evening.run import needs_reader

    billed(chain)
    assert not needs_reader(chain.office)
    alone(chain)
    (row,) = chain.office.journal.sendings.to_send()
    assert (row.fee, row.unclosed, needs_reader(chain.office)) == (134, True, True)
    (waiting,) = chain.office.journal.waiting.in_no_file()
    assert (waiting.invoices, waiting.fee) == (1, 134)
    assert waiting.since == max(one.at for one in chain.office.journal.history.find() if one.state == "made")
    told = [line.text for line in story_of(chain.office, chain.rows()[0].number, PS)]
    assert "Demande à la mutuelle corrigée, elle repart seule" in told
    assert states(chain) == [["paid", SheetState.MADE.value]]


def test_what_the_first_mutuelle_says_late_changes_nothing_and_its_money_is_told(chain: Chain) -> None:
    wrong = {"numero": "0075510027", "adherent": "PER1"}
    chain.scenario(rejected_amc={wrong["numero"]: ScenarioRejection("0301", "ADHERENT INCONNU")})
    chain.bill(visit(HUGO, 1, tiers_payant="total", amc=wrong, documents=["FSE", "DRE"]))
    chain.fetch()
    journal = chain.office.journal
    _, invoice = find_invoice(chain.office, "hugo")
    first = journal.lots.get(next(one.lot_id for one in invoice.sheets if one.kind == DRE) or 0)
    late = {"ps": PS, "invoice": invoice.number, "document": DRE, "share": "AMC"}
    late |= {"lot": first.number, "lot_date": first.date}

    def says(outcome: Outcome, **more: int) -> str:
        received = journal.returns.take(f"late {outcome} {more}".encode(), "mutuelle")
        assert received is not None
        effect = Effect(Target.INVOICE, outcome, **late, **more)
        journal.returns.settle(received, "RSP", "RSP", (effect,))
        return journal.effects.of_return(received)[0].note

    alone(chain)
    chain.post()
    assert says(Outcome.REJECTED) == "dit de cette DRE avant sa correction"
    assert states(chain) == [["paid", "sent"]]
    chain.fetch()
    assert states(chain) == [["paid", "paid"]]
    says(Outcome.PAID, asked=134, paid=134)
    assert len(chain.alerts("unbalanced")) == 1  # twice the share: in front of the carer
    assert journal.totals().paid == 335 + 134


def undo(chain: Chain) -> None:
    one, row = find_invoice(chain.office, "hugo")
    undo_dre(chain.office, thing_of(chain.office, one.id, row.id))


def test_a_corrected_dre_is_undone_until_it_is_signed_and_may_be_corrected_again(chain: Chain) -> None:
    billed(chain)
    _, before = find_invoice(chain.office, "hugo")
    lots = [chain.office.journal.lots.get(one.lot_id or 0) for one in before.sheets]
    alarms = chain.alerts("refused", "to_rectify")
    alone(chain)
    assert waits_alone(find_invoice(chain.office, "hugo")[1])
    undo(chain)
    _, after = find_invoice(chain.office, "hugo")
    assert after == before
    assert chain.alerts("refused", "to_rectify") == alarms
    assert chain.office.journal.sendings.to_send() == ()
    for lot in lots:
        now = chain.office.journal.lots.get(lot.id)
        assert (now.body, now.sheet_ids, now.remade_in) == (lot.body, lot.sheet_ids, ())
    amc = read_judged(chain.office.journal.visits.get(before.visit_id).payload).visit.amc
    assert amc is not None and (amc.number, amc.member) == tuple(STRANGE_AMC.values())
    told = [line.text for line in story_of(chain.office, before.number, PS)]
    assert "Correction de la demande annulée" in told
    with pytest.raises(StoreError, match="Aucune correction de DRE n’attend"):
        undo(chain)
    alone(chain)
    chain.post()
    with pytest.raises(StoreError, match="Aucune correction de DRE"):
        undo(chain)
    chain.fetch()
    assert states(chain) == [["paid", "paid"]]
    check_books(chain.office)


def test_a_second_correction_undone_is_refused_by_the_second_mutuelle_still(chain: Chain) -> None:
    unknown = ScenarioRejection("0301", "ADHERENT INCONNU")
    wrong = {"numero": "0075510027", "adherent": "PER1"}
    chain.scenario(rejected_amc={wrong["numero"]: unknown, "0075510035": unknown})
    chain.bill(visit(HUGO, 1, tiers_payant="total", amc=wrong, documents=["FSE", "DRE"]))
    chain.fetch()
    alone(chain, "0075510035", "PER 2")
    chain.post()
    chain.fetch()
    _, before = find_invoice(chain.office, "hugo")
    alone(chain)
    undo(chain)
    _, after = find_invoice(chain.office, "hugo")
    assert after == before
    (told,) = chain.alerts("payment_refused")
    assert "ADHERENT INCONNU" in told
    alone(chain)
    chain.post()
    chain.fetch()
    assert states(chain) == [["paid", "paid"]]
    check_books(chain.office)


def test_corrections_undone_over_and_over_leave_the_state_and_its_reason(chain: Chain) -> None:
    billed(chain)
    _, before = find_invoice(chain.office, "hugo")
    alarms = chain.alerts("refused", "to_rectify")
    for _ in range(3):
        alone(chain)
        undo(chain)
        assert find_invoice(chain.office, "hugo")[1] == before
        assert chain.alerts("refused", "to_rectify") == alarms
    alone(chain)
    chain.post()
    chain.fetch()
    assert states(chain) == [["paid", "paid"]]
    check_books(chain.office)


def test_second_corrections_undone_over_and_over_leave_the_second_refusal(chain: Chain) -> None:
    unknown = ScenarioRejection("0301", "ADHERENT INCONNU")
    wrong = {"numero": "0075510027", "adherent": "PER1"}
    chain.scenario(rejected_amc={wrong["numero"]: unknown, "0075510035": unknown})
    chain.bill(visit(HUGO, 1, tiers_payant="total", amc=wrong, documents=["FSE", "DRE"]))
    chain.fetch()
    alone(chain, "0075510035", "PER 2")
    undo(chain)
    alone(chain, "0075510035", "PER 2")
    chain.post()
    chain.fetch()
    _, before = find_invoice(chain.office, "hugo")
    alarms = chain.alerts("payment_refused")
    for _ in range(2):
        alone(chain)
        undo(chain)
        assert find_invoice(chain.office, "hugo")[1] == before
        assert chain.alerts("payment_refused") == alarms
    alone(chain)
    chain.post()
    chain.fetch()
    assert states(chain) == [["paid", "paid"]]
    check_books(chain.office)
