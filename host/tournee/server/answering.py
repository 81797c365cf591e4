"""The server's requests, each bounded in size, time and rate; refusals are JSON with a code."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from html import escape
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route as Path

from tournee.exchange.practice_server.protocol import (
    BOX_MAX,
    BOXES,
    DIGEST,
    FAULTS,
    JOURNAL_ID,
    MESSAGE_MAX,
    PART_MAX,
    V1,
)
from tournee.exchange.practice_server.requests import PartFacts
from tournee.logs import where
from tournee.server.devices import EnrolledDevice
from tournee.server.mail.message_check import check_message
from tournee.server.practice import ServedPractice
from tournee.server.records import Arriving, FullError
from tournee.server.refusals import RefusalError
from tournee.server.site import TabletSite, site_route

BODY_S = 120.0
MAILED_WITHIN_S = 20.0
_ASKED_MAX = 4 * 2**10
_LETTERS_MAX = 500
_WHOLE_MAX = 2**53
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
_STATES = {
    "kept": "en attente",
    "leaving": "en cours d’envoi",
    "sent": "envoyés",
    "refused": "refusés",
    "uncertain": "incertains",
}
_log = logging.getLogger(__name__)
Act = Callable[[Request, EnrolledDevice], Awaitable[Response]]


class ServerAnswers:
    """One method a request; `site` is the tablet's page, None where it comes from elsewhere."""

    def __init__(self, practice: ServedPractice, site: TabletSite | None = None) -> None:
        self._practice, self._site = practice, site

    def app(self) -> Starlette:
        """The ASGI application."""
        journal = f"{V1}/journals/{{journal}}"
        one = f"{journal}/{{epoch:int}}/{{chain:int}}/{{rank:int}}"
        return Starlette(
            routes=[
                *([] if self._site else [Path("/", self._status, methods=["GET"])]),
                Path(f"{V1}/status", self._status, methods=["GET"]),
                Path(f"{V1}/enrol", self._enrol, methods=["POST"]),
                self._path(f"{V1}/practice", self._told, "GET"),
                self._path(f"{V1}/numbers", self._numbers, "POST"),
                self._path(f"{V1}/messages/{{digest}}", self._take_message, "PUT"),
                self._path(f"{V1}/returns", self._returns, "GET"),
                self._path(f"{V1}/returns/{{letter:int}}", self._letter, "GET"),
                self._path(f"{V1}/returns/{{letter:int}}", self._acknowledge, "DELETE"),
                self._path(f"{journal}/parts", self._parts, "GET"),
                self._path(f"{journal}/epoch", self._take_over, "POST"),
                self._path(f"{journal}/boxes/{{box}}", self._put_box, "PUT"),
                self._path(f"{journal}/boxes/{{box}}", self._box, "GET"),
                self._path(one, self._put_part, "PUT"),
                self._path(one, self._part, "GET"),
                *([site_route(self._site, self._source)] if self._site else []),
            ],
            exception_handlers={
                RefusalError: _refused,
                FullError: lambda request, error: _refused(request, RefusalError("full")),
                404: lambda request, error: _refused(request, RefusalError("not-found")),
                405: lambda request, error: _refused(request, RefusalError("not-found")),
                500: _failed,
            },
        )

    # --- who asks ---

    def _path(self, path: str, act: Act, method: str) -> Path:
        async def endpoint(request: Request) -> Response:
            return await act(request, await self._device(request))

        return Path(path, endpoint, methods=[method])

    async def _device(self, request: Request) -> EnrolledDevice:
        source = self._source(request)
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        try:
            if kind != "Bearer" or len(token) > 100:
                raise RefusalError("unknown-device")
            device = await run_in_threadpool(self._practice.devices.known, token)
        except RefusalError as refusal:
            if refusal.code == "unknown-device":
                self._practice.tries.count(source)
            raise
        self._practice.tries.forgive(source)
        return device

    def _source(self, request: Request) -> str:
        source = request.client.host if request.client else ""
        if self._practice.tries.is_shut(source):
            raise RefusalError("too-many-tries")
        if not self._practice.pace.may(source):
            raise RefusalError("too-fast")
        return source

    async def _enrol(self, request: Request) -> Response:
        source = self._source(request)
        told = await self._asked(request)
        code, name = told.get("code"), told.get("name")
        if not isinstance(code, str) or not isinstance(name, str):
            raise RefusalError("malformed")
        try:
            device, key = await run_in_threadpool(self._practice.devices.enrol, code[:64], name[:400])
        except RefusalError as refusal:
            if refusal.code == "wrong-code":
                self._practice.tries.count(source)
            raise
        _log.info("a device was let in")
        return _json({"device": device.id, "key": key})

    async def _status(self, request: Request) -> Response:
        """A page for who keeps the server: that it runs; on this machine itself, what waits."""
        self._source(request)
        lines = [f"Serveur du cabinet, en service depuis {self._practice.began}."]
        if request.client and request.client.host in ("127.0.0.1", "::1"):
            counts = await run_in_threadpool(self._practice.custody.counts)
            lines += [f"Messages {_STATES[one]} : {count}." for one, count in sorted(counts.items())]
            lines += [f"Boîte de {name} : {why}" for name, why in self._practice.visitor.troubles.items()]
        body = "".join(f"<p>{escape(line)}</p>" for line in lines)
        page = f'<!doctype html><html lang="fr"><meta charset="utf-8"><title>Cabinet</title>{body}</html>'
        return Response(page, media_type="text/html", headers=_HEADERS)

    async def _told(self, request: Request, device: EnrolledDevice) -> Response:
        return _json(await run_in_threadpool(self._practice.told_to, device))

    async def _numbers(self, request: Request, device: EnrolledDevice) -> Response:
        want = str((await self._asked(request)).get("want"))
        await run_in_threadpool(self._practice.numbers.give, device, want)
        return _json(await run_in_threadpool(self._practice.numbers_of, device))

    # --- messages and returns ---

    async def _take_message(self, request: Request, device: EnrolledDevice) -> Response:
        digest = _told_digest(request, "digest")
        journal = request.headers.get("tournee-journal", "")
        if not JOURNAL_ID.fullmatch(journal):
            raise RefusalError("malformed", "de quel journal ce message est-il ?")
        await run_in_threadpool(self._practice.copies.claim, journal, device)
        draft = await self._arrive(request, MESSAGE_MAX)
        try:
            if await run_in_threadpool(draft.end) != digest:
                raise RefusalError("malformed", "ces octets ne sont pas ceux annoncés")
            state = await run_in_threadpool(self._custody_of, draft, digest, device, journal)
        finally:
            draft.drop()
        return _json(state)

    def _custody_of(
        self, draft: Arriving, digest: str, device: EnrolledDevice, journal: str
    ) -> dict[str, str]:
        practice = self._practice
        facts = check_message(draft.path, practice.routes.values())
        practice.custody.take(draft.path, digest, draft.size, facts, device.id, journal)
        practice.sender.wake()
        message = practice.sender.wait_for(digest, MAILED_WITHIN_S)
        if not message.is_ended:
            message = practice.custody.let_go(digest)
        state = message.state if message.is_ended else "kept"
        return {"state": state, "answer": message.answer}

    async def _returns(self, request: Request, device: EnrolledDevice) -> Response:
        await run_in_threadpool(self._practice.visitor.visit)
        waiting = await run_in_threadpool(self._practice.letters.waiting, device.id, _LETTERS_MAX)
        return _json({"returns": [{"id": one.id, "size": one.size, "digest": one.digest} for one in waiting]})

    async def _letter(self, request: Request, device: EnrolledDevice) -> Response:
        letter = await run_in_threadpool(
            self._practice.letters.of, device.id, _number(request.path_params["letter"])
        )
        path = self._practice.records.path_of("letters", letter.digest)
        return _raw(await run_in_threadpool(path.read_bytes))

    async def _acknowledge(self, request: Request, device: EnrolledDevice) -> Response:
        number = _number(request.path_params["letter"])
        await run_in_threadpool(self._practice.letters.acknowledge, device.id, number)
        return _json({})

    # --- copies ---

    async def _parts(self, request: Request, device: EnrolledDevice) -> Response:
        found = await run_in_threadpool(self._practice.copies.parts, _journal(request), device)
        return _json({"parts": [vars(one) for one in found]})

    async def _put_part(self, request: Request, device: EnrolledDevice) -> Response:
        after = request.headers.get("tournee-after", "")
        step, whole = request.headers.get("tournee-step", ""), request.headers.get("tournee-whole", "")
        is_well_told = step.isascii() and step.isdigit() and whole in ("0", "1")
        if not is_well_told or (after and not DIGEST.fullmatch(after)):
            raise RefusalError("malformed")
        digest, data = await self._bytes(request, PART_MAX)
        epoch, chain, rank = (_number(request.path_params[name]) for name in ("epoch", "chain", "rank"))
        part = PartFacts(epoch, chain, rank, _number(int(step[:20])), whole == "1", len(data), digest, "")
        await run_in_threadpool(self._practice.copies.put, _journal(request), device, part, after, data)
        return _json({})

    async def _part(self, request: Request, device: EnrolledDevice) -> Response:
        told = [_number(request.path_params[name]) for name in ("epoch", "chain", "rank")]
        return _raw(await run_in_threadpool(self._practice.copies.part, _journal(request), device, *told))

    async def _take_over(self, request: Request, device: EnrolledDevice) -> Response:
        epoch = (await self._asked(request)).get("epoch")
        if not isinstance(epoch, int) or isinstance(epoch, bool):
            raise RefusalError("malformed")
        now = await run_in_threadpool(
            self._practice.copies.take_over, _journal(request), device, _number(epoch)
        )
        return _json({"epoch": now})

    async def _put_box(self, request: Request, device: EnrolledDevice) -> Response:
        name, journal = _box(request), _journal(request)
        digest, data = await self._bytes(request, BOX_MAX)
        await run_in_threadpool(self._practice.copies.put_box, journal, device, name, digest, data)
        return _json({})

    async def _box(self, request: Request, device: EnrolledDevice) -> Response:
        name = _box(request)
        return _raw(await run_in_threadpool(self._practice.copies.box, _journal(request), device, name))

    # --- bodies ---

    async def _arrive(self, request: Request, most: int) -> Arriving:
        """A body, into a file: never more than `most` bytes, nor longer than a bounded time."""
        told = request.headers.get("content-length", "")
        if not (told.isascii() and told.isdigit()) or int(told[:20]) > most:
            raise RefusalError("too-large" if told.isdigit() else "malformed", f"au plus {most} octets")
        await run_in_threadpool(self._practice.records.check_room, int(told))
        draft = Arriving(self._practice.records)
        try:
            async with asyncio.timeout(BODY_S):
                async for chunk in request.stream():
                    if draft.size + len(chunk) > most:
                        raise RefusalError("too-large")
                    if chunk:
                        await run_in_threadpool(draft.write, chunk)
        except TimeoutError:
            draft.drop()
            raise RefusalError("too-slow") from None
        except ClientDisconnect:
            draft.drop()
            raise RefusalError("malformed") from None
        except BaseException:
            draft.drop()
            raise
        return draft

    async def _bytes(self, request: Request, most: int) -> tuple[str, bytes]:
        """The same for what is held in memory: its SHA-256 and itself."""
        draft = await self._arrive(request, most)
        try:
            digest = await run_in_threadpool(draft.end)
            return digest, await run_in_threadpool(draft.path.read_bytes)
        finally:
            draft.drop()

    async def _asked(self, request: Request) -> dict[str, Any]:
        _, data = await self._bytes(request, _ASKED_MAX)
        try:
            told = json.loads(data)
        except (ValueError, RecursionError):
            told = None
        if not isinstance(told, dict):
            raise RefusalError("malformed")
        return told


def _told_digest(request: Request, name: str) -> str:
    if not DIGEST.fullmatch(found := str(request.path_params[name])):
        raise RefusalError("malformed")
    return found


def _journal(request: Request) -> str:
    if not JOURNAL_ID.fullmatch(found := str(request.path_params["journal"])):
        raise RefusalError("malformed")
    return found


def _box(request: Request) -> str:
    if (found := str(request.path_params["box"])) not in BOXES:
        raise RefusalError("not-found")
    return found


def _number(value: int) -> int:
    if not 0 <= value < _WHOLE_MAX:
        raise RefusalError("malformed")
    return value


def _json(told: dict[str, Any], status: int = 200) -> Response:
    return JSONResponse(told, status, _HEADERS)


def _raw(data: bytes) -> Response:
    return Response(data, media_type="application/octet-stream", headers=_HEADERS)


def _failed(request: Request, error: Exception) -> Response:
    _log.error("failed: %s", where(error))
    return _refused(request, RefusalError("failed"))


def _refused(request: Request, error: Exception) -> Response:
    refusal = error if isinstance(error, RefusalError) else RefusalError("failed")
    fault = FAULTS[refusal.code]
    _log.info("refused: %s", refusal.code)
    told = {"code": refusal.code, "message": fault.message, "next_step": fault.next_step}
    return _json(told | {"detail": refusal.detail}, fault.status)
