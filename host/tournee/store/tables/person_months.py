"""What the rules need of visits: of one insured person's visits in a month it is one encrypted value.

A patient's year is hundreds of visits: to decrypt each alone takes thirty times as long. In clear a value is
how many visits there are, their ids and the lengths of their facts, in numbers of 4 bytes, then the facts. It
is written anew in the step that takes in or changes one of its visits.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping
from itertools import accumulate
from typing import Any

from tournee.errors import StoreError
from tournee.store.database import Database
from tournee.store.inserts import VisitFacts

NOBODY = b""
"""Stands for the person of a visit that could not be read."""

_NUMBER = struct.Struct(">I")
_MONTH_DIGITS = 6


class PersonMonths:
    """The facts of visits, by person and month of their first day."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def person(self, nir: str) -> bytes:
        """What stands for an insured person."""
        return self._db.cipher.name(nir.encode(), "person") if nir else NOBODY

    def reference(self, reference: str) -> bytes | None:
        """What stands for an editor's reference: it may be a name."""
        return self._db.cipher.name(reference.encode(), "reference") if reference else None

    def content(self, content: bytes) -> bytes | None:
        """What stands for a visit's canonical content."""
        return self._db.cipher.name(content, "content") if content else None

    def keys(self, known: VisitFacts | None, month: int | None) -> dict[str, Any]:
        """By what a visit is found again, as its row has it; `month` is what `keep` gave for it."""
        return {
            "first_day": known.first_day if known else "",
            "last_day": known.last_day if known else "",
            "person_month": month,
            "content": self.content(known.content) if known else None,
        }

    def keep(self, told: Mapping[int, VisitFacts]) -> dict[int, int]:
        """Write the facts of these visits, within a step; gives for each visit the id of its month."""
        months: dict[tuple[bytes, str], list[int]] = {}
        for visit, facts in told.items():
            key = self.person(facts.nir), facts.first_day[:_MONTH_DIGITS]
            months.setdefault(key, []).append(visit)
        kept: dict[int, int] = {}
        for (person, month), visits in months.items():
            last_day = max(told[visit].last_day for visit in visits)
            row = self._write(person, month, last_day, {visit: told[visit].facts for visit in visits})
            kept.update(dict.fromkeys(visits, row))
        return kept

    def leave(self, row_id: int, visit: int) -> None:
        """Take a visit's facts out of a month, within a step: they are of another person or month now."""
        facts = self._read(row_id)
        facts.pop(visit, None)
        self._db.update("person_month", row_id, facts_sealed=self._encrypted(row_id, facts))

    def facts(self, months: Iterable[int]) -> dict[int, bytes]:
        """The facts of all visits of these months, by visit."""
        rows = self._db.among("SELECT id, facts_sealed FROM person_month WHERE id IN ({marks})", months)
        found: dict[int, bytes] = {}
        for row in rows:
            found.update(self._opened(row["id"], row["facts_sealed"]))
        return found

    def problems(self) -> tuple[str, ...]:
        """Months that do not open, or hold other facts than those of their visits."""
        with self._db.reading():
            of_month: dict[int, set[int]] = {}
            for visit, month in self._db.tuples(
                "SELECT id, person_month FROM visit WHERE person_month IS NOT NULL"
            ):
                of_month.setdefault(month, set()).add(visit)
            found = []
            for (row,) in self._db.tuples("SELECT id FROM person_month ORDER BY id"):
                try:
                    held = self._read(row).keys()
                except StoreError as error:
                    found.append(error.message)
                    continue
                for visit in sorted(held ^ of_month.get(row, set())):
                    found.append(f"person_month {row} : visite {visit} en trop ou absente")
            return tuple(found)

    def _write(self, person: bytes, month: str, last_day: str, facts: Mapping[int, bytes]) -> int:
        query = "SELECT id, last_day FROM person_month WHERE person = ? AND month = ?"
        if found := self._db.rows(query, person, month):
            row = int(found[0]["id"])
            self._db.update(
                "person_month",
                row,
                last_day=max(last_day, found[0]["last_day"]),
                facts_sealed=self._encrypted(row, {**self._read(row), **facts}),
            )
            return row
        row = self._db.new_id("person_month")
        self._db.insert(
            "person_month",
            id=row,
            person=person,
            month=month,
            last_day=last_day,
            facts_sealed=self._encrypted(row, facts),
        )
        return row

    def _read(self, row_id: int) -> dict[int, bytes]:
        encrypted = self._db.row("person_month", "facts_sealed", row_id)["facts_sealed"]
        return self._opened(row_id, encrypted)

    def _opened(self, row_id: int, encrypted: bytes) -> dict[int, bytes]:
        return _decoded(self._db.decrypt(encrypted, "person_month", "facts", row_id))

    def _encrypted(self, row_id: int, facts: Mapping[int, bytes]) -> bytes:
        return self._db.encrypt(_encoded(facts), "person_month", "facts", row_id)


def _encoded(facts: Mapping[int, bytes]) -> bytes:
    visits = sorted(facts)
    numbers = (len(visits), *visits, *(len(facts[visit]) for visit in visits))
    return struct.pack(f">{len(numbers)}I", *numbers) + b"".join(facts[visit] for visit in visits)


def _decoded(clear: bytes) -> dict[int, bytes]:
    (count,) = _NUMBER.unpack_from(clear)
    numbers = struct.unpack_from(f">{2 * count}I", clear, _NUMBER.size)
    ends = list(accumulate(numbers[count:], initial=_NUMBER.size * (1 + 2 * count)))
    return dict(zip(numbers[:count], map(clear.__getitem__, map(slice, ends, ends[1:])), strict=True))
