"""A message as it reaches the OCT: headers, one attachment, unsealed and decompressed (OCT-MSG).

Written from the specification alone; it shares nothing with the code that makes these messages.
"""

import base64
import binascii
import gzip
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from email.utils import parseaddr

from tournee.emulation.oct.judging.refusal import LAYOUT, UNREADABLE, OctRefusedError

SPECIFICATION = "140700"
CONTENT_TYPE = "application/edi-consent"
DESCRIPTIONS = {"FACTURE/SV": "", "FACTURE/SV/K": "K", "FACTURE/SV/ZK": "ZK"}
SENDER_DIGITS = 14
_SUBJECT = re.compile(r"SV(\d{6})/(\d{14})/(\d{19})/(\d{5})")
_ADDRESS = re.compile(r"[!-~]{1,64}@[A-Za-z0-9.-]{1,255}")
_STAMP = "%Y%m%d%H%M%S"
_STAMP_DIGITS = 14
_CLOCK_SLACK = timedelta(days=1)
_NOBODY = "0" * SENDER_DIGITS
_NO_FILE = "000000"

Unseal = Callable[[bytes], bytes]


@dataclass(frozen=True)
class StatedOrigin:
    """What a message says of itself before anything is checked: enough to answer it.

    Zeros where it says nothing.
    """

    reply_to: str = ""
    sender: str = _NOBODY
    file_name: str = _NO_FILE


@dataclass(frozen=True)
class Submission:
    """A message that keeps every rule.

    `sender` (exercice, 14 digits), `stamp` (compostage, 19), `invoices` announced,
    the attachment's name and the clear `file`.
    """

    subject: str
    sender: str
    stamp: str
    invoices: int
    file_name: str
    form: str
    file: bytes


def read_claim(raw: bytes) -> StatedOrigin:
    """Whom to answer and about what, from headers that may be anything; never raises."""
    try:
        message = BytesParser(policy=compat32).parsebytes(raw)
        words = str(message.get("Subject", "")).split("/")
        reply_to = parseaddr(str(message.get("From", "")))[1]
        sender = words[1] if len(words) == 4 and re.fullmatch(r"\d{14}", words[1]) else _NOBODY
        name = next((part.get_filename("") or "" for part in message.walk() if not part.is_multipart()), "")
        return StatedOrigin(
            reply_to=reply_to if _ADDRESS.fullmatch(reply_to) else "",
            sender=sender,
            file_name=name if re.fullmatch(r"\d{6}", name) else _NO_FILE,
        )
    except Exception:  # a hostile message must still get its refusal
        return StatedOrigin()


def open_submission(raw: bytes, unseal: Unseal, address: str, now: datetime) -> Submission:
    """The submission in `raw`, sent to the OCT's `address`.

    Raises `OctRefusedError`: 0106 for its headers, 0100 when the
    attachment cannot be read.
    """
    try:
        message = BytesParser(policy=compat32).parsebytes(raw)
        return _read_submission(message, unseal, address, now)
    except OctRefusedError:
        raise
    except Exception:  # a stranger's headers may break the parser in any way
        raise OctRefusedError(UNREADABLE, "MESSAGE ILLISIBLE") from None


def _read_submission(message: Message, unseal: Unseal, address: str, now: datetime) -> Submission:
    for name in ("From", "To", "Subject", "Content-Type"):
        if len(message.get_all(name, [])) != 1:
            raise OctRefusedError(LAYOUT, f"MESSAGE : EN-TETE {name} ABSENT OU REPETE")
    if parseaddr(str(message["To"]))[1].lower() != address.lower():
        raise OctRefusedError(LAYOUT, "MESSAGE : DESTINATAIRE AUTRE QUE L'OCT")
    subject = str(message["Subject"])
    version, sender, stamp, count = _split_subject(subject, now)
    if version != SPECIFICATION:
        raise OctRefusedError(LAYOUT, f"OBJET : VERSION {version} AU LIEU DE {SPECIFICATION}")
    part = only_part(message)
    description = str(part.get("Content-Description", message.get("Content-Description", "")))
    if description not in DESCRIPTIONS:
        raise OctRefusedError(LAYOUT, "CONTENT-DESCRIPTION INCONNUE")
    name = part.get_filename("") or ""
    if not re.fullmatch(r"\d{6}", name):
        raise OctRefusedError(LAYOUT, "PIECE JOINTE : NOM AUTRE QUE LE NOM DU FICHIER")
    form = DESCRIPTIONS[description]
    return Submission(
        subject, sender, stamp, int(count), name, form, opened(attachment_of(part), form, unseal)
    )


def _split_subject(subject: str, now: datetime) -> tuple[str, str, str, str]:
    match = _SUBJECT.fullmatch(subject)
    if match is None:
        raise OctRefusedError(LAYOUT, "OBJET : FORME AUTRE QUE SVVVVVVV/EXERCICE/COMPOSTAGE/NNNNN")
    version, sender, stamp, count = match.groups()
    try:
        made = datetime.strptime(stamp[:_STAMP_DIGITS], _STAMP)
    except ValueError:
        raise OctRefusedError(LAYOUT, "OBJET : COMPOSTAGE SANS DATE VALIDE") from None
    if made > now.replace(tzinfo=None) + _CLOCK_SLACK:
        raise OctRefusedError(LAYOUT, "OBJET : COMPOSTAGE DANS LE FUTUR")
    return version, sender, stamp, count


def only_part(message: Message) -> Message:
    """The one part there is, an Application/EDI-consent; OctRefusedError 0106."""
    parts = [part for part in message.walk() if not part.is_multipart()]
    attachments = [part for part in parts if part.get_content_type() == CONTENT_TYPE]
    if len(attachments) != 1:
        raise OctRefusedError(
            LAYOUT, f"MESSAGE : {len(attachments)} PIECES APPLICATION/EDI-CONSENT AU LIEU D'UNE"
        )
    if len(parts) != 1:
        raise OctRefusedError(LAYOUT, "MESSAGE : D'AUTRES PIECES ACCOMPAGNENT LE FICHIER")
    return attachments[0]


def attachment_of(part: Message) -> bytes:
    """The decoded base64 of a part; OctRefusedError 0106, 0100."""
    if str(part.get("Content-Transfer-Encoding", "")).strip().lower() != "base64":
        raise OctRefusedError(LAYOUT, "PIECE JOINTE : CODAGE AUTRE QUE BASE64")
    payload = "".join(str(part.get_payload()).split()).encode("ascii", "replace")
    try:
        content = binascii.a2b_base64(payload)
    except binascii.Error:
        content = b""
    if base64.b64encode(content) != payload:
        raise OctRefusedError(UNREADABLE, "PIECE JOINTE : BASE64 INCORRECT")
    return content


def opened(content: bytes, form: str, unseal: Unseal) -> bytes:
    """The content unsealed and decompressed as `form` (K, ZK or nothing) says; OctRefusedError 0100."""
    if "K" in form:
        try:
            content = unseal(content)
        except Exception:  # the CMS layer raises many classes on hostile bytes; the answer is the same
            raise OctRefusedError(UNREADABLE, "PIECE JOINTE : DECHIFFREMENT IMPOSSIBLE") from None
    if "Z" in form:
        try:
            content = gzip.decompress(content)
        except (OSError, EOFError, zlib.error):
            raise OctRefusedError(UNREADABLE, "PIECE JOINTE : DECOMPRESSION IMPOSSIBLE") from None
    if not content:
        raise OctRefusedError(UNREADABLE, "PIECE JOINTE VIDE")
    return content
