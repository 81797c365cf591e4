"""By which words a dossier is found: pages of names, each one sealed value that is opened to look.

An index of pieces of names, even hashed, would give the names away by how often each piece comes. To open the
pages of 5,000 patients takes a few milliseconds.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from tournee.store.database import Database
from tournee.store.statements import Row

_ENTRIES_MAX = 256


class NamePages:
    """The pages of every kind. Words are compared as they are given."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def search(self, kind: str, words: Sequence[str]) -> list[int]:
        """The dossiers of a kind whose words hold each of these somewhere, in the order of their words; none
        asked for: all.
        """
        found = [
            (told, one)
            for page in self._db.rows("SELECT id, names_sealed FROM name_page WHERE kind = ?", kind)
            for one, told in self._names(page).items()
            if all(word in told for word in words)
        ]
        return [one for _, one in sorted(found)]

    def write(self, page_id: int | None, kind: str, dossier: int, words: str) -> int | None:
        """Let a dossier be found by these words, "" for none, within a step; gives the page that has it.
        `page_id` is the page that had it.
        """
        if page_id is None and not words:
            return None
        wanted = {"id = ?": page_id} if page_id else {"kind = ?": kind, "entries < ?": _ENTRIES_MAX}
        found = self._db.where("SELECT id, names_sealed FROM name_page", "id LIMIT 1", wanted)
        if not found:
            page = self._db.new_id("name_page")
            self._db.insert("name_page", id=page, kind=kind, **self._written(page, {dossier: words}))
            return page
        page, before = int(found[0]["id"]), self._names(found[0])
        names = {**before, dossier: words}
        if not words:
            del names[dossier]
        if names != before:
            self._db.update("name_page", page, **self._written(page, names))
        return page if words else None

    def _names(self, page: Row) -> dict[int, str]:
        told = self._db.decrypt(page["names_sealed"], "name_page", "names", page["id"])
        return {int(one): words for one, words in json.loads(told).items()}

    def _written(self, page: int, names: Mapping[int, str]) -> dict[str, Any]:
        told = json.dumps(names, ensure_ascii=False, separators=(",", ":"))
        return {"entries": len(names), "names_sealed": self._db.encrypt(told, "name_page", "names", page)}
