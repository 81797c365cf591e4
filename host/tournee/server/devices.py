"""Who may ask: devices let in by a one-time code, each with a key of its own, revoked at any time."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import sqlite3
from dataclasses import dataclass
from datetime import timedelta

from tournee.exchange.practice_server.protocol import NAME_MAX, new_code
from tournee.printable import line
from tournee.server.records import ServerRecords, utc
from tournee.server.refusals import RefusalError

CODE_TIME = timedelta(minutes=15)
TRIES_MAX = 5
_NOBODY = hashlib.sha256(b"").hexdigest()
_COLUMNS = "id, name, enrolled, seen, revoked, superseded, replaces"
_DEVICES = f"SELECT {_COLUMNS}, key_digest FROM device"  # noqa: S608 (columns of ours)


@dataclass(frozen=True)
class EnrolledDevice:
    """A device: its id, the carer's name for it, when it was let in, last seen, revoked, and superseded by
    one that took its journal over ("": never); the device whose journal it may take over.
    """

    id: str
    name: str
    enrolled: str
    seen: str
    revoked: str
    superseded: str
    replaces: str

    @property
    def is_admitted(self) -> bool:
        """Whether it may ask."""
        return not self.revoked and not self.superseded


class Devices:
    """All devices and the codes that are out."""

    def __init__(self, records: ServerRecords) -> None:
        self._records = records

    def new_code(self, replaces: str = "") -> str:
        """A code for one device, good for `CODE_TIME`. `replaces` is the device whose journal the new one may
        take over. RefusalError (`not-found`) when there is no such device.
        """
        former = self.get(replaces).id if replaces else ""
        code = new_code(os.urandom)
        with self._records.step("new_code"):
            ends = utc(self._records.clock() + CODE_TIME)
            self._records.add("code", digest=_digest(code), ends=ends, replaces=former)
        return code

    def enrol(self, code: str, name: str) -> tuple[EnrolledDevice, str]:
        """Let a device in by its code, once; the device and its key. A wrong code counts against every code
        that is out, and five end them. RefusalError.
        """
        told = line(name)[:NAME_MAX].strip()
        if not told:
            raise RefusalError("malformed", "un nom est attendu")
        secret, ident = secrets.token_urlsafe(32), secrets.token_hex(8)
        with self._records.step("enrol"):
            now, wanted = self._records.now(), _digest(code)
            query = "SELECT digest, replaces FROM code WHERE used = '' AND ends > ? AND tries < ?"
            found = [
                row
                for row in self._records.rows(query, now, TRIES_MAX)
                if hmac.compare_digest(row["digest"], wanted)
            ]
            if not found:
                self._records.write("UPDATE code SET tries = tries + 1 WHERE used = ''")
            else:
                (row,) = found
                self._records.write("UPDATE code SET used = ? WHERE digest = ?", now, wanted)
                self._records.add(
                    "device",
                    id=ident,
                    name=told,
                    key_digest=_digest(secret),
                    enrolled=now,
                    replaces=row["replaces"],
                )
                query = """INSERT INTO addressee (letter, device) SELECT id, ? FROM letter
                    WHERE id NOT IN (SELECT letter FROM addressee)"""
                self._records.write(query, ident)
        if not found:
            raise RefusalError("wrong-code")
        return self.get(ident), f"{ident}.{secret}"

    def known(self, token: str) -> EnrolledDevice:
        """The device that has this key; RefusalError (`unknown-device`, `revoked`, `superseded`)."""
        ident, _, secret = token.partition(".")
        rows = self._records.rows(f"{_DEVICES} WHERE id = ?", ident)
        kept = rows[0]["key_digest"] if rows else _NOBODY
        is_right = hmac.compare_digest(kept, _digest(secret))
        if not rows or not is_right or not secret:
            raise RefusalError("unknown-device")
        device = _device(rows[0])
        if device.revoked:
            raise RefusalError("revoked")
        if device.superseded:
            raise RefusalError("superseded")
        now = self._records.now()
        if device.seen[:16] != now[:16]:  # a minute is close enough
            with self._records.step("seen"):
                self._records.write("UPDATE device SET seen = ? WHERE id = ?", now, ident)
        return device

    def get(self, ident: str) -> EnrolledDevice:
        """One device, by its id or by a name that one alone has; RefusalError (`not-found`)."""
        rows = self._records.rows(f"{_DEVICES} WHERE id = ? OR name = ?", ident, ident)
        if len(rows) != 1:
            raise RefusalError("not-found")
        return _device(rows[0])

    def all(self) -> list[EnrolledDevice]:
        """Every device, in the order they came."""
        return [_device(row) for row in self._records.rows(f"{_DEVICES} ORDER BY enrolled, id")]

    def revoke(self, ident: str) -> EnrolledDevice:
        """Let a device in no more."""
        device = self.get(ident)
        with self._records.step("revoke"):
            self._records.write(
                "UPDATE device SET revoked = ? WHERE id = ? AND revoked = ''", self._records.now(), device.id
            )
        return self.get(device.id)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def _device(row: sqlite3.Row) -> EnrolledDevice:
    return EnrolledDevice(*tuple(row)[:-1])
