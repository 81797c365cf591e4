"""Cards as they were last read: whose rights and whose numbers are known while the card is not there."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from tournee.store.database import Database
from tournee.store.statements import Row


class CardKind(StrEnum):
    """Whose card it is."""

    PS = "ps"
    VITALE = "vitale"


@dataclass(frozen=True)
class CardRead:
    """The zone of a card (domain 1.2) and the day when it was read, AAAAMMJJ."""

    day: str
    zone: bytes = field(repr=False)


class CardsRead:
    """One of each holder: the RPPS number of a PS, the NIR of an insured person. Both stand there as keyed
    hashes, the zones encrypted.
    """

    def __init__(self, db: Database) -> None:
        self._db = db

    def keep(self, kind: CardKind, holder: str, day: str, zone: bytes) -> None:
        """Keep a card's zone in place of the one before; the same on the same day changes nothing."""
        if not holder or self.find(kind, holder) == CardRead(day, zone):
            return
        with self._db.step("card_read"):
            name = self._name(kind, holder)
            row = self._row(kind, name)
            number = self._db.new_id("card_read") if row is None else int(row["id"])
            zone_sealed = self._db.encrypt(zone, "card_read", "zone", number)
            if row is None:
                values = {"id": number, "kind": kind.value, "holder": name, "day": day}
                self._db.insert("card_read", **values, zone_sealed=zone_sealed)
            else:
                self._db.update("card_read", number, day=day, zone_sealed=zone_sealed)

    def find(self, kind: CardKind, holder: str) -> CardRead | None:
        """The card of this holder, None when none was read."""
        with self._db.reading():
            row = self._row(kind, self._name(kind, holder))
            return None if row is None else self._read(row)

    def all(self, kind: CardKind, since: str = "") -> tuple[CardRead, ...]:
        """Every card of a kind, the one read last first; those read on a day (AAAAMMJJ) or after it."""
        with self._db.reading():
            query = """SELECT id, day, zone_sealed FROM card_read WHERE kind = ? AND day >= ?
                ORDER BY day DESC, id DESC"""
            return tuple(map(self._read, self._db.rows(query, kind.value, since)))

    def last_day(self, kind: CardKind) -> str:
        """The day when a card of a kind was read last, AAAAMMJJ; "" for never."""
        found = self._db.rows("SELECT max(day) AS day FROM card_read WHERE kind = ?", kind.value)
        return str(found[0]["day"] or "")

    def _name(self, kind: CardKind, holder: str) -> bytes:
        return self._db.cipher.name(holder.encode(), f"card {kind}")

    def _row(self, kind: CardKind, name: bytes) -> Row | None:
        query = "SELECT id, day, zone_sealed FROM card_read WHERE kind = ? AND holder = ?"
        found = self._db.rows(query, kind.value, name)
        return found[0] if found else None

    def _read(self, row: Row) -> CardRead:
        return CardRead(row["day"], self._db.decrypt(row["zone_sealed"], "card_read", "zone", row["id"]))
