"""Where the journal's key lives: the system keyring where there is one, else a file beside the journal that
only its owner reads.
"""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tournee.errors import StoreError
from tournee.store.cipher import KEY_SIZE

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

_OWNER_ONLY = stat.S_IRWXG | stat.S_IRWXO


def journal_key(journal: Path | str, backend: KeyringBackend | None = None) -> bytes:
    """The key of `journal`, made when the journal does not exist yet.

    `backend` is the keyring to use: the system's when None, and `keyring.backends.null.Keyring()` for none at
    all (the key is then in `<journal>.key`, mode 0600). StoreError when that file is open to others or
    damaged, or when the journal exists and its key does not: no key is ever made for an existing journal.
    """
    path = Path(journal)
    file = path.with_name(path.name + ".key")
    if file.exists():
        return _read(file)
    from tournee.store.system_keyring import SystemKeyring

    ring, name = SystemKeyring(backend), f"journal {path.resolve()}"
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
    return key if ring.keep(name, key.hex()) else _write(file, key)


def _read(file: Path) -> bytes:
    try:
        if os.name == "posix" and stat.S_IMODE(file.stat().st_mode) & _OWNER_ONLY:
            raise StoreError(
                f"La clé {file} est lisible par d’autres utilisateurs.",
                next_step=f"Réservez-la : chmod 600 {file}",
            )
        return _decode(file.read_text(encoding="ascii").strip(), str(file))
    except (OSError, UnicodeDecodeError) as error:
        raise StoreError(f"La clé {file} ne peut pas être lue : {error}.") from error


def _write(file: Path, key: bytes) -> bytes:
    """Write a new key whole or not at all; when another process was first, its key is the one."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        descriptor, draft = tempfile.mkstemp(prefix=f"{file.name}.", dir=file.parent)  # mode 0600
        try:
            with os.fdopen(descriptor, "wb") as opened:
                opened.write(key.hex().encode() + b"\n")
                opened.flush()
                os.fsync(descriptor)
            os.link(draft, file)
        except FileExistsError:
            return _read(file)
        finally:
            Path(draft).unlink()
    except OSError as error:
        raise StoreError(f"La clé {file} ne peut pas être écrite : {error.strerror}.") from error
    return key


def _decode(text: str, place: str) -> bytes:
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != KEY_SIZE:
        raise StoreError(
            f"La clé gardée dans {place} n’est pas une clé de journal.",
            next_step="Restaurez la clé d’origine.",
        )
    return key
