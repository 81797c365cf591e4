"""Returns that wait in an IMAP folder (RFC 9051), by imaplib over verified TLS."""

from __future__ import annotations

import base64
import imaplib
import logging
import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import suppress

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
from tournee.exchange.mail.visit import ANSWER_MAX, MailVisit, VisitOverError, connect
from tournee.exchange.route import Mailbox, Security, Server
from tournee.logs import TRAFFIC
from tournee.printable import line, read_text

_log = logging.getLogger(__name__)

_LINK_LOST = (OSError, EOFError, imaplib.IMAP4.abort, *NONSENSE)
_LINES_MAX = 10_000  # lines of one answer: a search gives all on one
_LISTING_MAX = 4 * 2**20  # bytes of the answer to a search
_BEYOND_ASCII = re.compile(r"[^ -~]+")
_EXPUNGED_AT_ONCE = 500  # UIDs in one command: its line stays far below what servers take
_UID = re.compile(rb"[0-9]{1,10}")
_SIZE = re.compile(rb"RFC822\.SIZE (\d{1,12})\b")


class _Imap(imaplib.IMAP4):
    """imaplib, over the sockets of a visit: a literal is taken only when the visit allows its length."""

    def __init__(self, server: Server, visit: MailVisit, context: ssl.SSLContext) -> None:
        self._server, self._visit, self._context = server, visit, context
        self._lines = 0
        super().__init__(server.host, server.port, server.timeout)

    def _create_socket(self, timeout: float | None) -> socket.socket:
        return connect(self._server, self._visit, self._context)

    def read(self, size: int) -> bytes:
        self._visit.may_take(size)
        return super().read(size)

    def readline(self) -> bytes:
        self._lines += 1
        if self._lines > _LINES_MAX:
            raise VisitOverError("le serveur envoie sans fin : la visite est close")
        return super().readline()

    def answer(self, most: int = ANSWER_MAX) -> None:
        """A command is to be given: its answer has at most `most` bytes."""
        self._lines = 0
        self._visit.answer(most)


class ImapMailbox:
    """An open folder; see `tournee.exchange.mail.received_mail.OpenMailbox`. Keys are `UIDVALIDITY/UID`."""

    def __init__(self, server: Server, mailbox: Mailbox) -> None:
        """Connect, authenticate, select. Raises a TransportError or a MailboxError."""
        self._server = server
        self._mailbox = mailbox
        self._deleted: list[str] = []
        self._broken = False
        self._visit = MailVisit.of(server)
        self._imap = _connect(server, self._visit)
        _log.info("IMAP: %s, %s", server.address, tls_of(self._imap.sock))
        try:
            self._login()
            self._validity = self._select()
        except BaseException:
            with suppress(OSError):
                self._imap.shutdown()
            raise

    def letters(self, known: Known = lambda key: False) -> Iterator[Letter]:
        """See `OpenMailbox.letters`; order is that of the UIDs, messages marked as deleted are not shown."""
        answer = self._command("SEARCH", "UNDELETED", most=_LISTING_MAX)
        found = [words for words in answer if isinstance(words, bytes)]
        uids = {int(uid) for words in found for uid in words.split() if _UID.fullmatch(uid)}
        for uid in sorted(uids):
            key = f"{self._validity}/{uid}"
            if known(key):
                continue
            if self._visit.is_ending:
                yield unvisited()
                return
            yield self._fetch(uid, key)

    def acknowledge(self, letter: Letter) -> None:
        """Mark as deleted, or as seen; `close` expunges."""
        uid = letter.key.partition("/")[2]
        if self._mailbox.keep:
            self._command("STORE", uid, "+FLAGS.SILENT", r"(\Seen)")
        else:
            self._command("STORE", uid, "+FLAGS.SILENT", r"(\Deleted)")
            self._deleted.append(uid)

    def close(self) -> None:
        """Expunge what was acknowledged, and where the server can (RFC 4315) nothing else; leave."""
        try:
            if self._broken:
                raise EOFError
            if self._deleted:
                self._imap.answer()
                self._expunge()
            self._visit.leaving()
            self._imap.logout()
            _log.log(TRAFFIC, "IMAP: LOGOUT")
        except (*_LINK_LOST, imaplib.IMAP4.error):
            with suppress(OSError):
                self._imap.shutdown()

    def _expunge(self) -> None:
        """UID EXPUNGE where the server has it: it says so again once the user is known (RFC 9051 6.1.1)."""
        _log.log(TRAFFIC, "IMAP: EXPUNGE, %d letters", len(self._deleted))
        offered = self._imap.capability()[1]
        if b"UIDPLUS" in b" ".join(one for one in offered if isinstance(one, bytes)).upper().split():
            for start in range(0, len(self._deleted), _EXPUNGED_AT_ONCE):
                self._imap.uid("EXPUNGE", ",".join(self._deleted[start : start + _EXPUNGED_AT_ONCE]))
        else:
            self._imap.expunge()

    def _login(self) -> None:
        server = self._server
        name, secret = server.username, password_of(server)
        offered = " ".join(map(str, self._imap.capabilities))
        try:
            self._imap.answer()
            if "AUTH=PLAIN" in self._imap.capabilities:
                self._imap.authenticate("PLAIN", lambda _: b"\0" + name.encode() + b"\0" + secret.encode())
            elif "LOGINDISABLED" in self._imap.capabilities:
                raise auth_not_offered(server, offered)
            else:
                self._imap.login(name, secret)
            _log.log(TRAFFIC, "IMAP: LOGIN, OK")
        except UnicodeEncodeError as error:
            raise auth_refused(server, "ce serveur ne prend pas de lettre accentuée") from error
        except _LINK_LOST as error:
            raise unreachable(server, error) from error
        except imaplib.IMAP4.error as error:
            raise auth_refused(server, _words(error)) from error

    def _select(self) -> str:
        try:
            self._imap.answer()
            status, answer = self._imap.select(_quoted(self._mailbox.folder))
            _log.log(TRAFFIC, "IMAP: SELECT, %s", status)
        except _LINK_LOST as error:
            raise unreachable(self._server, error) from error
        except imaplib.IMAP4.error as error:
            raise self._refused(_words(error)) from error
        if status != "OK":
            raise self._refused(_words(answer))
        validity = self._imap.response("UIDVALIDITY")[1]
        found = validity[0] if validity else None
        return found.decode() if isinstance(found, bytes) and _UID.fullmatch(found) else "0"

    def _fetch(self, uid: int, key: str) -> Letter:
        """One message, its size asked first so that no more than the bound is ever taken."""
        largest = self._mailbox.largest
        try:
            sizes = self._command("FETCH", str(uid), "(RFC822.SIZE)")
            matches = [_SIZE.search(one) for one in sizes if isinstance(one, bytes)]
            size = next((int(match[1]) for match in matches if match), 0)
            if size > largest:
                return Letter(key, problem=too_large(size, largest))
            wanted = f"(BODY.PEEK[]<0.{largest + 1}>)"
            parts = self._command("FETCH", str(uid), wanted, most=largest + ANSWER_MAX)
        except MailboxError as error:
            return Letter(key, problem=f"message illisible dans la boîte : {error.cause}")
        bodies = [part[1] for part in parts if isinstance(part, tuple)]
        if len(bodies) != 1:
            return Letter(key, problem="message disparu de la boîte")
        if len(bodies[0]) > largest:
            return Letter(key, problem=too_large(len(bodies[0]), largest))
        return Letter(key, bytes(bodies[0]))

    def _command(
        self, command: str, *arguments: str, most: int = ANSWER_MAX
    ) -> list[bytes | tuple[bytes, bytes] | None]:
        """One UID command's data; MailboxError when refused, UnreachableError when the link broke."""
        try:
            self._imap.answer(most)
            status, data = self._imap.uid(command, *arguments)
            _log.log(TRAFFIC, "IMAP: UID %s, %s, %d bytes", command, status, _length(data))
        except _LINK_LOST as error:
            self._broken = True
            raise unreachable(self._server, error) from error
        except imaplib.IMAP4.error as error:
            raise self._refused(_words(error)) from error
        if status != "OK":
            raise self._refused(_words(data))
        return data

    def _refused(self, answer: str) -> MailboxError:
        return MailboxError(
            f"La boîte « {self._mailbox.folder} » de {self._server.address} ne peut pas être lue.",
            cause=f"le serveur a répondu : {answer}",
            next_step="vérifiez le nom du dossier dans la configuration, ou recommencez plus tard",
        )


def _length(data: list[bytes | tuple[bytes, bytes] | None]) -> int:
    return sum(len(part) for one in data for part in (one if isinstance(one, tuple) else (one or b"",)))


def _connect(server: Server, visit: MailVisit) -> _Imap:
    context = tls_context(server, visit)
    imap: _Imap | None = None
    try:
        imap = _Imap(server, visit, context)
        if server.security is Security.TLS:
            return imap
        if "STARTTLS" not in imap.capabilities:
            raise tls_refused(server, "le serveur ne propose pas STARTTLS")
        imap.starttls(context)
        return imap
    except BaseException as error:
        if imap is not None:
            with suppress(OSError):
                imap.shutdown()
        if isinstance(error, ssl.SSLError):
            raise tls_refused(server, error) from error
        if isinstance(error, _LINK_LOST):
            raise unreachable(server, error) from error
        if isinstance(error, imaplib.IMAP4.error):
            raise tls_refused(server, _words(error)) from error
        raise


def _quoted(name: str) -> str:
    """A folder's name as a quoted string (RFC 9051 4.3), in modified UTF-7 (RFC 3501 5.1.3)."""
    written = _BEYOND_ASCII.sub(_shifted, name.replace("&", "&-"))
    return '"' + written.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _shifted(found: re.Match[str]) -> str:
    code = base64.b64encode(found[0].encode("utf-16-be", "surrogatepass")).decode("ascii")
    return "&" + code.rstrip("=").replace("/", ",") + "-"


def _words(answer: object) -> str:
    """A server's words as one bounded printable line."""
    if isinstance(answer, list):
        return " ".join(_words(one) for one in answer[:10] if one)
    return line(read_text(answer) if isinstance(answer, bytes) else str(answer))
