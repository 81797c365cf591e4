"""An emulated service that stands: TLS on the loopback under an authority of its own, all it gets kept.

`trouble` makes it a bad one, for who wants to see what a client does then.
"""

from __future__ import annotations

import socket
import ssl
import threading
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Self

from tournee.emulation.services.counterpart import Counterpart, Received, Reply
from tournee.emulation.smtp_certificates import ADDRESS, HOST, TlsFiles, make_tls
from tournee.errors import EmulationError

FOLDER = "services"
BODY_MAX = 1 << 20
_LINE_SECONDS = 15.0
_FAILED = Reply(500, "text/plain; charset=utf-8", "Le service émulé a échoué.".encode())


@dataclass
class Trouble:
    """How it goes wrong: answers `late` (seconds), answers only the half of it (`is_cut`), says `body` in
    place of what it would, or hangs up (`hangs_up`).
    """

    late: float = 0.0
    is_cut: bool = False
    hangs_up: bool = False
    body: bytes | None = None


class StandingService:
    """One counterpart behind its own port, from entering to leaving. `folder` keeps what it received and
    answered, numbered; `trouble` may be set at any time.
    """

    def __init__(self, counterpart: Counterpart, folder: Path, tls: TlsFiles) -> None:
        self.counterpart, self.folder, self.tls = counterpart, folder, tls
        self.trouble = Trouble()
        self._lock, self._over = threading.Lock(), threading.Event()
        self._number = len(list(folder.glob("*-recu.*")))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(tls.certificate, tls.key)
        if counterpart.demands_certificate:
            context.load_verify_locations(tls.authority)
            context.verify_mode = ssl.CERT_REQUIRED
        service = self

        class Handler(_Handler):
            standing = service

        try:
            self._server = _Server((ADDRESS, 0), Handler)
        except OSError as error:
            raise EmulationError("Un service émulé n'a pas pu démarrer.", cause=str(error)) from error
        self._server.context = context
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        """Its address as the configuration has it."""
        return f"https://{HOST}:{self.port}{self.counterpart.path}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def settings(self) -> dict[str, str]:
        """The table of the configuration by which a host asks it; paths are absolute."""
        own = {"adresse": self.url, "autorites": str(self.tls.authority.resolve())}
        own |= getattr(self.counterpart, "own", {})
        if self.counterpart.demands_certificate:
            own |= {
                "certificat": str(self.tls.client.resolve()),
                "cle": str(self.tls.client_key.resolve()),
            }
        return own

    def received(self) -> list[Path]:
        """What it was asked, in order."""
        return sorted(self.folder.glob("*-recu.*"))

    def serve(self, asked: Received) -> Reply | None:
        """Keep a request, answer it, keep the answer; None to hang up."""
        trouble = self.trouble
        with self._lock:
            self._number += 1
            suffix = self.counterpart.suffix
            name = f"{self._number:04}"
            (self.folder / f"{name}-recu.{suffix}").write_bytes(asked.body)
            try:
                reply = self.counterpart.answer(asked)
            except Exception as error:  # a stranger's bytes: whatever they do, it stands
                (self.folder / f"{name}-echec.txt").write_text(repr(error), "utf-8")
                reply = _FAILED
            if trouble.body is not None:
                reply = Reply(reply.status, reply.media, trouble.body)
            (self.folder / f"{name}-repondu.{suffix}").write_bytes(reply.body)
        if trouble.late:
            self._over.wait(trouble.late)
        return None if trouble.hangs_up else reply


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    context: ssl.SSLContext

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that left, or that was not let in, is no matter of the terminal's."""


class _Handler(BaseHTTPRequestHandler):
    standing: StandingService
    server: _Server
    timeout = _LINE_SECONDS

    def setup(self) -> None:
        plain = self.request
        plain.settimeout(_LINE_SECONDS)
        self.request = self.server.context.wrap_socket(plain, server_side=True, do_handshake_on_connect=False)
        try:
            self.request.do_handshake()
        except OSError:
            _let_go(self.request)
            raise
        super().setup()

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except (OSError, ssl.SSLError):
            self.close_connection = True

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def _serve(self) -> None:
        self.close_connection = True
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal() or int(length) > BODY_MAX:
            self._send(Reply(413), is_cut=False)
            return
        client = self.request.getpeercert(binary_form=True) or b""
        asked = Received(
            *(self.command, self.path, self.headers.get_content_type()),
            {name.lower(): value for name, value in self.headers.items()},
            self.rfile.read(int(length)),
            client,
        )
        reply = self.standing.serve(asked)
        if reply is not None:
            self._send(reply, is_cut=self.standing.trouble.is_cut)

    def _send(self, reply: Reply, *, is_cut: bool) -> None:
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.media)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body[: len(reply.body) // 2] if is_cut else reply.body)

    def log_message(self, *_: object) -> None:
        """Nothing on the terminal: what was asked is in the folder."""


def _let_go(line: ssl.SSLSocket) -> None:
    """Say no more, and read what still comes: a line closed with bytes unread takes back what was said."""
    with suppress(OSError):
        line.shutdown(socket.SHUT_WR)
        while line.recv(4096):
            pass


def own_tls(folder: Path) -> TlsFiles:
    """The certificates of all services of a folder, made now: TLS lives in real time."""
    return make_tls(folder, datetime.now(UTC), "services")
