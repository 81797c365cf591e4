"""Requests built and answers read, without a socket: what a page does by `fetch` it builds here too."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from tournee.exchange.mail.submission import Outgoing, UncertainError
from tournee.exchange.mail.transport import TransportError
from tournee.exchange.practice_server.protocol import (
    BOX_MAX,
    DIGEST,
    FAULTS,
    JSON_MAX,
    LETTER_MAX,
    PART_MAX,
    V1,
    PracticeAnswer,
    PracticeRequest,
    digest_of,
)
from tournee.printable import line

_T = TypeVar("_T")
_OK = range(200, 300)
_MAILING_S = 60.0
_LISTED_MAX = 5_000
_BROKEN = (ValueError, TypeError, LookupError, AttributeError, RecursionError)


class PracticeServerError(TransportError):
    """The practice's server refused: nothing was taken. `code` is one of `FAULTS`, "" for none of them."""

    def __init__(self, message: str, *, cause: str = "", next_step: str = "", code: str = "") -> None:
        super().__init__(message, cause=cause, next_step=next_step)
        self.code = code


@dataclass(frozen=True)
class EnrolledHere:
    """What a device got by its code: its id and its key, which is told once."""

    device: str
    key: str


@dataclass(frozen=True)
class CustodyState:
    """Where a message stands at the server: `kept`, `sent`, `refused` or `uncertain`, and its words."""

    state: str
    answer: str


@dataclass(frozen=True)
class WaitingLetter:
    """A return that waits there for this device."""

    id: int
    size: int
    digest: str


@dataclass(frozen=True)
class PartFacts:
    """A part of a journal's copy: its chain within its epoch, its rank in the chain, the journal's step as of
    it and whether the copy is whole with it; its size in bytes, digest, and when it came.
    """

    epoch: int
    chain: int
    rank: int
    step: int
    whole: bool
    size: int
    digest: str
    at: str


def enrol(code: str, name: str) -> PracticeRequest:
    """A device asks to be let in, by the code it was shown."""
    return _post(f"{V1}/enrol", {"code": code, "name": name})


def practice() -> PracticeRequest:
    """What the practice is: its routes, this device's numbers, journals that it may take over."""
    return PracticeRequest("GET", f"{V1}/practice")


def numbers(want: str) -> PracticeRequest:
    """More numbers: a new `station`, or ranges of its own of a kind (`invoice`, `file`, `lot`)."""
    return _post(f"{V1}/numbers", {"want": want})


def hand_over(message: bytes | Outgoing, journal: str) -> PracticeRequest:
    """A whole message, to be mailed once whatever is repeated; which journal it is of."""
    headers = {"Tournee-Journal": journal}
    path = f"{V1}/messages/{digest_of(message)}"
    return PracticeRequest("PUT", path, headers, message, patience=_MAILING_S)


def returns() -> PracticeRequest:
    """The returns that wait for this device; the server visits its mailbox first."""
    return PracticeRequest("GET", f"{V1}/returns", patience=_MAILING_S, answer_max=4 * JSON_MAX)


def letter(number: int) -> PracticeRequest:
    """One return, as it came."""
    return PracticeRequest("GET", f"{V1}/returns/{number}", answer_max=LETTER_MAX)


def acknowledge(number: int) -> PracticeRequest:
    """A return is in the journal, and the journal's copy has it: the server may let go of it."""
    return PracticeRequest("DELETE", f"{V1}/returns/{number}")


def parts(journal: str) -> PracticeRequest:
    """The parts of a journal's newest copy that is whole, and of what came behind it."""
    return PracticeRequest("GET", f"{V1}/journals/{journal}/parts", answer_max=8 * JSON_MAX)


def put_part(
    journal: str, epoch: int, chain: int, rank: int, data: bytes, *, step: int, whole: bool, after: str
) -> PracticeRequest:
    """A part of a copy, which follows the one whose digest is `after` ("": the first of all)."""
    headers = {"Tournee-Step": str(step), "Tournee-Whole": str(int(whole)), "Tournee-After": after}
    return PracticeRequest("PUT", f"{V1}/journals/{journal}/{epoch}/{chain}/{rank}", headers, data)


def get_part(journal: str, one: PartFacts) -> PracticeRequest:
    """A part, as it was put."""
    path = f"{V1}/journals/{journal}/{one.epoch}/{one.chain}/{one.rank}"
    return PracticeRequest("GET", path, answer_max=PART_MAX)


def take_over(journal: str, epoch: int) -> PracticeRequest:
    """This device goes on with a journal, whose copy it has of this epoch; who had it may not any more."""
    return _post(f"{V1}/journals/{journal}/epoch", {"epoch": epoch})


def put_box(journal: str, name: str, data: bytes) -> PracticeRequest:
    """What is kept beside a journal, in the place of what was; the server keeps that a while."""
    return PracticeRequest("PUT", f"{V1}/journals/{journal}/boxes/{name}", body=data)


def get_box(journal: str, name: str) -> PracticeRequest:
    """What is kept beside a journal."""
    return PracticeRequest("GET", f"{V1}/journals/{journal}/boxes/{name}", answer_max=BOX_MAX)


def read_json(answer: PracticeAnswer, shape: Callable[[dict[str, Any]], _T]) -> _T:
    """What an answer says, through `shape`; PracticeServerError when it refuses or makes no sense."""
    body = read_raw(answer)
    try:
        told = json.loads(body)
        return shape(told)
    except _BROKEN as error:
        raise _nonsense(answer.status) from error


def read_raw(answer: PracticeAnswer) -> bytes:
    """The bytes of an answer that is no refusal; PracticeServerError."""
    if answer.status in _OK:
        return answer.body
    try:
        told = json.loads(answer.body)
        code = str(told["code"])
        fault = FAULTS[code]
    except _BROKEN:
        raise _nonsense(answer.status) from None
    raise PracticeServerError(
        fault.message, cause=line(str(told.get("detail", ""))), next_step=fault.next_step, code=code
    )


def read_enrolled(told: Mapping[str, Any]) -> EnrolledHere:
    """The answer to `enrol`."""
    return EnrolledHere(_text(told["device"]), _text(told["key"]))


def read_custody(told: Mapping[str, Any]) -> CustodyState:
    """The answer to `hand_over`."""
    state = _text(told["state"])
    if state not in ("kept", "sent", "refused", "uncertain"):
        raise ValueError(state)
    return CustodyState(state, line(_text(told["answer"])))


def read_letters(told: Mapping[str, Any]) -> list[WaitingLetter]:
    """The answer to `returns`."""
    return [
        WaitingLetter(_whole(one["id"]), _whole(one["size"]), _digest(one["digest"]))
        for one in _some(told["returns"])
    ]


def read_parts(told: Mapping[str, Any]) -> list[PartFacts]:
    """The answer to `parts`, in their order."""
    return [
        PartFacts(
            epoch=_whole(one["epoch"]),
            chain=_whole(one["chain"]),
            rank=_whole(one["rank"]),
            step=_whole(one["step"]),
            whole=bool(one["whole"]),
            size=_whole(one["size"]),
            digest=_digest(one["digest"]),
            at=_text(one["at"]),
        )
        for one in _some(told["parts"])
    ]


def read_epoch(told: Mapping[str, Any]) -> int:
    """The answer to `take_over`: the epoch in which this device goes on."""
    return _whole(told["epoch"])


def certain(answer: PracticeAnswer) -> None:
    """UncertainError for an answer to a message that does not say whether it was taken: a gateway's, or one
    of a server that failed in the middle.
    """
    if answer.status in _OK or (answer.status < 500 and _is_ours(answer.body)):
        return
    if answer.status == FAULTS["full"].status and _is_ours(answer.body):
        return
    raise UncertainError(
        "Le serveur du cabinet n’a pas dit s’il a pris le message.",
        cause=f"il a répondu {answer.status}",
        next_step="envoyez de nouveau : il reconnaît ce qu’il a déjà",
    )


def _is_ours(body: bytes) -> bool:
    try:
        return json.loads(body)["code"] in FAULTS
    except _BROKEN:
        return False


def _nonsense(status: int) -> PracticeServerError:
    return PracticeServerError(
        "Le serveur du cabinet a répondu ce qui n’a pas de sens.",
        cause=f"état {status} : un autre programme répond à cette adresse, ou une autre version",
        next_step="vérifiez son adresse, et mettez Tournée à jour ici et là-bas",
    )


def _post(path: str, told: dict[str, Any]) -> PracticeRequest:
    return PracticeRequest("POST", path, {"Content-Type": "application/json"}, json.dumps(told).encode())


def _text(value: object) -> str:
    if not isinstance(value, str) or len(value) > 1024:
        raise ValueError("a text is expected")
    return value


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**53:
        raise ValueError("a whole number is expected")
    return value


def _digest(value: object) -> str:
    if not DIGEST.fullmatch(text := _text(value)):
        raise ValueError("a digest is expected")
    return text


def _some(value: object) -> list[Any]:
    if not isinstance(value, list) or len(value) > _LISTED_MAX:
        raise ValueError("a list is expected")
    return value
