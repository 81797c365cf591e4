"""What mail programs answer by themselves: not delivered (RFC 3464, RFC 3462), absent, read."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tournee.printable import line, read_text
from tournee.returns.mime import MimePart, read_head

_TEXT_MAX = 64 * 2**10  # bytes of a report that are read
_REPORTS = frozenset({"message/delivery-status", "message/global-delivery-status"})
_ORIGINALS = frozenset({"message/rfc822", "message/rfc822-headers", "text/rfc822-headers", "message/global"})
_SENDERS = re.compile(r"\b(mailer-daemon|postmaster)@|mail delivery", re.IGNORECASE)
_SMTP_WORDS = re.compile(r"\b[45]\d\d[ -][^\r\n]*")
_SUBJECT = re.compile(r"\b[A-Z]{2,4}\d{0,6}/\d{14}/\d{19}(?:/\d{5})?\b", re.ASCII)
_IDENTIFIER = re.compile(r"<(\d{19})\.\d{14}@", re.ASCII)
_ABSENT = re.compile(
    r"r[ée]ponse automatique|message d.absence|absen(t|ce) du bureau"
    r"|auto(matic)?[- ]?reply|out of (the )?office",
    re.IGNORECASE,
)
_AFFIRMATIVE = frozenset({"delayed", "delivered", "relayed", "expanded"})


@dataclass(frozen=True)
class Bounce:
    """A message of ours that a mail server could not deliver, in its words.

    `compostage` is that of the message, 19 digits, `subject` its subject; "" where the report does not say.
    """

    recipient: str
    words: str
    subject: str = ""
    compostage: str = ""

    @property
    def told(self) -> str:
        """The whole in one French sentence."""
        whose = f" à {self.recipient}" if self.recipient else ""
        named = f" {self.subject}" if self.subject else ""
        return f"message{named} non remis{whose} : {self.words}"


def read_bounce(parts: Sequence[MimePart]) -> Bounce | None:
    """The bounce that these parts are, None when they are none, or tell of a delay or a delivery alone."""
    message = parts[0]
    status = next((part for part in parts if part.content_type in _REPORTS), None)
    is_from_server = bool(_SENDERS.search(message.text("from"))) or message.headers.get("return-path") == "<>"
    if status is None and not is_from_server:
        return None
    fields = _failure(status) if status is not None else {}
    if fields is None:
        return None
    told = "\n".join(_text(part) for part in parts if part.content_type == "text/plain")
    subject, compostage = _original(parts, told)
    if status is None and not compostage:
        return None
    spoken = _SMTP_WORDS.search(told)
    words = fields.get("diagnostic-code", "").partition(";")[2] or (spoken[0] if spoken else "")
    recipient = fields.get("original-recipient") or fields.get("final-recipient", "")
    return Bounce(
        recipient=line(recipient.rpartition(";")[2].strip()),
        words=line(words) or line(fields.get("status", "")) or "sans motif",
        subject=subject,
        compostage=compostage,
    )


def automatic_answer(parts: Sequence[MimePart]) -> str:
    """What else a mail program answered by itself, in French; "" for a message that is no such answer."""
    message = parts[0]
    kinds = {part.content_type for part in parts}
    if kinds & _REPORTS:
        return "Avis d’un serveur de messagerie : le message est retardé ou remis, rien n’est à faire."
    if "message/disposition-notification" in kinds:
        return "Accusé de lecture d’un logiciel de messagerie : ce n’est pas un retour."
    automatic = message.headers.get("auto-submitted", "no").strip().lower().startswith("auto-")
    if automatic or "x-autoreply" in message.headers or _ABSENT.search(message.text("subject")):
        return "Réponse automatique (absence, accusé d’un logiciel) : ce n’est pas un retour."
    if "application/ms-tnef" in kinds:
        return "La pièce est au format d’Outlook (winmail.dat) : demandez-la telle quelle à l’émetteur."
    return ""


def _failure(status: MimePart) -> dict[str, str] | None:
    """The fields of the first recipient that was not reached (RFC 3464 2.3); None when all are or may be."""
    blocks = re.split(r"(?:\r?\n[ \t]*){2,}", _text(status).strip())
    recipients = [fields for fields in map(_fields, blocks) if "action" in fields or "status" in fields]
    failed = [one for one in recipients if one.get("action", "failed").strip().lower() not in _AFFIRMATIVE]
    if recipients and not failed:
        return None
    return failed[0] if failed else {}


def _fields(block: str) -> dict[str, str]:
    unfolded = re.sub(r"\r?\n[ \t]+", " ", block)
    pairs = (text.partition(":") for text in unfolded.splitlines()[:100])
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


def _original(parts: Sequence[MimePart], told: str) -> tuple[str, str]:
    """Subject and compostage of the message that came back: its headers', else what the report quotes."""
    for part in parts:
        if part.content_type in _ORIGINALS:
            original = read_head(part.raw, part.start, part.end)
            subject = original.text("subject")
            found = _IDENTIFIER.search(original.text("message-id"))
            if subject or found:
                return subject, _compostage(subject) or (found[1] if found else "")
    quoted = _SUBJECT.search(told)
    found = _IDENTIFIER.search(told)
    subject = quoted[0] if quoted else ""
    return subject, _compostage(subject) or (found[1] if found else "")


def _compostage(subject: str) -> str:
    fields = subject.split("/")
    return fields[2] if _SUBJECT.fullmatch(subject) and len(fields) > 2 else ""


def _text(part: MimePart) -> str:
    content = part.raw[part.start : min(part.end, part.start + _TEXT_MAX)]
    return read_text(content, part.parameter("charset") if part.content_type == "text/plain" else "")
