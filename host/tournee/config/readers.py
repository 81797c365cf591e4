"""Readers as the configuration says them: the one in use, those remembered, and where their secrets are kept.

A secret is kept as its label has it, in the system keyring or in a file that its owner alone reads, never in
the configuration itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tournee.config.table import ConfigTable
from tournee.errors import ConfigError
from tournee.french import reason
from tournee.secrets import Backend, Keyring, read_secret, write_secret

BLUETOOTH = "ble:"
IN_KEYRING = "trousseau"
_KEPT = "le secret du lecteur"
_PAIR_AGAIN = "donnez de nouveau le code de l’étiquette"


class LabelSecretError(ConfigError):
    """The secret of a reader's label is not to be had."""

    remedy = "pair-reader"


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

    def secret_of_port(self, ring: Backend | None = None) -> bytes | None:
        """The secret of the reader in use, None when it has none. ConfigError when it cannot be had."""
        kept = {one.port: one.secret for one in self.known}.get(self.port) or self.secret
        if not kept:
            return None
        from tournee.reader.label import read_label

        text = _from_keyring(self.port, ring) if kept == IN_KEYRING else secret_in_file(self.home / kept)
        return read_label(text).secret


def read_reader(table: ConfigTable, home: Path) -> ReaderChoice:
    """The table `[lecteur]`; ConfigError with the key at fault."""
    listed = table.section("connus")
    known = []
    for address in listed.values:
        one = listed.section(address, required=True)
        known.append(KnownReader(address, one.text("nom"), one.text("secret")))
        one.finish()
    choice = ReaderChoice(table.text("port"), table.text("secret"), tuple(known), home)
    table.finish()
    return choice


def keep_secret(home: Path, port: str, secret: bytes, ring: Backend | None = None) -> str:
    """Keep a reader's secret in the keyring, else in a 0600 file of `home`; says where. ConfigError."""
    from tournee.reader.label import printed_code

    if Keyring(ring).keep(_entry(port), printed_code(secret)):
        return IN_KEYRING
    name = f"lecteur-{''.join(one for one in port if one.isalnum())}.secret"
    write_secret(home / name, printed_code(secret) + "\n", _KEPT, ConfigError)
    return name


def drop_secret(home: Path, reader: KnownReader, ring: Backend | None = None) -> None:
    """Forget a reader's secret. ConfigError when its file stays."""
    if reader.secret == IN_KEYRING:
        Keyring(ring).drop(_entry(reader.port))
    elif reader.secret:
        try:
            (home / reader.secret).unlink(missing_ok=True)
        except OSError as error:
            raise ConfigError(
                f"Le secret {home / reader.secret} n’a pas pu être effacé.",
                cause=reason(error),
            ) from error


def secret_in_file(path: Path) -> str:
    """The text of a file that holds a label's code; ConfigError when it cannot be read or others can."""
    return read_secret(path, _KEPT, LabelSecretError, _PAIR_AGAIN)


def _entry(port: str) -> str:
    return f"lecteur {port}"


def _from_keyring(port: str, ring: Backend | None) -> str:
    text = Keyring(ring).find(_entry(port))
    if text is None:
        raise LabelSecretError(
            f"Le secret du lecteur {port} n’est pas dans le trousseau.",
            cause="le trousseau est verrouillé, ou c’est celui d’un autre compte",
            next_step=f"déverrouillez-le, ou {_PAIR_AGAIN}",
        )
    return text
