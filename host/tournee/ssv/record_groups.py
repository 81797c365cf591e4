"""Certified records in a zone: groups 9002, as many as a lot needs (ours; a group holds 65,535 bytes)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tournee.formats.records import RECORD_LENGTH
from tournee.formats.zones import Group, make

DOCUMENT, RECORDS = 9001, 9002
GROUP_MAX = 256 * RECORD_LENGTH
"""Bytes of records in one group, at most."""


@dataclass(frozen=True)
class Described:
    """A group and the records of the 9002 that follow it; `head` is None when they stand alone."""

    head: Group | None
    records: bytes


def record_groups(records: bytes) -> list[Group]:
    """The groups 9002 of some records."""
    return [make(RECORDS, records[start : start + GROUP_MAX]) for start in range(0, len(records), GROUP_MAX)]


def described(groups: Iterable[Group]) -> Iterator[Described]:
    """Each group with the records that follow it, in order."""
    head: Group | None = None
    records = b""
    for group in groups:
        if group.id == RECORDS:
            records += group.fields[0]
            continue
        if head is not None or records:
            yield Described(head, records)
        head, records = group, b""
    if head is not None or records:
        yield Described(head, records)
