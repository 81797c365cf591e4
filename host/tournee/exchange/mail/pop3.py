"""Returns that wait in a POP3 maildrop (RFC 1939), by poplib over verified TLS."""

from __future__ import annotations

import hashlib
import logging
import poplib
import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import suppress

from tournee.errors import ExchangeError
from tournee.exchange.mail.received_mail import Known, Letter, MailboxError, too_large, unvisited
from tournee.exchange.mail.transport import (
    NONSENSE,
    auth_not_offered,
    auth_refused,
    password_of,
    tls_context,
    tls_of,
    tls_refused,
    unreachable,
)
from tournee.exchange.mail.visit import ANSWER_MAX, LINES_MAX, MailVisit, VisitOverError, connect
from tournee.exchange.route import Mailbox, Security, Server
from tournee.logs import TRAFFIC
from tournee.printable import line, read_text

_log = logging.getLogger(__name__)

_LINE_MAX = 64 * 1024  # bytes taken at a time; poplib's own reader gives up on lines of 2,048
_LISTING_MAX = 8 * 2**20  # bytes of the answer to LIST or UIDL
_END = b"."
_LISTED_MAX = 2048  # bytes of one line of it
_LISTED = re.compile(rb"([0-9]{1,9})[ \t]+(\S{1,200})(?:[ \t].*)?")
_SIZE = re.compile(r"[0-9]{1,12}")
_FAILURES = (poplib.error_proto, OSError, EOFError, *NONSENSE)
_NO_UIDL = "ce serveur ne nomme pas ses messages (pas d’UIDL) : ils sont reconnus à leur contenu"
_POPLIB_LOST = (("-ERR EOF",), ("line too long",))


class _SenselessListError(ValueError):
    """A line of a listing that is none."""


class _Pop(poplib.POP3):
    """poplib, over the sockets of a visit; a listing has a bound."""

    def __init__(self, server: Server, visit: MailVisit, context: ssl.SSLContext) -> None:
        self._server, self._visit, self._context = server, visit, context
        try:
            super().__init__(server.host, server.port, server.timeout)
        except BaseException:  # poplib leaves its socket open when the greeting is none
            with suppress(OSError, AttributeError):
                self.close()
            raise

    def _create_socket(self, timeout: float | None) -> socket.socket:
        return connect(self._server, self._visit, self._context)

    def listing(self, command: str) -> list[bytes]:
        """The lines that answer LIST or UIDL."""
        self._visit.answer(_LISTING_MAX)
        self.sock.sendall(command.encode("ascii") + b"\r\n")
        answer = self._line()
        if not answer.startswith(b"+"):
            raise poplib.error_proto(answer)
        lines: list[bytes] = []
        while (listed := self._line()) != _END:
            lines.append(listed)
            if len(lines) > LINES_MAX:
                raise VisitOverError("le serveur envoie sans fin : la visite est close")
        return lines

    def _line(self) -> bytes:
        read: bytes = self.file.readline(_LISTED_MAX)
        if not read.endswith(b"\n"):
            raise EOFError("ligne trop longue" if read else "connexion fermée")
        return read.rstrip(b"\r\n")


class Pop3Mailbox:
    """An open maildrop; see `tournee.exchange.mail.received_mail.OpenMailbox`.

    Keys are the server's UIDL. Where it has none (RFC 1939 makes it optional), or gives one name twice, every
    message is taken at each visit and its key is made of its content.
    """

    def __init__(self, server: Server, mailbox: Mailbox) -> None:
        """Connect and authenticate. Raises a TransportError or a MailboxError."""
        self._server = server
        self._mailbox = mailbox
        self._numbers: dict[str, int] = {}
        self._broken = False
        self._visit = MailVisit.of(server)
        self._pop = _connect(server, self._visit)
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
            sizes = dict(map(_listed, self._pop.listing("LIST")))
            keys = self._keys()
        except _FAILURES as error:
            raise self._failed(error) from error
        _log.log(TRAFFIC, "POP: LIST, UIDL, %d letters", len(sizes))
        if not keys and sizes:
            yield Letter("", problem=_NO_UIDL)
        for number in sizes:
            key = keys.get(number, "")
            if key and known(key):
                continue
            if self._visit.is_ending:
                yield unvisited()
                return
            letter = self._retrieve(number, key, sizes[number])
            if not key and known(letter.key):
                continue
            self._numbers[letter.key] = number
            yield letter

    def _keys(self) -> dict[int, str]:
        """The name of each message, none when the server has no names or they are not names."""
        try:
            keys = dict(map(_listed, self._pop.listing("UIDL")))
        except poplib.error_proto as error:
            if _link_lost(error):
                raise
            _log.warning("POP: no UIDL: letters are told by their content")
            return {}
        return keys if len(set(keys.values())) == len(keys) else {}

    def acknowledge(self, letter: Letter) -> None:
        """Mark for deletion, which QUIT makes final; where mail is kept there is nothing to mark in POP3."""
        if self._mailbox.keep:
            return
        try:
            self._visit.answer()
            self._pop.dele(self._numbers[letter.key])
            _log.log(TRAFFIC, "POP: DELE %d", self._numbers[letter.key])
        except _FAILURES as error:
            raise self._failed(error) from error

    def close(self) -> None:
        """QUIT: deletions become final."""
        try:
            if self._broken:
                raise EOFError
            self._visit.leaving()
            self._pop.quit()
            _log.log(TRAFFIC, "POP: QUIT")
        except _FAILURES:
            with suppress(OSError):
                self._pop.close()

    def _login(self) -> None:
        server = self._server
        secret = password_of(server)
        try:
            self._visit.answer()
            self._pop.user(server.username)
            self._pop.pass_(secret)
            _log.log(TRAFFIC, "POP: USER, PASS, +OK")
        except _FAILURES as error:
            if _link_lost(error):
                raise unreachable(server, error) from error
            offered = self._offered()
            if offered and "USER" not in offered and "OAUTH" in offered.upper():
                raise auth_not_offered(server, offered) from error
            raise auth_refused(server, _words(error)) from error

    def _offered(self) -> str:
        """What the server says that it can (RFC 2449), "" when it does not."""
        try:
            capabilities = self._pop.capa()
        except _FAILURES:
            return ""
        return line(" ".join(" ".join((name, *words)) for name, words in capabilities.items()))

    def _retrieve(self, number: int, key: str, announced: str) -> Letter:
        """RETR, byte for byte, lines of any length; beyond the bound it is read away, not kept."""
        largest = self._mailbox.largest
        size = int(announced) if _SIZE.fullmatch(announced) else 0
        if size > largest:
            return Letter(key or f"message {number}", problem=too_large(size, largest))
        try:
            self._visit.answer(2 * largest + ANSWER_MAX)
            self._pop.sock.sendall(f"RETR {number}\r\n".encode())
            answer = self._pop.file.readline(_LINE_MAX)
            if not answer.startswith(b"+OK"):
                if not answer.startswith(b"-ERR"):
                    raise EOFError(_words(answer) or "connexion fermée")
                return Letter(
                    key or f"message {number}", problem=f"message illisible dans la boîte : {_words(answer)}"
                )
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
        except (OSError, EOFError, *NONSENSE) as error:
            raise self._failed(error) from error
        _log.log(TRAFFIC, "POP: RETR %d, %d bytes", number, taken)
        if taken > largest:
            return Letter(key or f"message {number}", problem=too_large(taken, largest))
        return Letter(key or f"sha256-{hashlib.sha256(raw).hexdigest()}", bytes(raw))

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


def _connect(server: Server, visit: MailVisit) -> _Pop:
    context = tls_context(server, visit)
    pop: _Pop | None = None
    try:
        pop = _Pop(server, visit, context)
        if server.security is Security.TLS:
            return pop
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
    return isinstance(error, (OSError, EOFError, *NONSENSE)) and not isinstance(error, _SenselessListError)


def _listed(listed: bytes) -> tuple[int, str]:
    """A line of LIST or UIDL: the message's number, then its size or key (RFC 1939 5, 7)."""
    found = _LISTED.fullmatch(listed)
    if found is None:
        raise _SenselessListError(line(read_text(listed)) or "une ligne vide")
    return int(found[1]), line(read_text(found[2]))


def _words(answer: object) -> str:
    """A server's words as one bounded printable line."""
    if isinstance(answer, poplib.error_proto) and answer.args:
        answer = answer.args[0]
    return line(read_text(answer) if isinstance(answer, bytes) else str(answer))
