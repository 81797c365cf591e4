"""`tournee account …`: what is typed, what is shown, what a program reads, how it fails."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from account_life import NOW, PS, Told, practice
from click.testing import CliRunner, Result

from tournee.app import context
from tournee.cli import status
from tournee.cli.main import tournee as root
from tournee.config import load_config
from tournee.errors import TourneeError
from tournee.store import journal_key


@pytest.fixture
def run(config: Path, monkeypatch: pytest.MonkeyPatch):
    """Runs commands over three invoices: Lambert's of which she owes 1,34 €, another's, one that was paid."""
    path = load_config(config).journal
    with practice(path, journal_key(path)) as desk:
        desk.bill(Told(0, "amo"), Told(1, "non"), Told(2, "total"))
        desk.send()
        desk.paid("000000003", 201, 201, reference="VIR 77")
    monkeypatch.setattr(context, "open_office", partial(context.open_office, clock=lambda: NOW))
    monkeypatch.chdir(config.parent)

    def runner(*words: str) -> Result:
        return CliRunner().invoke(root, ["--config", str(config), "account", *words])

    return runner


def told(done: Result) -> Any:
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def failed(done: Result) -> int:
    assert isinstance(done.exception, TourneeError), done.output
    return status.of(done.exception)


def test_a_patient_pays_is_given_a_receipt_and_owes_no_more(run) -> None:
    first = told(run("pay", "lambert", "--by", "cheque", "--amount", "1,00", "--word", "n° 12", "--json"))
    assert (first["patient_owes"], first["payments"][0]["receipt"]) == (34, "000000001-1")
    assert "Yvonne Lambert ne doit plus rien." in run("pay", "lambert", "--by", "especes").output
    assert told(run("receipt", "1", "--json"))["duplicate"] is False
    again = told(run("receipt", "1", "--json"))
    assert (again["duplicate"], again["file"]) == (True, "recu-000000001-1-duplicata.pdf")
    assert Path("recu-000000001-1.pdf").read_bytes().startswith(b"%PDF")
    shown = run("show", "lambert").output
    assert "payé, chèque" in shown and "n° 12" in shown
    taken_back = told(run("cancel", "1", "--reason", "sans provision", "--json"))
    assert (taken_back["patient_owes"], taken_back["payments"][0]["cents"]) == (100, -100)


def test_what_is_paid_too_much_is_refused_kept_and_given_back(run) -> None:
    assert failed(run("pay", "lambert", "--by", "cb", "--amount", "5")) == 8
    assert (
        told(run("pay", "lambert", "--by", "cb", "--amount", "5", "--credit", "--json"))["patient_owes"]
        == -366
    )
    assert told(run("refund", "lambert", "--by", "virement", "--json"))["patient_owes"] == 0
    assert failed(run("refund", "lambert", "--by", "virement")) == 8


@pytest.mark.parametrize("amount", ["0", "-3", "1e3", "1,234", "douze", "99999999"])
def test_an_amount_that_is_none_is_a_word_badly_written(run, amount: str) -> None:
    assert run("pay", "lambert", "--by", "cb", "--amount", amount).exit_code == status.USAGE


def test_papers_and_letters_are_written(run) -> None:
    assert told(run("statement", "lambert", "--json"))["file"] == "releve.pdf"
    assert told(run("sheet", "1", "--out", "feuille.pdf", "--json"))["invoice"] == "000000001"
    assert Path("feuille.pdf").read_bytes().startswith(b"%PDF")
    letters = told(run("remind", "--older", "0", "--json"))["reminders"]
    assert [(one["to"], one["cents"]) for one in letters] == [("LAMBERT YVONNE", 134), ("DURAND PAUL", 335)]
    assert "Sauf erreur de ma part" in run("remind", "--older", "0", "--patient", "durand").output
    assert run("remind").output.rstrip().endswith("Personne à relancer.")


def test_what_is_unpaid_is_told_by_debtor_and_age(run) -> None:
    found = told(run("unpaid", "--json"))
    assert found["sums"] == {"caisse": [201, 0, 0, 0], "mutuelle": [134, 0, 0, 0], "patient": [469, 0, 0, 0]}
    assert found["total"] == 804
    assert "Lambert Yvonne" in run("unpaid", "--debtor", "patient").output
    assert told(run("give-up", "durand", "--reason", "parti", "--json"))["patient_owes"] == 0
    assert told(run("unpaid", "--json"))["sums"]["patient"] == [134, 0, 0, 0]


def test_the_bank_is_matched(run) -> None:
    Path("releve.csv").write_text(
        "Date;Libellé;Crédit\n18/11/2026;VIR CPAM 77;2,01\n18/11/2026;X;9,00\n", "utf-8"
    )
    assert told(run("bank", "import", "releve.csv", "--json"))["new"] == 2
    assert told(run("bank", "import", "releve.csv", "--json"))["known"] == 2
    listed = told(run("bank", "list", "--json"))
    assert [(one["line"]["id"], one["sure"]) for one in listed["proposals"]] == [(1, True)]
    assert [one["id"] for one in listed["unmatched"]] == [2]
    assert "VIR CPAM 77" in run("bank", "list").output
    assert told(run("bank", "accept", "--all", "--json"))["accepted"] == 1
    assert told(run("bank", "aside", "2", "--reason", "prêt", "--json")) and told(
        run("bank", "undo", "1", "--json")
    )
    assert failed(run("bank", "accept", "1", "9-9")) == 11
    assert run("bank", "accept").exit_code == status.USAGE


def test_files_for_the_accountant_are_the_carer_s_alone(run) -> None:
    made = told(run("export", "fec", "--siren", "732 829 320", "--closing", "31/12/2026", "--json"))
    assert made["file"] == "732829320FEC20261231.txt"
    assert Path(made["file"]).stat().st_mode & 0o777 == 0o600
    assert told(run("export", "csv", "--json"))["cents"] == 201
    assert told(run("export", "csv", "--what", "ecritures", "--separator", ",", "--json"))["lines"] > 5
    assert failed(run("export", "fec", "--siren", "123456789", "--closing", "31/12/2026")) == 11
    assert failed(run("export", "csv", "--out", "absent/recettes.csv")) == 8


def test_a_file_that_is_no_statement_is_told_and_named(run) -> None:
    Path("photo.csv").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    assert failed(run("bank", "import", "photo.csv")) == 11
    assert failed(run("bank", "import", "absent.csv")) == 11
    assert failed(run("receipt", "9")) == failed(run("show", "inconnu")) == 8


def test_certification_and_status_tell_what_the_patient_owes(run, config: Path) -> None:
    found = told(CliRunner().invoke(root, ["--config", str(config), "status", "--all", "--json"]))
    owed = {one["number"]: (one["shares"], one["patient_owes"]) for one in found["invoices"]}
    assert owed["000000001"] == ({"amo": 201, "amc": 0, "patient": 134}, 134)
    run("pay", "lambert", "--by", "cb")
    traced = CliRunner().invoke(root, ["--config", str(config), "trace", "1", "--ps", PS, "--json"])
    assert [one["cents"] for one in told(traced)["patient_payments"]] == [134]
