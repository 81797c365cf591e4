"""Asked again by the same key, nothing is done twice: the answer of the first time is given.

The header `Idempotency-Key` is the client's, a text of its own for each thing that it wants made. A key is
its asker's: another's is another. What stopped before an answer was kept is done again, which every step of
`tournee.api` allows: what was done of it is done.
"""

from __future__ import annotations

import hashlib
import json
import re

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool

from tournee.api import Practice
from tournee.app.context import Office
from tournee.http.problems import Refusal
from tournee.http.strict_json import Handler, StrictRoute
from tournee.http.work import ACCEPTED, location_of
from tournee.store.services.replies import KeptReply

HEADER = "Idempotency-Key"
AGAIN = "Idempotency-Replayed"
_KEY = re.compile(r"[!-~]{1,128}", re.ASCII)


class RepeatedRoute(StrictRoute):
    """A route that makes something."""

    def within(self, made: Handler) -> Handler:
        """The handler, behind what is kept."""

        async def handle(request: Request) -> Response:
            keys = request.headers.getlist(HEADER)
            if not keys:
                return await made(request)
            key = keys[0]
            if len(keys) > 1 or not _KEY.fullmatch(key):
                raise Refusal(400, f"{HEADER} est une fois, et a de 1 à 128 caractères ASCII, sans espace")
            return await _once(request, f"{request.state.subject}\n{key}", made)

        return handle


async def _once(request: Request, key: str, made: Handler) -> Response:
    practice: Practice = request.app.state.practice
    under_way: set[str] = request.app.state.under_way
    if key in under_way:
        raise Refusal(409, "cette clé est celle d’une demande en cours", {"retry-after": "1"})
    under_way.add(key)
    try:
        head = f"{request.method} {request.url.path}?{request.url.query}\n".encode()
        asked = hashlib.sha256(head + await request.body()).digest()
        kept = await run_in_threadpool(_find_or_begin, practice, key, asked)
        if kept is not None:
            headers = {AGAIN: "true"}
            if kept.status == ACCEPTED:
                headers["location"] = location_of(json.loads(kept.body)["id"])
            return Response(kept.body, kept.status, headers, "application/json")
        answer = await made(request)
        body = bytes(answer.body)
        await run_in_threadpool(
            practice._ask_journal, lambda office: office.journal.replies.end(key, answer.status_code, body)
        )
        return answer
    finally:
        under_way.discard(key)


def _find_or_begin(practice: Practice, key: str, asked: bytes) -> KeptReply | None:
    def claim(office: Office) -> KeptReply | None:
        kept = office.journal.replies.find(key, asked)
        if kept is not None and not kept.is_same:
            raise Refusal(422, f"cette {HEADER} est celle d’une autre demande")
        if kept is not None and kept.status:
            return kept
        office.journal.replies.begin(key, asked)
        return None

    return practice._ask_journal(claim)
