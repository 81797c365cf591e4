"""The demonstration's submission server: STARTTLS, AUTH, one user; returns go into a Maildir at once.

A message is answered 250 only once its returns are delivered, so that whoever sent it can fetch without
waiting.
"""

import asyncio
import hmac
import logging
import mailbox
import os
import ssl
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from tournee.emulation.smtp_certificates import ADDRESS, HOST, make_tls
from tournee.errors import EmulationError

MESSAGE_MAX = 40 * 2**20  # bytes
START_TIMEOUT = 10.0  # seconds
REPLY_ACCEPTED = "250 2.0.0 Message accepted"
REPLY_NO_RECIPIENT = "550 5.1.1 No such mailbox here"
REPLY_FAILED = "451 4.3.0 The message could not be handled"
_NAME_DIGITS = 4
_LOG = logging.getLogger(__name__)

Receive = Callable[[bytes], Iterable[bytes]]  # a message as submitted to the returns it calls for


@dataclass(frozen=True)
class Account:
    """The one user of the server, and the addresses it takes mail for, in lower case."""

    user: str
    password: str
    recipients: frozenset[str]


class SubmissionServer:
    """Takes messages in on `127.0.0.1:port`, hands each to `receive`, delivers what comes back.

    `directory` gets the TLS files; `maildir` (made when absent) the returns; `sent`, when given, every
    message as submitted, byte for byte, numbered `0001.eml`… Use it as a context manager, or `start` and
    `stop`.
    """

    def __init__(
        self, directory: Path, account: Account, receive: Receive, maildir: Path, sent: Path | None = None
    ) -> None:
        self.host = HOST
        self.port = 0
        self.tls = make_tls(directory, datetime.now(UTC))
        self._account = account
        self._receive = receive
        mailbox.Maildir(maildir, create=True)
        self._maildir = maildir
        self._delivered = 0
        self._sent = sent
        self._count = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="emulated-smtp", daemon=True)
        self._ready = threading.Event()
        self._failure: OSError | None = None

    def start(self) -> None:
        """Listen on a free port, known as `port` on return; raises `EmulationError` when that cannot be."""
        logging.getLogger("mail.log").setLevel(
            logging.ERROR
        )  # aiosmtpd warns of its own deprecation at each AUTH
        self._thread.start()
        if not self._ready.wait(START_TIMEOUT) or self._failure is not None:
            raise EmulationError(
                "Le serveur de messagerie de démonstration n'a pas démarré.", cause=str(self._failure)
            )

    def stop(self) -> None:
        """Close every connection and end the thread; a server never started stops at once."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    async def handle_RCPT(  # noqa: N802 (aiosmtpd's hook)
        self, server: SMTP, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        """Take mail for the addresses of the account alone."""
        if address.lower() not in self._account.recipients:
            return REPLY_NO_RECIPIENT
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Recipient accepted"

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:  # noqa: N802 (aiosmtpd's hook)
        """Keep the message as submitted, then deliver its returns, then accept it."""
        raw = bytes(envelope.original_content)
        try:
            self._keep(raw)
            for message in self._receive(raw):
                self._deliver(message)
        except Exception as error:  # the client must get an answer, whatever fails behind the server
            _LOG.warning("a submitted message could not be handled: %s", type(error).__name__)
            return REPLY_FAILED
        return REPLY_ACCEPTED

    def _keep(self, raw: bytes) -> None:
        self._count += 1
        if self._sent is not None:
            self._sent.mkdir(parents=True, exist_ok=True)
            (self._sent / f"{self._count:0{_NAME_DIGITS}}.eml").write_bytes(raw)

    def _deliver(self, message: bytes) -> None:
        """Put one return into `new/`, under a name that sorts in the order of delivery."""
        self._delivered += 1
        name = f"{int(time.time())}.P{os.getpid()}Q{self._delivered:06d}.{self.host}"
        written = self._maildir / "tmp" / name
        written.write_bytes(message)
        written.rename(self._maildir / "new" / name)

    def _authenticate(
        self, server: SMTP, session: Any, envelope: Any, mechanism: str, data: object
    ) -> AuthResult:
        known = (
            isinstance(data, LoginPassword)
            and hmac.compare_digest(data.login, self._account.user.encode())
            and hmac.compare_digest(data.password, self._account.password.encode())
        )
        # handled=False: aiosmtpd then answers 535 itself; otherwise the client would wait for ever
        return AuthResult(success=True) if known else AuthResult(success=False, handled=False)

    def _protocol(self, context: ssl.SSLContext) -> SMTP:
        return SMTP(
            self,
            data_size_limit=MESSAGE_MAX,
            hostname=self.host,
            ident="Tournee emulated submission",
            tls_context=context,
            require_starttls=True,
            auth_required=True,
            auth_require_tls=True,
            authenticator=self._authenticate,
            loop=self._loop,
        )

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.tls.certificate, self.tls.key)
        try:
            server = self._loop.run_until_complete(
                self._loop.create_server(lambda: self._protocol(context), ADDRESS, 0)
            )
        except OSError as error:
            self._failure = error
            self._ready.set()
            return
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        server.close()
        tasks = asyncio.all_tasks(self._loop)
        for task in tasks:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()
