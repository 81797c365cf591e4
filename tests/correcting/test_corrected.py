"""Each kind of correction on the real chain: refused by an ARL or in an RSP, or seen after sending."""

from __future__ import annotations

import json

import pytest
from chain import HUGO, PS, ROBERT, STRANGE_AMC, YVONNE, Chain, check_books, visit

from tournee.app.correcting.complementary import charge_patient, send_dre_again
from tournee.app.correcting.visits import cancel_visit
from tournee.app.correcting.waiting import reconcile
from tournee.app.finding import find_invoice, find_things
from tournee.app.visits.editing import UnchangedError
from tournee.app.visits.importing import import_day
from tournee.app.visits.names import patient_of
from tournee.billing.kept.judged import read_judged
from tournee.config import load_config
from tournee.emulation.oct import ScenarioRejection
from tournee.errors import StoreError
from tournee.store import SheetState, VisitState

CLOSED = {YVONNE["nir"]: ScenarioRejection("4102", "DROITS FERMES")}
TWO = [{"code": "AMI", "coefficient": 2}]


def states(chain: Chain) -> list[list[str]]:
    return [[state.value for state in row.states] for row in chain.rows()]


def test_an_act_refused_by_the_arl_is_billed_anew_beside_its_neighbour(chain: Chain) -> None:
    chain.scenario(refused={YVONNE["nir"]: "ACTE INCONNU"})
    chain.bill(visit(YVONNE, 1), visit(ROBERT, 1))
    chain.fetch()
    assert states(chain) == [["refused"], ["refused"]]
    done = chain.correct("angelo", actes=TWO)
    assert (done.way.value, done.retold.changes) == ("anew", ("actes : AMI 1 → AMI 2",))
    chain.scenario(refused={})
    lot = chain.office.journal.lots.find()[0]
    from tournee.app.remaking import remake_lot

    assert remake_lot(chain.office, lot.number).as_they_are == (chain.rows()[1].number,)
    chain.again()
    rows = chain.rows()
    assert states(chain) == [["refused"], ["paid"], ["paid"]]
    assert (rows[2].replaces, rows[0].replaced_by) == (rows[0].number, rows[2].number)
    assert (rows[0].fee, rows[2].fee) == (335, 670)
    assert chain.alerts("refused", "to_rectify", "billed_twice") == []
    check_books(chain.office)


@pytest.mark.parametrize(
    ("told", "key"),
    [
        ({"date": "2026-11-14"}, "date"),
        ({"exoneration": "3"}, "exoneration"),
        ({"tiers_payant": "non"}, "tiers_payant"),
        ({"amc": STRANGE_AMC, "documents": ["FSE"]}, "amc"),
        ({"mode": "sans carte"}, "patient"),
        ({"patient": {"caisse": "021"}}, "patient"),
        ({**ROBERT}, "nir"),
    ],
    ids=["date", "exemption", "patient pays", "insurer", "mode", "caisse", "patient"],
)
def test_what_an_rsp_refused_is_corrected_whatever_was_wrong(
    chain: Chain, told: dict[str, object], key: str
) -> None:
    chain.scenario(rejected=CLOSED)
    chain.bill(visit(YVONNE, 1))
    chain.fetch()
    assert states(chain) == [["payment_refused"]]
    done = chain.correct("angelo", **told)
    assert any(change.startswith(f"{key} :") for change in done.retold.changes)
    chain.scenario(rejected={})
    chain.again()
    old, new = chain.rows()
    assert new.replaces == old.number and new.state in (SheetState.PAID, SheetState.ACKNOWLEDGED)
    assert chain.alerts("payment_refused", "to_rectify") == []
    check_books(chain.office)


def test_the_wrong_patient_s_file_is_clean_once_the_visit_is_the_right_one_s(chain: Chain) -> None:
    chain.scenario(rejected=CLOSED)
    chain.bill(visit(YVONNE, 1))
    chain.fetch()
    chain.correct("angelo", **ROBERT)
    known = chain.office.journal.known
    assert known.of_person(YVONNE["nir"], "20260101", "20261231") == ()
    assert len(known.of_person(ROBERT["nir"], "20260101", "20261231")) == 1
    chain.scenario(rejected={})
    chain.again()
    assert [row.patient for row in chain.rows()] == ["D'ANGELO YVONNE", "GARNIER ROBERT"]
    assert find_invoice(chain.office, "garnier")[1].number == chain.rows()[1].number


def test_a_patient_whose_payment_was_refused_keeps_his_name_on_the_days_that_follow(chain: Chain) -> None:
    chain.scenario(rejected={HUGO["nir"]: ScenarioRejection("4102", "DROITS FERMES")})
    chain.bill(visit(HUGO))
    chain.fetch()
    assert states(chain) == [["payment_refused"]]
    name = chain.rows()[0].patient.title()
    assert "Moreau" in name
    head = {"date": "2026-11-16", "ps": PS, "profession": "IF"}
    data = json.dumps({"journee": head, "visite": [visit(HUGO)]}).encode()
    import_day(chain.office, data, "next.json")
    row = chain.office.journal.visits.find()[-1]
    assert patient_of(chain.office.journal, read_judged(row.payload).visit).name == name
    assert row.id in [one.id for one in find_things(chain.office, "moreau")]


def test_refused_it_does_not_go_again_as_it_was_unasked(chain: Chain) -> None:
    chain.scenario(rejected=CLOSED)
    chain.bill(visit(YVONNE, 1))
    chain.fetch()
    with pytest.raises(UnchangedError, match="déjà été refusée ainsi"):
        chain.correct("angelo", tiers_payant="amo")
    assert chain.correct("angelo", same=True).way.value == "anew"
    chain.again()
    assert states(chain) == [["payment_refused"], ["payment_refused"]]
    chain.correct("angelo", actes=TWO)
    chain.certify()
    with pytest.raises(UnchangedError):  # back to what was refused
        chain.correct("angelo", actes=[{"code": "AMI", "coefficient": 1}])
    check_books(chain.office)


def test_seen_after_sending_it_waits_and_is_made_when_it_is_refused(chain: Chain) -> None:
    chain.scenario(rejected=CLOSED)
    chain.bill(visit(YVONNE, 1))
    done = chain.correct("angelo", actes=TWO)
    assert done.way.value == "waits"
    (told,) = chain.alerts("to_rectify")
    assert "actes : AMI 1 → AMI 2" in told and "sans réponse encore" in told
    check_books(chain.office)
    fetched = chain.fetch()
    assert [row.visit_id for row in fetched.corrections.made] == [1]
    assert chain.alerts("to_rectify") == []
    chain.scenario(rejected={})
    chain.again()
    assert states(chain) == [["payment_refused"], ["paid"]]
    assert chain.rows()[1].fee == 670
    check_books(chain.office)


def test_paid_and_wrong_it_is_given_back_before_it_is_billed_anew(chain: Chain) -> None:
    chain.bill(visit(YVONNE, 1))
    chain.fetch()
    assert chain.correct("angelo", actes=TWO).way.value == "waits"
    assert "elle est payée 2,01 €" in chain.alerts("to_rectify")[0]
    _, invoice = find_invoice(chain.office, "angelo")
    with pytest.raises(StoreError, match="2,01 €"):
        chain.office.journal.given_up.cancel(invoice.id, "caisse")
    chain.office.journal.given_up.cancel(invoice.id, "rendue par chèque", 201)
    assert len(reconcile(chain.office).made) == 1
    chain.again()
    totals = chain.office.journal.totals()
    assert (totals.paid, totals.given_back, totals.fee) == (201 + 402, 201, 670)
    check_books(chain.office)


def test_accepted_and_given_up_by_word_it_is_billed_anew_and_told_if_paid_after_all(chain: Chain) -> None:
    chain.scenario(deferred=frozenset({YVONNE["nir"]}))
    chain.bill(visit(YVONNE, 1))
    chain.fetch()
    chain.correct("angelo", actes=TWO)
    assert "elle est acceptée" in chain.alerts("to_rectify")[0]
    _, invoice = find_invoice(chain.office, "angelo")
    chain.office.journal.given_up.cancel(invoice.id, "caisse, au téléphone")
    reconcile(chain.office)
    chain.certify()
    assert states(chain) == [["payment_refused"], ["certified"]]
    check_books(chain.office)


def test_a_corrected_one_is_corrected_again_and_the_first_names_the_last(chain: Chain) -> None:
    chain.scenario(rejected=CLOSED)
    chain.bill(visit(YVONNE, 1))
    chain.fetch()
    first = chain.rows()[0].number
    chain.correct("angelo", actes=TWO)
    assert chain.correct("angelo", exoneration="3").way.value == "edited"  # not certified yet
    chain.again()
    with pytest.raises(StoreError, match="est remplacée par la facture"):
        chain.correct(f"facture {first}", actes=TWO)
    chain.scenario(rejected={})
    chain.correct("angelo", exoneration="5")
    chain.again()
    told = read_judged(chain.office.journal.visits.get(1).payload).visit
    assert (told.entitlement.exemption, told.passages[0].acts[0].coefficient) == ("5", 200)
    assert states(chain) == [["payment_refused"], ["payment_refused"], ["paid"]]
    check_books(chain.office)


def test_the_last_telling_of_one_that_waits_counts_with_all_that_was_told_before(chain: Chain) -> None:
    chain.bill(visit(YVONNE, 1))
    chain.correct("angelo", actes=TWO)
    chain.correct("angelo", exoneration="3")
    (waits,) = [row for row in chain.office.journal.corrections.find() if row.state.value == "waiting"]
    told = read_judged(waits.after).visit
    assert (told.entitlement.exemption, told.passages[0].acts[0].coefficient) == ("3", 200)
    chain.fetch()


def test_a_payment_of_what_was_corrected_is_told_with_the_way_out(chain: Chain) -> None:
    """The lot was refused and corrected; its insurer pays it all the same."""
    chain.scenario(refused={YVONNE["nir"]: "ACTE INCONNU"})
    chain.bill(visit(YVONNE, 1))
    chain.fetch()
    chain.correct("angelo", actes=TWO)
    chain.certify()
    number = chain.rows()[0].number
    pay(chain, number)
    assert states(chain) == [["paid"], ["abandoned"]]
    assert chain.office.journal.visits.get(1).state is VisitState.DONE
    (told,) = chain.alerts("contradicted")
    assert "refusée, puis payée : à vérifier" in told and "faite de nouveau, est abandonnée" in told
    assert "elle est payée 2,01 €" in chain.alerts("to_rectify")[0]
    check_books(chain.office)


def test_a_payment_of_what_was_corrected_and_sent_leaves_one_to_be_given_up(chain: Chain) -> None:
    chain.scenario(refused={YVONNE["nir"]: "ACTE INCONNU"})
    chain.bill(visit(YVONNE, 1))
    chain.fetch()
    chain.correct("angelo", actes=TWO)
    chain.scenario(refused={}, deferred=frozenset({YVONNE["nir"]}))
    chain.again()
    old, new = (row.number for row in chain.rows())
    pay(chain, old)
    assert f"la même visite a la facture {old}" in chain.alerts("billed_twice")[0]
    _, invoice = find_invoice(chain.office, f"facture {new}")
    chain.office.journal.given_up.cancel(invoice.id, "la caisse garde la première")
    reconcile(chain.office)
    assert chain.alerts("billed_twice") == []
    assert len(chain.alerts("to_rectify")) == 1
    check_books(chain.office)


def test_a_visit_that_never_was_is_cancelled_once_its_invoice_is_refused(chain: Chain) -> None:
    chain.scenario(rejected=CLOSED)
    chain.bill(visit(YVONNE, 1))
    assert cancel_visit(chain.office, 1, "n’a pas eu lieu").waits
    assert "à annuler (n’a pas eu lieu)" in chain.alerts("to_rectify")[0]
    chain.fetch()
    assert chain.office.journal.visits.get(1).state is VisitState.ABANDONED
    assert chain.alerts("to_rectify", "payment_refused") == []
    check_books(chain.office)


def test_the_patient_owes_nothing_of_a_visit_that_was_set_aside_and_its_invoice_is_cancelled(
    chain: Chain,
) -> None:
    chain.bill(visit(YVONNE, 1))
    chain.fetch()
    cancel_visit(chain.office, 1, "jamais venue")
    chain.office.journal.given_up.cancel(1, "rendue", 201)
    (made,) = reconcile(chain.office).made
    (row,) = chain.rows()
    (booked,) = chain.office.journal.ledger.find()
    assert (row.patient_owes, booked.left.patient, made.visit_id) == (0, 0, 1)
    assert (row.set_aside, row.paid, row.given_back) == (True, 201, 201)
    assert find_invoice(chain.office, "angelo")[0].states == "annulée"


def test_one_that_was_cancelled_and_is_paid_after_all_waits_to_be_cancelled(chain: Chain) -> None:
    chain.scenario(rejected=CLOSED)
    chain.bill(visit(YVONNE, 1))
    cancel_visit(chain.office, 1, "n’a pas eu lieu")
    chain.fetch()
    pay(chain, chain.rows()[0].number)
    assert chain.office.journal.visits.get(1).state is VisitState.DONE
    (told,) = chain.alerts("to_rectify")
    assert "à annuler" in told and "elle est payée 2,01 €" in told
    check_books(chain.office)


def test_a_dre_of_an_unknown_insurer_goes_again_in_one_step(chain: Chain) -> None:
    chain.bill(visit(HUGO, 1, tiers_payant="total", amc=STRANGE_AMC, documents=["FSE", "DRE"]))
    chain.fetch()
    assert states(chain) == [["paid", "refused"]]
    path = chain.office.journal.path.parent / "tournee.toml"
    path.write_text(CONFIGURATION.format(journal=chain.office.journal.path))
    _, invoice = find_invoice(chain.office, "hugo")
    sent = send_dre_again(chain.office, load_config(path), invoice, name="Mutuelle des Tilleuls")
    assert (sent.number, sent.added, sent.invoices) == (STRANGE_AMC["numero"], True, (invoice.number,))
    chain.scenario(unknown_amc=frozenset())
    chain.post()
    chain.fetch()
    assert states(chain) == [["paid", "paid"]]
    assert [one.number for one in load_config(path).payers] == [STRANGE_AMC["numero"]]
    check_books(chain.office)


def test_a_dre_of_an_unknown_insurer_is_the_patient_s_in_one_step(chain: Chain) -> None:
    chain.bill(visit(HUGO, 1, tiers_payant="total", amc=STRANGE_AMC, documents=["FSE", "DRE"]))
    chain.fetch()
    _, invoice = find_invoice(chain.office, "hugo")
    assert charge_patient(chain.office, invoice, "") == 134
    assert states(chain) == [["paid", "on_patient"]]
    assert chain.alerts("refused") == []
    with pytest.raises(StoreError, match="pas de DRE refusée"):
        charge_patient(chain.office, invoice, "")
    check_books(chain.office)


def pay(chain: Chain, number: str) -> None:
    """An RSP pays this invoice, whatever was said of it before."""
    from tournee.model import Effect, Outcome, Target

    journal = chain.office.journal
    received = journal.returns.take(f"RSP {number}".encode(), "caisse")
    assert received is not None
    told = Effect(Target.INVOICE, Outcome.PAID, invoice=number, ps="756000121", paid=201, asked=201)
    journal.returns.settle(received, "RSP", "RSP", (told,))
    reconcile(chain.office)


CONFIGURATION = """
[journal]
chemin = "{journal}"
[envoi]
route = "essai"
[route.essai]
adresse = "factures@oct.example"
expediteur = "cabinet@soins.example"
identifiant = "732829320"
certificat = "oct.pem"
[route.essai.envoi]
serveur = "localhost"
port = 1
securite = "tls"
[route.essai.retours]
type = "maildir"
dossier = "retours"
"""
