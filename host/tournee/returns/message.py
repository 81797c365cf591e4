"""One return message, from raw bytes to the bytes attached (OCT-RET-1; profile open-1 "Mail")."""

import binascii
from collections.abc import Sequence
from dataclasses import dataclass

from tournee.returns.bounce import Bounce, automatic_answer, read_bounce
from tournee.returns.mime import MimePart, read_head, read_parts
from tournee.returns.quarantine import DamagedError

MESSAGE_MAX = 40 * 2**20  # bytes of a raw message: what submission and mailboxes commonly allow
EDI_CONSENT = "application/edi-consent"
_BY_CONTENT = frozenset(
    {
        *("application/octet-stream", "application/pkcs7-mime", "application/x-pkcs7-mime"),
        *("application/gzip", "application/x-gzip", "application/edifact"),
    }
)
_BLANKS = b" \t\r\n"
_BLANKS_SPARED = 4096  # blanks of a base64 body beyond one for each of its characters
_FOOTER_MAX = 16 * 2**10  # bytes of what a gateway hangs behind an attachment
_FOOTER_STARTS = (b"\n\n", b"\n\r\n", b"\n--", b"\n__")
_AT_MESSAGE = "message"
_AT_ATTACHMENT = "pièce jointe"


@dataclass(frozen=True)
class Envelope:
    """The headers of a return that the carer sees and that help to tell it apart; empty when absent."""

    subject: str = ""
    description: str = ""
    sender: str = ""
    date: str = ""
    message_id: str = ""
    attachment_name: str = ""
    charset: str = ""


@dataclass(frozen=True)
class Opened:
    """A message opened: its envelope, the bytes attached, and what is odd about how they were attached."""

    envelope: Envelope
    attachment: bytes
    notes: tuple[str, ...] = ()


def read_message(raw: bytes) -> Opened | Bounce:
    """Headers and decoded attachment of one message, or the bounce that it is.

    The attachment is the message's own body when its Content-Type is Application/EDI-consent, else the one
    part of that type, else the one part that may be anything and is told by its content. Base64 is read
    strictly (RFC 4648), but for the footer that a gateway hung behind it. Raises `DamagedError` for an empty
    or oversize message, no or several attachments, wrong base64, an empty attachment, an automatic answer.
    """
    if not raw.strip():
        raise DamagedError("Le message est vide.", _AT_MESSAGE)
    if len(raw) > MESSAGE_MAX:
        raise DamagedError(
            f"Le message est trop grand : {len(raw)} octets, {MESSAGE_MAX} au plus.", _AT_MESSAGE
        )
    parts = read_parts(raw)
    bounce = read_bounce(parts)
    if bounce is not None:
        return bounce
    part, notes = _attached(parts)
    content, footer = _transfer_decoded(part)
    if not content:
        raise DamagedError("La pièce jointe est vide.", _AT_ATTACHMENT)
    if footer:
        notes = (
            *notes,
            f"{footer} octets suivent la pièce (pied de page d’une passerelle) : laissés de côté.",
        )
    return Opened(_envelope(parts[0], part), content, notes)


def read_entity(content: bytes) -> bytes:
    """What one MIME entity, sealed without the headers of a message, has attached (RFC 8551 3.1)."""
    part, _ = _attached(read_parts(content))
    return _transfer_decoded(part)[0]


def peek_envelope(raw: bytes) -> Envelope:
    """Headers alone of a message that could not be read whole; empty fields when even they are lost."""
    try:
        message = read_head(raw)
    except DamagedError:
        return Envelope()
    return _envelope(message, message)


def _envelope(message: MimePart, part: MimePart) -> Envelope:
    """The envelope of `message`; description, name and charset come from `part` first."""
    return Envelope(
        subject=message.text("subject"),
        description=part.text("content-description") or message.text("content-description"),
        sender=message.text("from"),
        date=message.text("date"),
        message_id=message.text("message-id"),
        attachment_name=part.parameter("filename", "content-disposition") or part.parameter("name"),
        charset=part.parameter("charset").lower(),
    )


def _attached(parts: Sequence[MimePart]) -> tuple[MimePart, tuple[str, ...]]:
    found = [part for part in parts if part.content_type == EDI_CONSENT]
    notes: tuple[str, ...] = ()
    if not found:
        answer = automatic_answer(parts)
        if answer:
            raise DamagedError(answer, _AT_MESSAGE)
        found = [part for part in parts if part.content_type in _BY_CONTENT]
        notes = tuple(f"La pièce est dite {part.content_type} : lue d’après son contenu." for part in found)
    if not found:
        raise DamagedError("Le message ne porte aucune pièce Application/EDI-consent.", _AT_ATTACHMENT)
    if len(found) > 1:
        raise DamagedError(f"Le message porte {len(found)} pièces au lieu d’une.", _AT_ATTACHMENT)
    return found[0], notes


def _transfer_decoded(part: MimePart) -> tuple[bytes, int]:
    """The bytes attached, and how many follow them that are not of them."""
    encoding = part.headers.get("content-transfer-encoding", "7bit").partition("(")[0].strip().lower()
    if encoding == "quoted-printable":
        return binascii.a2b_qp(part.body), 0
    if encoding != "base64":
        return part.body, 0
    body = part.body.strip(_BLANKS)
    content = base64_of(body)
    if content is not None:
        return content, 0
    starts = [start for start in map(body.find, _FOOTER_STARTS) if start > 0]
    end = min(starts, default=0)
    content = base64_of(body[:end]) if len(body) - end <= _FOOTER_MAX else None
    if content:
        return content, len(body[end:].strip(_BLANKS))
    raise DamagedError("La pièce jointe n’est pas du Base64 correct.", _AT_ATTACHMENT)


def base64_of(body: bytes) -> bytes | None:
    """What these characters stand for; None when they are no base64, or blanks more than anything else."""
    bare = body.translate(None, _BLANKS)
    if len(body) > 2 * len(bare) + _BLANKS_SPARED or len(bare) % 4:
        return None
    try:
        return binascii.a2b_base64(bare, strict_mode=True)
    except binascii.Error:
        return None
