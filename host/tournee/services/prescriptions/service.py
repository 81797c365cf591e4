"""The base of electronic prescriptions, called: what a number stands for, and what was done of it."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tournee.services.calling import ServiceAnswerError, ServiceRefusedError, call
from tournee.services.json_answer import object_of
from tournee.services.point import ServicePoint
from tournee.services.prescriptions.table import (
    ANSWER_MAX,
    DONE_PATH,
    LINES_MAX,
    LOOKUP_PATH,
    REFUSALS,
    SESSIONS_MAX,
)

_WHO = "la base des ordonnances"
_OK, _REFUSED = 200, 403
_TEXT_MAX = 200
_FIELDS = {
    "rpps": str,
    "nom": str,
    "specialite": str,
    "jour": str,
    "expire": str,
    "seances": int,
    "faites": int,
    "lignes": list,
}
_LINE = {"texte": str, "seances": int, "ald": bool}


@dataclass(frozen=True)
class OrderedCare:
    """One line: its words, how many sessions (0: not said), whether for the ALD."""

    words: str
    sessions: int
    ald: bool


@dataclass(frozen=True)
class ElectronicOrder:
    """What the base says of a number: `done` sessions were done, by whomever, of `sessions` (0: not said)."""

    rpps: str
    prescriber: str
    speciality: str
    day: date
    expires: date
    sessions: int
    done: int
    lines: tuple[OrderedCare, ...] = field(repr=False)

    @property
    def left(self) -> int:
        """Sessions that are left; 0 too where it does not say how many there are."""
        return max(0, self.sessions - self.done)


def look_up(point: ServicePoint, assertion: bytes, number: str) -> bytes:
    """What the base says of a number, as it came and is kept; `order_of` reads it. Raises a ServiceError."""
    data = _asked(point, LOOKUP_PATH, assertion, {"numero": number})
    order_of(data)
    return data


def record_done(point: ServicePoint, assertion: bytes, number: str, reference: str, sessions: int) -> bytes:
    """Record sessions done, once by their `reference`; what the base says then. As `look_up`."""
    told = {"numero": number, "reference": reference, "seances": sessions}
    data = _asked(point, DONE_PATH, assertion, told)
    order_of(data)
    return data


def order_of(data: bytes) -> ElectronicOrder:
    """An answer read. ServiceAnswerError."""
    told = object_of(data, _FIELDS, limit=ANSWER_MAX, who=_WHO)
    try:
        day, expires = date.fromisoformat(told["jour"]), date.fromisoformat(told["expire"])
    except ValueError as error:
        raise _wrong("un jour y est illisible") from error
    if not 0 <= told["faites"] <= SESSIONS_MAX or not 0 <= told["seances"] <= SESSIONS_MAX:
        raise _wrong(f"elle a plus de {SESSIONS_MAX} séances, ou moins que zéro")
    if expires < day or len(told["lignes"]) > LINES_MAX:
        raise _wrong("elle finit avant de commencer, ou a trop de lignes")
    lines = tuple(map(_line, told["lignes"]))
    rpps, name, speciality = (told[one][:_TEXT_MAX] for one in ("rpps", "nom", "specialite"))
    return ElectronicOrder(rpps, name, speciality, day, expires, told["seances"], told["faites"], lines)


def _line(told: Any) -> OrderedCare:
    one = object_of(json.dumps(told).encode(), _LINE, limit=ANSWER_MAX, who=_WHO)
    if not 0 <= one["seances"] <= SESSIONS_MAX:
        raise _wrong("une ligne y a un nombre de séances impossible")
    return OrderedCare(one["texte"][:_TEXT_MAX], one["seances"], one["ald"])


def _asked(point: ServicePoint, path: str, assertion: bytes, told: Mapping[str, Any]) -> bytes:
    body = json.dumps({**told, "assertion": base64.b64encode(assertion).decode()}).encode()
    headers = {"Content-Type": "application/json"}
    answer = call(point, "POST", path, body, headers, answer_max=ANSWER_MAX)
    if answer.status == _OK:
        return answer.body
    if answer.status == _REFUSED:
        code = object_of(answer.body, {"code": str}, limit=1024, who=_WHO)["code"]
        if code in REFUSALS:
            raise ServiceRefusedError(REFUSALS[code].message, code=code, next_step=REFUSALS[code].next_step)
    raise _wrong(f"réponse {answer.status}")


def _wrong(cause: str) -> ServiceAnswerError:
    return ServiceAnswerError(
        "La réponse de la base des ordonnances ne peut pas servir.",
        cause=cause,
        next_step="gardez l’ordonnance sur papier, et recommencez plus tard",
    )
