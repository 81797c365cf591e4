"""Whether bytes that a tablet handed over are a message that this practice sends, byte for byte: made anew
from what they say and compared; from and to whom a route has it; and sealed, so that nobody here reads it.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import IO

from tournee.errors import TourneeError
from tournee.exchange.message import base64_chunks, message_head, message_id
from tournee.exchange.route import Route, Sealing
from tournee.server.refusals import RefusalError

_HEAD_MAX = 8 * 2**10
_LINES_AT_ONCE = 1_000
_LINE = 78  # 76 characters and CRLF
_ENVELOPED = bytes.fromhex("06092a864886f70d010703")  # id-envelopedData (RFC 5652 6.1)
_ENVELOPED_WITHIN = 32
_SUBJECT = re.compile(r"(?:SV\d{6}|DLOI|SCOR/\d{6})/(\d{14})/(\d{19})(?:/\d{5})?", re.ASCII)
_HEAD = re.compile(
    r"Date: ([^\r\n]{1,64})\r\nFrom: ([^\r\n]{1,320})\r\nTo: ([^\r\n]{1,320})\r\nMessage-ID: ([^\r\n]{1,400})"
    r'\r\nSubject: ([^\r\n]{1,80})\r\nMIME-Version: 1\.0\r\nContent-Type: [^\r\n;]{1,60}; name="(\d{6})"\r\n'
    r"(?:[^\r\n]{1,200}\r\n){2}Content-Description: ([A-Z/]{1,40}?)(/ZK|/K)?\r\n\r\n",
    re.ASCII,
)


@dataclass(frozen=True)
class MessageFacts:
    """What a message says of itself, once it was seen to be one; `route` is the name of its route."""

    route: str
    sender: str
    recipient: str
    message_id: str
    exercice: str
    compostage: str


@dataclass(frozen=True)
class _Stamp:
    text: str
    exercice: str
    compostage: str

    def __str__(self) -> str:
        return self.text


def check_message(path: Path, routes: Iterable[Route]) -> MessageFacts:
    """What a message says; RefusalError (`not-a-message`, `in-clear`) for anything else."""
    with path.open("rb") as file:
        start = file.read(_HEAD_MAX)
        end = start.find(b"\r\n\r\n") + 4
        facts, is_closed = _head(start[:end], routes)
        if not is_closed:
            raise RefusalError("in-clear")
        file.seek(end)
        _check_body(file)
    return facts


def _head(head: bytes, routes: Iterable[Route]) -> tuple[MessageFacts, bool]:
    found = _HEAD.fullmatch(head.decode("ascii", "replace"))
    if found is None:
        raise RefusalError("not-a-message", "son en-tête n’est pas celui d’un message de facturation")
    date, sender, recipient, identifier, subject, name, profile, suffix = found.groups()
    told = _SUBJECT.fullmatch(subject)
    if told is None:
        raise RefusalError("not-a-message", "son objet n’a pas de compostage")
    stamp = _Stamp(subject, told[1], told[2])
    try:
        again = message_head(
            subject=stamp,
            sender=sender,
            recipient=recipient,
            file_name=name,
            sealing=Sealing((suffix or "").strip("/")) if suffix else Sealing.CLEAR,
            date=parsedate_to_datetime(date),
            identifier=message_id(stamp, sender),
            profile=profile,
        )
    except (TourneeError, ValueError, TypeError, IndexError, OverflowError):
        again = b""
    if again != head:
        raise RefusalError("not-a-message", "son en-tête ne se refait pas")
    route = next((one for one in routes if one.sender == sender and recipient in _addresses(one)), None)
    if route is None:
        raise RefusalError("not-a-message", "aucune route du cabinet ne va de cette adresse à cette autre")
    facts = MessageFacts(route.name, sender, recipient, identifier, told[1], told[2])
    return facts, bool(suffix)


def _addresses(route: Route) -> list[str]:
    return [route.address, *(insurer.address for insurer in route.insurers)]


def _check_body(file: IO[bytes]) -> None:
    first = True
    while lines := file.read(_LINE * _LINES_AT_ONCE):
        try:
            data = base64.b64decode(lines.replace(b"\r\n", b""), validate=True)
        except binascii.Error:
            data = b""
        if b"".join(base64_chunks([data])) != lines:
            raise RefusalError("not-a-message", "sa pièce n’est pas en base64 comme il faut")
        if first and _ENVELOPED not in data[:_ENVELOPED_WITHIN]:
            raise RefusalError("in-clear", "sa pièce n’est pas scellée")
        first = False
    if first:
        raise RefusalError("not-a-message", "il n’a pas de pièce")
