"""A route that sends readable text says so on every screen (OCT-MSG-8)."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from many_invoices import DAY_PIECE, PS, Maker, keep_lots

from tournee.cli.main import tournee as root
from tournee.store import Cipher, Journal, journal_key

NOW = datetime(2030, 6, 1, 12, 0, tzinfo=UTC)
CONFIGURATION = """
[envoi]
route = "{active}"
[route.lisible]
adresse = "factures@oct.example"
expediteur = "cabinet@soins.example"
identifiant = "732829320"
scellement = "en-clair"
[route.lisible.envoi]
serveur = "localhost"
port = 1
securite = "tls"
[route.lisible.retours]
type = "maildir"
dossier = "retours"
[route.scelle]
adresse = "factures@oct.example"
expediteur = "cabinet@soins.example"
identifiant = "732829320"
certificat = "oct.pem"
[route.scelle.envoi]
serveur = "localhost"
port = 1
securite = "tls"
[route.scelle.retours]
type = "maildir"
dossier = "retours"
"""
WARNING = "la route lisible envoie en clair"


class Screen:
    """The command line over one configuration."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "tournee.toml"
        self.journal = folder / "journal.db"
        for part in ("cur", "new", "tmp"):
            (folder / "retours" / part).mkdir(parents=True)
        self.use("lisible")

    def use(self, active: str) -> None:
        self.path.write_text(CONFIGURATION.format(active=active))

    def run(self, *words: str) -> Result:
        return CliRunner().invoke(root, ["--config", str(self.path), *words])


@pytest.fixture
def screen(tmp_path: Path) -> Screen:
    made = Screen(tmp_path)
    assert WARNING in made.run("status").stderr
    with Journal(made.journal, Cipher(journal_key(made.journal)), lambda: NOW, station=0) as journal:
        journal.visits.add_day("day", PS, "20261115", [DAY_PIECE])
        keep_lots(journal, Maker().lots(1))
    return made


def test_every_screen_of_a_clear_route_says_so(screen: Screen) -> None:
    """OCT-MSG-8."""
    for words in (["file", "make"], ["send"], ["fetch"], ["status"], ["trace", "1"], ["day", "visits"]):
        assert WARNING in screen.run(*words).stderr, words


def test_a_message_in_clear_is_shown_as_such_when_sent_and_for_ever_after(screen: Screen) -> None:
    """OCT-MSG-8: also once the route in force seals again."""
    screen.run("file", "make")
    sent = screen.run("send")
    assert "EN CLAIR" in sent.stdout
    with Journal(screen.journal, Cipher(journal_key(screen.journal)), lambda: NOW, station=0) as journal:
        (message,) = journal.messages.find()
    screen.use("scelle")
    traced = screen.run("trace", message.subject)
    assert "EN CLAIR" in traced.stdout
    assert WARNING in traced.stderr
    (told,) = json.loads(screen.run("trace", message.subject, "--json").stdout)["messages"]
    assert told["clear"] is True


def test_a_route_that_seals_says_nothing_of_the_kind(screen: Screen) -> None:
    screen.path.write_text(CONFIGURATION.format(active="scelle").replace('"en-clair"', '"K"'))
    assert "en clair" not in screen.run("status").stderr.lower()
