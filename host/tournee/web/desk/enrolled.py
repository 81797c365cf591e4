"""What a desk keeps of who may open its page: the enrolled devices with their keys, and the carer's code.

One file of its owner alone. The code is kept as scrypt makes it; its tries are counted on the disk before
each is judged, so that no kill gives them back.
"""

from __future__ import annotations

import base64
import hashlib
import json
import logging
import secrets
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from tournee.errors import ConfigError
from tournee.files import read_bounded, write_whole
from tournee.french import reason

NAME = "page.json"
TRIES = 5
CODE_DIGITS = 4
DEVICES_MAX = 16
KEY_BYTES = 32
_NAME_MAX = 60
_SIZE_MAX = 65_536
_COST, _BLOCK = 1 << 15, 8  # scrypt: 32 MiB, about a tenth of a second

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Device:
    """A browser that may open the page: `key` is known to it and to this host; days in ISO 8601."""

    id: str
    name: str
    key: str = field(repr=False)  # base 64
    added: str
    seen: str

    @property
    def secret(self) -> bytes:
        """The key's bytes."""
        return base64.b64decode(self.key)


@dataclass(frozen=True)
class _Code:
    salt: str
    digest: str
    tries: int = TRIES


class Enrolled:
    """The devices and the code, in the file at `path`; without it nobody is enrolled and there is no code."""

    def __init__(self, path: Path, today: Callable[[], date]) -> None:
        self._path, self._today = path, today
        self._devices: dict[str, Device] = {}
        self._code: _Code | None = None
        self._one = threading.Lock()  # of codes given side by side, each is counted
        self._load()

    @property
    def devices(self) -> tuple[Device, ...]:
        """In the order in which they were enrolled."""
        return tuple(self._devices.values())

    @property
    def has_code(self) -> bool:
        """Whether a code opens the lock."""
        return self._code is not None

    @property
    def tries_left(self) -> int:
        """How often the code may still be wrong."""
        return self._code.tries if self._code else TRIES

    def enrol(self, name: str) -> Device:
        """A new device with a key of its own; the one not seen for longest makes room. ConfigError."""
        day = self._today().isoformat()
        key = base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()
        made = Device(secrets.token_urlsafe(9), name[:_NAME_MAX] or "Navigateur", key, day, day)
        while len(self._devices) >= DEVICES_MAX:
            del self._devices[min(self._devices.values(), key=lambda one: one.seen).id]
        self._devices[made.id] = made
        self._write()
        return made

    def find(self, device: str) -> Device | None:
        """The device of this name for programs."""
        return self._devices.get(device)

    def saw(self, device: str) -> None:
        """A device opened the page today."""
        found, day = self._devices[device], self._today().isoformat()
        if found.seen != day:
            self._devices[device] = replace(found, seen=day)
            self._write()

    def revoke(self, device: str) -> None:
        """A device opens the page no more; harmless for one that is not there. ConfigError."""
        if self._devices.pop(device, None) is not None:
            self._write()

    def choose_code(self, code: str) -> None:
        """Make this the code, all tries open. ConfigError for what is no code, or when it is not kept."""
        if len(code) != CODE_DIGITS or not (code.isascii() and code.isdigit()):
            raise ConfigError(f"Le code a {CODE_DIGITS} chiffres.", next_step="choisissez-le de nouveau")
        if len(set(code)) == 1 or code in "01234567890" or code in "09876543210":
            raise ConfigError(
                "Ce code se devine du premier coup.",
                cause="tous ses chiffres se suivent ou se répètent",
                next_step="prenez quatre chiffres sans suite",
            )
        salt = secrets.token_bytes(16)
        self._code = _Code(salt.hex(), _stretched(code, salt))
        self._write()

    def try_code(self, code: str) -> bool:
        """Whether this is the code; after the last wrong one every device and the code are forgotten.
        ConfigError when the try cannot be counted.
        """
        with self._one:
            return self._judged(code)

    def _judged(self, code: str) -> bool:
        kept = self._code
        if kept is None:
            return True
        self._code = replace(kept, tries=kept.tries - 1)
        self._write()
        right = secrets.compare_digest(_stretched(code, bytes.fromhex(kept.salt)), kept.digest)
        if right:
            self._code = replace(kept, tries=TRIES)
        elif self._code.tries <= 0:
            _log.warning("the page's code was wrong %d times: devices and code are forgotten", TRIES)
            self._code, self._devices = None, {}
        if right or self._code is None:
            self._write()
        return right

    def _load(self) -> None:
        try:
            told: dict[str, Any] = json.loads(read_bounded(self._path, _SIZE_MAX))
            self._devices = {one["id"]: Device(**one) for one in told["devices"]}
            self._code = _Code(**told["code"]) if told["code"] else None
        except FileNotFoundError:
            return
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise ConfigError(
                f"Le fichier {self._path} ne se lit pas.",
                cause=reason(error) if isinstance(error, OSError) else "il est abîmé",
                next_step="effacez-le : les appareils seront à admettre de nouveau, et le code à choisir",
            ) from error

    def _write(self) -> None:
        told = {
            "devices": [asdict(one) for one in self._devices.values()],
            "code": asdict(self._code) if self._code else None,
        }
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_whole(self._path, json.dumps(told).encode())
        except OSError as error:
            raise ConfigError(
                f"Le fichier {self._path} n’a pas pu être écrit ; il est comme avant.",
                cause=reason(error),
                next_step="vérifiez les droits du dossier et la place libre",
            ) from error


def _stretched(code: str, salt: bytes) -> str:
    made = hashlib.scrypt(code.encode(), salt=salt, n=_COST, r=_BLOCK, p=1, maxmem=_COST * _BLOCK * 128 * 2)
    return made.hex()
