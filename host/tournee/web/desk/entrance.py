"""Who may open the page of a desk, and until when: one-time links, enrolled devices, sessions, the idle lock.

A link works once and enrols the browser that brings it. Each later opening is a mutual challenge over the
device's key, for another program may hold the port: the host proves itself first, then the page. Idle, every
session ends and the reader is let go; the carer's code opens anew.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from tournee.web.desk.enrolled import Device, Enrolled

TOKEN_BYTES = 32
_ASKED_MAX = 128
_LINKS_MAX, _CHALLENGES_MAX, _SESSIONS_MAX = 4, 32, 16
_CHALLENGE_S = 120.0  # a code is typed meanwhile
_TICK_S = 1.0
_log = logging.getLogger(__name__)
_SIDES = ("hote", "page", "reponse")


class EntryRefused(Exception):  # noqa: N818 - a state, told as an exception
    """A link, a device or a proof that is not admitted."""


class EntryLocked(Exception):  # noqa: N818
    """The page is locked, and no code came with the proof, or a wrong one."""


@dataclass
class PageSession:
    """An open page; `ended` is set when it is open no more."""

    device: str
    ended: asyncio.Event = field(default_factory=asyncio.Event)


def proof(key: bytes, side: str, port: int, device: str, asked: str, answered: str) -> str:
    """What `hote` or `page` shows of the key, for these two random texts and this port; `reponse`: what the
    host shows with an answer, for the session's token and the request's random text. Hexadecimal.

    The port is in it, so that no program at another one can pass on what this host answers.
    """
    assert side in _SIDES
    text = "\n".join(("tournee 1", side, str(port), device, asked, answered))
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


class Entrance:
    """The door of one host. `now` gives seconds that only grow; idle for `lock_after` of them, it locks."""

    def __init__(self, kept: Enrolled, port: int, now: Callable[[], float], lock_after: float) -> None:
        self.kept = kept
        self.lock_after = lock_after
        self.locked = kept.has_code
        self.on_lock: list[Callable[[], Awaitable[None]]] = []
        self.on_enrol: Callable[[], None] = lambda: None
        self._port, self._now = port, now
        self._touched = now()
        self._links: list[str] = []
        self._challenges: dict[str, tuple[str, str, float]] = {}
        self._sessions: dict[bytes, PageSession] = {}

    @property
    def has_code(self) -> bool:
        """Whether a code opens the lock."""
        return self.kept.has_code

    def new_link(self) -> str:
        """A text that enrols the first who brings it; the oldest of several is forgotten."""
        self._links = [*self._links, secrets.token_urlsafe(TOKEN_BYTES)][-_LINKS_MAX:]
        return self._links[-1]

    def enrol(self, link: str, name: str) -> tuple[Device, str]:
        """The device that a link makes, and the token of its session, "" while a code locks the page.

        EntryRefused for a link that is none, or was used.
        """
        found = next((one for one in self._links if _same(one, link)), None)
        if found is None:
            raise EntryRefused
        self._links.remove(found)
        made = self.kept.enrol(name)
        self.on_enrol()
        if not self.has_code:
            self.locked = False
        return made, "" if self.locked else self._open(made.id)

    def challenge(self, device: str, asked: str) -> tuple[str, str]:
        """This host's own random text and its proof, for an enrolled device. EntryRefused."""
        known = self.kept.find(device)
        if known is None:
            raise EntryRefused
        now = self._now()
        fresh = {key: one for key, one in self._challenges.items() if now - one[2] < _CHALLENGE_S}
        while len(fresh) >= _CHALLENGES_MAX:
            del fresh[next(iter(fresh))]
        self._challenges = fresh
        own = secrets.token_urlsafe(TOKEN_BYTES)
        fresh[own] = device, asked, now
        return own, proof(known.secret, "hote", self._port, device, asked, own)

    def answer(self, device: str, own: str, shown: str, code: str = "", *, reopens: bool = False) -> str:
        """The token of a session, for the proof of a challenge that was not used yet.

        While the page is locked, the code opens it; without a code, that somebody `reopens` it. EntryRefused,
        EntryLocked; ConfigError when a try cannot be counted.
        """
        asked_of, asked, at = self._challenges.pop(own, ("", "", 0.0))
        known = self.kept.find(device)
        if known is None or asked_of != device or self._now() - at >= _CHALLENGE_S:
            raise EntryRefused
        if not _same(proof(known.secret, "page", self._port, device, asked, own), shown):
            raise EntryRefused
        if self.locked:
            self._unlock(code, reopens)
        self.kept.saw(device)
        return self._open(device)

    def session(self, token: str) -> PageSession | None:
        """The session of a token."""
        return self._sessions.get(_digest(token))

    def shown(self, token: str, asked: str) -> str:
        """What goes with an answer of a session, so that the page knows it for this host's; "" for none."""
        session = self.session(token)
        known = self.kept.find(session.device) if session and asked else None
        if known is None or len(asked) > _ASKED_MAX:
            return ""
        return proof(known.secret, "reponse", self._port, known.id, token, asked)

    def touched(self) -> None:
        """The carer did something."""
        self._touched = self._now()

    async def lock(self) -> None:
        """End every session, let the reader go; all else stays as it is."""
        self.locked = True
        self._end(lambda session: True)
        for told in self.on_lock:
            try:
                await told()
            except Exception:  # the others have to hear of it all the same
                _log.exception("something did not lock")

    async def revoke(self, device: str) -> None:
        """A device opens the page no more, and what it has open ends."""
        self.kept.revoke(device)
        self._end(lambda session: session.device == device)

    async def look(self) -> None:
        """Lock when it is time."""
        if not self.locked and self._now() - self._touched >= self.lock_after:
            await self.lock()

    async def watch(self) -> None:
        """Look again and again."""
        while True:
            await asyncio.sleep(_TICK_S)
            await self.look()

    def _unlock(self, code: str, reopens: bool) -> None:
        opened = (bool(code) and self.kept.try_code(code)) if self.has_code else reopens
        if not opened:
            raise EntryLocked
        self.locked = False

    def _open(self, device: str) -> str:
        while len(self._sessions) >= _SESSIONS_MAX:
            self._sessions.pop(next(iter(self._sessions))).ended.set()
        token = secrets.token_urlsafe(TOKEN_BYTES)
        self._sessions[_digest(token)] = PageSession(device)
        self.touched()
        return token

    def _end(self, which: Callable[[PageSession], bool]) -> None:
        for key, session in list(self._sessions.items()):
            if which(session):
                del self._sessions[key]
                session.ended.set()


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode("utf-8", "replace"))
