"""MicroPython's read-only file system, whose files are used where they lie in flash."""


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
    return b"\xd2\xcd\x31" + length + top


def _records(files: list[tuple[str, bytes]]) -> bytes:
    """A folder's files, then the folders in it."""
    whole = b"".join(_record(5, _named(name, _record(2, data))) for name, data in files if "/" not in name)
    inside: dict[str, list[tuple[str, bytes]]] = {}
    for path, data in files:
        folder, _, rest = path.partition("/")
        if rest:
            inside.setdefault(folder, []).append((rest, data))
    return whole + b"".join(_record(4, _named(name, _records(held))) for name, held in inside.items())


def _record(kind: int, payload: bytes) -> bytes:
    return _number(kind) + _number(len(payload)) + payload


def _named(name: str, payload: bytes) -> bytes:
    return _number(len(name)) + name.encode() + payload


def _number(value: int) -> bytes:
    groups = [value & 0x7F]
    while value := value >> 7:
        groups.insert(0, value & 0x7F | 0x80)
    return bytes(groups)
