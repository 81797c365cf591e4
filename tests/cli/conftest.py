"""A configuration to run commands with: one route, to a mail folder, and no reader."""

from __future__ import annotations

from pathlib import Path

import pytest

CONFIGURATION = """
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


@pytest.fixture
def config(tmp_path: Path) -> Path:
    for part in ("cur", "new", "tmp"):
        (tmp_path / "retours" / part).mkdir(parents=True)
    path = tmp_path / "tournee.toml"
    path.write_text(CONFIGURATION)
    return path
