"""Secrets at rest: in the system keyring where there is one, else in files that their owner alone reads.

Where a device has a cipher (`encrypt_secrets_by`), those files are encrypted too; one of before is when it
is read.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import Any, Protocol

from tournee.errors import TourneeError
from tournee.files import read_bounded, write_first, write_whole
from tournee.french import reason

SERVICE = "tournee"
"""The name under which the keyring keeps all but the passwords of mail accounts."""

SECRET_MAX = 1 << 20
"""Bytes of the longest file of secrets that is read: a maker's register of some 10,000 readers."""

_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_ENCRYPTED = b"tournee secret 1\n"


class SecretCipher(Protocol):
    """Encrypts what is written to files of secrets, under a key that is gone when this device is locked."""

    def encrypt(self, plain: bytes) -> bytes:
        """What may be written."""

    def decrypt(self, encrypted: bytes) -> bytes | None:
        """What `encrypt` was given; None when it is damaged, or another device's."""


_cipher: list[SecretCipher] = []  # of this process: its device's one, while it is unlocked


def encrypt_secrets_by(cipher: SecretCipher | None) -> None:
    """Encrypt files of secrets by this cipher from now on; None: none, and what was encrypted stays shut."""
    _cipher[:] = [cipher] if cipher is not None else []


class Backend(Protocol):
    """What is asked of a keyring, as package `keyring` words it; `priority` 0 or less: it keeps nothing."""

    @property
    def priority(self) -> Any:
        """How much it recommends itself."""

    def get_password(self, service: str, username: str) -> str | None:
        """What is kept, None where nothing is."""

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep it."""

    def delete_password(self, service: str, username: str) -> None:
        """Keep it no more."""


class Keyring:
    """A keyring that may be absent, locked or read-only: it then keeps nothing and says why.

    `backend` is the one to use, the system's when None. `trouble` is why the last thing asked of it was not
    done, empty when it was.
    """

    def __init__(self, backend: Backend | None = None, service: str = SERVICE) -> None:
        self.trouble = ""
        self._service = service
        self._backend = backend if backend is not None else self._of_the_system()

    def find(self, name: str) -> str | None:
        """What is kept under `name`, None where nothing is or the keyring does not open."""
        return self._ask("get_password", name)

    def keep(self, name: str, text: str) -> bool:
        """Keep `text` under `name`; tells whether it can be read back."""
        self._ask("set_password", name, text)
        return not self.trouble and self.find(name) == text

    def drop(self, name: str) -> None:
        """Keep nothing under `name` any more; harmless where nothing is."""
        self._ask("delete_password", name)

    def _ask(self, what: str, *words: str) -> str | None:
        self.trouble = ""
        if self._backend is None or self._backend.priority <= 0:
            self.trouble = "ce système n’a pas de trousseau utilisable"
            return None
        try:
            answer: str | None = getattr(self._backend, what)(self._service, *words)
        except Exception as error:  # each keyring fails in its own way, and none may stop a carer
            self.trouble = f"le trousseau est fermé ou refuse ({type(error).__name__})"
            return None
        return answer

    def _of_the_system(self) -> Backend | None:
        """Loaded only when asked: probing a desktop's keyrings takes a moment, and some systems have none."""
        try:
            import keyring

            backend: Backend = keyring.get_keyring()
        except Exception:  # not installed, or a desktop's library that does not load
            return None
        return backend


class NoKeyring:
    """A backend that keeps nothing: all secrets are then in files."""

    priority = 0

    def get_password(self, service: str, username: str) -> str | None:
        """Nothing is kept."""

    def set_password(self, service: str, username: str, password: str) -> None:
        """Nothing is kept."""

    def delete_password(self, service: str, username: str) -> None:
        """Nothing is kept."""


def read_secret(path: Path, what: str, error: type[TourneeError], next_step: str = "") -> str:
    """The text of a file of secrets. `error` when it cannot be read, is no text, or when others can read it.

    `what` names it in French with its article: « la clé », « le registre ».
    """
    try:
        if open_to_others(path):
            raise error(
                f"{what.capitalize()} {path} est lisible par d’autres utilisateurs.",
                next_step=f"réservez-vous sa lecture : chmod 600 {path}",
            )
        return _opened(path, read_bounded(path, SECRET_MAX)).decode("utf-8")
    except OSError as refusal:
        why = reason(refusal)
    except _StaysShut as refusal:
        why = str(refusal)
    except UnicodeDecodeError:
        why = "ce n’est pas un texte"
    raise error(f"{what.capitalize()} {path} est illisible.", cause=why, next_step=next_step)


def open_to_others(path: Path) -> bool:
    """Whether others than its owner may read or change a file, where the system can tell. OSError."""
    return os.name == "posix" and bool(stat.S_IMODE(path.stat().st_mode) & _OTHERS)


def read_any(path: Path, size_max: int) -> bytes:
    """The bytes of a file that may be one of secrets, as before this device encrypted it. OSError."""
    data = read_bounded(path, size_max)
    try:
        return _opened(path, data) if data.startswith(_ENCRYPTED) else data
    except _StaysShut as refusal:
        raise OSError(errno.EACCES, str(refusal), str(path)) from refusal


def write_secret(path: Path, text: str, what: str, error: type[TourneeError]) -> None:
    """Put a file of secrets, for its owner alone, in the old one's place. `error`: it is as it was."""
    try:
        write_whole(path, _closed(text.encode()))
    except OSError as refusal:
        raise _not_written(path, what, error, refusal) from refusal


def write_first_secret(path: Path, text: str, what: str, error: type[TourneeError]) -> bool:
    """Make a file of secrets, and its folder; False when another process made it first. `error`."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return write_first(path, _closed(text.encode()))
    except OSError as refusal:
        raise _not_written(path, what, error, refusal) from refusal


class _StaysShut(Exception):  # noqa: N818 - what happened
    """An encrypted file cannot be read; why, in French."""


def _closed(plain: bytes) -> bytes:
    return _ENCRYPTED + _cipher[0].encrypt(plain) if _cipher else plain


def _opened(path: Path, data: bytes) -> bytes:
    """What a file of secrets holds. OSError when one of before cannot be encrypted."""
    if not data.startswith(_ENCRYPTED):
        if _cipher:
            write_whole(path, _closed(data))
        return data
    if not _cipher:
        raise _StaysShut("il est chiffré, et cet appareil est verrouillé")
    plain = _cipher[0].decrypt(data[len(_ENCRYPTED) :])
    if plain is None:
        raise _StaysShut("il est abîmé, ou vient d’un autre appareil")
    return plain


def _not_written(path: Path, what: str, error: type[TourneeError], refusal: OSError) -> TourneeError:
    return error(
        f"Le fichier {path} n’a pas pu être écrit : c’est là que se garde {what}.",
        cause=reason(refusal),
        next_step="vérifiez les droits du dossier et la place libre",
    )
