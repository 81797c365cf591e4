"""The register's file: JSON encrypted by a passphrase or a key file, changed by one program at a time.

    head     44 bytes: magic, kind of key, cost of scrypt (log2 n, r, p), salt, nonce
    content  AES-256-GCM of the JSON, its tag (16 bytes) behind; the head is authenticated with it

A passphrase becomes the key by scrypt, the 32 bytes of a key file by HKDF-SHA-256; the nonce is drawn anew
for each writing. The file is written whole or not at all, and what it was before a program's first change
stays beside it as `<file>.previous`, without the secrets that the register forgot since. What a program that
was killed left half-written goes with the next change.
"""

from __future__ import annotations

import glob
import json
import os
import struct
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tournee.crypto.ciphers import AesGcm
from tournee.crypto.derivation import hkdf, scrypt
from tournee.crypto.values import NotAuthentic
from tournee.errors import StoreError
from tournee.files import read_bounded, write_first, write_whole
from tournee.french import reason
from tournee.secrets import read_secret, write_first_secret
from tournee.store.writer_lock import WriterLock

MAGIC = b"TOURREG1"
PREVIOUS = ".previous"
"""What is put behind the file's name for what it was before."""
REGISTER_MAX = 64 << 20  # bytes: some 150,000 readers
KEY_SIZE = 32
_BY_PASSPHRASE, _BY_KEY_FILE = 1, 2
_HEAD = struct.Struct(">8sBBBB16s12s4x")
_LOG_N, _R, _P = 17, 8, 1  # 128 MiB, some tenths of a second
_LOG_N_MAX = 18
_WAIT_S = 20.0
_KEY, _REGISTER = "la clé du registre", "le registre"


@dataclass
class RegisterKey:
    """What opens a register: a passphrase, or the 32 bytes of a key file."""

    passphrase: str = field(default="", repr=False)
    secret: bytes = field(default=b"", repr=False)
    log_n: int = _LOG_N
    _made: dict[bytes, bytes] = field(default_factory=dict, repr=False)  # scrypt once for a program

    @property
    def kind(self) -> int:
        """As the head has it."""
        return _BY_KEY_FILE if self.secret else _BY_PASSPHRASE

    def opens(self, costs: tuple[int, int, int], salt: bytes) -> bytes:
        """The key of AES for a head of these costs and this salt."""
        told = bytes(costs) + salt
        if told not in self._made:
            if self.secret:
                self._made[told] = hkdf(self.secret, salt, b"tournee register", KEY_SIZE)
            else:
                text = unicodedata.normalize("NFC", self.passphrase).encode()
                log_n, r, p = costs
                self._made[told] = scrypt(text, salt, KEY_SIZE, n=1 << log_n, r=r, p=p)
        return self._made[told]


def key_in_file(path: Path) -> RegisterKey:
    """The key of a key file. StoreError when there is none, or others can read it."""
    text = read_secret(path, _KEY, StoreError, "indiquez le fichier de clé de ce registre").strip()
    try:
        secret = bytes.fromhex(text)
    except ValueError:
        secret = b""
    if len(secret) != KEY_SIZE:
        raise StoreError(
            f"{path} n’est pas une clé de registre.",
            cause=f"il en faut {2 * KEY_SIZE} chiffres hexadécimaux",
            next_step="indiquez le fichier de clé de ce registre",
        )
    return RegisterKey(secret=secret)


def make_key_file(path: Path) -> None:
    """Draw a key into a file of its owner alone. StoreError where there is one already."""
    if not write_first_secret(path, os.urandom(KEY_SIZE).hex() + "\n", _KEY, StoreError):
        raise StoreError(f"Le fichier {path} existe déjà.", next_step="une clé ne se remplace pas")


class RegisterFile:
    """A register's document (a dict) at `path`, opened by a key."""

    def __init__(self, path: Path, key: RegisterKey) -> None:
        self._path = Path(os.path.realpath(path)) if path.is_symlink() else path  # a link stays one
        self._key = key
        self._kept = False  # what it was, as `<file>.previous`

    @property
    def path(self) -> Path:
        """Where it lies."""
        return self._path

    @property
    def key(self) -> RegisterKey:
        """What opens it."""
        return self._key

    def create(self, document: dict[str, Any]) -> None:
        """Make the file. StoreError where there is one."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            if write_first(self._path, self._encrypted(document, os.urandom(16))):
                return
        except OSError as error:
            raise self._unwritten(error) from error
        raise StoreError(f"Le registre {self._path} existe déjà.", next_step="choisissez un autre nom")

    def load(self) -> dict[str, Any]:
        """The document. StoreError for a file that is not there, damaged, or not this key's."""
        return self._opened(self._data())[0]

    @contextmanager
    def changing(self) -> Iterator[dict[str, Any]]:
        """The document as it now is, written when the block ends well; other programs wait. StoreError."""
        if self._path.name.endswith(PREVIOUS):
            raise StoreError(
                f"{self._path} ne se change pas : c’est ce que le registre était avant.",
                next_step="copiez-le sous un autre nom s’il doit prendre la place du registre",
            )
        lock = WriterLock(self._path, _WAIT_S)
        try:
            with self._alone(lock):
                data = self._data()
                document, salt = self._opened(data)
                yield document
                self._save(data, document, salt)
        finally:
            lock.close()

    def copy(self, to: Path) -> None:
        """Write a copy that this key has opened. StoreError where there is a file already."""
        data = self._data()
        self._opened(data)
        try:
            to.parent.mkdir(parents=True, exist_ok=True)
            if not write_first(to, data):
                raise StoreError(f"Le fichier {to} existe déjà.", next_step="choisissez un autre nom")
        except OSError as error:
            raise self._unwritten(error, to) from error

    @contextmanager
    def _alone(self, lock: WriterLock) -> Iterator[None]:
        try:
            lock.__enter__()
        except StoreError as error:
            raise StoreError(
                f"Le registre {self._path} est occupé.",
                cause="un autre poste l’écrit, ou son dossier ne s’écrit pas",
                next_step="attendez qu’il ait fini, puis recommencez",
            ) from error
        try:
            yield
        finally:
            lock.__exit__(None, None, None)

    def _data(self) -> bytes:
        try:
            return read_bounded(self._path, REGISTER_MAX)
        except FileNotFoundError:
            raise StoreError(
                f"Il n’y a pas de registre {self._path}.",
                next_step="créez-le : tournee-maker register create",
            ) from None
        except OSError as error:
            raise self._unread(reason(error)) from error

    def _opened(self, data: bytes) -> tuple[dict[str, Any], bytes]:
        if len(data) < _HEAD.size or not data.startswith(MAGIC):
            if data.lstrip().startswith(b"{"):
                raise self._unread(
                    "il est en clair, comme les versions d’avant l’écrivaient",
                    "reprenez-le : tournee-maker register create --import ANCIEN",
                )
            raise self._unread("ce n’est pas un registre, ou il est coupé")
        _, kind, log_n, r, p, salt, nonce = _HEAD.unpack_from(data)
        if kind != self._key.kind:
            wanted = "un fichier de clé (--register-key)" if kind == _BY_KEY_FILE else "une phrase de passe"
            raise self._unread(f"il s’ouvre par {wanted}", "donnez ce qui l’a fermé")
        if kind == _BY_PASSPHRASE and not (1 <= log_n <= _LOG_N_MAX and (r, p) == (_R, _P)):
            raise self._unread("son début demande ce qu’aucun registre ne demande")
        key = self._key.opens((log_n, r, p), salt)
        try:
            plain = AesGcm(key).decrypt(nonce, data[_HEAD.size :], data[: _HEAD.size])
            document = json.loads(plain)
            if not isinstance(document["readers"], dict):
                raise TypeError
        except NotAuthentic:
            raise self._unread(
                "la clé ou la phrase de passe n’est pas la sienne, ou il est abîmé",
                "vérifiez-la ; sinon restaurez une sauvegarde",
            ) from None
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise self._unread("son contenu n’est pas celui d’un registre") from error
        return document, salt

    def _encrypted(self, document: dict[str, Any], salt: bytes) -> bytes:
        costs = (0, 0, 0) if self._key.secret else (self._key.log_n, _R, _P)
        nonce = os.urandom(12)
        head = _HEAD.pack(MAGIC, self._key.kind, *costs, salt, nonce)
        plain = json.dumps(document, sort_keys=True, separators=(",", ":")).encode()
        return head + AesGcm(self._key.opens(costs, salt)).encrypt(nonce, plain, head)

    def _save(self, before: bytes, document: dict[str, Any], salt: bytes) -> None:
        was = self._opened(before)[0]
        forgotten = _forget(was, document)
        try:
            for draft in self._path.parent.glob(f".{glob.escape(self._path.name)}.*"):
                draft.unlink()  # of a program that was killed: whoever writes has the lock
            if forgotten or not self._kept:
                kept = self._encrypted(was, salt) if forgotten else before
                write_whole(self._path.with_name(self._path.name + PREVIOUS), kept)
                self._kept = True
            write_whole(self._path, self._encrypted(document, salt))
        except OSError as error:
            raise self._unwritten(error) from error

    def _unread(self, why: str, next_step: str = "restaurez une sauvegarde") -> StoreError:
        return StoreError(f"Le registre {self._path} ne s’ouvre pas.", cause=why, next_step=next_step)

    def _unwritten(self, error: OSError, to: Path | None = None) -> StoreError:
        return StoreError(
            f"Le fichier {to or self._path} n’a pas pu être écrit : c’est là que se garde {_REGISTER}.",
            cause=reason(error),
            next_step="vérifiez les droits du dossier et la place libre",
        )


def _forget(was: dict[str, Any], now: dict[str, Any]) -> bool:
    """Take the secrets out of a document that a later one has no more; whether there were any."""
    gone = [
        one
        for serial, one in was["readers"].items()
        if one["secret"] and one["secret"] != now["readers"].get(serial, {}).get("secret")
    ]
    for one in gone:
        one["secret"] = ""
    return bool(gone)
