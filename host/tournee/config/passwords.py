"""Passwords of mail accounts: in the system keyring, or in a file that its owner alone reads. Never in the
configuration.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tournee.errors import ConfigError
from tournee.secrets import Keyring, read_secret

KEYRING_SERVICE = "tournee-messagerie"
_IN_A_FILE = "gardez-le dans un fichier lisible de vous seul : fichier_mot_de_passe"


def keep_password(account: str, password: str) -> None:
    """Keep the password of `user@host` in the system keyring; ConfigError when there is none."""
    ring = Keyring(service=KEYRING_SERVICE)
    if not ring.keep(account, password):
        cause = ring.trouble or "le trousseau ne le rend pas"
        raise ConfigError("Le mot de passe n’a pas pu être gardé.", cause=cause, next_step=_IN_A_FILE)


def password_source(user: str, host: str, file: Path | None) -> Callable[[], str]:
    """Where an account's password is asked for, once wanted: a 0600 file, or the system keyring."""

    def ask() -> str:
        if file is not None:
            return read_secret(file, "le mot de passe", ConfigError).rstrip("\r\n")
        ring = Keyring(service=KEYRING_SERVICE)
        password = ring.find(f"{user}@{host}")
        if ring.trouble:
            raise ConfigError(
                f"Le mot de passe de {user} sur {host} ne peut pas être demandé au trousseau.",
                cause=ring.trouble,
                next_step=_IN_A_FILE,
            )
        return password or ""

    return ask
