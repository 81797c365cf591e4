"""Passwords of mail accounts: in the system keyring, or in a file that its owner alone reads. Never in the
configuration.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tournee.errors import ConfigError

KEYRING_SERVICE = "tournee-messagerie"


def keep_password(account: str, password: str) -> None:
    """Keep the password of `user@host` in the system keyring; ConfigError when there is none."""
    import keyring
    from keyring.errors import KeyringError

    try:
        keyring.set_password(KEYRING_SERVICE, account, password)
    except (KeyringError, RuntimeError) as error:
        raise ConfigError(
            "Le mot de passe n'a pas pu être gardé.",
            cause=f"ce système n'a pas de trousseau utilisable ({error})",
            next_step="gardez-le dans un fichier lisible de vous seul : fichier_mot_de_passe",
        ) from error


def password_source(user: str, host: str, file: Path | None) -> Callable[[], str]:
    """Where an account's password is asked for, once wanted: a 0600 file, or the system keyring."""

    def ask() -> str:
        if file is not None:
            return _secret_file(file)
        import keyring  # only when asked: probing the desktop's keyrings takes a moment
        from keyring.errors import KeyringError

        try:
            return keyring.get_password(KEYRING_SERVICE, f"{user}@{host}") or ""
        except (KeyringError, RuntimeError) as error:
            raise ConfigError(
                f"Le mot de passe de {user} sur {host} ne peut pas être demandé au trousseau.",
                cause="ce système n'a pas de trousseau utilisable, ou il est fermé",
                next_step="gardez-le dans un fichier lisible de vous seul : fichier_mot_de_passe",
            ) from error

    return ask


def _secret_file(file: Path) -> str:
    try:
        if file.stat().st_mode & 0o077:
            raise ConfigError(
                f"Le fichier de mot de passe {file} peut être lu par d'autres.", next_step=f"chmod 600 {file}"
            )
        return file.read_text("utf-8").rstrip("\r\n")
    except OSError as error:
        raise ConfigError(
            f"Le fichier de mot de passe {file} ne peut pas être lu.", cause=str(error.strerror)
        ) from error
