"""Where the journal's key lives: the system keyring where there is one, else a file beside the journal that
only its owner reads.
"""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path

from tournee.errors import StoreError
from tournee.french import reason
from tournee.secrets import Backend, Keyring, read_secret, write_first_secret
from tournee.store.cipher import KEY_SIZE, Cipher
from tournee.store.opening import identity_in, is_new, set_new
from tournee.store.writer_lock import WriterLock

_KEY = "la clé du journal"
_RESTORE = "restaurez la clé d’origine"
_WAIT_S = 5.0


def journal_key(journal: Path | str, backend: Backend | None = None) -> bytes:
    """The key of `journal`, made when neither exists yet: then the journal may be made too.

    `backend` is the keyring to use: the system's when None, and `NoKeyring()` for none at all (the key is
    then in `<journal>.key`, mode 0600). StoreError when that file is open to others or damaged, and when one
    of the two is there without the other: no key is ever made for a journal that exists, and none is begun
    anew beside the key of one that is gone. Of several processes that start at once, one makes the key.
    """
    path = Path(journal)
    file, ring = path.with_name(path.name + ".key"), _Ring(path, backend)
    if _is_there(path):
        return _of_existing(path, file, ring)
    lock = WriterLock(path, _WAIT_S)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with lock:
            if _is_there(path):
                return _of_existing(path, file, ring)
            return _of_new(path, file, ring)
    except OSError as error:
        raise StoreError(
            f"Le dossier du journal {path} ne peut pas être écrit.",
            cause=reason(error),
            next_step="vérifiez le dossier et ses droits",
        ) from error
    finally:
        lock.close()


def read_key(file: Path) -> bytes:
    """The key in a file of its owner's alone. StoreError when it is open to others or damaged."""
    return _decode(read_secret(file, _KEY, StoreError, _RESTORE).strip(), str(file))


def keep_key(key: bytes, backend: Backend | None = None, journal: Path | None = None) -> bool:
    """Keep a key in the keyring by the id of its journal, and by its place once it is at `journal`; False:
    there is no keyring.
    """
    if journal is not None:
        return _Ring(journal, backend).keep(key)
    return Keyring(backend).keep(_entry(Cipher(key).identity), key.hex())


class _Ring:
    """The keyring's entries for one journal's key: by the journal's id, by which it is found wherever it was
    moved to, and by its path, which tells that there was one. The keyring is opened when it is asked for.
    """

    def __init__(self, path: Path, backend: Backend | None) -> None:
        self._path, self._place, self._backend = path, f"journal {path.resolve()}", backend

    @cached_property
    def _keyring(self) -> Keyring:
        return Keyring(self._backend)

    def find(self) -> str | None:
        identity = identity_in(self._path) if _is_there(self._path) else ""
        kept = self._keyring.find(_entry(identity)) if identity else None
        if kept is not None:
            return kept
        kept = self._keyring.find(self._place)
        own = _identity(kept or "")
        if kept is not None and own and identity in ("", own):  # it was kept by path alone
            self._keyring.keep(_entry(own), kept)
        return kept

    def keep(self, key: bytes) -> bool:
        return self._keyring.keep(_entry(Cipher(key).identity), key.hex()) and self._keyring.keep(
            self._place, key.hex()
        )


def _entry(identity: str) -> str:
    return f"journal {identity}"


def _identity(kept: str) -> str:
    try:
        return Cipher(bytes.fromhex(kept)).identity
    except (ValueError, StoreError):
        return ""


def _is_there(path: Path) -> bool:
    return path.exists() and path.stat().st_size > 0


def _found(file: Path, ring: _Ring) -> bytes | None:
    if file.exists():
        return read_key(file)
    kept = ring.find()
    return None if kept is None else _decode(kept, "le trousseau du système")


def _of_existing(path: Path, file: Path, ring: _Ring) -> bytes:
    key = _found(file, ring)
    if key is None:
        raise StoreError(
            f"La clé du journal {path} est introuvable.",
            cause="le journal vient d’un autre compte ou d’une autre machine, ou le trousseau est verrouillé",
            next_step=f"déverrouillez le trousseau ou remettez la clé d’origine dans {file}.",
        )
    set_new(path, False)
    return key


def _of_new(path: Path, file: Path, ring: _Ring) -> bytes:
    """The key of a journal that is not there: one that was, or one that is about to be made."""
    key = _found(file, ring)
    if key is not None:
        if not is_new(path):
            raise StoreError(
                f"Le journal {path} manque ou est vide, alors que sa clé est là.",
                cause="il a été effacé ou déplacé, ou son disque n’est pas branché",
                next_step="remettez-le, ou sa dernière sauvegarde, à cette place ; pour en commencer un"
                " autre, donnez-lui un autre chemin dans la configuration.",
            )
        return key
    set_new(path, True)
    key = os.urandom(KEY_SIZE)
    if ring.keep(key) or write_first_secret(file, f"{key.hex()}\n", _KEY, StoreError):
        return key
    return read_key(file)


def _decode(text: str, place: str) -> bytes:
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != KEY_SIZE:
        raise StoreError(
            f"La clé gardée dans {place} n’est pas une clé de journal.", next_step=f"{_RESTORE.capitalize()}."
        )
    return key
