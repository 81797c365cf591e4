"""Handing a message to the submission server, knowing at each moment what is certain (RFC 5321, RFC 6409).

The caller learns when the message's bytes are about to leave, so that its journal can say so first. Every end
has its own class: after UncertainError alone the message may have been accepted, and only the user may decide
to send again.
"""

from __future__ import annotations

import base64
import logging
import re
import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import NoReturn, Protocol

from tournee.exchange.mail.transport import (
    NONSENSE,
    TransportError,
    auth_not_offered,
    auth_refused,
    how_lost,
    password_of,
    tls_context,
    tls_of,
    tls_refused,
    unreachable,
)
from tournee.exchange.mail.visit import ANSWER_MAX, MailVisit, connect
from tournee.exchange.route import Security, Server, check_address
from tournee.logs import TRAFFIC
from tournee.printable import line, read_text

_log = logging.getLogger(__name__)

CHUNK = 64 * 1024  # bytes of a message given to the socket at a time
_TOO_BIG = 552
_FULL = re.compile(r"\b[45]\.2\.2\b|quota|mailbox (is )?full", re.IGNORECASE)
_SIZED = re.compile(r"\b5\.(3\.4|2\.3)\b|too (large|big)|size", re.IGNORECASE)
_GREYLISTED = re.compile(r"gr[ea]y-?list|\b4\.7\.1\b", re.IGNORECASE)
_CLIENT = "[127.0.0.1]"  # what EHLO says: nothing about this machine
_DONE, _AUTHENTICATED, _CHALLENGE, _GO_AHEAD = 250, 235, 334, 354
_DOT = re.compile(rb"\n\.")  # a dot that would end the message (RFC 5321 4.5.2)
_LINK_LOST = (
    *(OSError, EOFError, smtplib.SMTPServerDisconnected, smtplib.SMTPResponseException),
    *NONSENSE,
)


class SubmissionError(TransportError):
    """The server answered that it does not take the message. `code` is its reply code, `answer` its words."""

    def __init__(self, message: str, *, cause: str, next_step: str, code: int = 0, answer: str = "") -> None:
        super().__init__(message, cause=cause, next_step=next_step)
        self.code = code
        self.answer = answer


class SubmissionRefusedError(SubmissionError):
    """A permanent refusal (5xx): nothing was accepted, the same message would be refused again."""


class DeferredError(SubmissionError):
    """A refusal for now (4xx): nothing was accepted, the same message can be sent again later."""


class UncertainError(SubmissionError):
    """The link was lost once the message had left: it may have been accepted. Never sent again unasked."""


@dataclass(frozen=True)
class Receipt:
    """The server has taken the message over: its reply code and words, kept for the journal."""

    code: int
    answer: str


class Outgoing(Protocol):
    """A message too long to be held: its length in bytes, and its chunks."""

    @property
    def size(self) -> int:
        """Bytes of the whole message."""

    def __iter__(self) -> Iterator[bytes]:
        """Go through its chunks."""


def submit(
    server: Server,
    envelope_from: str,
    to: str,
    raw: bytes | Outgoing,
    on_transmitting: Callable[[], None] = lambda: None,
    on_accepted: Callable[[Receipt], None] = lambda receipt: None,
    on_left: Callable[[int], None] = lambda sent: None,
) -> Receipt:
    """Send one message to one recipient, or raise what is certain about it.

    `raw` is the message with CRLF line ends, ASCII, whole or in chunks. `on_transmitting` is called once,
    when the server is ready for the message and before any byte of it leaves; if it raises, nothing leaves.
    `on_left` is called with the bytes of it that left so far: all of them when only the answer is missing.
    `on_accepted` is called once the server has taken the message, before QUIT: what it says is then certain.
    Raises UnreachableError, TlsRefusedError, AuthRefusedError, SubmissionRefusedError, DeferredError
    (all: nothing accepted) and UncertainError (unknown).
    """
    check_address(envelope_from)
    check_address(to)
    session = _connect(server)
    try:
        try:
            _authenticate(session, server)
            _open_envelope(session, server, envelope_from, to, raw)
        except _LINK_LOST as error:
            raise unreachable(server, error) from error
        on_transmitting()
        receipt = _transmit(session, server, raw, on_left)
        on_accepted(receipt)
        _leave(session)
        return receipt
    finally:
        session.close()


def probe(server: Server) -> None:
    """Reach the server, verify it, authenticate, send nothing: the test of a route. Raises as `submit`."""
    session = _connect(server)
    try:
        _authenticate(session, server)
        _leave(session)
    except _LINK_LOST as error:
        raise unreachable(server, error) from error
    finally:
        session.close()


class _Smtp(smtplib.SMTP):
    """smtplib, over the sockets of a visit; TLS from the first byte where the server asks for it."""

    def __init__(self, server: Server, visit: MailVisit, context: ssl.SSLContext) -> None:
        self._server, self.visit, self._context = server, visit, context
        super().__init__(server.host, server.port, _CLIENT, timeout=server.timeout)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        return connect(self._server, self.visit, self._context)


def _connect(server: Server) -> _Smtp:
    """A session over TLS with a verified server, greeted; TlsRefusedError or UnreachableError otherwise."""
    visit = MailVisit.of(server, ANSWER_MAX, server.patience)
    context = tls_context(server, visit)
    session: _Smtp | None = None
    try:
        session = _Smtp(server, visit, context)
        if server.security is not Security.TLS:
            _hello(session, server)
            _start_tls(session, server, context)
        _hello(session, server)
        _log.info("SMTP: %s, %s", server.address, tls_of(session.sock))
        return session
    except (ssl.SSLError, smtplib.SMTPNotSupportedError) as error:
        _abandon(session)
        raise tls_refused(server, error) from error
    except smtplib.SMTPConnectError as error:
        _abandon(session)
        _refuse(server, error.smtp_code, error.smtp_error, "à l’accueil")
    except _LINK_LOST as error:
        _abandon(session)
        raise unreachable(server, error) from error
    except BaseException:
        _abandon(session)
        raise


def _abandon(session: smtplib.SMTP | None) -> None:
    if session is not None:
        session.close()


def _start_tls(session: smtplib.SMTP, server: Server, context: ssl.SSLContext) -> None:
    """STARTTLS (RFC 3207); what was said before it is forgotten."""
    try:
        session.starttls(context=context)
        _log.log(TRAFFIC, "SMTP: STARTTLS")
    except smtplib.SMTPResponseException as error:
        raise tls_refused(server, f"{error.smtp_code} {_words(error.smtp_error)}") from error


def _leave(session: _Smtp) -> None:
    """QUIT: nothing depends on its answer any more, so it is not waited for long."""
    with suppress(*_LINK_LOST):
        session.visit.leaving()
        session.quit()
        _log.log(TRAFFIC, "SMTP: QUIT")


def _hello(session: smtplib.SMTP, server: Server) -> None:
    code, answer = session.ehlo()
    _log.log(TRAFFIC, "SMTP: EHLO, %d", code)
    if code != _DONE:
        _refuse(server, code, answer, "à l’accueil")


def _authenticate(session: smtplib.SMTP, server: Server) -> None:
    """AUTH PLAIN, or LOGIN where the server has only that (RFC 4954, RFC 4616), in UTF-8."""
    if not server.username:
        return
    offered = session.esmtp_features.get("auth", "").upper().split()
    name, secret = server.username.encode(), password_of(server).encode()
    if "PLAIN" in offered:
        code, answer = session.docmd("AUTH", "PLAIN " + _b64(b"\0" + name + b"\0" + secret))
    elif "LOGIN" in offered:
        code, answer = session.docmd("AUTH", "LOGIN")
        if code == _CHALLENGE:
            code, answer = session.docmd(_b64(name))
        if code == _CHALLENGE:
            code, answer = session.docmd(_b64(secret))
    else:
        raise auth_not_offered(server, " ".join(offered))
    _log.log(TRAFFIC, "SMTP: AUTH, %d", code)
    if code == _AUTHENTICATED:
        return
    if 400 <= code < 500:
        _refuse(server, code, answer, "à l’identification")
    raise auth_refused(server, f"{code} {_words(answer)}")


def _open_envelope(
    session: smtplib.SMTP, server: Server, envelope_from: str, to: str, raw: bytes | Outgoing
) -> None:
    """MAIL, RCPT, DATA up to the server's go-ahead."""
    length = len(raw) if isinstance(raw, bytes) else raw.size
    size = f" SIZE={length}" if session.has_extn("size") else ""
    largest = session.esmtp_features.get("size", "")
    if largest.isascii() and largest.isdigit() and len(largest) < 16 and 0 < int(largest) < length:
        _refuse(server, _TOO_BIG, f"SIZE {largest}, message de {length} octets", "avant l’envoi")
    for command, argument, expected in (
        ("MAIL", f"FROM:<{envelope_from}>{size}", (_DONE,)),
        ("RCPT", f"TO:<{to}>", (_DONE, _DONE + 1)),
        ("DATA", "", (_GO_AHEAD,)),
    ):
        code, answer = session.docmd(command, argument)
        _log.log(TRAFFIC, "SMTP: %s, %d", command, code)
        if code not in expected:
            _refuse(server, code, answer, f"à l’étape {command}")


def _transmit(
    session: smtplib.SMTP, server: Server, raw: bytes | Outgoing, on_left: Callable[[int], None]
) -> Receipt:
    """The message, then the final dot. Until the dot starts to leave, a lost link means: not accepted."""
    chunks = (raw[at : at + CHUNK] for at in range(0, len(raw), CHUNK)) if isinstance(raw, bytes) else raw
    end, left = b"\r\n", 0
    try:
        for chunk in chunks:
            body = re.sub(rb"(?m)^\.", b"..", chunk) if end[-1:] == b"\n" else _DOT.sub(b"\n..", chunk)
            session.send(body)
            end, left = (end + chunk)[-2:], left + len(chunk)
            on_left(left)
        if end != b"\r\n":
            session.send(b"\r\n")
    except _LINK_LOST as error:
        raise unreachable(server, error) from error
    try:
        if session.sock is not None:
            session.sock.settimeout(server.patience)
        session.send(b".\r\n")
        code, answer = session.getreply()
        length = len(raw) if isinstance(raw, bytes) else raw.size
        _log.log(TRAFFIC, "SMTP: message of %d bytes, %d", length, code)
    except _LINK_LOST as error:
        raise _uncertain(server, how_lost(error)) from error
    if code == _DONE:
        return Receipt(code, _words(answer))
    if 400 <= code < 600:
        _refuse(server, code, answer, "après le message")
    raise _uncertain(server, f"{code} {_words(answer)}")


def _refuse(server: Server, code: int, answer: bytes | str, when: str) -> NoReturn:
    """Raise DeferredError for a 4xx answer, SubmissionRefusedError for any other but the one expected."""
    words = _words(answer)
    cause = f"il a répondu : {code} {words}"
    if 400 <= code < 500:
        is_greylisted = bool(_GREYLISTED.search(words))
        raise DeferredError(
            f"Le serveur {server.address} ne prend pas le message pour l’instant ({when}).",
            cause=f"il fait attendre les expéditeurs qu’il ne connaît pas ; {cause}"
            if is_greylisted
            else cause,
            next_step="recommencez l’envoi dans un quart d’heure ; rien n’est perdu"
            if is_greylisted
            else "recommencez l’envoi plus tard ; rien n’est perdu",
            code=code,
            answer=words,
        )
    next_step = "corrigez l’adresse ou la configuration de cette messagerie avant de recommencer"
    if _FULL.search(words):
        cause = f"la boîte du destinataire est pleine ; {cause}"
        next_step = "prévenez ce destinataire, puis recommencez l’envoi"
    elif code == _TOO_BIG or (code // 100 == 5 and _SIZED.search(words)):
        cause = f"le message est trop grand pour lui ; {cause}"
        next_step = "demandez à votre fournisseur une limite plus haute, ou envoyez par une autre messagerie"
    raise SubmissionRefusedError(
        f"Le serveur {server.address} refuse le message ({when}).",
        cause=cause,
        next_step=next_step,
        code=code,
        answer=words,
    )


def _uncertain(server: Server, cause: str) -> UncertainError:
    return UncertainError(
        f"Le message est parti, mais {server.address} n’a pas confirmé l’avoir pris.",
        cause=f"la liaison a été coupée avant la réponse ({cause})",
        next_step="attendez l’accusé de l’OCT ; ne renvoyez qu’après vous être assuré qu’il n’a rien reçu",
    )


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _words(answer: bytes | str) -> str:
    """A server's words as one printable line of bounded length."""
    return line(read_text(answer) if isinstance(answer, bytes) else answer)
