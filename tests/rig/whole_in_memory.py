"""Files, attachments and messages whole in memory, of what the product makes in chunks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from tournee.exchange.files import FileFrame, FormattedFile, frame_per_recipient, frame_single_file
from tournee.exchange.lot_index import outline_lot
from tournee.exchange.lots import LotSender
from tournee.exchange.message import base64_chunks, message_head
from tournee.exchange.route import MailCipher, Sealing
from tournee.exchange.sealing.recipient import RecipientCertificate
from tournee.exchange.sealing.sealing import seal_chunks


def single_file(
    sender: LotSender, number: int, moment: datetime, oct_number: str, lots: Sequence[bytes]
) -> FormattedFile:
    """The single file of these lots."""
    frame = frame_single_file(sender, number, moment, oct_number, [outline_lot(lot) for lot in lots])
    return _whole(frame, lots)


def file_per_recipient(
    sender: LotSender, number: int, moment: datetime, lots: Sequence[bytes]
) -> FormattedFile:
    """The file of these lots for their recipient."""
    return _whole(frame_per_recipient(sender, number, moment, [outline_lot(lot) for lot in lots]), lots)


def seal(
    content: bytes,
    recipient: RecipientCertificate,
    *,
    sealing: Sealing,
    cipher: MailCipher = MailCipher.AES_256_CBC,
) -> bytes:
    """The sealed attachment."""
    return b"".join(seal_chunks((content,), recipient, sealing=sealing, cipher=cipher))


def build_message(*, attachment: bytes, **head: Any) -> bytes:
    """The message around an attachment; `head` as `message_head` takes it."""
    return b"".join((message_head(**head), *base64_chunks((attachment,))))


def _whole(frame: FileFrame, lots: Sequence[bytes]) -> FormattedFile:
    return FormattedFile(frame.name, b"".join((frame.head, *lots, frame.trailer)), frame.invoices)
