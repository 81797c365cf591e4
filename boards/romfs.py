"""MicroPython's read-only file system, whose files are used where they lie in flash."""

import re

_MAGIC = b"\xd2\xcd\x31"
_DATA, _FOLDER, _FILE = 2, 4, 5
_NAME = re.compile(r"[A-Za-z0-9_]+(\.m?py)?")
_DEPTH = 4  # folders in folders
_LONGEST = 5  # bytes of a number


def romfs(files: dict[str, bytes]) -> bytes:
    """Return MicroPython's ROMFS of these files.

    A record is `kind length payload`, numbers in 7-bit groups, the highest first: 4 a directory (name length,
    name, records), 5 a file (name length, name, a record of kind 2 with its bytes). The whole starts with D2
    CD 31 and its length.
    """
    top = _records(sorted(files.items()))
    length = _number(len(top))
    if (3 + len(length) + len(top)) % 2:
        length = b"\x80" + length
    return _MAGIC + length + top


def files_of(data: bytes) -> dict[str, bytes]:
    """Return the files of a ROMFS that `romfs` made, whatever follows it. ValueError for what is none."""
    if data[: len(_MAGIC)] != _MAGIC:
        raise ValueError("no ROMFS")
    at, length = _read(data, len(_MAGIC))
    return _files(data[at : at + length], length, "", _DEPTH)


def _files(data: bytes, length: int, folder: str, depth: int) -> dict[str, bytes]:
    """The files of a folder's records; names are of what `romfs` writes, and lead nowhere else."""
    if len(data) != length or not depth:
        raise ValueError("a ROMFS that is cut")
    files: dict[str, bytes] = {}
    at = 0
    while at < length:
        kind, payload, at = _taken(data, at)
        start, size = _read(payload, 0)
        name, held = payload[start : start + size].decode("ascii"), payload[start + size :]
        if not _NAME.fullmatch(name) or folder + name in files:
            raise ValueError("a name that no module has")
        if kind == _FOLDER:
            files |= _files(held, len(held), f"{folder}{name}/", depth - 1)
        elif kind == _FILE:
            inner, files[folder + name], end = _taken(held, 0)
            if inner != _DATA or end != len(held):
                raise ValueError("a file that is none")
        else:
            raise ValueError("a record of another kind")
    return files


def _taken(data: bytes, at: int) -> tuple[int, bytes, int]:
    """A record's kind and payload, and where the next one begins."""
    at, kind = _read(data, at)
    at, length = _read(data, at)
    if at + length > len(data):
        raise ValueError("a record that is cut")
    return kind, data[at : at + length], at + length


def _read(data: bytes, at: int) -> tuple[int, int]:
    """Where a number ends, and the number."""
    value = 0
    for end in range(at, min(at + _LONGEST, len(data))):
        value = value << 7 | data[end] & 0x7F
        if not data[end] & 0x80:
            return end + 1, value
    raise ValueError("a number without an end")


def _records(files: list[tuple[str, bytes]]) -> bytes:
    """A folder's files, then the folders in it."""
    whole = b"".join(
        _record(_FILE, _named(name, _record(_DATA, data))) for name, data in files if "/" not in name
    )
    inside: dict[str, list[tuple[str, bytes]]] = {}
    for path, data in files:
        folder, _, rest = path.partition("/")
        if rest:
            inside.setdefault(folder, []).append((rest, data))
    return whole + b"".join(_record(_FOLDER, _named(name, _records(held))) for name, held in inside.items())


def _record(kind: int, payload: bytes) -> bytes:
    return _number(kind) + _number(len(payload)) + payload


def _named(name: str, payload: bytes) -> bytes:
    return _number(len(name)) + name.encode() + payload


def _number(value: int) -> bytes:
    groups = [value & 0x7F]
    while value := value >> 7:
        groups.insert(0, value & 0x7F | 0x80)
    return bytes(groups)
