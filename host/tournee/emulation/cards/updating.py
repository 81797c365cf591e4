"""The zone of an emulated Vitale card that can be updated: two areas, the one that counts and its shadow.

    area    head: magic, counter, length, SHA-256 of the zone, CRC-32 of these; then the zone

An update is judged whole, written into the area that does not count, read back, and counts once its head,
written last, is whole: power may fail at any byte of it. Without an area that holds, the card has the zone
that it was made with.
"""

from __future__ import annotations

import hashlib
import os
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

from tournee.errors import EmulationError
from tournee.services.card_update import table

_HEAD = struct.Struct(">4sIH32s")
_MARK, _CRC = b"EF02", 4
_HEAD_SIZE = _HEAD.size + _CRC
_AREA = _HEAD_SIZE + table.ZONE_MAX
_CHUNK = 128
_UPDATE = struct.Struct(f">{len(table.MAGIC)}s{table.SERIAL}sIH")
_AS_BEFORE = "la carte est comme avant"


class CardMemory(Protocol):
    """What a card keeps without power."""

    def read(self, at: int, length: int) -> bytes:
        """So many bytes from there; fewer where it was never written."""

    def write(self, at: int, data: bytes) -> None:
        """Write there; on the disk when it returns."""


class FileMemory:
    """A card's memory in a file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self, at: int, length: int) -> bytes:
        """See `CardMemory`."""
        if not self._path.exists():
            return b""
        with self._path.open("rb") as file:
            file.seek(at)
            return file.read(length)

    def write(self, at: int, data: bytes) -> None:
        """See `CardMemory`."""
        number = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            os.pwrite(number, data, at)
            os.fsync(number)
        finally:
            os.close(number)


@dataclass(frozen=True)
class CardZone:
    """The zone that counts, and its counter: 0 for the one that the card was made with."""

    counter: int
    zone: bytes = field(repr=False)

    @property
    def digest(self) -> bytes:
        """The SHA-256 of the zone."""
        return hashlib.sha256(self.zone).digest()


class UpdatableZone:
    """The zone of one card, of this serial number; `key` is that of who may update it."""

    def __init__(self, memory: CardMemory, serial: str, made_with: bytes, key: rsa.RSAPublicKey) -> None:
        self._memory, self._serial, self._made_with, self._key = memory, serial, made_with, key

    @property
    def now(self) -> CardZone:
        """What counts, as the card finds it when it is powered."""
        found = [one for one in (self._area(0), self._area(1)) if one is not None]
        return max(found, key=lambda one: one.counter, default=CardZone(0, self._made_with))

    def update(self, update: bytes) -> CardZone:
        """Take an update; gives what counts then. EmulationError, and the card is as it was: of another card,
        not signed, not above the counter, too long, damaged.
        """
        told = self._judged(update)
        areas = (self._area(0), self._area(1))
        counts = max(range(2), key=lambda at: -1 if areas[at] is None else areas[at].counter)  # type: ignore[union-attr]
        start = (1 - counts) * _AREA
        self._memory.write(start, bytes(_HEAD_SIZE))
        for at in range(0, len(told.zone), _CHUNK):
            self._memory.write(start + _HEAD_SIZE + at, told.zone[at : at + _CHUNK])
        if self._memory.read(start + _HEAD_SIZE, len(told.zone)) != told.zone:
            raise EmulationError("La carte n’a pas gardé la mise à jour.", cause=_AS_BEFORE)
        head = _HEAD.pack(_MARK, told.counter, len(told.zone), told.digest)
        self._memory.write(start, head + zlib.crc32(head).to_bytes(_CRC, "big"))
        return self.now

    def _judged(self, update: bytes) -> CardZone:
        if not _UPDATE.size + table.SIGNATURE < len(update) <= table.UPDATE_MAX:
            raise _refused("elle n’est pas de la longueur d’une mise à jour")
        magic, serial, counter, length = _UPDATE.unpack_from(update)
        signed, signature = update[: -table.SIGNATURE], update[-table.SIGNATURE :]
        zone = signed[_UPDATE.size :]
        if magic != table.MAGIC or length != len(zone) or length > table.ZONE_MAX:
            raise _refused("elle n’est pas d’une forme connue")
        try:
            self._key.verify(signature, signed, padding.PKCS1v15(), SHA256())
        except InvalidSignature:
            raise _refused("elle n’est pas signée de qui peut la mettre à jour") from None
        if serial.decode("latin-1").rstrip() != self._serial:
            raise _refused("elle est d’une autre carte")
        if counter <= self.now.counter:
            raise _refused("elle n’est pas plus récente que la carte")
        return CardZone(counter, zone)

    def _area(self, rank: int) -> CardZone | None:
        """What an area holds, None where it holds nothing whole."""
        head = self._memory.read(rank * _AREA, _HEAD_SIZE)
        if len(head) < _HEAD_SIZE or zlib.crc32(head[:-_CRC]).to_bytes(_CRC, "big") != head[-_CRC:]:
            return None
        mark, counter, length, digest = _HEAD.unpack(head[:-_CRC])
        zone = self._memory.read(rank * _AREA + _HEAD_SIZE, length)
        is_whole = mark == _MARK and hashlib.sha256(zone).digest() == digest
        return CardZone(counter, zone) if is_whole else None


def made_update(serial: str, counter: int, zone: bytes, sign: Callable[[bytes], bytes]) -> bytes:
    """An update as a server makes it."""
    told = _UPDATE.pack(table.MAGIC, serial.encode("ascii").ljust(table.SERIAL), counter, len(zone)) + zone
    return told + sign(told)


def _refused(why: str) -> EmulationError:
    return EmulationError("La carte refuse la mise à jour.", cause=why, next_step=_AS_BEFORE)
