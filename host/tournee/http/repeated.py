"""Asked again by the same key, nothing is done twice: the answer of the first time is given.

The header `Idempotency-Key` is the client's, a text of its own for each thing that it wants made. A key is
its asker's: another's is another. What stopped before an answer was kept is done again, which every step of
`tournee.api` allows: what was done of it is done.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool

from tournee.api import Practice
from tournee.http.problems import Refusal
from tournee.http.work import ACCEPTED, location_of
from tournee.store.services.replies import KeptReply

HEADER = "Idempotency-Key"
AGAIN = "Idempotency-Replayed"
_KEY = re.compile(r"[!-~]{1,128}", re.ASCII)
_Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class RepeatedRoute(APIRoute):
    """A route that makes something."""

    def get_route_handler(self) -> _Handler:
        """The handler, behind what is kept."""
        made = super().get_route_handler()

        async def handle(request: Request) -> Response:
            key = request.headers.get(HEADER)
            if key is None or request.method in ("GET", "HEAD"):
                return await made(request)
            if not _KEY.fullmatch(key):
                raise Refusal(400, f"{HEADER} a de 1 à 128 caractères ASCII, sans espace")
            return await _once(request, f"{request.state.subject}\n{key}", made)

        return handle


async def _once(request: Request, key: str, made: _Handler) -> Response:
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
    kept = practice._ask_journal(lambda office: office.journal.replies.find(key, asked))
    if kept is not None and not kept.is_same:
        raise Refusal(422, f"cette {HEADER} est celle d’une autre demande")
    if kept is not None and kept.status:
        return kept
    practice._ask_journal(lambda office: office.journal.replies.begin(key, asked))
    return None
