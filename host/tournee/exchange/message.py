"""The message that carries one invoice file to its recipient, byte for byte (`OCT-MSG-1` to `OCT-MSG-7`).

Everything in it is handed in or read from the file itself: the same input makes the same bytes. The subject
is read back by `Subject.parse`, so that a message can be found from an invoice and an invoice from a message.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import Protocol

from tournee.errors import ExchangeError
from tournee.exchange.route import Sealing, check_address
from tournee.formats import records
from tournee.formats.errors import SesamError

PROFILE = "FACTURE/SV"  # OCT-MSG-7
CONTENT_TYPE = "Application/EDI-consent"  # OCT-MSG-6
COUNTER_CYCLE = 100_000  # the counter of a compostage has five digits
INVOICES_MAX = 99_999  # nnnnn of the subject
_LINE = 76  # Base64 characters a line, RFC 2045 6.8
_LINE_BYTES = _LINE // 4 * 3
_SUBJECT = re.compile(r"SV(\d{6})/(\d{14})/(\d{19})/(\d{5})", re.ASCII)
_FILE_NAME = re.compile(r"\d{6}", re.ASCII)


class MessageError(ExchangeError):
    """A file cannot be made into a message, or a subject is not that of one."""


def compostage(moment: datetime, counter: int) -> str:
    """`AAAAMMJJHHMMSSxxxxx`: the moment as given, and a counter that the caller never repeats (`OCT-MSG-3`).

    `counter` may grow for ever: its last five digits are used. Sending a file again needs a new one
    (`OCT-MSG-4`).
    """
    if counter < 0:
        raise ValueError("a counter of messages is never negative")
    return f"{moment:%Y%m%d%H%M%S}".zfill(14) + f"{counter % COUNTER_CYCLE:05d}"


class Stamped(Protocol):
    """A subject that bears a compostage: its text is what `str` gives."""

    @property
    def exercice(self) -> str:
        """The sender's number, 14 digits."""

    @property
    def compostage(self) -> str:
        """19 digits."""


@dataclass(frozen=True)
class Subject:
    """`SVvvvvvv/exercice/compostage/nnnnn` (`OCT-MSG-3`): lengths 6, 14, 19; invoices 1 to 99999."""

    version: str
    exercice: str
    compostage: str
    invoices: int

    def __str__(self) -> str:
        return f"SV{self.version}/{self.exercice}/{self.compostage}/{self.invoices:05d}"

    @classmethod
    def parse(cls, text: str) -> Subject:
        """Read a subject as written above, nothing around it but blanks; MessageError otherwise."""
        match = _SUBJECT.fullmatch(text.strip())
        if match is None:
            raise MessageError(
                f"« {text} » n’est pas l’objet d’un message de facturation.",
                next_step="copiez l’objet entier : SV140700/numéro d’émetteur/compostage/nombre de factures",
            )
        version, exercice, stamp, invoices = match.groups()
        return cls(version, exercice, stamp, int(invoices))


@dataclass(frozen=True)
class FileFacts:
    """What a message says of its file, read in its records: name 6, sender number 14, version 6, invoices."""

    name: str
    sender_number: str
    version: str
    invoices: int


def facts_of(content: bytes | Iterable[bytes]) -> FileFacts:
    """Read in a file what its message must say: never typed in, so never wrong (`OCT-MSG-3`).

    `content` is one file, whole or in chunks: 000, lots, 999. The version is that of its lots (record 1, as
    group 13 or 93 field 7 gave it); invoices are its records `2`, neither `2R` nor `2A`. Raises MessageError
    when it is not such a file or its lots disagree.
    """
    header: dict[str, str | int] = {}
    versions: set[str] = set()
    invoices = 0
    rest = b""
    for chunk in (content,) if isinstance(content, bytes) else content:
        block = rest + chunk
        whole = len(block) - len(block) % records.RECORD_LENGTH
        block, rest = block[:whole], block[whole:]
        header = header or (_decode(block, 0, "000") if block else {})
        shape = records.shape_of(block)
        invoices += shape.count("2")
        rank = shape.find("1")
        while rank >= 0:
            versions.add(str(_decode(block, rank * records.RECORD_LENGTH, "1")["version"]))
            rank = shape.find("1", rank + 1)
    if rest or not header:
        raise _not_a_file("sa longueur n’est pas celle d’un nombre entier d’enregistrements")
    if len(versions) != 1:
        raise _not_a_file("ses lots n’ont pas tous la même version, ou il n’a pas de lot")
    if not 1 <= invoices <= INVOICES_MAX:
        raise _not_a_file(f"il contient {invoices} factures")
    return FileFacts(str(header["fichier"]), str(header["numero_emetteur"]), versions.pop(), invoices)


def subject_of(facts: FileFacts, stamp: str) -> Subject:
    """The subject of a message that carries this file under this compostage (`OCT-MSG-3`)."""
    return Subject.parse(str(Subject(facts.version, facts.sender_number, stamp, facts.invoices)))


def message_id(subject: Stamped, sender: str) -> str:
    """The Message-ID that goes with a subject: unique as its compostage is, and the same when made again."""
    domain = check_address(sender).rpartition("@")[2]
    return f"<{subject.compostage}.{subject.exercice}@{domain}>"


def message_head(
    *,
    subject: Stamped,
    sender: str,
    recipient: str,
    file_name: str,
    sealing: Sealing,
    date: datetime,
    identifier: str,
    profile: str = PROFILE,
) -> bytes:
    """All that comes before the attachment of a message: one message, one file (`OCT-MSG-1`), in a single
    part, ASCII, lines ended by CRLF, no header folded. `base64_chunks` of the attachment follow.

    `sealing` says how the attachment was sealed, by `Content-Description` (`OCT-MSG-7`), which begins with
    `profile`; `date` is aware of its zone; `identifier` is the Message-ID with its angle brackets. Raises
    MessageError on a name or an identifier that no header may carry, ConfigError on an address.
    """
    if date.tzinfo is None:
        raise ValueError("the date of a message needs its time zone")
    if not _FILE_NAME.fullmatch(file_name) or not re.fullmatch(r"<[!-;=?-~]+@[!-;=?-~]+>", identifier):
        raise MessageError(
            f"Le nom de fichier « {file_name} » ou l’identifiant {identifier} ne convient pas."
        )
    headers = (
        ("Date", format_datetime(date)),
        ("From", check_address(sender)),
        ("To", check_address(recipient)),
        ("Message-ID", identifier),
        ("Subject", str(subject)),
        ("MIME-Version", "1.0"),
        ("Content-Type", f'{CONTENT_TYPE}; name="{file_name}"'),
        ("Content-Transfer-Encoding", "base64"),
        ("Content-Disposition", f'attachment; filename="{file_name}"'),
        ("Content-Description", profile + sealing.suffix),
    )
    return ("".join(f"{name}: {value}\r\n" for name, value in headers) + "\r\n").encode("ascii")


def is_addressed(start: bytes, recipient: str) -> bool:
    """Whether a message, of which these are the first bytes, was made for this address."""
    return f"\r\nTo: {recipient}\r\n".encode() in start[: start.find(b"\r\n\r\n") + 2]


def is_readable(start: bytes) -> bool:
    """Whether a message, of which these are the first bytes, carries its file in clear (`OCT-MSG-7`)."""
    for line in start[: start.find(b"\r\n\r\n")].split(b"\r\n"):
        if line.startswith(b"Content-Description: "):
            return not line.endswith(tuple(one.suffix.encode() for one in Sealing if one.suffix))
    return True


def base64_chunks(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Base64 of all these bytes in lines of 76 characters, each ended by CRLF; whole lines in each chunk."""
    rest = b""
    for chunk in chunks:
        data = rest + chunk
        whole = len(data) - len(data) % _LINE_BYTES
        rest = data[whole:]
        if whole:
            yield _lines(data[:whole])
    if rest:
        yield _lines(rest)


def _lines(data: bytes) -> bytes:
    text = base64.b64encode(data)
    return b"\r\n".join([*(text[at : at + _LINE] for at in range(0, len(text), _LINE)), b""])


def _decode(content: bytes, at: int, kind: str) -> dict[str, str | int]:
    """The fields of the record at `at`, which must be of this kind; MessageError otherwise."""
    try:
        found, values = records.decode(content[at : at + records.RECORD_LENGTH], at)
    except SesamError as error:
        raise _not_a_file(str(error)) from error
    if found != kind:
        raise _not_a_file(f"il commence par un enregistrement {found}")
    return values


def _not_a_file(cause: str) -> MessageError:
    return MessageError(
        "Ce fichier ne peut pas être envoyé : ce n’est pas un fichier de facturation.",
        cause=cause,
        next_step="refaites le fichier à partir des lots",
    )
