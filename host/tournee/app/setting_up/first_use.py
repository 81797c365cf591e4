"""A practice begun on a device that has none: its first configuration, which leads nowhere yet."""

from __future__ import annotations

from pathlib import Path

from tournee.config import Config, load_config
from tournee.errors import ConfigError
from tournee.files import write_first
from tournee.french import reason

ROUTE = "a-choisir"

_TEXT = f"""# Configuration de Tournée, faite à la première utilisation. Simulation : ne facture personne.
# Toutes les clés, commentées : tournee config

[journal]
chemin = "journal.db"

[lecteur]
port = ""                             # jumelez un lecteur

[envoi]
route = "{ROUTE}"

[route.{ROUTE}]                    # ne mène nulle part : remplacez-la par celle de votre OCT
adresse = "factures@oct.invalid"
expediteur = "cabinet@soins.invalid"
identifiant = "000000000"

[route.{ROUTE}.envoi]
serveur = "smtp.invalid"
port = 587
securite = "starttls"

[route.{ROUTE}.retours]
type = "maildir"
dossier = "retours"
"""


def begin_practice(path: Path) -> Config:
    """Write a first configuration at `path`, unless one is there; gives the one that is. ConfigError."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_first(path, _TEXT.encode())
    except OSError as error:
        raise ConfigError(
            f"La configuration {path} n’a pas pu être écrite.",
            cause=reason(error),
            next_step="vérifiez les droits du dossier et la place libre",
        ) from error
    return load_config(path)
