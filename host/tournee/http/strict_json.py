"""JSON that says one thing: a name stands once in its object, numbers are numbers (RFC 8259)."""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

from tournee.http.problems import Refusal

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class _StrictRequest(Request):
    async def json(self) -> Any:
        return json.loads(await self.body(), object_pairs_hook=_object, parse_constant=_no_number)


class StrictRoute(APIRoute):
    """A route whose body, where it is JSON, is read so. Refusal 400."""

    def get_route_handler(self) -> Handler:
        """The handler, given requests that read so."""
        made = self.within(super().get_route_handler())

        async def handle(request: Request) -> Response:
            return await made(_StrictRequest(request.scope, request.receive))

        return handle

    def within(self, made: Handler) -> Handler:
        """The handler of such a request, for a route that does more about it."""
        return made


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise Refusal(400, "un nom est deux fois dans le même objet")
    return found


def _no_number(word: str) -> None:
    raise Refusal(400, f"« {word} » n’est pas un nombre de JSON")
