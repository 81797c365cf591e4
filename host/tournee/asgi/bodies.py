"""Bodies of requests within bounds of length and time, answers with headers of ours."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import NamedTuple

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class BodyBound(NamedTuple):
    """How many bytes a body has at most, and seconds to come whole."""

    most: int
    seconds: float


class _BodyRefused(Exception):  # noqa: N818
    """A body is too long (413) or too slow (408)."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


def with_headers(send: Send, headers: Mapping[str, str]) -> Send:
    """`send` that adds these to an answer's headers."""
    told = [(name.encode(), value.encode()) for name, value in headers.items()]

    async def added(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", ()), *told]
        await send(message)

    return added


async def serve_bounded(
    app: ASGIApp,
    bound: BodyBound,
    refused: Callable[[int, Mapping[str, str]], ASGIApp],
    scope: Scope,
    receive: Receive,
    send: Send,
) -> None:
    """Serve a request whose body keeps to its bound; `refused` makes the answer to another, by status (413:
    too long, 408: too slow) and headers.
    """
    started = False

    async def noted(message: Message) -> None:
        nonlocal started
        started = started or message["type"] == "http.response.start"
        await send(message)

    try:
        await app(scope, _bounded(Headers(scope=scope), bound, receive), noted)
    except ClientDisconnect:
        return  # in the middle of its body: nobody is there to be answered
    except _BodyRefused as told:
        if started:
            raise
        await refused(told.status, {"connection": "close"})(scope, receive, send)


def _bounded(headers: Headers, bound: BodyBound, receive: Receive) -> Receive:
    told = headers.get("content-length", "0")
    too_long = not told.isdecimal() or len(told) > len(str(bound.most)) or int(told) > bound.most
    end = asyncio.get_running_loop().time() + bound.seconds
    got, whole = 0, False

    async def part() -> Message:
        nonlocal got, whole
        if too_long:
            raise _BodyRefused(413)
        if whole:
            return await receive()
        try:
            async with asyncio.timeout_at(end):
                message = await receive()
        except TimeoutError:
            raise _BodyRefused(408) from None
        got += len(message.get("body", b""))
        whole = not message.get("more_body", False)
        if got > bound.most:
            raise _BodyRefused(413)
        return message

    return part
