"""Several OCT in one configuration: one word changes the one in force, returns of all are taken in."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from days import MOMENT

from tournee.app.context import Office
from tournee.app.inbound import fetch
from tournee.config import Config, load_config
from tournee.store import Cipher, Journal

ROUTE = """
[route.{name}]
adresse = "factures@{name}.example"
expediteur = "cabinet@ville.example"
identifiant = "{number}"
certificat = "{name}.pem"

[route.{name}.envoi]
serveur = "smtp.{name}.example"
port = 465
securite = "tls"

[route.{name}.retours]
type = "maildir"
dossier = "{name}"
"""
ART = (
    b"Subject: ART/00000756000121/202603021830\r\n"
    b'Content-Type: Application/EDI-consent; name="recu.txt"\r\n'
    b"Content-Transfer-Encoding: base64\r\nContent-Description: ART/IF\r\n\r\n"
)


@pytest.fixture
def configured(tmp_path: Path):
    for name in ("ancien", "nouveau"):
        for part in ("cur", "new", "tmp"):
            (tmp_path / name / part).mkdir(parents=True)
        (tmp_path / name / "new" / "1.letter").write_bytes(ART + base64.b64encode(name.encode()))

    def load(active: str) -> Config:
        routes = ROUTE.format(name="ancien", number="732829320") + ROUTE.format(name="nouveau", number="1234")
        (tmp_path / "tournee.toml").write_text(f'[envoi]\nroute = "{active}"\n{routes}')
        return load_config(tmp_path / "tournee.toml")

    return load


def test_one_word_changes_the_oct(configured, tmp_path: Path) -> None:
    """OCT-MODE-2."""
    before, after = configured("ancien").route, configured("nouveau").route
    assert (before.address, before.recipient_number) == ("factures@ancien.example", "00000732829320")
    assert (after.address, after.recipient_number) == ("factures@nouveau.example", "00000000001234")
    assert (before.certificate, after.certificate) == (tmp_path / "ancien.pem", tmp_path / "nouveau.pem")
    assert (before.submission.host, after.submission.host) == ("smtp.ancien.example", "smtp.nouveau.example")


def test_returns_of_a_former_oct_are_taken_in(configured, tmp_path: Path) -> None:
    """OCT-MODE-3."""
    config = configured("nouveau")
    with Journal(tmp_path / "journal.db", Cipher(bytes(range(32))), lambda: MOMENT, station=0) as journal:
        former = tuple(route for route in config.routes.values() if route.name != config.active)
        taken = fetch(Office(journal, config.route, lambda: MOMENT, former=former))
    assert [settled.read.content.text for settled in taken.settled] == ["nouveau", "ancien"]
    assert (taken.problems, taken.errors) == ([], [])
    assert list((tmp_path / "ancien" / "new").iterdir()) == []


def test_a_former_mailbox_out_of_reach_does_not_hinder_the_others(configured, tmp_path: Path) -> None:
    """OCT-MODE-3."""
    config = configured("nouveau")
    (tmp_path / "ancien" / "cur").rmdir()
    with Journal(tmp_path / "journal.db", Cipher(bytes(range(32))), lambda: MOMENT, station=0) as journal:
        taken = fetch(Office(journal, config.route, lambda: MOMENT, former=(config.routes["ancien"],)))
    assert [settled.read.content.text for settled in taken.settled] == ["nouveau"]
    assert len(taken.errors) == 1
