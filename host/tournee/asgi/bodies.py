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
    """A body is too long or too slow."""


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
    stopped: list[int] = []

    async def noted(message: Message) -> None:
        nonlocal started
        if stopped and not started:
            return  # what the application makes of a body that stopped is not the answer
        started = started or message["type"] == "http.response.start"
        await send(message)

    try:
        await app(scope, _bounded(Headers(scope=scope), bound, receive, stopped), noted)
    except ClientDisconnect:
        return  # in the middle of its body: nobody is there to be answered
    except _BodyRefused:
        if started:
            raise
    if stopped and not started:
        await refused(stopped[0], {"connection": "close"})(scope, receive, send)


def _bounded(headers: Headers, bound: BodyBound, receive: Receive, stopped: list[int]) -> Receive:
    """`receive` within a bound; a body that leaves it has its status put into `stopped`."""
    told = headers.get("content-length", "0")
    too_long = not told.isdecimal() or len(told) > len(str(bound.most)) or int(told) > bound.most
    end = asyncio.get_running_loop().time() + bound.seconds
    got, whole = 0, False

    def refuse(status: int) -> _BodyRefused:
        stopped.append(status)
        return _BodyRefused()

    async def part() -> Message:
        nonlocal got, whole
        if too_long:
            raise refuse(413)
        if whole:
            return await receive()
        try:
            async with asyncio.timeout_at(end):
                message = await receive()
        except TimeoutError:
            raise refuse(408) from None
        got += len(message.get("body", b""))
        whole = not message.get("more_body", False)
        if got > bound.most:
            raise refuse(413)
        return message

    return part
