"""Where the journal's key lives: the system keyring where there is one, else a file beside the journal that
only its owner reads.
"""

from __future__ import annotations

import os
from pathlib import Path

from tournee.errors import StoreError
from tournee.secrets import Backend, Keyring, read_secret, write_first_secret
from tournee.store.cipher import KEY_SIZE

_KEY = "la clé du journal"
_RESTORE = "restaurez la clé d’origine"


def journal_key(journal: Path | str, backend: Backend | None = None) -> bytes:
    """The key of `journal`, made when the journal does not exist yet.

    `backend` is the keyring to use: the system's when None, and `NoKeyring()` for none at all (the key is
    then in `<journal>.key`, mode 0600). StoreError when that file is open to others or damaged, or when the
    journal exists and its key does not: no key is ever made for an existing journal.
    """
    path = Path(journal)
    file = path.with_name(path.name + ".key")
    if file.exists():
        return _read(file)
    ring, name = Keyring(backend), f"journal {path.resolve()}"
    kept = ring.find(name)
    if kept is not None:
        return _decode(kept, "le trousseau du système")
    if path.exists() and path.stat().st_size:
        raise StoreError(
            f"La clé du journal {path} est introuvable.",
            cause="le journal vient d’un autre compte ou d’une autre machine, ou le trousseau est verrouillé",
            next_step=f"Déverrouillez le trousseau ou remettez la clé d’origine dans {file}.",
        )
    key = os.urandom(KEY_SIZE)
    if ring.keep(name, key.hex()) or write_first_secret(file, f"{key.hex()}\n", _KEY, StoreError):
        return key
    return _read(file)


def _read(file: Path) -> bytes:
    return _decode(read_secret(file, _KEY, StoreError, _RESTORE).strip(), str(file))


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
