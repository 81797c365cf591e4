"""Requests to the practice's server by the page's own `fetch`: to the server that it came from, no other."""

from __future__ import annotations

from collections.abc import Callable

import tournee_page as page
from pyodide.ffi import to_js

from tournee.exchange.mail.submission import UncertainError
from tournee.exchange.mail.transport import TlsRefusedError, UnreachableError
from tournee.exchange.practice_server.protocol import V1, PracticeAnswer, PracticeRequest
from tournee.printable import line
from tournee.web.tablet.waiting import waited

_SLOWEST = 16 * 1024  # bytes a second: what a request may take beyond its patience
_REACH_S = 10.0
_REACHED_MAX = 4096


class PageCarrier:
    """See `Carrier`. The browser vouches for the server's certificate, so its fingerprint is not looked at.

    `fetch` does not tell what had left when it failed: so a request with a body goes only once the server
    answered one without.
    """

    def __init__(self, url: str, fingerprint: str = "") -> None:
        self._url, self._name = url, url.removeprefix("https://")

    def carry(
        self, request: PracticeRequest, on_reached: Callable[[], None] = lambda: None
    ) -> PracticeAnswer:
        """As `Carrier` says; other work of the page goes on meanwhile, where it can (`waiting`)."""
        if not page.is_own(self._url):
            raise TlsRefusedError(
                "Cette page ne vient pas du serveur du cabinet ; rien ne lui a été dit.",
                cause=f"elle ne parle qu’au serveur dont elle vient, et le cabinet est à {self._url}",
                next_step="ouvrez Tournée par l’adresse du cabinet",
            )
        if request.size:
            self._ask(PracticeRequest("GET", f"{V1}/status", answer_max=_REACHED_MAX, patience=_REACH_S))
        on_reached()
        return self._ask(request)

    def _ask(self, request: PracticeRequest) -> PracticeAnswer:
        parts = [request.body] if isinstance(request.body, bytes) else list(request.body)
        within = request.patience + request.size / _SLOWEST
        told = waited(
            page.carry(
                request.method,
                request.path,
                to_js(list(request.headers.items())),
                to_js([one for one in parts if one]),
                request.answer_max,
                round(within * 1000),
            )
        )
        if told.status:
            return PracticeAnswer(told.status, bytes(told.body.to_bytes()))
        if request.size:
            raise UncertainError(
                f"La liaison avec le serveur du cabinet {self._name} a été coupée.",
                cause=line(told.why),
                next_step="recommencez : le serveur reconnaît ce qu’il a déjà",
            )
        raise UnreachableError(
            f"Le serveur du cabinet {self._name} ne répond pas.",
            cause=f"pas de réseau, ou serveur arrêté ({line(told.why)})",
            next_step="recommencez quand le réseau est là ; rien n’est perdu",
        )
