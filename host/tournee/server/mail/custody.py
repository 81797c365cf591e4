"""Messages in the server's keeping: each mailed once, whatever is repeated and whenever it is killed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from tournee.server.mail.message_check import MessageFacts
from tournee.server.records import ServerRecords, utc
from tournee.server.refusals import RefusalError

CHUNK = 64 * 1024
_COLUMNS = """id, digest, compostage, device, journal, route, sender, recipient, size, state, answer, awaited,
    tries, next_try, kept"""
_MESSAGES = f"SELECT {_COLUMNS} FROM message"  # noqa: S608 (columns of ours)
_WAITS = (60, 300, 900, 3600)
"""Seconds until a message that the mail server deferred is tried again; the last one for ever."""

INTERRUPTED = "le serveur du cabinet s’est arrêté pendant l’envoi : le serveur de messagerie l’a peut-être"
_ENDED = ("sent", "refused", "uncertain")


@dataclass(frozen=True)
class KeptMessage:
    """A message here: `state` is kept → leaving → sent, refused or uncertain."""

    id: int
    digest: str
    compostage: str
    device: str
    journal: str
    route: str
    sender: str
    recipient: str
    size: int
    state: str
    answer: str
    awaited: bool
    tries: int
    next_try: str
    kept: str

    @property
    def is_ended(self) -> bool:
        """Whether nothing more is done with it."""
        return self.state in _ENDED


class KeptBytes:
    """The bytes of a message, as `submit` takes them."""

    def __init__(self, path: Path, size: int) -> None:
        self._path, self.size = path, size

    def __iter__(self) -> Iterator[bytes]:
        with self._path.open("rb") as file:
            while chunk := file.read(CHUNK):
                yield chunk


class Custody:
    """Takes messages from tablets, and says what becomes of each."""

    def __init__(self, records: ServerRecords) -> None:
        self._records = records

    def recover(self) -> int:
        """After a start: what was leaving when the server ended is uncertain, never sent again by itself."""
        with self._records.step("recover"):
            return self._records.write(
                "UPDATE message SET state = 'uncertain', answer = ?, ended = ? WHERE state = 'leaving'",
                *(INTERRUPTED, self._records.now()),
            )

    def take(
        self, draft: Path, digest: str, size: int, facts: MessageFacts, device: str, journal: str
    ) -> KeptMessage:
        """Take a message whose bytes lie in `draft`; the one that is here already when it was taken before.
        RefusalError (`other-bytes`).
        """
        with self._records.step("take_message"):
            known = self.find(digest)
            if known is not None:
                return known
            if self._records.rows("SELECT 1 FROM message WHERE message_id = ?", facts.message_id):
                raise RefusalError("other-bytes")
            self._records.adopt(draft, "messages", digest)
            now = self._records.now()
            self._records.add(
                "message",
                digest=digest,
                message_id=facts.message_id,
                compostage=facts.compostage,
                exercice=facts.exercice,
                device=device,
                journal=journal,
                route=facts.route,
                sender=facts.sender,
                recipient=facts.recipient,
                size=size,
                state="kept",
                next_try=now,
                kept=now,
            )
        return self.get(digest)

    def find(self, digest: str) -> KeptMessage | None:
        """A message by its digest."""
        rows = self._records.rows(f"{_MESSAGES} WHERE digest = ?", digest)
        return KeptMessage(*rows[0]) if rows else None

    def get(self, digest: str) -> KeptMessage:
        """The same; RefusalError (`not-found`)."""
        found = self.find(digest)
        if found is None:
            raise RefusalError("not-found")
        return found

    def unended(self) -> list[KeptMessage]:
        """What is still to be mailed, in the order it is due."""
        query = f"{_MESSAGES} WHERE state IN ('kept', 'leaving') ORDER BY next_try, id"
        return [KeptMessage(*row) for row in self._records.rows(query)]

    def untold(self) -> list[KeptMessage]:
        """What did not go, or perhaps not, and whose tablet waits for no answer: a letter is to tell it."""
        unheard = "awaited = 0 AND 'bounce ' || digest NOT IN (SELECT source FROM letter)"
        query = f"{_MESSAGES} WHERE state IN ('refused', 'uncertain') AND {unheard}"
        return [KeptMessage(*row) for row in self._records.rows(query)]

    def counts(self) -> dict[str, int]:
        """How many messages are in each state."""
        rows = self._records.rows("SELECT state, count(*) AS n FROM message GROUP BY state")
        return {row["state"]: row["n"] for row in rows}

    def forget(self, before: str) -> None:
        """Let go of the bytes of what was sent before that time; its row stays, so that it is known again."""
        query = "SELECT digest FROM message WHERE state = 'sent' AND ended < ?"
        for row in self._records.rows(query, before):
            self._records.drop("messages", row["digest"])

    def content(self, message: KeptMessage) -> KeptBytes:
        """Its bytes."""
        return KeptBytes(self._records.path_of("messages", message.digest), message.size)

    def let_go(self, digest: str) -> KeptMessage:
        """Nobody waits for its end any more: a letter will tell it. The message as it now is."""
        with self._records.step("let_go"):
            self._records.write("UPDATE message SET awaited = 0 WHERE digest = ?", digest)
        return self.get(digest)

    def leaving(self, message: KeptMessage) -> None:
        """Its bytes are about to leave; RefusalError when they may not: it left already."""
        with self._records.step("leaving"):
            query = "UPDATE message SET state = 'leaving', tries = tries + 1 WHERE id = ? AND state = 'kept'"
            if not self._records.write(query, message.id):
                raise RefusalError("other-bytes", "ce message est déjà parti")

    def ended(self, message: KeptMessage, state: str, answer: str) -> KeptMessage:
        """It was sent or refused, or nobody knows."""
        with self._records.step(f"message_{state}"):
            query = "UPDATE message SET state = ?, answer = ?, ended = ? WHERE id = ?"
            self._records.write(query, state, answer, self._records.now(), message.id)
        return self.get(message.digest)

    def later(self, message: KeptMessage, why: str) -> None:
        """The mail server did certainly not take it: it is tried again."""
        wait = _WAITS[min(message.tries, len(_WAITS) - 1)]
        due = utc(self._records.clock() + timedelta(seconds=wait))
        with self._records.step("later"):
            query = """UPDATE message SET state = 'kept', tries = ?, next_try = ?, answer = ?
                WHERE id = ? AND state IN ('kept', 'leaving')"""
            self._records.write(query, message.tries + 1, due, why, message.id)
