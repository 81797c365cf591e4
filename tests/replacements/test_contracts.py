"""Contracts of replacement: what they may say, whom they let sign, how they travel and are read."""

import json
import subprocess
from dataclasses import replace
from datetime import date
from functools import partial

import pytest
from account_life import IDENTITY, PS, Told, day_file
from replaced_life import FIRST, RPPS, SECOND, TERMS, replaced

from tournee.app.backup.sealed_stream import SealedHead
from tournee.app.certifying.replacing import identity_for, is_for
from tournee.app.practice.exchange import take_practice, write_practice
from tournee.app.replacements.contracts import contracts, find_contract
from tournee.app.replacements.papers import statement_csv, statement_pdf, statement_values
from tournee.app.replacements.statements import sign_statement, statements, the_statement
from tournee.app.visits.importing import import_day
from tournee.billing.kept.judged import read_judged
from tournee.billing.replacement import ReplacementSession
from tournee.errors import BillingError, StoreError
from tournee.practice.replacement_contract import FixedCost
from tournee.store import VisitState

PHRASE = "cinq mots sans lien aucun"
HER_CARD = replace(IDENTITY, billing_number="756000030", rpps=RPPS, name="FAURE", first_name="INÈS")


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"replaced": "756000122"}, "clé"),
        ({"rpps": "10100000041"}, "clé"),
        ({"name": " "}, "les deux noms"),
        ({"sessions": ()}, "sessions"),
        ({"sessions": (FIRST, ReplacementSession(date(2026, 11, 8), date(2026, 11, 9)))}, "se recouvrent"),
        ({"sessions": (ReplacementSession(date(2026, 11, 8), date(2026, 11, 2)),)}, "avant"),
        ({"care": 10_001}, "pourcentage"),
        ({"travel": -1}, "pourcentage"),
        ({"costs": (FixedCost("", 100),)}, "frais"),
        ({"costs": (FixedCost("studio", 0),)}, "frais"),
    ],
)
def test_what_a_contract_cannot_say_is_refused(changes, word):
    """RMP-1."""
    with pytest.raises(BillingError) as refused:
        replace(TERMS, **changes)
    assert word in refused.value.message


def test_sessions_of_other_weekdays_share_no_day():
    days = (date(2026, 11, 2), date(2026, 11, 29))
    both = (ReplacementSession(*days, (1, 2)), ReplacementSession(*days, (3,)))
    assert replace(TERMS, sessions=both).sessions == both


def test_two_contracts_of_two_persons_share_no_day(desk):
    """RMP-1."""
    desk.contract()
    with pytest.raises(StoreError, match="a déjà des jours"):
        desk.contract(replace(TERMS, sessions=(SECOND,)))


def test_the_card_of_a_contract_may_certify_on_its_days_alone(desk):
    """RMP-1: the contract counts as the configuration's [remplacement] does."""
    import_day(desk.office, day_file([Told()], "2026-11-10"), "un.toml")
    (row,) = desk.journal.visits.find(VisitState.PENDING)
    judged = read_judged(row.payload)
    assert not is_for(desk.office, HER_CARD, judged)
    desk.contract()
    assert is_for(desk.office, HER_CARD, judged)
    billing = identity_for(desk.office, HER_CARD, judged)
    assert (billing.billing_number, billing.substitute.rpps) == (PS, RPPS)


def test_contracts_and_signed_statements_go_to_the_other_device(desk, tmp_path):
    contract = desk.contract()
    desk.bill("2026-11-07", Told())
    sign_statement(desk.office, contract, 1)
    write_practice(desk.office, tmp_path / "file", PHRASE, partial(SealedHead, log_n=4))
    (tmp_path / "other").mkdir()
    with replaced(tmp_path / "other" / "journal.db") as other:
        assert take_practice(other.office, tmp_path / "file", PHRASE).faults == []
        (one,) = contracts(other.office)
        assert one.told == TERMS
        assert [told.signed for told in statements(other.office, one)] == [date(2026, 11, 16)]


def test_a_statement_is_read_back_from_its_pdf_and_names_no_patient(desk, tmp_path):
    """RMP-5."""
    contract = desk.contract(replace(TERMS, costs=(FixedCost("studio", 1_000),), basis="facturé"))
    (one,) = desk.bill("2026-11-07", Told())
    path = tmp_path / "releve.pdf"
    path.write_bytes(statement_pdf(the_statement(desk.office, contract)))
    text = subprocess.run(
        ["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True
    ).stdout
    for words in ("Projet : pas encore signé", one.number, "07/11/2026", "3,35", "80 % des soins", "-10,00"):
        assert words in text
    assert "Inès FAURE doit à Claire LEFEBVRE" in text and "7,32 €" in text
    assert "LAMBERT" not in text and "2550699999001" not in text


def test_csv_and_values_say_the_same_cents(desk):
    """RMP-5."""
    contract = desk.contract()
    desk.bill("2026-11-07", Told())
    told = the_statement(desk.office, contract)
    head, line, *reckoned = statement_csv(told).decode("utf-8-sig").splitlines()
    assert head.startswith("facture;session;mois;soins;report;facture_soins")
    assert line == "000000001;2026-11-02;202611;2026-11-07;non;3,35;0,00;0,00;0,00;0,00"
    assert reckoned[-1] == "Rétrocession;;;;;;;;;0,00"
    said = json.loads(json.dumps(statement_values(told)))
    assert (said["billed"]["cents"], said["part_of_billed_cents"], said["due_cents"]) == (335, 268, 0)


def test_a_contract_is_found_by_either_name(desk):
    made = desk.contract()
    assert find_contract(desk.office, ["faure"]).id == find_contract(desk.office, ["lefebvre"]).id == made.id
