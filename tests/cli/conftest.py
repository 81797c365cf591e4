"""A configuration to run commands with: one route, to a mail folder, and no reader."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

CONFIGURATION = """
[envoi]
poste = 0
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
    return _configured(tmp_path)


@pytest.fixture(scope="session")
def configured() -> Callable[[Path], Path]:
    """Makes the same in any folder."""
    return _configured


def _configured(tmp_path: Path) -> Path:
    """Write the configuration, and make its mail folder."""
    for part in ("cur", "new", "tmp"):
        (tmp_path / "retours" / part).mkdir(parents=True)
    path = tmp_path / "tournee.toml"
    path.write_text(CONFIGURATION)
    return path
