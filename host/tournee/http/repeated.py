"""Asked again by the same key, nothing is done twice: the answer of the first time is given.

The header `Idempotency-Key` is the client's, a text of its own for each thing that it wants made. A key is
its asker's: another's is another. What stopped before an answer was kept is done again, which the steps of
`tournee.api` allow: what was done of it is done. `ONCE` names those that do not.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
from contextlib import suppress

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from tournee.api import Practice, TourneeError
from tournee.app.context import Office
from tournee.http.problems import Refusal
from tournee.http.strict_json import Handler, StrictRoute
from tournee.http.work import ACCEPTED, location_of
from tournee.logs import where
from tournee.store.services.replies import KeptReply

HEADER = "Idempotency-Key"
AGAIN = "Idempotency-Replayed"
ONCE = ("hand_over", "send_again")
"""What would be done twice if it was asked again: by a key whose answer is not known it is refused (409)."""

_REFUSALS = (TourneeError, HTTPException, RequestValidationError)
_log = logging.getLogger(__name__)
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
            is_once = self.operation_id in ONCE
            return await _once(request, f"{request.state.subject}\n{key}", made, is_once=is_once)

        return handle


async def _once(request: Request, key: str, made: Handler, *, is_once: bool) -> Response:
    practice: Practice = request.app.state.practice
    under_way: set[str] = request.app.state.under_way
    if key in under_way:
        raise Refusal(409, "cette clé est celle d’une demande en cours", {"retry-after": "1"})
    under_way.add(key)
    try:
        head = f"{request.method} {request.url.path}?{request.url.query}\n".encode()
        asked = hashlib.sha256(head + await request.body()).digest()
        kept = await run_in_threadpool(_find_or_begin, practice, key, asked, is_once)
        if kept is not None:
            headers = {AGAIN: "true"}
            if kept.status == ACCEPTED:
                headers["location"] = location_of(json.loads(kept.body)["id"])
            return Response(kept.body, kept.status, headers, "application/json")
        try:
            answer = await made(request)
        except _REFUSALS:
            if is_once:
                with suppress(TourneeError):
                    await run_in_threadpool(
                        practice._ask_journal, lambda office: office.journal.replies.forget(key)
                    )
            raise
        body = bytes(answer.body)
        try:
            await run_in_threadpool(
                practice._ask_journal,
                lambda office: office.journal.replies.end(key, answer.status_code, body),
            )
        except TourneeError as error:  # it is done: it is told all the same
            _log.error("reply not kept: %s", where(error))
        return answer
    finally:
        under_way.discard(key)


def _find_or_begin(practice: Practice, key: str, asked: bytes, is_once: bool) -> KeptReply | None:
    def claim(office: Office) -> KeptReply | None:
        kept = office.journal.replies.find(key, asked)
        if kept is not None and not kept.is_same:
            raise Refusal(422, f"cette {HEADER} est celle d’une autre demande")
        if kept is not None and kept.status:
            return kept
        if kept is not None and is_once:
            raise Refusal(
                409, "on ne sait pas si cette demande a été faite : regardez l’état, puis une autre clé"
            )
        office.journal.replies.begin(key, asked)
        return None

    return practice._ask_journal(claim)
