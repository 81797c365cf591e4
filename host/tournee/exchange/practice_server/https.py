"""A request carried to the practice's server over HTTPS, which is known by its certificate's fingerprint."""

from __future__ import annotations

import time
from collections.abc import Callable
from urllib.parse import urlsplit

from tournee.exchange.mail.submission import UncertainError
from tournee.exchange.mail.transport import TlsRefusedError, UnreachableError
from tournee.exchange.practice_server.protocol import (
    PORT,
    PracticeAnswer,
    PracticeRequest,
    check_url,
)
from tournee.https import HttpsRequest, HttpsServer, LineCutError, NotReachedError, NotTrustedError, carry

_CONNECT_S = 10.0
_SLOWEST = 16 * 1024  # bytes a second: what a request may take beyond its patience


class HttpsCarrier:
    """See `Carrier`. `url` is the server's address, `fingerprint` the SHA-256 of its certificate, in
    lower-case hexadecimal; "": one that the system's authorities vouch for, of this name.
    """

    def __init__(
        self,
        url: str,
        fingerprint: str,
        clock: Callable[[], float] = time.monotonic,
        *,
        connect_seconds: float = _CONNECT_S,
    ) -> None:
        told = urlsplit(check_url(url))
        self._server = HttpsServer(told.hostname or "", told.port or PORT, fingerprint)
        self._clock, self._connect_seconds = clock, connect_seconds

    @property
    def address(self) -> str:
        """`host:port`, as shown to the user."""
        return self._server.address

    def carry(
        self, request: PracticeRequest, on_reached: Callable[[], None] = lambda: None
    ) -> PracticeAnswer:
        """One connection a request: what another left on the line is nobody's."""
        asked = HttpsRequest(
            *(request.method, request.path, request.headers),
            *(request.body, request.size, request.answer_max),
        )
        try:
            answer = carry(
                *(self._server, asked, request.patience + request.size / _SLOWEST),
                connect_seconds=self._connect_seconds,
                clock=self._clock,
                on_reached=on_reached,
            )
        except NotReachedError as error:
            raise UnreachableError(
                f"Le serveur du cabinet {self.address} ne répond pas.",
                cause=f"pas de réseau, serveur arrêté ou adresse fausse ({error})",
                next_step="recommencez quand le réseau est là ; rien n’est perdu",
            ) from error
        except NotTrustedError as error:
            raise TlsRefusedError(
                f"Ce qui répond à {self.address} n’est pas le serveur du cabinet ; rien ne lui a été dit.",
                cause=str(error),
                next_step="vérifiez l’adresse et le réseau ; si le serveur a changé, reliez-vous de nouveau",
            ) from error
        except LineCutError as error:
            raise UncertainError(
                f"La liaison avec le serveur du cabinet {self.address} a été coupée.",
                cause=str(error),
                next_step="recommencez : le serveur reconnaît ce qu’il a déjà",
            ) from error
        return PracticeAnswer(answer.status, answer.body)
