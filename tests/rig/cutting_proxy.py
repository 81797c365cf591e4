"""A man in the middle of the submission server: passes SMTP through, and fails where a test says.

It speaks TLS to both sides, so that it sees each step. One fault for each connection, in turn; connections
after the last fault pass unharmed.
"""

from __future__ import annotations

import socket
import ssl
import struct
import threading
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from mail_servers import HOST, MailServers

PATIENCE = 20.0  # seconds
END = b"\r\n.\r\n"
MESSAGE = "message"
"""The step at which the message itself is sent."""


@dataclass(frozen=True)
class Fault:
    """Where a connection fails: at `step` (greeting, EHLO, AUTH, MAIL, RCPT, DATA, message, QUIT).

    With `answer`, the client gets this line in place of the server's. Otherwise the link breaks: before the
    client's words reach the server, or with `late` once the server has answered and before the client knows.
    In the message, `after` bytes of it are passed on first, or with `late` all of it.
    """

    step: str
    late: bool = False
    answer: str = ""
    after: int = 0

    def __str__(self) -> str:
        what = self.answer[:3] or ("answer lost" if self.late else f"cut after {self.after}")
        return f"{self.step} {what}"


class _CutError(Exception):
    """The fault struck."""


class CuttingProxy:
    """Listens on `port` inside a `with`, before the TLS submission port of these servers."""

    def __init__(self, servers: MailServers, faults: Iterable[Fault] = ()) -> None:
        self._faults = list(faults)
        self._upstream = (HOST, servers.ports["smtps"])
        self._trust = ssl.create_default_context(cafile=str(servers.ca))
        key, certificate = servers.authority.issue("proxy", [HOST])
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate, key)
        self._listener = socket.create_server((HOST, 0))
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(PATIENCE)

    def _serve(self) -> None:
        with suppress(OSError):  # the listener is closed
            while True:
                link, _ = self._listener.accept()
                fault = self._faults.pop(0) if self._faults else Fault("")
                with suppress(OSError, EOFError):
                    self._connect(link, fault)

    def _connect(self, link: socket.socket, fault: Fault) -> None:
        link.settimeout(PATIENCE)
        plain = socket.create_connection(self._upstream, PATIENCE)
        with (
            self._trust.wrap_socket(plain, server_hostname=HOST) as server,
            self._context.wrap_socket(link, server_side=True) as client,
        ):
            try:
                _Session(client, server, fault).run()
            except _CutError:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


class _Session:
    """One connection, step by step."""

    def __init__(self, client: ssl.SSLSocket, server: ssl.SSLSocket, fault: Fault) -> None:
        self._client, self._server, self._fault = client, server, fault
        self._lines, self._answers = client.makefile("rb"), server.makefile("rb")

    def run(self) -> None:
        self._pass_answer("greeting")
        while line := self._lines.readline():
            step = line.split()[0].decode().upper()
            if self._strikes(step):
                continue
            self._server.sendall(line)
            if self._pass_answer(step) == b"354":
                self._pass_message()

    def _strikes(self, step: str) -> bool:
        """Whether the fault answers this step in the server's place; it may also break the link here."""
        if step != self._fault.step or self._fault.late:
            return False
        if not self._fault.answer:
            raise _CutError
        self._client.sendall(self._fault.answer.encode() + b"\r\n")
        return True

    def _pass_answer(self, step: str) -> bytes:
        answer, line = b"", b"   -"
        while line[3:4] == b"-":
            line = self._answers.readline()
            if not line:
                raise EOFError
            answer += line
        if step == self._fault.step and (self._fault.late or step == "greeting"):
            if not self._fault.answer:
                raise _CutError
            answer = self._fault.answer.encode() + b"\r\n"
        self._client.sendall(answer)
        return line[:3]

    def _pass_message(self) -> None:
        passed = 0
        struck = self._fault.step == MESSAGE
        tail = b""
        while not tail.endswith(END):
            line = self._lines.readline()
            if not line:
                raise EOFError
            tail = (tail + line)[-len(END) :]
            if struck and not self._fault.late and not self._fault.answer:
                room = self._fault.after - passed
                if len(line) > room or tail.endswith(END):
                    self._server.sendall(line[: max(room, 0)] if tail != END else b"")
                    raise _CutError
            if not (struck and self._fault.answer):
                self._server.sendall(line)
            passed += len(line)
        if struck and self._fault.answer:
            self._client.sendall(self._fault.answer.encode() + b"\r\n")
            raise EOFError
        self._pass_answer(MESSAGE)
