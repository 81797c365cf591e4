"""One return message, from raw bytes to the bytes attached (OCT-RET-1; profile open-1 "Mail")."""

import base64
import re
from dataclasses import dataclass
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32

from tournee.returns.quarantine import DamagedError

MESSAGE_MAX = 40 * 2**20  # bytes of a raw message: what submission and mailboxes commonly allow
HEADER_MAX = 16 * 2**10  # characters of a header that is read: its parsing grows with their square
EDI_CONSENT = "application/edi-consent"
_READ = frozenset(
    {
        *("subject", "from", "date", "message-id", "content-type", "content-description"),
        *("content-disposition", "content-transfer-encoding"),
    }
)
_BLANKS = re.compile(rb"[ \t\r\n]+")
_BASE64 = re.compile(rb"[A-Za-z0-9+/]*={0,2}")
_PLACE_MESSAGE = "message"
_PLACE_ATTACHMENT = "pièce jointe"


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


def read_message(raw: bytes) -> tuple[Envelope, bytes]:
    """Headers and decoded attachment of one message.

    The attachment is the message's own body when its Content-Type is Application/EDI-consent, else the one
    part of that type; base64 is read strictly (RFC 4648), other transfer encodings as they are. Raises
    `DamagedError` for an empty or oversize message, no or several attachments, wrong base64, an empty
    attachment.
    """
    if not raw.strip():
        raise DamagedError("Le message est vide.", _PLACE_MESSAGE)
    if len(raw) > MESSAGE_MAX:
        raise DamagedError(
            f"Le message est trop grand : {len(raw)} octets, {MESSAGE_MAX} au plus.", _PLACE_MESSAGE
        )
    message = _parse(raw)
    envelope = read_envelope(message, None)
    parts = [part for part in message.walk() if part.get_content_type() == EDI_CONSENT]
    if not parts:
        raise DamagedError("Le message ne porte aucune pièce Application/EDI-consent.", _PLACE_ATTACHMENT)
    if len(parts) > 1:
        raise DamagedError(f"Le message porte {len(parts)} pièces au lieu d'une.", _PLACE_ATTACHMENT)
    envelope = read_envelope(message, parts[0])
    content = _transfer_decoded(parts[0])
    if not content:
        raise DamagedError("La pièce jointe est vide.", _PLACE_ATTACHMENT)
    return envelope, content


def _parse(raw: bytes, *, headersonly: bool = False) -> Message:
    """The message, without those of the headers read here that are longer than `HEADER_MAX`."""
    message = BytesParser(policy=compat32).parsebytes(raw, headersonly=headersonly)
    for part in message.walk():
        long = {name.lower() for name, value in part.raw_items() if len(value) > HEADER_MAX}
        for name in long & _READ:
            del part[name]
    return message


def peek_envelope(raw: bytes) -> Envelope:
    """Headers alone of a message that could not be read whole; empty fields when even they are lost."""
    try:
        return read_envelope(_parse(raw[:MESSAGE_MAX], headersonly=True), None)
    except Exception:  # a stranger's headers may break the parser in any way: the verdict must still be given
        return Envelope()


def read_envelope(message: Message, part: Message | None) -> Envelope:
    """The envelope of `message`; description, name and charset come from `part` first when one is given."""
    described = message if part is None else part
    return Envelope(
        subject=_header(message, "Subject"),
        description=_header(described, "Content-Description") or _header(message, "Content-Description"),
        sender=_header(message, "From"),
        date=_header(message, "Date"),
        message_id=_header(message, "Message-ID"),
        attachment_name=_attachment_name(described),
        charset=str(described.get_content_charset() or ""),
    )


def _header(message: Message, name: str) -> str:
    value = message.get(name)
    if value is None:
        return ""
    try:
        text = str(make_header(decode_header(str(value))))
    except (ValueError, LookupError):  # an encoded word of an unknown or wrong charset: shown as it came
        text = str(value)
    return " ".join(text.split())


def _attachment_name(part: Message) -> str:
    try:
        return part.get_filename("") or ""
    except (ValueError, LookupError, TypeError):  # RFC 2231 continuations out of order or of unknown charset
        return ""


def _transfer_decoded(part: Message) -> bytes:
    encoding = str(part.get("Content-Transfer-Encoding", "7bit")).strip().lower()
    if encoding != "base64":
        payload = part.get_payload(decode=True)
        return payload if isinstance(payload, bytes) else b""
    payload = part.get_payload()
    if not isinstance(payload, str):
        raise DamagedError("La pièce jointe n'est pas un contenu simple.", _PLACE_ATTACHMENT)
    body = _BLANKS.sub(b"", payload.encode("utf-8", "surrogateescape"))
    if len(body) % 4 or not _BASE64.fullmatch(body):
        raise DamagedError("La pièce jointe n'est pas du Base64 correct.", _PLACE_ATTACHMENT)
    return base64.b64decode(body)
