"""What services were asked of a person or a thing, and what they said of it, when.

A request is written before it leaves, so that one made off line waits. What a service says never replaces
anything: it stands here, dated, with its origin, and with what the carer decided. In clear stand the service,
the state and the times; whom it is about is a keyed hash.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from tournee.errors import StoreError
from tournee.store.database import Database
from tournee.store.statements import Row
from tournee.store.states import RequestState

CONTENT_MAX = 1 << 16
"""Bytes of a request and of an answer."""

_TABLE = "service_request"
_SELECT = "SELECT * FROM service_request"


@dataclass(frozen=True)
class ServiceRow:
    """A request: times are ISO 8601, `answered` and `origin` empty until it is answered; `choice` is what the
    carer decided with it, "" when nothing yet; `reason` why it failed, was refused or still waits.
    """

    id: int
    service: str
    subject: bytes
    ps: str
    visit: int | None
    state: RequestState
    asked: str
    answered: str
    origin: str
    choice: str
    request: bytes = field(repr=False)
    answer: bytes = field(repr=False)
    reason: str = field(repr=False)

    @property
    def has_answer(self) -> bool:
        """Whether what it says may be looked at."""
        return self.state in (RequestState.ANSWERED, RequestState.USED)


class ServiceRequests:
    """Requests of all services. Nothing is deleted; one that is erased says nothing any more."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def person(self, nir: str, born: str, birth_rank: str) -> bytes:
        """What stands for a person: 13 characters of the insured's NIR, the day of birth (AAAAMMJJ), the
        rank among twins.
        """
        return self.subject("person", f"{nir} {born} {birth_rank}")

    def subject(self, kind: str, name: str) -> bytes:
        """What stands for what a request is about."""
        return self._db.cipher.name(name.encode(), f"{_TABLE} {kind}")

    def ask(
        self, service: str, subject: bytes, request: bytes, *, ps: str = "", visit: int | None = None
    ) -> int:
        """Write a request that waits for its service; gives its id."""
        with self._db.step("ask_service"):
            row = self._db.new_id(_TABLE)
            self._db.insert(
                _TABLE,
                id=row,
                service=service,
                subject=subject,
                ps=ps,
                visit=visit,
                state=RequestState.WAITING.value,
                asked=self._db.now(),
                answered="",
                origin="",
                choice="",
                request_sealed=self._encrypted(request, "request", row),
            )
            self._db.remember([(_TABLE, row, RequestState.WAITING, "")])
            return row

    def answer(self, request_id: int, origin: str, answer: bytes) -> None:
        """Keep what the service said, and that it is `origin` who says so."""
        with self._db.step("answer_service"):
            self._db.move(_TABLE, [request_id], RequestState.ANSWERED, origin)
            encrypted = self._encrypted(answer, "answer", request_id)
            self._db.update(
                _TABLE, request_id, answered=self._db.now(), origin=origin, answer_sealed=encrypted
            )
            self._db.give_reason(_TABLE, request_id, "")

    def put_off(self, request_id: int, reason: str) -> None:
        """It still waits, and why."""
        with self._db.step("put_off_service"):
            self._db.give_reason(_TABLE, request_id, reason)

    def fail(self, request_id: int, reason: str) -> None:
        """The service said what cannot be used."""
        self._end(request_id, RequestState.FAILED, reason)

    def refuse(self, request_id: int, reason: str) -> None:
        """The service refuses."""
        self._end(request_id, RequestState.REFUSED, reason)

    def choose(self, request_id: int, choice: str, *, used: bool = True) -> None:
        """Keep what the carer decides with an answer; `used`: it went into an invoice, or what she decided
        did. She may decide again.
        """
        with self._db.step("choose_service"):
            row = self.get(request_id)
            if not row.has_answer:
                raise StoreError("Cette demande n’a pas de réponse dont on puisse se servir.")
            if used and row.state is not RequestState.USED:
                self._db.move(_TABLE, [request_id], RequestState.USED, choice)
            elif choice != row.choice:
                self._db.remember([(_TABLE, request_id, row.state, choice)])
            self._db.update(_TABLE, request_id, choice=choice)

    def erase(self, subject: bytes) -> None:
        """Overwrite what was ever asked and said of a subject; that it was asked stays."""
        with self._db.step("erase_service"):
            rows = self._db.rows(f"SELECT id, state FROM {_TABLE} WHERE subject = ?", subject)  # noqa: S608
            found = [row["id"] for row in rows if row["state"] != RequestState.ERASED.value]
            self._db.move(_TABLE, found, RequestState.ERASED)
            for one in found:
                self._db.update(_TABLE, one, request_sealed=None, answer_sealed=None, reason_sealed=None)

    def get(self, request_id: int) -> ServiceRow:
        """One request; StoreError when there is none of this number."""
        with self._db.reading():
            found = self._db.rows(f"{_SELECT} WHERE id = ?", request_id)
            if not found:
                raise StoreError(
                    f"Aucune demande n° {request_id}.", next_step="regardez lesquelles ont été faites"
                )
            return self._read(found[0])

    def find(
        self, service: str = "", subject: bytes = b"", state: RequestState | None = None
    ) -> tuple[ServiceRow, ...]:
        """Requests, the first one asked first."""
        wanted = {
            "service = ?": service,
            "subject = ?": subject,
            "state = ?": "" if state is None else state.value,
        }
        with self._db.reading():
            return tuple(map(self._read, self._db.where(_SELECT, "id", wanted)))

    def latest(self, service: str, subject: bytes) -> ServiceRow | None:
        """The answer that came last of those about a subject; None when there is none."""
        answered = [one for one in self.find(service, subject) if one.has_answer]
        return max(answered, key=lambda one: (one.answered, one.id), default=None)

    def waiting(self, service: str = "") -> tuple[ServiceRow, ...]:
        """Those that wait for the network."""
        return self.find(service, state=RequestState.WAITING)

    def of_visits(self, visits: Iterable[int]) -> tuple[ServiceRow, ...]:
        """Those asked for these visits."""
        with self._db.reading():
            rows = self._db.among(f"{_SELECT} WHERE visit IN ({{marks}})", visits)
            return tuple(map(self._read, sorted(rows, key=lambda row: int(row["id"]))))

    def _end(self, request_id: int, state: RequestState, reason: str) -> None:
        with self._db.step("end_service"):
            self._db.move(_TABLE, [request_id], state)
            self._db.give_reason(_TABLE, request_id, reason)

    def _encrypted(self, content: bytes, column: str, row: int) -> bytes:
        if len(content) > CONTENT_MAX:
            raise StoreError(f"C’est trop long : {len(content)} octets, {CONTENT_MAX} au plus.")
        return self._db.encrypt(content, _TABLE, column, row)

    def _read(self, row: Row) -> ServiceRow:
        one = int(row["id"])
        return ServiceRow(
            *(one, row["service"], row["subject"], row["ps"], row["visit"], RequestState(row["state"])),
            *(row["asked"], row["answered"], row["origin"], row["choice"]),
            request=self._db.decrypt(row["request_sealed"], _TABLE, "request", one),
            answer=self._db.decrypt(row["answer_sealed"], _TABLE, "answer", one),
            reason=self._db.decrypt_text(row["reason_sealed"], _TABLE, "reason", one),
        )
