"""Messages: each carries one file, is journaled before its bytes leave, and is never sent again by itself."""

import logging
import os
import platform
import re
from collections.abc import Callable
from datetime import datetime, timedelta

from tournee.errors import StoreError
from tournee.store.database import Database
from tournee.store.inserts import MessageDraft
from tournee.store.numbering.numbers import LAST_COUNTER, Numbers
from tournee.store.rows import MessageRow
from tournee.store.statements import Row
from tournee.store.states import FileState, MessageState
from tournee.store.tables.files import LotFiles
from tournee.store.tables.sealed_chunks import SealedChunks

_log = logging.getLogger(__name__)

LEASE = timedelta(minutes=15)
"""How long who sends a message has it alone: more than a submission takes."""

KNOWN_AGAIN = " known again"
"""Ends the name of who sends a message by a courier that knows it again: handed over twice, it goes once."""

_LEASE_MAX = timedelta(days=1)
"""A lease that has longer to run was given by a clock that was wrong: it is over."""

_MAY_HAVE_LEFT = (MessageState.TRANSMITTING, MessageState.UNCERTAIN)

_COMPOSTAGE = re.compile(r"[0-9]{14}([0-9]{5})")

_COLUMNS = """id, file, route, counter, compostage, subject, made, state, leased_by, leased_until,
    reason_sealed"""

_MESSAGES = f"SELECT {_COLUMNS} FROM message"  # noqa: S608 (columns of ours)

_INTERRUPTED = "envoi interrompu : le serveur l’a peut-être reçu"


class Messages:
    """Messages and their sending.

    made → transmitting (written before the first byte leaves, with who sends it and until when) → sent,
    failed, or uncertain when nobody can know; undelivered when a mail server gives it back. Only `recover`
    makes an uncertain one of one that is still transmitting, once its lease is over. An uncertain message is
    settled by a return that speaks of its file, or by the carer who asks for a new message (OCT-MSG-4).
    """

    def __init__(self, db: Database, numbers: Numbers, files: LotFiles, chunks: SealedChunks) -> None:
        self._db, self._numbers, self._files, self._chunks = db, numbers, files, chunks
        self._holder = f"{platform.node()} {os.getpid()} {os.urandom(4).hex()}"

    def make(
        self, file_id: int, route: str, build: Callable[[int], MessageDraft], *, resend: bool = False
    ) -> int:
        """Journal the message that `build(counter)` makes to carry a file by `route`, and give its id.

        A message of the file still `made` is given again. Where one is transmitting, uncertain or sent,
        StoreError unless `resend` says that the carer wants a second one; where another program sends it at
        this moment, StoreError all the same. A compostage never comes twice,
        whatever the clock says: the counter goes on until it is new. Its first two digits are this host's
        station, so that two hosts that send from one address at one time do not meet.
        """
        with self._db.step("make_message"):
            query = "SELECT id, state, leased_until FROM message WHERE file = ? ORDER BY id DESC"
            for row in self._db.rows(query, file_id):
                state = MessageState(row["state"])
                if state is MessageState.MADE:
                    return int(row["id"])
                if state is not MessageState.FAILED and not resend:
                    raise StoreError(
                        f"Ce fichier a déjà un message ({state.label}).",
                        next_step="demandez un renvoi si l’organisme ne l’a pas reçu.",
                    )
                if state is MessageState.TRANSMITTING and not _is_over(row["leased_until"], self._db.time()):
                    raise StoreError(
                        "Ce fichier est en cours d’envoi par un autre programme.",
                        cause="une autre fenêtre de Tournée l’envoie, ou s’est arrêtée pendant l’envoi",
                        next_step=f"attendez la fin de cet envoi, ou {row['leased_until'][11:16]}.",
                    )
            self._db.row("file", "id", file_id)
            counter, draft = self._new_compostage(build)
            message = self._db.new_id("message")
            self._db.insert(
                "message",
                id=message,
                file=file_id,
                route=route,
                counter=counter,
                compostage=draft.compostage,
                subject=draft.subject,
                made=self._db.now(),
                state=MessageState.MADE.value,
            )
            self._chunks.keep(draft.raw, "message", "raw", message)
            self._db.remember([("message", message, MessageState.MADE, draft.subject)])
            return message

    def transmitting(self, message_id: int, *, known_again: bool = False) -> None:
        """To call just before the first byte leaves; StoreError when the message is not `made`: it must not
        leave again. It is this program's alone for `LEASE`. `known_again`: who takes it would know it again.
        """
        with self._db.step("message_transmitting"):
            self._db.move("message", [message_id], MessageState.TRANSMITTING)
            until = (self._db.time() + LEASE).isoformat(timespec="seconds")
            by = f"{self._holder}{KNOWN_AGAIN if known_again else ''}"
            self._db.update("message", message_id, leased_by=by, leased_until=until)

    def sent(self, message_id: int, detail: str = "") -> None:
        """The server took the message: it, its file, their lots and sheets are sent."""
        with self._db.step("message_sent"):
            self.arrived(message_id, detail)

    def failed(self, message_id: int, reason: str) -> None:
        """The server certainly did not take the message: a new one may be made for its file."""
        self._unsent("message_failed", message_id, MessageState.FAILED, reason)

    def uncertain(self, message_id: int, reason: str) -> None:
        """The link broke when the server may have taken the message."""
        self._unsent("message_uncertain", message_id, MessageState.UNCERTAIN, reason)

    def never_left(self, message_id: int, reason: str) -> None:
        """Who took an uncertain message over says that it certainly did not leave: a new one may be made for
        its file. One that is known to have left, or not to, stays as it is. StoreError when it is still at
        this host, or another program sends it.
        """
        with self._db.step("message_never_left"):
            present = self._db.state("message", message_id)
            if present in (MessageState.MADE, MessageState.TRANSMITTING):
                raise StoreError(
                    f"Ce message n’a été remis à personne ({present.label}).",
                    next_step="ne dites ce qu’il est devenu qu’une fois qu’il vous a été remis",
                )
            if present is MessageState.UNCERTAIN:
                self._db.move("message", [message_id], MessageState.FAILED, reason)
                self._db.give_reason("message", message_id, reason)
                self._db.update("message", message_id, leased_by="", leased_until="")

    def undelivered(self, compostage: str, reason: str) -> MessageRow | None:
        """A mail server says that it could not deliver the message of this compostage. None when there is no
        such message; one whose file a return has spoken of, or that never left, stays as it is.
        """
        with self._db.step("message_undelivered"):
            found = self._db.rows("SELECT id, file FROM message WHERE compostage = ?", compostage)
            if not found:
                return None
            message = found[0]["id"]
            waits = self._db.state("file", found[0]["file"]) in (FileState.MADE, FileState.SENT)
            if waits and self._db.state("message", message).leads_to(MessageState.UNDELIVERED):
                self._db.move("message", [message], MessageState.UNDELIVERED, reason)
                self._db.give_reason("message", message, reason)
                self._db.update("message", message, leased_by="", leased_until="")
            return self.get(message)

    def recover(self) -> tuple[int, ...]:
        """Messages found transmitting whose lease is over become uncertain; to call before sending or
        fetching, and never else. Gives their ids.
        """
        if not self._abandoned():
            return ()
        with self._db.step("recover"):
            found = self._abandoned()
            self._db.move("message", found, MessageState.UNCERTAIN, _INTERRUPTED)
            for message in found:
                _log.warning("message %d was being sent when its process ended: uncertain", message)
                self._db.give_reason("message", message, _INTERRUPTED)
            return tuple(found)

    def find(self, state: MessageState | None = None, file_id: int | None = None) -> tuple[MessageRow, ...]:
        """Messages in the order they were made, in one state or in any, of one file or of all."""
        with self._db.reading():
            rows = self._db.matching(_MESSAGES, "id", state=state.value if state else "", file=file_id)
            return tuple(map(self._row, rows))

    def of_files(self, files: list[int]) -> tuple[MessageRow, ...]:
        """Messages that carry these files, in the order they were made."""
        with self._db.reading():
            query = f"{_MESSAGES} WHERE file IN ({{marks}}) ORDER BY id"
            return tuple(map(self._row, self._db.among(query, files)))

    def stamped(self, compostage: str) -> MessageRow | None:
        """The message of this compostage, if any."""
        with self._db.reading():
            found = self._db.rows(f"{_MESSAGES} WHERE compostage = ?", compostage)
            return self._row(found[0]) if found else None

    def get(self, message_id: int) -> MessageRow:
        """One message."""
        with self._db.reading():
            return self._row(self._db.row("message", _COLUMNS, message_id))

    def arrived(self, message_id: int, detail: str) -> None:
        """Inside a step: a message is at its end, as its server or a return said."""
        if self._db.state("message", message_id) is MessageState.SENT:
            return  # a return came before the server's own answer was journaled
        self._db.move("message", [message_id], MessageState.SENT, detail)
        self._db.update("message", message_id, reason_sealed=None, leased_by="", leased_until="")
        self._files.sent(self._db.row("message", "file", message_id)["file"])

    def last_tried(self, file: int) -> int | None:
        """The last message of a file that may have left, and is not known to have."""
        query = """SELECT max(id) AS id FROM message WHERE file = ?
            AND state IN ('transmitting', 'uncertain', 'failed', 'undelivered')"""
        found: int | None = self._db.rows(query, file)[0]["id"]
        return found

    # --- its own ---

    def _abandoned(self) -> list[int]:
        query = "SELECT id, leased_until FROM message WHERE state = 'transmitting' ORDER BY id"
        now = self._db.time()
        return [row["id"] for row in self._db.rows(query) if _is_over(row["leased_until"], now)]

    def _new_compostage(self, build: Callable[[int], MessageDraft]) -> tuple[int, MessageDraft]:
        for _ in range(LAST_COUNTER):
            counter = self._numbers.message()
            draft = build(counter)
            found = _COMPOSTAGE.fullmatch(draft.compostage)
            if not found or int(found[1]) != counter or draft.compostage not in draft.subject.split("/"):
                raise StoreError(f"Compostage mal formé : « {draft.compostage} » ({draft.subject}).")
            if not self._db.rows("SELECT id FROM message WHERE compostage = ?", draft.compostage):
                return counter, draft
        raise StoreError(
            "Aucun compostage nouveau n’a pu être formé.", next_step="réglez l’heure de cet ordinateur."
        )

    def _unsent(self, step: str, message_id: int, state: MessageState, reason: str) -> None:
        with self._db.step(step):
            row = self._db.row("message", "state, leased_by", message_id)
            present = MessageState(row["state"])
            if present is MessageState.SENT:
                return  # a return proved that it arrived
            if present in _MAY_HAVE_LEFT and row["leased_by"].removesuffix(KNOWN_AGAIN) != self._holder:
                return  # another program sends it, or did: it alone knows
            if present is not state:
                self._db.move("message", [message_id], state, reason)
            self._db.give_reason("message", message_id, reason)

    def _row(self, row: Row) -> MessageRow:
        message = row["id"]
        return MessageRow(
            id=message,
            file_id=row["file"],
            route=row["route"],
            counter=row["counter"],
            compostage=row["compostage"],
            subject=row["subject"],
            content=self._chunks.content("message", "raw", message),
            state=MessageState(row["state"]),
            reason=self._db.decrypt_text(row["reason_sealed"], "message", "reason", message),
            made=row["made"],
            leased_by=row["leased_by"],
            leased_until=row["leased_until"],
        )


def _is_over(until: str, now: datetime) -> bool:
    """Whether a lease is; one of a journal made before there were any is."""
    if not until:
        return True
    end = datetime.fromisoformat(until)
    if (end.tzinfo is None) != (now.tzinfo is None):
        end, now = end.replace(tzinfo=None), now.replace(tzinfo=None)
    return now >= end or end - now > _LEASE_MAX
