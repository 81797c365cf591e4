"""Returns as the command line shows them: texts, acknowledgements, payments, and what nobody understood."""

from __future__ import annotations

import base64
import gzip
import json
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tournee.cli.main import tournee as root
from tournee.errors import StoreError
from tournee.store import Cipher, Journal, journal_key

VECTORS = Path(__file__).parents[1] / "vectors" / "returns"
CONFIGURATION = """
[envoi]
route = "essai"
[route.essai]
adresse = "factures@oct.example"
expediteur = "cabinet@soins.example"
identifiant = "732829320"
[route.essai.envoi]
serveur = "localhost"
port = 1
securite = "tls"
[route.essai.retours]
type = "maildir"
dossier = "retours"
"""
HEAD = "Content-Type: Application/EDI-consent\r\nContent-Transfer-Encoding: base64\r\n"
POISON = b"\x1b[31mSubject: rien\r\n\r\nOCTETS \xff"


def content_of(name: str) -> bytes:
    lines = (VECTORS / name).read_text().splitlines()
    return b"".join(line[1:-1].encode() for line in lines if line.startswith("|"))


def letter(word: str, content: bytes) -> bytes:
    subject = f"Subject: {word.split('/')[0]}/00000123456782/202611231200\r\n"
    body = base64.encodebytes(content)
    return f"{HEAD}{subject}Content-Description: {word}\r\n\r\n".encode() + body


@pytest.fixture
def told(tmp_path: Path):
    """Runs the command line over a mailbox of an ART, an ARL, three RSP and one that nobody understands."""
    letters = (
        letter("ART/MK", "RÉUNION À 20 H".encode()),
        letter("ARL/SV", content_of("arl_lots.txt")),
        letter("RSP/SV", content_of("rsp_576.txt")),
        letter("RSP/SV", content_of("rsp_576.txt").replace(b"P00001512P@", b"P00001513P@")),
        letter("RSP/SV", content_of("rsp_other.txt")),
        POISON,
        letter("ART/XX", gzip.compress(b"A" * 2**20)),
    )
    for part in ("cur", "new", "tmp"):
        (tmp_path / "retours" / part).mkdir(parents=True)
    for rank, raw in enumerate(letters):
        (tmp_path / "retours" / "new" / f"{rank}.letter").write_bytes(raw)
    config = tmp_path / "tournee.toml"
    config.write_text(CONFIGURATION)

    def run(*arguments: str) -> Result:
        done = CliRunner().invoke(root, ["--config", str(config), *arguments])
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done

    run("fetch")
    return run


def test_an_art_says_for_whom_it_is(told):
    """OCT-RET-4."""
    shown = told("return", "show", "1").output
    assert "ART pour : masseurs-kinésithérapeutes, 123456782" in shown
    assert "RÉUNION À 20 H" in shown


def test_an_rsp_is_shown_decoded_added_up_and_raw(told):
    """OCT-RET-3."""
    shown = told("return", "show", "3").output
    assert "15,12 € sur 15,12 €, payé" in shown
    assert "comme lus" in shown
    assert "écart" not in shown
    assert "10204000000041" in shown


def test_a_sum_that_differs_is_shown_wherever_one_looks(told):
    """OCT-RET-3."""
    for shown in (told("return", "show", "4").output, told("status").output):
        assert "écart 1" in " ".join(shown.split())
    notes = json.loads(told("status", "--json").stdout)["odd"]
    assert [one["return"] for one in notes] == [4, 5]
    assert notes[0]["notes"][-1].endswith("(écart 1)")


def test_another_reference_is_listed_and_kept(told):
    """OCT-RET-3."""
    assert "non interprétée : gardée entière" in " ".join(told("status").output.split())
    assert "Entités, telles que reçues" in told("return", "show", "5").output


def test_what_nobody_understands_is_listed_shown_and_given_back_whole(told, tmp_path):
    """OCT-RET-5."""
    listed = json.loads(told("return", "list", "--aside", "--json").stdout)["returns"]
    assert [(one["id"], one["state"]) for one in listed] == [(6, "quarantined"), (7, "quarantined")][::-1]
    shown = told("return", "show", "6", "--out", str(tmp_path / "whole")).output
    assert "Mis de côté :" in shown
    assert "\\x1b[31mSubject: rien" in shown
    assert "\x1b" not in shown
    assert (tmp_path / "whole").read_bytes() == POISON
    alerts = told("status").output
    assert "Alerte, retour 6 : mis de côté" in alerts
    assert ". Une fois la cause levée, essayez-le de nouveau" in " ".join(alerts.split())


def test_an_arl_is_shown_item_by_item(told):
    """OCT-RET-2."""
    assert "refusé" in told("return", "show", "2").output


def test_looking_changes_nothing(told, tmp_path):
    path = tmp_path / "journal.db"
    with Journal(path, Cipher(journal_key(path)), datetime.now, station=0) as journal:
        before = journal.history.find()
    for number in range(1, 7):
        told("return", "show", str(number))
    with Journal(path, Cipher(journal_key(path)), datetime.now, station=0) as journal:
        assert journal.history.find() == before


def test_what_is_not_of_this_journal_is_not_counted_as_paid(told):
    """Nobody was paid for an invoice that was never sent from here."""
    shown = told("return", "list").output
    assert "Payé en tout" not in shown
    money = json.loads(told("fetch", "--again", "--json").stdout)["money"]
    assert money == {
        "paid": 0,
        "refused": 0,
        "deferred": 0,
        "remainder": 0,
        "franchise": 0,
        "moved": 0,
        "apart": 0,
    }


def test_a_long_content_is_shown_up_to_a_bound(told):
    shown = told("return", "show", "7").output
    assert len(shown) < 100_000
    assert "65536 octets sur 1048576" in shown


def test_what_is_to_be_checked_is_in_the_alerts_until_it_is_seen(told):
    assert "retour 4" in told("alerts").output
    assert "Vu : 1 alerte de moins." in told("return", "seen", "4", "--reason", "vu").output
    assert "retour 4" not in told("alerts").output
    with pytest.raises(StoreError):
        told("return", "seen", "4", "--reason", "vu")


def test_what_is_of_another_station_is_one_alert_that_one_command_ends(told):
    def of_others():
        alerts = json.loads(told("alerts", "--json").stdout)["alerts"]
        return [one for one in alerts if one["kind"] == "other_station"]

    (alert,) = of_others()
    assert (alert["about"], alert["ps"]) == ("poste 00, retour 2", "123456782")
    assert alert["text"].startswith("un autre poste (00) : 2 lots refusés, dernier retour le ")
    assert alert["command"] == "tournee return seen --poste 00 --reason …"
    assert "sans suite" not in told("status").output
    shown = told("return", "seen", "--poste", "00", "--reason", "la tablette de la voiture").output
    assert "Vu : 2 alertes de moins." in shown
    assert of_others() == []
    with pytest.raises(StoreError, match="du poste 00"):
        told("return", "seen", "--poste", "00", "--reason", "vu")


@pytest.mark.parametrize("both", [(), ("2", "--poste", "00")], ids=["neither", "both"])
def test_returns_or_a_station_are_seen_and_not_both(told, both):
    assert told("return", "seen", *both, "--reason", "vu").exit_code == 2
