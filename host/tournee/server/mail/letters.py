"""Returns: kept whole before the mailbox lets go of them, given to the device that they answer, kept until it
has each. They are told apart by what stands in clear; nothing is opened.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from email.utils import format_datetime

from tournee.returns.bounce import read_bounce
from tournee.returns.mime import read_head, read_parts
from tournee.returns.quarantine import DamagedError
from tournee.server.mail.custody import KeptMessage
from tournee.server.records import ServerRecords
from tournee.server.refusals import RefusalError

_STAMP = re.compile(r"(?<!\d)\d{19}(?!\d)", re.ASCII)
_NUMBER = re.compile(r"(?<!\d)\d{14}(?!\d)", re.ASCII)
_HEAD_MAX = 64 * 2**10
_TOLD_BY = ("subject", "in-reply-to", "references", "x-failed-recipients")
_NAMES_MAX = 20


@dataclass(frozen=True)
class KeptLetter:
    """A return here: its id, bytes, SHA-256."""

    id: int
    size: int
    digest: str


class Letters:
    """All returns that a device has not acknowledged, and those that were lately."""

    def __init__(self, records: ServerRecords) -> None:
        self._records = records

    def known(self, source: str) -> bool:
        """Whether a letter of this source was taken: a mailbox that keeps its mail shows it again."""
        return bool(self._records.rows("SELECT 1 FROM letter WHERE source = ? LIMIT 1", source))

    def take(self, raw: bytes, source: str, devices: set[str] | None = None) -> bool:
        """Keep a letter for the devices that it is for, found in it when None; False when it is here already.

        Call before the mailbox is told to let go of it.
        """
        digest = hashlib.sha256(raw).hexdigest()
        if self._records.rows("SELECT 1 FROM letter WHERE digest = ?", digest):
            return False
        self._records.keep("letters", digest, raw)
        with self._records.step("take_letter"):
            wanted = self._addressees(raw) if devices is None else devices
            letter = self._records.add(
                "letter", digest=digest, size=len(raw), source=source, taken=self._records.now()
            )
            for device in sorted(wanted):
                self._records.add("addressee", letter=letter, device=device)
        return True

    def waiting(self, device: str, most: int) -> list[KeptLetter]:
        """What this device has not acknowledged, oldest first."""
        query = """SELECT id, size, digest FROM letter JOIN addressee ON letter = id
            WHERE device = ? AND acknowledged = '' ORDER BY id LIMIT ?"""
        return [KeptLetter(*row) for row in self._records.rows(query, device, most)]

    def of(self, device: str, letter: int) -> KeptLetter:
        """One letter of this device's; RefusalError (`not-found`)."""
        query = """SELECT id, size, digest FROM letter JOIN addressee ON letter = id
            WHERE device = ? AND id = ?"""
        rows = self._records.rows(query, device, letter)
        if not rows:
            raise RefusalError("not-found")
        return KeptLetter(*rows[0])

    def acknowledge(self, device: str, letter: int) -> None:
        """This device has it in its journal, and the journal's copy has it too."""
        self.of(device, letter)
        with self._records.step("acknowledge"):
            query = """UPDATE addressee SET acknowledged = ?
                WHERE device = ? AND letter = ? AND acknowledged = ''"""
            self._records.write(query, self._records.now(), device, letter)

    def forget(self, before: str) -> None:
        """Let go of what every device had before that time."""
        query = """SELECT id, digest FROM letter WHERE id IN (SELECT letter FROM addressee) AND id NOT IN
            (SELECT letter FROM addressee WHERE acknowledged = '' OR acknowledged >= ?) AND taken < ?"""
        for row in self._records.rows(query, before, before):
            with self._records.step("forget_letter"):
                self._records.write("DELETE FROM addressee WHERE letter = ?", row["id"])
                self._records.write("DELETE FROM letter WHERE id = ?", row["id"])
            self._records.drop("letters", row["digest"])

    def tell(self, message: KeptMessage) -> None:
        """Write to who handed over a message that it did not go, as a mail server would: the journal reads
        that like any other bounce (RFC 3464).
        """
        now = self._records.clock()
        told = " ".join(message.answer.encode("ascii", "replace").decode().split())[:400] or "-"
        boundary = f"tournee-{message.digest[:24]}"
        text = (
            f"Date: {format_datetime(now)}\r\nFrom: MAILER-DAEMON@cabinet.invalid\r\nTo: {message.sender}\r\n"
            f"Subject: Message non remis\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report;"
            f' report-type=delivery-status; boundary="{boundary}"\r\n\r\n'
            f"--{boundary}\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\n{told}\r\n"
            f"--{boundary}\r\nContent-Type: message/delivery-status\r\n\r\n"
            f"Reporting-MTA: dns; cabinet.invalid\r\n\r\nFinal-Recipient: rfc822; {message.recipient}\r\n"
            f"Action: failed\r\nStatus: 5.0.0\r\nDiagnostic-Code: smtp; {told}\r\n"
            f"--{boundary}\r\nContent-Type: text/rfc822-headers\r\n\r\n"
        )
        with self._records.path_of("messages", message.digest).open("rb") as file:
            head = file.read(8192).partition(b"\r\n\r\n")[0]
        raw = text.encode("ascii") + head + f"\r\n--{boundary}--\r\n".encode()
        self.take(raw, f"bounce {message.digest}", {self._holder_of(message.journal, message.device)})

    def _addressees(self, raw: bytes) -> set[str]:
        """The devices of the messages that a letter names; else those that send for the numbers in its
        subject; else all.
        """
        head, subject = _clear_words(raw)
        admitted = "SELECT id FROM device WHERE revoked = '' AND superseded = ''"
        active = {row["id"] for row in self._records.rows(admitted)}
        for column, found in (("compostage", _STAMP.findall(head)), ("exercice", _NUMBER.findall(subject))):
            query = f"SELECT DISTINCT device, journal FROM message WHERE {column} = ?"  # noqa: S608 (ours)
            devices = {
                self._holder_of(row["journal"], row["device"])
                for one in dict.fromkeys(found[:_NAMES_MAX])
                for row in self._records.rows(query, one)
            }
            if devices & active:
                return devices & active
        return active

    def _holder_of(self, journal: str, device: str) -> str:
        rows = self._records.rows("SELECT device FROM journal WHERE id = ?", journal)
        return str(rows[0]["device"]) if rows else device


def _clear_words(raw: bytes) -> tuple[str, str]:
    """What a letter says in clear of what it answers, and its subject."""
    try:
        part = read_head(raw[:_HEAD_MAX])
    except DamagedError:
        return "", ""
    words = [part.headers.get(name, "") for name in _TOLD_BY]
    try:
        bounce = read_bounce(read_parts(raw))
    except DamagedError:
        bounce = None
    if bounce is not None:
        words += [bounce.compostage, bounce.subject]
    return " ".join(words), part.text("subject")
