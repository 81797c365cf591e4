"""What a backup holds once it is opened: a list of files, then their bytes one after another.

    4 bytes  length of the list, big-endian
    list     JSON: what the backup is of, and each file's name, role and size
    files    their bytes, in the list's order

Names are those of the restored folder: relative, `/` between parts, and nothing that another system could
take for a place elsewhere.
"""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from tournee.app.backup.errors import newer, unusable
from tournee.tables.document import DocumentError, parse

FORMAT = 1
_LENGTH = struct.Struct(">I")
_LIST_MAX = 1 << 21
FILES_MAX = 5_000
_SIZE_MAX = 1 << 50
_NAME_MAX, _PART_MAX, _PARTS_MAX = 512, 120, 8
_PART = re.compile(r"[^\x00-\x1f\x7f-\x9f/\\:*?\"<>|\ud800-\udfff]+")
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
_KEYS = {"format", "made", "program", "journal", "files"}
_JOURNAL_KEYS = {"identity", "version", "step"}
_FILE_KEYS = {"name", "role", "size"}


class Role(StrEnum):
    """What a file is for. A backup has one configuration, one journal and one key."""

    CONFIGURATION = "configuration"
    JOURNAL = "journal"
    KEY = "key"
    FILE = "file"


@dataclass(frozen=True)
class Entry:
    """A file of a backup."""

    name: str
    role: Role
    size: int


@dataclass(frozen=True)
class Manifest:
    """What a backup is of: when it was made (ISO 8601), by which version of Tournée, the journal's id, the
    version of its tables and the number of its last step; and its files.
    """

    made: str
    program: str
    identity: str
    version: int
    step: int
    files: tuple[Entry, ...]

    def the(self, role: Role) -> Entry:
        """The one file of this role."""
        return next(one for one in self.files if one.role is role)

    def packed(self) -> bytes:
        """Its bytes, length first."""
        told = {
            "format": FORMAT,
            "made": self.made,
            "program": self.program,
            "journal": {"identity": self.identity, "version": self.version, "step": self.step},
            "files": [{"name": one.name, "role": one.role, "size": one.size} for one in self.files],
        }
        data = json.dumps(told, ensure_ascii=False).encode()
        if len(data) > _LIST_MAX or len(self.files) > FILES_MAX:
            raise ValueError("too many files")
        return _LENGTH.pack(len(data)) + data


def is_fit(name: str) -> bool:
    """Whether a name may stand in a backup: it cannot lead out of a folder, on any system."""
    parts = name.split("/")
    return len(name) <= _NAME_MAX and len(parts) <= _PARTS_MAX and all(map(_is_fit_part, parts))


def _is_fit_part(part: str) -> bool:
    return (
        _PART.fullmatch(part) is not None
        and part not in (".", "..")
        and part[-1] not in " ."
        and len(part.encode()) <= _PART_MAX
        and _DEVICES.fullmatch(part) is None
    )


class ArchiveReader:
    """Reads the content of a backup from its chunks; what it gives may be used once all of it was taken."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks, self._rest = chunks, b""
        (size,) = _LENGTH.unpack(self._take(_LENGTH.size))
        if size > _LIST_MAX:
            raise unusable("sa liste de fichiers est démesurée")
        self.manifest = _manifest(self._take(size))

    def parts(self) -> Iterator[tuple[Entry, Iterator[bytes]]]:
        """Each file in turn, with its bytes in parts: to be taken to their end before the next. BackupError
        also when the bytes are not just those of the list.
        """
        for entry in self.manifest.files:
            yield entry, self._bytes(entry.size)
        if self._rest or any(self._chunks):
            raise unusable("il y a plus d’octets que sa liste ne dit")

    def _bytes(self, size: int) -> Iterator[bytes]:
        while size:
            if not self._rest:
                self._rest = self._more()
            some, self._rest = self._rest[:size], self._rest[size:]
            size -= len(some)
            yield some

    def _take(self, size: int) -> bytes:
        return b"".join(self._bytes(size))

    def _more(self) -> bytes:
        for chunk in self._chunks:
            if chunk:
                return chunk
        raise unusable("il y a moins d’octets que sa liste ne dit")


def _manifest(data: bytes) -> Manifest:
    try:
        told = parse(data, is_json=True).values
        number = told.get("format")
        if _whole(number) > FORMAT:
            raise newer(f"contenu {number}")
        journal, files = told["journal"], told["files"]
        _same(told, _KEYS)
        _same(journal, _JOURNAL_KEYS)
        manifest = Manifest(
            made=_text(told["made"]),
            program=_text(told["program"]),
            identity=_text(journal["identity"]),
            version=_whole(journal["version"]),
            step=_whole(journal["step"]),
            files=tuple(_entry(one) for one in files),
        )
    except (DocumentError, KeyError, TypeError, ValueError, AttributeError):
        raise unusable("sa liste de fichiers ne se lit pas") from None
    _check(manifest.files)
    return manifest


def _entry(told: dict[str, Any]) -> Entry:
    _same(told, _FILE_KEYS)
    return Entry(_text(told["name"]), Role(told["role"]), _whole(told["size"]))


def _same(told: dict[str, Any], keys: set[str]) -> None:
    if set(told) != keys:
        raise ValueError(keys)


def _text(value: object) -> str:
    if not isinstance(value, str) or len(value) > _NAME_MAX:
        raise ValueError(value)
    return value


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _SIZE_MAX:
        raise ValueError(value)
    return value


def _check(files: Sequence[Entry]) -> None:
    if len(files) > FILES_MAX:
        raise unusable("elle a trop de fichiers")
    for role in (Role.CONFIGURATION, Role.JOURNAL, Role.KEY):
        if sum(one.role is role for one in files) != 1:
            raise unusable("il y faut un journal, une clé et une configuration")
    seen: set[str] = set()
    for one in files:
        if not is_fit(one.name):
            raise unusable("un nom de fichier mène hors du dossier ou ne va pas à tous les systèmes")
        seen.add(one.name.casefold())
    folders = {name[:end] for name in seen for end, sign in enumerate(name) if sign == "/"}
    if len(seen) < len(files) or seen & folders:
        raise unusable("deux fichiers y ont le même nom")
