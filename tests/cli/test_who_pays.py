"""Who pays, from a day file to the money: certified by the reader, judged and paid by the emulated OCT."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tournee.cli.main import tournee as root
from tournee.emulation.control import ask
from tournee.emulation.practice import CONFIG_NAME, practice

HEAD = '[journee]\ndate = 2026-10-15\nps = "756000121"\nprofession = "IF"\n'
ORDER = 'prescription = { date = 2026-10-02, prescripteur = "751000126", origine = "ville" }\n'
CARE = f'{ORDER}actes = [{{ code = "AMI", coefficient = 4 }}]\ndeplacement = {{ indemnite = "IFA" }}\n'
HURT = (
    f'[[visite]]\nnir = "1710467482013"\ntiers_payant = "amo"\nnature = "accident du travail"\n{ORDER}'
    'actes = [{ code = "AMI", coefficient = 2, date = 2026-10-14 }]\n'
)
DAY = f"""{HEAD}
[[visite]] # régime local on the card, an ALD that does not exempt: 90 % of 12,60 and 2,75
nir = "1710467482013"
tiers_payant = "amo"
{CARE}
{HURT}accident = {{ numero = "25090502" }}

[[visite]] # maternity on the card since 1 September
nir = "2930459350088"
tiers_payant = "amo"
{CARE}
[[visite]] # prevention, and a prior agreement
nir = "1480369123017"
tiers_payant = "amo"
accord = {{ demande = 2026-09-01, reponse = "accordé", le = 2026-09-12, numero = "DAP 1" }}
{ORDER}actes = [{{ code = "AMI", coefficient = 2.4, exoneration = "7" }}]

[[visite]] # AME, no card
nir = "1620506088054"
cle = "53"
naissance = 1962-05-02
{CARE}[visite.patient]
nom = "MARTINEZ"
prenom = "PAUL"
regime = "01"
caisse = "041"
centre = "0000"
ame = {{ debut = 2026-03-01, fin = 2027-02-28 }}
"""
CARDS = ("schmitt", "dumont", "garnier")


def run(*words: str) -> Result:
    return CliRunner().invoke(root, list(words), input="1234\n")


def told(*words: str) -> dict:
    done = run(*words, "--json")
    assert done.exit_code == 0, (done.output, done.exception)
    return json.loads(done.stdout)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An emulated reader with the nurse's card, and the emulated OCT."""
    monkeypatch.setenv("TOURNEE_CONFIG", str(tmp_path / CONFIG_NAME))
    monkeypatch.chdir(tmp_path)
    with practice(tmp_path) as board:
        serving = threading.Thread(target=board.serve)
        serving.start()
        try:
            ask(tmp_path, "insert", slot="ps", card="infirmiere")
            yield tmp_path
        finally:
            ask(tmp_path, "stop")
            serving.join()


def take_in(desk: Path, text: str) -> None:
    (desk / "jour.toml").write_text(text, encoding="utf-8")
    done = run("day", "import", "jour.toml")
    assert done.exit_code == 0, (done.output, done.exception)


def test_all_that_the_payers_owe_is_certified_accepted_and_paid(desk: Path) -> None:
    take_in(desk, DAY)
    for card in CARDS:
        ask(desk, "insert", slot="vitale", card=card)
        told("certify")
    told("lot", "close")
    told("file", "make")
    told("send")
    told("fetch")
    rows = {
        (one["patient"], one["fee"]): (one["amo"], one["paid"], one["state"])
        for one in told("status", "--all")["invoices"]
    }
    assert rows == {
        ("SCHMITT LOUIS", 1535): (1382, 1382, "paid"),
        ("SCHMITT LOUIS", 630): (630, 630, "paid"),
        ("DUMONT ELISE", 1535): (1535, 1535, "paid"),
        ("GARNIER ROBERT", 756): (756, 756, "paid"),
        ("MARTINEZ PAUL", 1535): (1535, 1535, "paid"),
    }
    assert told("alerts")["alerts"] == []


def test_accident_goes_to_the_caisse_that_manages_it(desk: Path) -> None:
    take_in(desk, DAY)
    ask(desk, "insert", slot="vitale", card="schmitt")
    told("certify")
    crfs = {told("trace", number)["sheets"][0]["crf"] for number in ("1", "2")}
    assert crfs == {"F01041021", "F01021011"}


def test_several_accidents_on_the_card_and_none_said_ask_which(desk: Path) -> None:
    take_in(desk, HEAD + HURT)
    ask(desk, "insert", slot="vitale", card="schmitt")
    done = run("certify")
    assert "la carte en nomme plusieurs" in done.output
    assert "n° 26031801 du 18/03/2026" in done.output
    assert "n° 25090502 du 05/09/2025" in done.output


def test_card_tells_its_accidents(desk: Path) -> None:
    ask(desk, "insert", slot="vitale", card="schmitt")
    (patient,) = told("cards")["patients"]
    assert [one["date"] for one in patient["accidents"]] == ["2026-03-18", "2025-09-05"]
    assert "accidents du travail : n° 26031801" in run("cards").stdout


@pytest.mark.parametrize(
    ("name", "rates", "shares", "why"),
    [
        ("ame", [(100, "10", "5")] * 2, (1535, 0, 0), "100 %, assuré exonéré"),
        ("alsace_moselle", [(90, "13", "0")] * 2, (1382, 0, 153), "90 %, régime local d’Alsace-Moselle"),
        ("maternite", [(100, "30", "0")] * 2, (1535, 0, 0), "100 %, maternité"),
        ("c2s", [(60, "10", "0")] * 2, (921, 614, 0), ""),
        ("prevention_et_soin", [(60, "10", "0"), (100, "90", "7")], (1134, 0, 504), "100 %, prévention"),
    ],
)
def test_price_of_a_visit_tells_who_pays_and_why(name, rates, shares, why) -> None:
    path = str(Path(__file__).parents[1] / "vectors" / "payers" / f"{name}.toml")
    (visit,) = told("visit", "price", path)["files"][0]["visits"]
    assert [(one["amo_rate"], one["insurance"], one["exemption"]) for one in visit["lines"]] == rates
    assert (visit["amo_cents"], visit["amc_cents"], visit["patient_cents"]) == shares
    assert ("Prise en charge par la caisse : " in run("visit", "price", path).stdout) == bool(why)
    assert why in run("visit", "price", path).stdout
