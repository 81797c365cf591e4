"""A practice's server as a host sees it: one method an act, over any carrier."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from tournee.exchange.mail.submission import Outgoing, UncertainError
from tournee.exchange.mail.transport import UnreachableError
from tournee.exchange.practice_server import requests
from tournee.exchange.practice_server.protocol import (
    Carrier,
    PracticeAnswer,
    PracticeRequest,
    digest_of,
)
from tournee.exchange.practice_server.requests import CustodyState, EnrolledHere, PartFacts, WaitingLetter


class PracticeServer:
    """A server, asked in the name of one device. `key` is the device's, "" for one that is about to enrol."""

    def __init__(self, carrier: Carrier, key: str = "") -> None:
        self._carrier, self._key = carrier, key

    def enrol(self, code: str, name: str) -> EnrolledHere:
        """Be let in by a one-time code; the key is told now and never again."""
        return requests.read_json(self._ask(requests.enrol(code, name)), requests.read_enrolled)

    def practice(self) -> dict[str, Any]:
        """What the practice is, as it says it: `name`, `device`, `routes`, `numbers`, `journals`."""
        return requests.read_json(self._ask(requests.practice()), dict)

    def numbers(self, want: str) -> dict[str, Any]:
        """All the numbers given to this device, once more of those wanted were given."""
        return requests.read_json(self._ask(requests.numbers(want)), dict)

    def hand_over(
        self,
        message: bytes | Outgoing,
        journal: str,
        on_leaving: Callable[[], None] = lambda: None,
        on_left: Callable[[int], None] = lambda sent: None,
    ) -> CustodyState:
        """Hand a message over; the same one may be handed over again. `on_left` is told how many bytes of it
        left so far. Raises as `Carrier.carry`, and
        PracticeServerError when it was not taken.
        """
        request = requests.hand_over(message, journal)
        answer = self._carry(replace(request, body=_Watched(request, on_left)), on_leaving)
        requests.certain(answer)
        return requests.read_json(answer, requests.read_custody)

    def returns(self) -> list[WaitingLetter]:
        """What waits for this device."""
        return requests.read_json(self._ask(requests.returns()), requests.read_letters)

    def letter(self, waiting: WaitingLetter) -> bytes:
        """One return as it came; PracticeServerError when it is not what was told."""
        raw = requests.read_raw(self._ask(requests.letter(waiting.id)))
        if digest_of(raw) != waiting.digest:
            raise requests.PracticeServerError(
                "Un retour est arrivé abîmé du serveur du cabinet.",
                next_step="relevez de nouveau ; il y reste",
            )
        return raw

    def acknowledge(self, waiting: WaitingLetter) -> None:
        """It is kept here: the server may let go of it."""
        requests.read_raw(self._ask(requests.acknowledge(waiting.id)))

    def parts(self, journal: str) -> list[PartFacts]:
        """The parts of a journal's copy, in their order."""
        return requests.read_json(self._ask(requests.parts(journal)), requests.read_parts)

    def part(self, journal: str, one: PartFacts) -> bytes:
        """A part as it was put."""
        return requests.read_raw(self._ask(requests.get_part(journal, one)))

    def put_part(self, journal: str, one: PartFacts, data: bytes, after: str) -> None:
        """Put a part behind the one of digest `after`; the same one may be put again."""
        request = requests.put_part(
            *(journal, one.epoch, one.chain, one.rank, data), step=one.step, whole=one.whole, after=after
        )
        requests.read_raw(self._ask(request))

    def take_over(self, journal: str, epoch: int) -> int:
        """Go on with a journal whose copy is of this epoch; the epoch from now on."""
        return requests.read_json(self._ask(requests.take_over(journal, epoch)), requests.read_epoch)

    def put_box(self, journal: str, name: str, data: bytes) -> None:
        """Keep something beside a journal."""
        requests.read_raw(self._ask(requests.put_box(journal, name, data)))

    def box(self, journal: str, name: str) -> bytes:
        """What is kept beside a journal."""
        return requests.read_raw(self._ask(requests.get_box(journal, name)))

    def _ask(self, request: PracticeRequest) -> PracticeAnswer:
        """What may be repeated as often as wished: a link lost in it means what one not made does."""
        try:
            return self._carry(request)
        except UncertainError as error:
            raise UnreachableError(
                error.message, cause=error.cause, next_step="recommencez ; rien n’est perdu"
            ) from error

    def _carry(
        self, request: PracticeRequest, on_reached: Callable[[], None] = lambda: None
    ) -> PracticeAnswer:
        if self._key:
            request = replace(request, headers={**request.headers, "Authorization": f"Bearer {self._key}"})
        return self._carrier.carry(request, on_reached)


class _Watched:
    """A body, and who is told how much of it left."""

    def __init__(self, request: PracticeRequest, told: Callable[[int], None]) -> None:
        self._body, self.size, self._told = request.body, request.size, told

    def __iter__(self) -> Iterator[bytes]:
        sent = 0
        for chunk in (self._body,) if isinstance(self._body, bytes) else self._body:
            yield chunk
            sent += len(chunk)
            self._told(sent)
