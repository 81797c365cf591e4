"""A request carried over HTTPS by the standard library, the server known by its certificate's fingerprint."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import socket
import ssl
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
from tournee.printable import line

_CONNECT_S = 10.0
_CHUNK = 64 * 1024
_SLOWEST = 16 * 1024  # bytes a second: what a request may take beyond its patience
_AGAIN = "recommencez quand le réseau est là ; rien n’est perdu"
_LOST = (OSError, EOFError, http.client.HTTPException, ValueError)


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
        self._host, self._port = told.hostname or "", told.port or PORT
        self._fingerprint, self._clock, self._connect_seconds = fingerprint, clock, connect_seconds

    @property
    def address(self) -> str:
        """`host:port`, as shown to the user."""
        return f"{self._host}:{self._port}"

    def carry(
        self, request: PracticeRequest, on_reached: Callable[[], None] = lambda: None
    ) -> PracticeAnswer:
        """One connection a request: what another left on the line is nobody's."""
        link = self._connect()
        try:
            end = self._clock() + request.patience + request.size / _SLOWEST
            on_reached()
            try:
                self._write(link, request, end)
                return self._read(link, request, end)
            except _LOST as error:
                raise UncertainError(
                    f"La liaison avec le serveur du cabinet {self.address} a été coupée.",
                    cause=line(str(error)) or "connexion fermée",
                    next_step="recommencez : le serveur reconnaît ce qu’il a déjà",
                ) from error
        finally:
            link.close()

    def _connect(self) -> ssl.SSLSocket:
        context = ssl.create_default_context()
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if self._fingerprint:
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        try:
            plain = socket.create_connection((self._host, self._port), self._connect_seconds)
        except OSError as error:
            raise UnreachableError(
                f"Le serveur du cabinet {self.address} ne répond pas.",
                cause=f"pas de réseau, serveur arrêté ou adresse fausse ({line(str(error))})",
                next_step=_AGAIN,
            ) from error
        try:
            link = context.wrap_socket(plain, server_hostname=self._host)
        except (OSError, ValueError) as error:
            plain.close()
            raise self._refused(line(str(error))) from error
        shown = link.getpeercert(binary_form=True) or b""
        if self._fingerprint and not hmac.compare_digest(
            hashlib.sha256(shown).hexdigest(), self._fingerprint
        ):
            link.close()
            raise self._refused("son certificat n’est pas celui qui a été relié")
        return link

    def _refused(self, cause: str) -> TlsRefusedError:
        return TlsRefusedError(
            f"Ce qui répond à {self.address} n’est pas le serveur du cabinet ; rien ne lui a été dit.",
            cause=cause,
            next_step="vérifiez l’adresse et le réseau ; si le serveur a changé, reliez-vous de nouveau",
        )

    def _write(self, link: ssl.SSLSocket, request: PracticeRequest, end: float) -> None:
        lines = [f"{request.method} {request.path} HTTP/1.1", f"Host: {self.address}", "Connection: close"]
        lines += [f"Content-Length: {request.size}"] if request.method != "GET" else []
        lines += [f"{name}: {value}" for name, value in request.headers.items()]
        head = ("\r\n".join(lines) + "\r\n\r\n").encode("ascii")
        body = (request.body,) if isinstance(request.body, bytes) else request.body
        link.settimeout(self._left(end))
        link.sendall(head)
        for chunk in body:
            for at in range(0, len(chunk), _CHUNK):
                link.settimeout(self._left(end))
                try:
                    link.sendall(chunk[at : at + _CHUNK])
                except (BrokenPipeError, ConnectionResetError):
                    return  # it answered before the end: what it says is read

    def _read(self, link: ssl.SSLSocket, request: PracticeRequest, end: float) -> PracticeAnswer:
        link.settimeout(self._left(end))
        answer = http.client.HTTPResponse(link, method=request.method)
        try:
            answer.begin()
            body = bytearray()
            while True:
                link.settimeout(self._left(end))
                some = answer.read(min(_CHUNK, request.answer_max + 1 - len(body)))
                if not some:
                    break
                body += some
                if len(body) > request.answer_max:
                    raise ValueError("la réponse est trop longue")
            return PracticeAnswer(answer.status, bytes(body))
        finally:
            answer.close()

    def _left(self, end: float) -> float:
        left = end - self._clock()
        if left <= 0:
            raise TimeoutError("le serveur répond trop lentement")
        return left
