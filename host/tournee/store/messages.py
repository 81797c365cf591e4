"""Messages: each carries one file, is journaled before its bytes leave, and is never sent again by itself."""

import re
import secrets
import sqlite3
from collections.abc import Callable

from tournee.errors import StoreError
from tournee.store.content import recut
from tournee.store.drafts import MessageDraft
from tournee.store.pieces import Contents
from tournee.store.rows import MessageRow
from tournee.store.states import FileState, LotState, MessageState, SheetState

STATIONS = 100
"""Hosts that may send from one address: the first two digits of a compostage's counter (OCT-MSG-4)."""

LAST_COUNTER = 999
"""The other three digits count the messages of one host (OCT-MSG-3)."""

_COMPOSTAGE = re.compile(r"[0-9]{14}([0-9]{5})")


class Messages(Contents):
    """The part of the journal that follows the sending of files.

    made → transmitting (written before the first byte leaves) → sent, failed, or uncertain when nobody can
    know. An uncertain message is settled by a return that speaks of its file, or by the carer who asks for a
    new message (OCT-MSG-4).
    """

    def make_message(
        self, file_id: int, route: str, build: Callable[[int], MessageDraft], *, resend: bool = False
    ) -> int:
        """Journal the message that `build(counter)` makes to carry a file by `route`, and give its id.

        A message of the file still `made` is given again. Where one is transmitting, uncertain or sent,
        StoreError unless `resend` says that the carer wants a second one. A compostage never comes twice,
        whatever the clock says: the counter goes on until it is new. Its first two digits are this host's
        station, so that two hosts that send from one address at one time do not meet.
        """
        with self._step("make_message"):
            for row in self._rows("SELECT id, state FROM message WHERE file = ? ORDER BY id DESC", file_id):
                state = MessageState(row["state"])
                if state is MessageState.MADE:
                    return int(row["id"])
                if state is not MessageState.FAILED and not resend:
                    raise StoreError(
                        f"Ce fichier a déjà un message ({state.label}).",
                        next_step="Demandez un renvoi si l’organisme ne l’a pas reçu.",
                    )
            self._row("file", file_id)
            counter, draft = self._new_compostage(build)
            message = self._new_id("message")
            sealed = self._keep_content(recut(draft.raw), "message", "raw", message)
            self._db.execute(
                "INSERT INTO message (id, file, route, counter, compostage, subject, made, state, raw_sealed)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    message,
                    file_id,
                    route,
                    counter,
                    draft.compostage,
                    draft.subject,
                    self._now(),
                    MessageState.MADE.value,
                    sealed,
                ),
            )
            self._remember("message", message, MessageState.MADE, draft.subject)
            return message

    def message_transmitting(self, message_id: int) -> None:
        """To call just before the first byte leaves; StoreError when the message is not `made`: it must not
        leave again.
        """
        with self._step("message_transmitting"):
            self._move("message", message_id, MessageState.TRANSMITTING)

    def message_sent(self, message_id: int, detail: str = "") -> None:
        """The server took the message: it, its file, their lots and sheets are sent."""
        with self._step("message_sent"):
            self._arrived(message_id, detail)

    def message_failed(self, message_id: int, reason: str) -> None:
        """The server certainly did not take the message: a new one may be made for its file."""
        self._unsent("message_failed", message_id, MessageState.FAILED, reason)

    def message_uncertain(self, message_id: int, reason: str) -> None:
        """The link broke when the server may have taken the message."""
        self._unsent("message_uncertain", message_id, MessageState.UNCERTAIN, reason)

    def recover(self) -> tuple[MessageRow, ...]:
        """Messages found transmitting become uncertain; called when the journal opens. Gives those that are
        uncertain now.
        """
        if self.messages(MessageState.TRANSMITTING):
            with self._step("recover"):
                for row in self._rows("SELECT id FROM message WHERE state = 'transmitting' ORDER BY id"):
                    reason = "envoi interrompu : le serveur l’a peut-être reçu"
                    self._move("message", row["id"], MessageState.UNCERTAIN, reason)
                    self._give_reason("message", row["id"], reason)
        return self.messages(MessageState.UNCERTAIN)

    def messages(
        self, state: MessageState | None = None, file_id: int | None = None
    ) -> tuple[MessageRow, ...]:
        """Messages in the order they were made, in one state or in any, of one file or of all."""
        query = (
            "SELECT id, file, route, counter, compostage, subject, made, state, reason_sealed FROM message"
            " WHERE (?1 IS NULL OR state = ?1) AND (?2 IS NULL OR file = ?2) ORDER BY id"
        )
        with self._reading():
            rows = self._rows(query, state.value if state else None, file_id)
            return tuple(self._message_row(row) for row in rows)

    def message(self, message_id: int) -> MessageRow:
        """One message."""
        with self._reading():
            return self._message_row(self._row("message", message_id))

    def _new_compostage(self, build: Callable[[int], MessageDraft]) -> tuple[int, MessageDraft]:
        station = self._own_station()
        for _ in range(LAST_COUNTER):
            rank = self._next_number("", "compostage", LAST_COUNTER, cycles=True)
            counter = station * (LAST_COUNTER + 1) + rank
            draft = build(counter)
            found = _COMPOSTAGE.fullmatch(draft.compostage)
            if not found or int(found[1]) != counter or draft.compostage not in draft.subject.split("/"):
                raise StoreError(f"Compostage mal formé : « {draft.compostage} » ({draft.subject}).")
            if not self._rows("SELECT 1 FROM message WHERE compostage = ?", draft.compostage):
                return counter, draft
        raise StoreError(
            "Aucun compostage nouveau n’a pu être formé.", next_step="Réglez l’heure de cet ordinateur."
        )

    def _own_station(self) -> int:
        """The station given, or else the one that this journal drew for itself once for all."""
        if self._station is not None:
            return self._station
        known = self._rows("SELECT value FROM counter WHERE owner = '' AND kind = 'station'")
        if not known:
            self._set_counter("", "station", secrets.randbelow(STATIONS))
            return self._own_station()
        return int(known[0]["value"])

    def _unsent(self, step: str, message_id: int, state: MessageState, reason: str) -> None:
        with self._step(step):
            present = self._state("message", message_id)
            if present is MessageState.SENT:
                return  # a return proved that it arrived
            if present is not state:
                self._move("message", message_id, state, reason)
            self._give_reason("message", message_id, reason)

    def _arrived(self, message_id: int, detail: str) -> None:
        if self._state("message", message_id) is MessageState.SENT:
            return  # a return came before the server's own answer was journaled
        self._move("message", message_id, MessageState.SENT, detail)
        self._give_reason("message", message_id, "")
        file = int(self._row("message", message_id)["file"])
        if self._state("file", file) is not FileState.MADE:
            return
        self._move("file", file, FileState.SENT)
        for lot in self._rows("SELECT id FROM lot WHERE file = ? ORDER BY file_rank", file):
            self._move("lot", lot["id"], LotState.SENT)
            for sheet in self._rows("SELECT id FROM sheet WHERE lot = ? ORDER BY lot_rank", lot["id"]):
                self._move("sheet", sheet["id"], SheetState.SENT)

    def _message_row(self, row: sqlite3.Row) -> MessageRow:
        message = row["id"]
        return MessageRow(
            message,
            row["file"],
            row["route"],
            row["counter"],
            row["compostage"],
            row["subject"],
            self._content("message", "raw", message),
            MessageState(row["state"]),
            self._unseal(row["reason_sealed"], "message", "reason", message).decode(),
            row["made"],
        )
