"""Returns that wait in a POP3 maildrop (RFC 1939), by poplib over verified TLS."""

from __future__ import annotations

import logging
import poplib
import ssl
from collections.abc import Iterator
from contextlib import suppress

from tournee.errors import ExchangeError
from tournee.exchange.mail.received_mail import Known, Letter, MailboxError, too_large
from tournee.exchange.mail.transport import (
    auth_refused,
    password_of,
    tls_context,
    tls_of,
    tls_refused,
    unreachable,
)
from tournee.exchange.route import Mailbox, Security, Server
from tournee.logs import TRAFFIC

_log = logging.getLogger(__name__)

_LINE_MAX = 64 * 1024  # bytes taken at a time; poplib's own reader gives up on lines of 2,048
_END = b"."
_POPLIB_LOST = (("-ERR EOF",), ("line too long",))


class Pop3Mailbox:
    """An open maildrop; see `tournee.exchange.mail.received_mail.OpenMailbox`. Keys are the server's UIDL."""

    def __init__(self, server: Server, mailbox: Mailbox) -> None:
        """Connect and authenticate. Raises a TransportError or a MailboxError."""
        self._server = server
        self._mailbox = mailbox
        self._numbers: dict[str, int] = {}
        self._broken = False
        self._pop = _connect(server)
        _log.info("POP: %s, %s", server.address, tls_of(self._pop.sock))
        try:
            self._login()
        except BaseException:
            with suppress(OSError):
                self._pop.close()
            raise

    def letters(self, known: Known = lambda key: False) -> Iterator[Letter]:
        """See `OpenMailbox.letters`."""
        try:
            sizes = dict(_listed(line) for line in self._pop.list()[1])
            keys = [_listed(line) for line in self._pop.uidl()[1]]
            _log.log(TRAFFIC, "POP: LIST, UIDL, %d letters", len(keys))
        except (poplib.error_proto, OSError, EOFError, ValueError) as error:
            raise self._failed(error) from error
        for number, key in keys:
            self._numbers[key] = number
            if not known(key):
                yield self._retrieve(number, key, int(sizes.get(number, "0")))

    def acknowledge(self, letter: Letter) -> None:
        """Mark for deletion, which QUIT makes final; where mail is kept there is nothing to mark in POP3."""
        if self._mailbox.keep:
            return
        try:
            self._pop.dele(self._numbers[letter.key])
            _log.log(TRAFFIC, "POP: DELE %d", self._numbers[letter.key])
        except (poplib.error_proto, OSError, EOFError) as error:
            raise self._failed(error) from error

    def close(self) -> None:
        """QUIT: deletions become final."""
        try:
            if self._broken:
                raise EOFError
            self._pop.quit()
            _log.log(TRAFFIC, "POP: QUIT")
        except (poplib.error_proto, OSError, EOFError):
            with suppress(OSError):
                self._pop.close()

    def _login(self) -> None:
        server = self._server
        secret = password_of(server)
        try:
            self._pop.user(server.username)
            self._pop.pass_(secret)
            _log.log(TRAFFIC, "POP: USER, PASS, +OK")
        except (poplib.error_proto, OSError, EOFError) as error:
            if _link_lost(error):
                raise unreachable(server, error) from error
            raise auth_refused(server, _words(error)) from error

    def _retrieve(self, number: int, key: str, size: int) -> Letter:
        """RETR, byte for byte, lines of any length; beyond the bound it is read away, not kept."""
        largest = self._mailbox.largest
        if size > largest:
            return Letter(key, problem=too_large(size, largest))
        try:
            self._pop.sock.sendall(f"RETR {number}\r\n".encode())
            answer = self._pop.file.readline(_LINE_MAX)
            if not answer.startswith(b"+OK"):
                if not answer.startswith(b"-ERR"):
                    raise EOFError(_words(answer) or "connexion fermée")
                return Letter(key, problem=f"message illisible dans la boîte : {_words(answer)}")
            raw = bytearray()
            taken, line_start = 0, True
            while chunk := self._pop.file.readline(_LINE_MAX):
                if line_start and chunk.rstrip(b"\r\n") == _END:
                    break
                if line_start and chunk.startswith(_END):
                    chunk = chunk[1:]
                line_start = chunk.endswith(b"\n")
                taken += len(chunk)
                if taken <= largest:
                    raw += chunk
            else:
                raise EOFError("connexion fermée")
        except (OSError, EOFError) as error:
            raise self._failed(error) from error
        _log.log(TRAFFIC, "POP: RETR %d, %d bytes", number, taken)
        if taken > largest:
            return Letter(key, problem=too_large(taken, largest))
        return Letter(key, bytes(raw))

    def _failed(self, error: Exception) -> ExchangeError:
        """What to raise for an error: the link broke, or the server answered no."""
        if _link_lost(error):
            self._broken = True
            return unreachable(self._server, error)
        return MailboxError(
            f"La boîte de {self._server.username} sur {self._server.address} ne peut pas être lue.",
            cause=f"le serveur a répondu : {_words(error)}",
            next_step="recommencez plus tard ; rien n’est perdu",
        )


def _connect(server: Server) -> poplib.POP3:
    context = tls_context(server)
    pop: poplib.POP3 | None = None
    try:
        if server.security is Security.TLS:
            return poplib.POP3_SSL(server.host, server.port, timeout=server.timeout, context=context)
        pop = poplib.POP3(server.host, server.port, timeout=server.timeout)
        pop.stls(context)
        return pop
    except BaseException as error:
        if pop is not None:
            with suppress(OSError):
                pop.close()
        if isinstance(error, ssl.SSLError):
            raise tls_refused(server, error) from error
        if _link_lost(error):
            raise unreachable(server, error) from error
        if isinstance(error, poplib.error_proto):
            raise tls_refused(server, _words(error)) from error
        raise


def _link_lost(error: BaseException) -> bool:
    """Whether the connection is gone or out of step; poplib says so in its own words."""
    if isinstance(error, poplib.error_proto):
        return error.args[:1] in _POPLIB_LOST
    return isinstance(error, (OSError, EOFError))


def _listed(line: bytes) -> tuple[int, str]:
    """A line of LIST or UIDL: the message's number, then its size or key (RFC 1939 5, 7)."""
    number, value = line.split(maxsplit=1)
    return int(number), value.decode("ascii", "replace").strip()


def _words(answer: object) -> str:
    """A server's words as one bounded printable line."""
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else str(answer)
    return "".join(character if character.isprintable() else " " for character in text).strip()[:300]
