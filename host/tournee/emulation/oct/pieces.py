"""The emulated OCT's side of pieces (SCOR): a message opened, each piece judged, an ARL piece by piece.

Written from the profile alone; it shares nothing with the code that sends but the table. It looks at pictures
with its own eyes, and keeps what it received where a stranger's tool may open it.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from email.utils import parseaddr
from pathlib import Path

from cryptography.x509 import Certificate

from tournee.emulation.oct.judging.answers import Item, Postman, arl_file
from tournee.emulation.oct.judging.file import RECORD, Values, decode
from tournee.emulation.oct.judging.incoming import Unseal, attachment_of, only_part, opened
from tournee.emulation.oct.judging.refusal import (
    COUNT_OR_TOTAL,
    DUPLICATE,
    LAYOUT,
    UNREADABLE,
    OctRefusedError,
)
from tournee.emulation.oct.piece_eye import LEVELS, fault_seen
from tournee.formats import proof_table as table

_FORMS = {table.DESCRIPTION: "", f"{table.DESCRIPTION}/K": "K", f"{table.DESCRIPTION}/ZK": "ZK"}
_SUBJECT = re.compile(rf"{table.SUBJECT}/{table.VERSION}/(\d{{14}})/(\d{{19}})/(\d{{5}})")
_NO_DATE, _WHOLE, _NO_TYPE = "000000", "000", "XX"
_DIGEST_DIGITS = 16

KnowsLot = Callable[[str, str, str], bool]
"""Whether a lot (sender, number, date) was taken in."""
KnowsInvoice = Callable[[str, str], bool]
"""Whether an FSE (sender, number) was taken in."""


@dataclass(frozen=True)
class PiecesJudged:
    """What became of a message of pieces: whom to answer, about which file, and one item a piece."""

    reply_to: str
    sender: str = "0" * 14
    ps_type: str = _NO_TYPE
    file_name: str = "000000"
    items: tuple[Item, ...] = ()
    answers: str = ""


@dataclass(frozen=True)
class PiecesDoor:
    """Who takes pieces in: mail address, type and number (14) as record 000 says them, and the certificates,
    by address, of senders whose returns are sealed.
    """

    address: str
    type: str
    number: str
    mail_certificates: Mapping[str, Certificate]


@dataclass
class PieceDesk:
    """Takes in the pieces that come to one address, and remembers them. `kept`, when given, is where their
    files are written as they came; `levels`: by how many grey levels writing must differ from its paper.
    """

    unseal: Unseal
    knows_lot: KnowsLot
    knows_invoice: KnowsInvoice
    kept: Path | None = None
    levels: int = LEVELS
    known: dict[tuple[str, str], str] = field(default_factory=dict)

    def judge(self, raw: bytes, address: str, number: str) -> PiecesJudged:
        """What becomes of `raw`, which came to `address` of whom has this `number` (14); never raises."""
        reply_to = sender = name = ""
        answers = ""
        try:
            message = BytesParser(policy=compat32).parsebytes(raw)
            reply_to = parseaddr(str(message.get("From", "")))[1]
            told = _SUBJECT.fullmatch(str(message.get("Subject", "")))
            if told is None:
                raise OctRefusedError(LAYOUT, "OBJET : FORME AUTRE QUE SCOR/VVVVVV/EXERCICE/COMPOSTAGE/NNNNN")
            sender, stamp, joined = told.groups()
            if parseaddr(str(message["To"]))[1].lower() != address.lower():
                raise OctRefusedError(LAYOUT, "MESSAGE : DESTINATAIRE AUTRE QUE L'OCT")
            part = only_part(message)
            name = part.get_filename("") or ""
            form = _FORMS[str(part.get("Content-Description", message.get("Content-Description", "")))]
            entity = opened(attachment_of(part), form, self.unseal)
            answers = f"{stamp} {hashlib.sha256(entity).hexdigest()[:_DIGEST_DIGITS].upper()}"
            records, pieces = _parts(entity)
            self._keep(stamp, entity, records, pieces)
            header, told_pieces = _read_records(records, sender, name, number)
            if int(joined) != len(pieces) or self.known.setdefault((sender, stamp), name) != name:
                raise OctRefusedError(COUNT_OR_TOTAL, f"OBJET : {joined} PIECES, {len(pieces)} JOINTES")
            if (sender, f"fichier {name}") in self.known:
                raise OctRefusedError(DUPLICATE, f"FICHIER {name} DEJA RECU SOUS LE COMPOSTAGE {stamp}")
            self.known[sender, f"fichier {name}"] = stamp
            items = tuple(self._item(sender, one, pieces) for one in told_pieces)
            ps_type = str(header["type_emetteur"])
            return PiecesJudged(reply_to, sender, ps_type, name, items, answers)
        except OctRefusedError as refused:
            item = Item(_WHOLE, _NO_DATE, refused.code, refused.label, genre=table.PIECE_LETTER)
        except Exception:  # a hostile message must still get its refusal
            item = Item(_WHOLE, _NO_DATE, UNREADABLE, "MESSAGE ILLISIBLE", genre=table.PIECE_LETTER)
        name = name if re.fullmatch(r"\d{6}", name) else "000000"
        return PiecesJudged(reply_to, sender or "0" * 14, _NO_TYPE, name, (item,), answers)

    def answer(
        self, raw: bytes, to: PiecesDoor, name: str, now: datetime, serial: Callable[[], int]
    ) -> bytes:
        """The ARL, named `name`, that answers a message of pieces (SCOR-8)."""
        judged = self.judge(raw, to.address, to.number)
        arl = arl_file(
            judged.items,
            answering=(to.type, to.number),
            ps_type=judged.ps_type,
            sender=judged.sender,
            file_name=judged.file_name,
            name=name,
            answers=judged.answers,
            now=now,
        )
        certificate = to.mail_certificates.get(judged.reply_to.lower())
        postman = Postman(to.address, judged.reply_to, judged.sender, now, certificate)
        return postman.file("ARL", arl, name, serial())

    def _item(self, sender: str, told: Values, pieces: dict[str, bytes]) -> Item:
        rank, lot, day = f"{told['rang']:03}", str(told["lot"]), str(told["date_lot"])
        code = self._fault(sender, told, pieces.get(f"{rank}.pdf"))
        label = table.CODES[code].upper() if code else ""
        return Item(
            lot,
            day,
            code or "0000",
            _ascii(label),
            str(told["facture"]),
            table.PIECE_LETTER,
            rank,
        )

    def _fault(self, sender: str, told: Values, data: bytes | None) -> str:
        """The code of what is wrong with one piece, "" for nothing."""
        if not self.knows_lot(sender, str(told["lot"]), str(told["date_lot"])):
            return table.UNKNOWN
        if not self.knows_invoice(sender, str(told["facture"])):
            return table.UNKNOWN
        digest = str(told["empreinte"])
        if told["envoi"] == table.REFERRED:
            return "" if (sender, digest) in self.known else table.DIGEST
        if data is None or len(data) != int(told["longueur"]):
            return table.DIGEST
        if base64.b64encode(hashlib.sha256(data).digest()).decode() != digest:
            return table.DIGEST
        code = fault_seen(data, int(told["pages"]), self.levels)
        if not code:
            self.known[sender, digest] = str(told["rang"])
        return code

    def _keep(self, stamp: str, entity: bytes, records: bytes, pieces: dict[str, bytes]) -> None:
        if self.kept is None:
            return
        folder = self.kept / stamp
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "recu.mime").write_bytes(entity)
        (folder / "enregistrements.txt").write_bytes(records)
        for name, data in pieces.items():
            if re.fullmatch(r"\d{3}\.pdf", name):
                (folder / name).write_bytes(data)


def is_of_pieces(raw: bytes) -> bool:
    """Whether a message says that it brings pieces; never raises."""
    try:
        message = BytesParser(policy=compat32).parsebytes(raw)
        said = [str(part.get("Content-Description", "")) for part in message.walk()]
    except Exception:  # a hostile message brings none, and is judged as a file
        return False
    return any(description in _FORMS for description in said)


def _parts(entity: bytes) -> tuple[bytes, dict[str, bytes]]:
    """The records, and each PDF by its name."""
    message = BytesParser(policy=compat32).parsebytes(entity)
    if not message.is_multipart():
        raise OctRefusedError(UNREADABLE, "PIECES : PAS UN MULTIPART")
    parts = [part for part in message.walk() if not part.is_multipart()]
    records = _bytes(parts[0])
    pieces = {part.get_filename("") or "": _bytes(part) for part in parts[1:]}
    if len(pieces) != len(parts) - 1:
        raise OctRefusedError(LAYOUT, "PIECES : DEUX DU MEME NOM")
    return records, pieces


def _bytes(part: Message) -> bytes:
    found = part.get_payload(decode=True)
    assert isinstance(found, bytes)
    return found


def _read_records(content: bytes, sender: str, name: str, number: str) -> tuple[Values, list[Values]]:
    if len(content) % RECORD or len(content) < 3 * RECORD:
        raise OctRefusedError(UNREADABLE, f"PIECES : {len(content)} OCTETS D'ENREGISTREMENTS")
    count = len(content) // RECORD
    rows = [content[at * RECORD : (at + 1) * RECORD] for at in range(count)]
    header, trailer = decode(rows[0], "000", 1), decode(rows[-1], "999", count)
    if header["application"] != table.APPLICATION or header["numero_emetteur"] != sender:
        raise OctRefusedError(LAYOUT, "000 : APPLICATION OU EMETTEUR")
    if header["fichier"] != name or trailer["fichier"] != name:
        raise OctRefusedError(LAYOUT, "000 : NOM DE FICHIER")
    if str(header["numero_destinataire"]) != number:
        raise OctRefusedError(LAYOUT, "000 : DESTINATAIRE AUTRE QUE L'OCT")
    if int(trailer["enregistrements"]) != count:
        raise OctRefusedError(COUNT_OR_TOTAL, f"999 : {trailer['enregistrements']} ENREGISTREMENTS")
    pieces = [decode(row, "P", rank) for rank, row in enumerate(rows[1:-1], 2)]
    if [int(piece["rang"]) for piece in pieces] != list(range(1, count - 1)):
        raise OctRefusedError(LAYOUT, "P : RANGS")
    return header, pieces


def _ascii(text: str) -> str:
    return text.replace("É", "E")
