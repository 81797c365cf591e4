"""A request carried over HTTPS by the standard library, all of it before one deadline, its answer bounded.

What goes wrong is told by kind (`LineError`); the words for it are those of who asked.
"""

from __future__ import annotations

import errno
import hashlib
import hmac
import http.client
import io
import itertools
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

_CHUNK = 64 * 1024
_EXPIRED, _OTHER_NAME = 10, (62, 64)  # OpenSSL's X509_V_ERR_…
_CHAIN = (2, 18, 19, 20, 21)
_NO_NETWORK = (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN)
_LOST = (OSError, EOFError, http.client.HTTPException, ValueError)


class LineError(Exception):
    """The line failed; `str` is why, in French. Its class says how far it had come."""


class NotReachedError(LineError):
    """Nothing answers there."""


class NotTrustedError(LineError):
    """Who answers is not the server that was meant, or does not want this client; no request was made."""


class LineCutError(LineError):
    """The line ended before the answer did."""


class TooSlowError(LineCutError):
    """The answer was not whole at the deadline."""


class TooLongError(LineCutError):
    """The answer is longer than its bound."""


@dataclass(frozen=True)
class HttpsServer:
    """Where, and whom to believe: the PEM file of an `authority`, or the `fingerprint` of the certificate
    (SHA-256, lower-case hexadecimal); neither: the system's authorities. `certificate` and `key` are PEM
    files by which a client shows who it is, None where it does not.
    """

    host: str
    port: int
    fingerprint: str = ""
    authority: Path | None = None
    certificate: Path | None = None
    key: Path | None = None

    @property
    def address(self) -> str:
        """`host:port`, as shown to the user and in a request's head."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


@dataclass(frozen=True)
class HttpsRequest:
    """What is asked: `body` is bytes, or pieces of `size` bytes together. Nobody's name stands in `path` or
    `headers`: they may be logged on the way.
    """

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | Iterable[bytes] = b""
    size: int = 0
    answer_max: int = 1 << 20


class HttpsAnswer(NamedTuple):
    """HTTP status, media type in lower case, and the whole body."""

    status: int
    media: str
    body: bytes


def carry(
    server: HttpsServer,
    request: HttpsRequest,
    seconds: float,
    *,
    connect_seconds: float | None = None,
    clock: Callable[[], float] = time.monotonic,
    on_reached: Callable[[], None] = lambda: None,
) -> HttpsAnswer:
    """One connection, one request. It ends `seconds` after it began, or `seconds` after it was reached where
    `connect_seconds` bounds that apart. `on_reached` is called before any byte of the request leaves.

    Raises NotReachedError, NotTrustedError (nothing was asked), LineCutError (something may have been).
    """
    begun = clock()
    link = _connect(server, _Deadline(clock, begun + (connect_seconds or seconds)))
    try:
        end = _Deadline(clock, begun + seconds if connect_seconds is None else clock() + seconds)
        on_reached()
        try:
            _write(link, server, request, end)
            return _read(link, request, end)
        except LineError:
            raise
        except ssl.SSLError as error:
            raise _of_tls(error) from error
        except TimeoutError as error:
            raise TooSlowError("le serveur répond trop lentement") from error
        except _LOST as error:
            raise LineCutError(_of_system(error)) from error
    finally:
        link.close()


class _Deadline:
    def __init__(self, clock: Callable[[], float], end: float) -> None:
        self._clock, self._end = clock, end

    def left(self) -> float:
        left = self._end - self._clock()
        if left <= 0:
            raise TimeoutError("le serveur répond trop lentement")
        return left


class _Bounded(io.RawIOBase):
    """A link read before a deadline, each read with what is left of it; what `http.client` takes for a
    socket.
    """

    def __init__(self, link: ssl.SSLSocket, end: _Deadline) -> None:
        super().__init__()
        self._link, self._end = link, end

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]
        self._link.settimeout(self._end.left())
        return self._link.recv_into(buffer)

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(self)


def _connect(server: HttpsServer, end: _Deadline) -> ssl.SSLSocket:
    context = _context(server)
    plain = _reach(server, end)
    try:
        plain.settimeout(end.left())
        link = context.wrap_socket(plain, server_hostname=server.host)
    except TimeoutError as error:
        plain.close()
        raise NotReachedError("pas de réponse à temps") from error
    except (OSError, ValueError) as error:
        plain.close()
        raise NotTrustedError(_of_handshake(error)) from error
    shown = link.getpeercert(binary_form=True) or b""
    if server.fingerprint and not hmac.compare_digest(hashlib.sha256(shown).hexdigest(), server.fingerprint):
        link.close()
        raise NotTrustedError("son certificat n’est pas celui qui a été relié")
    return link


def _reach(server: HttpsServer, end: _Deadline) -> socket.socket:
    """A line to the first of the host's addresses that answers."""
    why: OSError = TimeoutError("pas de réponse à temps")
    try:
        for family, kind, number, _, where in socket.getaddrinfo(
            server.host, server.port, type=socket.SOCK_STREAM
        ):
            plain = socket.socket(family, kind, number)
            try:
                plain.settimeout(end.left())
                plain.connect(where)
            except OSError as error:
                plain.close()
                why = error
            else:
                return plain
    except (OSError, UnicodeError) as error:
        raise NotReachedError(_of_system(error)) from error
    raise NotReachedError(_of_system(why)) from why


def _context(server: HttpsServer) -> ssl.SSLContext:
    """TLS 1.2 or newer, whom to believe, and by what this client is known."""
    try:
        trust = None if server.authority is None else str(server.authority)
        context = ssl.create_default_context(cafile=trust)
        if server.certificate is not None:
            context.load_cert_chain(server.certificate, server.key)
    except (OSError, ssl.SSLError) as error:
        raise NotTrustedError("un certificat de la configuration ne peut pas être lu") from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if server.fingerprint:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def _of_tls(error: ssl.SSLError) -> LineError:
    """TLS 1.3 tells a client whose certificate is refused only when it reads."""
    if "ALERT" in (error.reason or "") and "CLOSE" not in (error.reason or ""):
        return NotTrustedError(_of_handshake(error))
    return LineCutError("connexion fermée")


def _of_handshake(error: Exception) -> str:
    """Why TLS did not come to be."""
    if isinstance(error, ssl.SSLCertVerificationError):
        if error.verify_code == _EXPIRED:
            return "son certificat a expiré, ou l’heure de ce poste est fausse"
        if error.verify_code in _OTHER_NAME:
            return "son certificat est celui d’un autre"
        if error.verify_code in _CHAIN:
            return "son certificat n’est signé par aucune des autorités que ce poste connaît"
        return "son certificat ne convient pas"
    if isinstance(error, ssl.SSLError) and "ALERT" in (error.reason or ""):
        return "il ne reconnaît pas le certificat de ce poste, ou n’en reçoit pas"
    return "il ne parle pas comme lui"


def _of_system(error: Exception) -> str:
    """Why a line did not come to be, or ended."""
    if isinstance(error, socket.gaierror | UnicodeError):
        return "son adresse est inconnue du réseau"
    if isinstance(error, TimeoutError):
        return "pas de réponse à temps"
    if isinstance(error, ConnectionRefusedError):
        return "il est arrêté, ou son adresse est fausse"
    if isinstance(error, OSError) and error.errno in _NO_NETWORK:
        return "ce poste n’a pas de réseau"
    return "connexion fermée"


def _write(link: ssl.SSLSocket, server: HttpsServer, request: HttpsRequest, end: _Deadline) -> None:
    size = len(request.body) if isinstance(request.body, bytes) else request.size
    lines = [f"{request.method} {request.path} HTTP/1.1", f"Host: {server.address}", "Connection: close"]
    lines += [f"Content-Length: {size}"] if request.method != "GET" else []
    lines += [f"{name}: {value}" for name, value in request.headers.items()]
    body = (request.body,) if isinstance(request.body, bytes) else request.body
    for chunk in itertools.chain((("\r\n".join(lines) + "\r\n\r\n").encode("ascii"),), body):
        for at in range(0, len(chunk), _CHUNK):
            link.settimeout(end.left())
            try:
                link.sendall(chunk[at : at + _CHUNK])
            except (BrokenPipeError, ConnectionResetError, ssl.SSLEOFError):
                return  # it answered, or refused, before the end: what it says is read


def _read(link: ssl.SSLSocket, request: HttpsRequest, end: _Deadline) -> HttpsAnswer:
    answer = http.client.HTTPResponse(_Bounded(link, end), method=request.method)  # type: ignore[arg-type]
    try:
        answer.begin()
        body = bytearray()
        while some := answer.read(min(_CHUNK, request.answer_max + 1 - len(body))):
            body += some
            if len(body) > request.answer_max:
                raise TooLongError("la réponse est trop longue")
        if answer.length:
            raise LineCutError("la réponse n’est pas entière")
        media = (answer.getheader("Content-Type") or "").split(";")[0].strip().lower()
        return HttpsAnswer(answer.status, media, bytes(body))
    finally:
        answer.close()
