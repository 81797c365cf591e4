"""Readers as the configuration says them: the one in use, those remembered, and where their secrets are kept.

A secret is kept as its label has it, in the system keyring or in a file that its owner alone reads, never in
the configuration itself.
"""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tournee.config.table import Table
from tournee.errors import ConfigError
from tournee.reader.label import printed_code, read_label

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

BLUETOOTH = "ble:"
IN_KEYRING = "trousseau"


@dataclass(frozen=True)
class KnownReader:
    """A reader that this host was paired with; `secret` is empty, `IN_KEYRING` or the name of a file."""

    address: str
    name: str
    secret: str = ""

    @property
    def port(self) -> str:
        """Its place, as `[lecteur] port` says it."""
        return f"{BLUETOOTH}{self.address}"


@dataclass(frozen=True)
class ReaderChoice:
    """The table `[lecteur]`: the port in use, where its secret is (as for `KnownReader`), the readers
    remembered."""

    port: str
    secret: str
    known: tuple[KnownReader, ...]
    home: Path

    def find(self, word: str) -> KnownReader | None:
        """The remembered reader of this address or name."""
        for one in self.known:
            if word.casefold() in (one.address.casefold(), one.name.casefold()):
                return one
        return None

    def secret_of_port(self, ring: KeyringBackend | None = None) -> bytes | None:
        """The secret of the reader in use, None when it has none. ConfigError when it cannot be had."""
        kept = {one.port: one.secret for one in self.known}.get(self.port) or self.secret
        if not kept:
            return None
        text = _from_keyring(self.port, ring) if kept == IN_KEYRING else _from_file(self.home / kept)
        return read_label(text).secret


def read_reader(table: Table, home: Path) -> ReaderChoice:
    """The table `[lecteur]`; ConfigError with the key at fault."""
    listed = table.table("connus", optional=True)
    known = []
    for address in listed.values:
        one = listed.table(address)
        known.append(KnownReader(address, one.get("nom", str, ""), one.get("secret", str, "")))
        one.finish()
    choice = ReaderChoice(table.get("port", str, ""), table.get("secret", str, ""), tuple(known), home)
    table.finish()
    return choice


def keep_secret(home: Path, port: str, secret: bytes, ring: KeyringBackend | None = None) -> str:
    """Keep a reader's secret in the keyring, else in a 0600 file of `home`; says where. ConfigError."""
    from tournee.store.system_keyring import SystemKeyring

    if SystemKeyring(ring).keep(_entry(port), printed_code(secret)):
        return IN_KEYRING
    name = f"lecteur-{''.join(one for one in port if one.isalnum())}.secret"
    try:
        handle, made = tempfile.mkstemp(prefix=f".{name}.", dir=home)  # mode 0600
        try:
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write(printed_code(secret) + "\n")
            Path(made).replace(home / name)
        finally:
            with suppress(OSError):
                Path(made).unlink(missing_ok=True)
    except OSError as error:
        raise ConfigError(
            f"Le secret du lecteur n'a pas pu être gardé dans {home / name}.",
            cause=str(error.strerror or error),
            next_step="vérifiez les droits du dossier et la place libre",
        ) from error
    return name


def drop_secret(home: Path, reader: KnownReader, ring: KeyringBackend | None = None) -> None:
    """Forget a reader's secret. ConfigError when its file stays."""
    if reader.secret == IN_KEYRING:
        from tournee.store.system_keyring import SystemKeyring

        SystemKeyring(ring).drop(_entry(reader.port))
    elif reader.secret:
        try:
            (home / reader.secret).unlink(missing_ok=True)
        except OSError as error:
            raise ConfigError(
                f"Le secret {home / reader.secret} n'a pas pu être effacé.",
                cause=str(error.strerror or error),
            ) from error


def secret_in_file(path: Path) -> str:
    """The text of a file that holds a label's code; ConfigError when it cannot be read or others can."""
    return _from_file(path)


def _entry(port: str) -> str:
    return f"lecteur {port}"


def _from_keyring(port: str, ring: KeyringBackend | None) -> str:
    from tournee.store.system_keyring import SystemKeyring

    text = SystemKeyring(ring).find(_entry(port))
    if text is None:
        raise ConfigError(
            f"Le secret du lecteur {port} n'est pas dans le trousseau.",
            cause="le trousseau est verrouillé, ou c'est celui d'un autre compte",
            next_step="déverrouillez-le, ou donnez de nouveau le code de l'étiquette : tournee reader pair",
        )
    return text


def _from_file(file: Path) -> str:
    try:
        if os.name == "posix" and file.stat().st_mode & 0o077:
            raise ConfigError(
                f"Le secret de lecteur {file} peut être lu par d'autres.", next_step=f"chmod 600 {file}"
            )
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"Le secret de lecteur {file} ne peut pas être lu.",
            cause=str(getattr(error, "strerror", None) or error),
            next_step="donnez de nouveau le code de l'étiquette : tournee reader pair",
        ) from error
