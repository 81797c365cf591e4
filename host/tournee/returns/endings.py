"""What gateways and old software do to a file of records, undone before it is read: its lines cut every 128
bytes, the blanks of its last record lost, an end-of-file mark behind it. What was undone is told.
"""

from tournee.returns.arl import RECORD

_START, _END = b"000", b"999"
_ENDS = slice(3, 19)  # type and number of who sends, the same in 000 and 999
_MARK = b"\x1a"
_BREAKS = (b"\r\n", b"\n")


def mended(content: bytes) -> tuple[bytes, tuple[str, ...]]:
    """The file as it was written, and in French what was mended; as it came where it is none, or is whole."""
    if content[:3] != _START or len(content) < RECORD:
        return content, ()
    told = []
    bare = content.rstrip(_MARK)
    if len(bare) < len(content):
        told.append("Une marque de fin de fichier (1A) suivait le 999.")
        content = bare
    joined = _without_breaks(content)
    if joined is not None:
        told.append(f"Le fichier était coupé en lignes de {RECORD} octets.")
        content = joined
    last = content.rfind(_END + content[_ENDS])
    missing = last + RECORD - len(content)
    if last > 0 and 0 < missing < RECORD and len(content) > last + _ENDS.stop:
        told.append(f"Les {missing} derniers blancs du 999 manquaient.")
        content += b" " * missing
    return content, tuple(told)


def _without_breaks(content: bytes) -> bytes | None:
    """The content without the line breaks behind each 128 bytes; None when they are not there, or elsewhere
    as well.
    """
    for mark in _BREAKS:
        step = RECORD + len(mark)
        rows = [content[at : at + step] for at in range(0, len(content), step)]
        last = rows.pop()
        if rows and all(row.endswith(mark) for row in rows):
            joined = b"".join(row[:RECORD] for row in rows) + last.removesuffix(mark)
            return None if b"\n" in joined else joined
    return None
