"""From certified sheets to the message that carries them: lots, files, sealing, sending.

A message is journaled as leaving before its first byte leaves. One found in that state after a crash is
uncertain: it is never sent again by itself, a return settles it, or the carer asks for another (OCT-MSG-4).
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Collection, Hashable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial

from tournee import logs
from tournee.app.cards import PsOnDuty
from tournee.app.certification import Signers, certify_lot
from tournee.app.certifying.replacing import replaced_name
from tournee.app.context import Office, Progress, silent
from tournee.app.correcting.dre_alone import sign_dre_alone
from tournee.app.handing_over import Dispatch, hand_over_again, send_file
from tournee.app.pieces.sending import frame_pieces, lacking
from tournee.billing.kept.judged import read_judged
from tournee.errors import ConfigError, ExchangeError, StoreError
from tournee.exchange.files import (
    addressee_of,
    frame_per_recipient,
    frame_single_file,
)
from tournee.exchange.lot_index import LotOutline, is_enriched, outline_lot
from tournee.exchange.lots import LotKey, LotSender, group_sheets, lot_body
from tournee.exchange.sealing.recipient import CertificateError
from tournee.formats.records import RECORD_LENGTH
from tournee.reader import Reader
from tournee.store import (
    FileDraft,
    FileRow,
    FileState,
    LotDraft,
    LotRow,
    LotState,
    MessageState,
    SheetRow,
    SheetState,
)

_log = logging.getLogger(__name__)

SENDING_MAX = timedelta(minutes=15)
"""From when on `send` begins no further file; one that is begun has its own bound."""


def close_lots(office: Office, reader: Reader, ps: PsOnDuty, progress: Progress = silent) -> list[LotRow]:
    """Put this professional's certified sheets into lots, and have each certified in the reader (OCT-SF-2):
    those under her number, whoever cared, and those of hers under the number of whom she replaced.

    A corrected DRE that waits for this card is signed first. Lots that a crash left without their certificate
    get it then. When the route in force is direct, sheets of contract 99, which it may not take
    (`kept_lots`), are in lots of their own. Raises ReaderError; what was done stays done, and sheets that are
    in no lot yet wait for the next time.
    """
    identity, journal = ps.identity, office.journal
    number, closed = identity.billing_number, []
    sign_dre_alone(office, reader, ps)
    for lot in journal.lots.find(LotState.MADE):
        if lot.ps == number or _is_of_substitute(office, lot, identity.rpps):
            closed.append(_certify_lot(office, reader, ps, lot, progress))
    sender = LotSender(number, identity.ps_type, f"{identity.name} {identity.first_name}")
    closed += _close(
        office, reader, ps, sender, journal.invoices.sheets(SheetState.CERTIFIED, number), progress
    )
    others: dict[str, list[SheetRow]] = {}
    if identity.rpps:
        for sheet in journal.invoices.sheets(SheetState.CERTIFIED, substitute=identity.rpps):
            others.setdefault(sheet.ps, []).append(sheet)
    for replaced, sheets in others.items():
        sender = LotSender(replaced, identity.ps_type, replaced_name(office, sheets[0]))
        closed += _close(office, reader, ps, sender, sheets, progress)
    return closed


def _is_of_substitute(office: Office, lot: LotRow, rpps: str) -> bool:
    """Whether every sheet of a lot was made by this substitute: she may sign it."""
    held = map(office.journal.invoices.sheet, lot.sheet_ids)
    return bool(rpps) and all(sheet.substitute == rpps for sheet in held)


def _close(
    office: Office,
    reader: Reader,
    ps: PsOnDuty,
    sender: LotSender,
    certified: Sequence[SheetRow],
    progress: Progress,
) -> list[LotRow]:
    number, closed = sender.number, []
    kept = {sheet.id for sheet in certified if _is_kept(office, sheet)}
    groups = group_sheets(sheet for sheet in certified if sheet.id not in kept)
    groups += group_sheets(sheet for sheet in certified if sheet.id in kept)
    for rank, (key, sheets) in enumerate(groups, 1):
        progress("lots", rank, len(groups))
        build = partial(_lot_draft, office, sender, key, [sheet.body for sheet in sheets])
        ids = [sheet.id for sheet in sheets]
        lot = office.journal.lots.make(number, key.kind, key.crf, key.mode, ids, build)
        closed.append(_certify_lot(office, reader, ps, office.journal.lots.get(lot), progress))
    return closed


def _lot_draft(
    office: Office, sender: LotSender, key: LotKey, bodies: Sequence[bytes], number: int
) -> LotDraft:
    body = lot_body(sender, number, key, f"{office.clock():%y%m%d}", bodies)
    return LotDraft(body[:RECORD_LENGTH], body[-RECORD_LENGTH:], hashlib.sha256(body).digest())


def _certify_lot(office: Office, reader: Reader, ps: PsOnDuty, lot: LotRow, progress: Progress) -> LotRow:
    tell = partial(progress, f"lot {lot.number}")
    body = lot.body
    sevens = certify_lot(reader, Signers(ps.certificate), body, tell)
    office.journal.lots.certified(lot.id, sevens)
    _log.info("lot %s certified: %d sheets, %d bytes", lot.number, len(lot.sheet_ids), len(body))
    return office.journal.lots.get(lot.id)


def make_files(office: Office, progress: Progress = silent) -> list[FileRow]:
    """Frame the certified lots the way the active route asks: one single file for each professional who has
    some (OCT-SF-1, OCT-SF-2), or one for each recipient of theirs (OCT-SS-1, direct mode). Lots closed before
    the way was changed are framed the new way (OCT-MODE-1, OCT-EF-4), but for `kept_lots`, and for those of
    mode 05 whose pieces are not all there.
    """
    waiting: dict[tuple[str, Hashable], dict[int, LotOutline]] = {}
    for lot in _certified_lots(office):
        if not _is_kept(office, lot) and not lacking(office, lot):
            outline = outline_lot(lot.records)
            recipient = addressee_of(outline) if office.route.per_recipient else None
            waiting.setdefault((lot.ps, recipient), {})[lot.id] = outline
    senders = {ps: LotSender(ps, ps_type_of(office, ps), "") for ps, _ in waiting}
    made = []
    for rank, ((ps, _), lots) in enumerate(waiting.items(), 1):
        build = partial(_file_draft, office, senders[ps], lots)
        made.append(office.journal.files.make(ps, list(lots), build))
        _log.info("file made of %d lots", len(lots))
        progress("fichiers", rank, len(waiting))
    return [office.journal.files.get(file) for file in made]


def kept_lots(office: Office) -> list[LotRow]:
    """Certified lots that the active route may not take: it has no OCT, and they hold contract 99, by which
    an OCT would ask the AMC for its share (OCT-EF-1). They wait for a route through an OCT.
    """
    return [lot for lot in _certified_lots(office) if _is_kept(office, lot)]


def unproved_lots(office: Office) -> list[LotRow]:
    """Certified lots of mode 05 that wait for a piece (SCOR-7)."""
    return [lot for lot in _certified_lots(office) if not _is_kept(office, lot) and lacking(office, lot)]


def _certified_lots(office: Office) -> Iterator[LotRow]:
    """The lots that wait for a file, one at a time: a file of any size in the same memory."""
    return map(office.journal.lots.get, office.journal.lots.ids(LotState.CERTIFIED))


def _is_kept(office: Office, row: LotRow | SheetRow) -> bool:
    return office.route.is_direct and is_enriched(row.records)


def _file_draft(office: Office, sender: LotSender, lots: dict[int, LotOutline], number: int) -> FileDraft:
    route, now, outlines = office.route, office.clock(), list(lots.values())
    if route.per_recipient:
        frame = frame_per_recipient(sender, number, now, outlines)
    else:
        frame = frame_single_file(sender, number, now, route.recipient_number, outlines)
    return FileDraft(frame.head, frame.trailer, frame.invoices, route.name, route.party)


def ps_type_of(office: Office, ps: str) -> str:
    """The sender type (`IF`, `MK`) that this professional's days were imported with."""
    row = office.journal.visits.first(ps)
    if row is None:
        raise StoreError(f"Le journal ne connaît aucune journée du professionnel {ps}.")
    return read_judged(row.payload).profession


def waiting_files(office: Office) -> list[FileRow]:
    """Files that may be sent without asking: never tried, or tried and certainly not taken by the server."""
    ready = (MessageState.MADE, MessageState.FAILED)
    return [
        file
        for file in office.journal.files.find(FileState.MADE)
        if all(message.state in ready for message in office.journal.messages.find(file_id=file.id))
    ]


def send(office: Office, progress: Progress = silent) -> list[Dispatch]:
    """Send every file that waits, each in a message of its own (OCT-SF-5, OCT-SS-3, OCT-MSG-1): to the
    OCT, or in direct mode to the file's own recipient, in the same message (OCT-MODE-1).

    What stops a file is in its Dispatch, and does not stop the next: a server's answer, a route that is gone
    or an insurer that it does not know (ConfigError), a certificate that may not be used (CertificateError,
    OCT-MSG-8), an invoice paid meanwhile by the one that it was to replace, another program that sends it
    (StoreError). Then nothing of it left. No file is begun once `SENDING_MAX` is over, whatever the servers
    do: it waits for the next time (ExchangeError). What another program was sending when it died is uncertain
    from the end of its lease on. The pieces of a lot go after it, in files of their own.
    """
    office.journal.messages.recover()
    done = hand_over_again(office) if office.courier.knows_again else []
    end = office.clock() + SENDING_MAX
    done += _send_in_time(office, waiting_files(office), end, progress)
    return done + _send_in_time(office, frame_pieces(office), end, progress)


def send_pieces(office: Office, again: Collection[int] = (), progress: Progress = silent) -> list[Dispatch]:
    """Send the pieces of lots that left, and nothing else; `again` as in `frame_pieces`."""
    office.journal.messages.recover()
    waiting = [file for file in waiting_files(office) if office.journal.pieces.is_of_pieces(file.id)]
    end = office.clock() + SENDING_MAX
    return _send_in_time(office, [*waiting, *frame_pieces(office, again)], end, progress)


def _send_in_time(
    office: Office, files: Sequence[FileRow], end: datetime, progress: Progress
) -> list[Dispatch]:
    done: list[Dispatch] = []
    for rank, file in enumerate(files, 1):
        progress(f"fichier {file.name}", rank, len(files))
        if office.clock() >= end:
            done.append(Dispatch(file, None, _too_late(file)))
            continue
        paid = office.journal.waiting.paid_already(file.id)
        if paid:
            done.append(Dispatch(file, None, _paid_already(file, paid)))
            continue
        try:
            done.append(send_file(office, file, resend=False, progress=progress))
        except (ConfigError, CertificateError, StoreError) as error:
            _log.warning("file not sent: %s", logs.where(error))
            done.append(Dispatch(file, None, error))
    return done


def _too_late(file: FileRow) -> ExchangeError:
    minutes = SENDING_MAX // timedelta(minutes=1)
    return ExchangeError(
        f"Le fichier {file.name} n’est pas parti : les autres ont pris plus de {minutes} minutes.",
        cause="réseau lent, ou serveur de messagerie qui répond mal",
        next_step="recommencez l’envoi plus tard ; rien n’est perdu",
    )


def _paid_already(file: FileRow, invoices: Sequence[str]) -> StoreError:
    return StoreError(
        f"Le fichier {file.name} porte {', '.join(invoices)} : la visite a été payée depuis.",
        cause="la facture refusée qu’elle devait remplacer a été payée malgré son refus",
        next_step="voyez avec l’organisme ; vous pouvez l’envoyer quand même",
        remedy="send-again",
    )


def resend(
    office: Office, file_name: str, ps: str = "", progress: Progress = silent, *, accepted: bool = False
) -> Dispatch:
    """Send a file again because the carer says so, in a new message with a new compostage (OCT-MSG-4).

    One of which a lot was accepted is refused, unless `accepted` says that it is to go all the same.
    """
    office.journal.messages.recover()
    found = [file for file in office.journal.files.find(ps=ps) if file.name == file_name]
    if not found:
        raise StoreError(f"Aucun fichier {file_name}.", next_step="vérifiez le nom du fichier.")
    if len(found) > 1:
        raise StoreError(
            f"Plusieurs professionnels ont un fichier {file_name}.",
            next_step="indiquez aussi le numéro du professionnel.",
            remedy="say-whose",
        )
    file, took = found[0], _accepted_lots(office, found[0])
    if took and not accepted:
        raise StoreError(
            f"Le fichier {file.name} est déjà accepté : {', '.join(took)}.",
            cause="un accusé l’a dit ; renvoyé, il serait refusé comme un double, ou payé deux fois",
            next_step="ne le renvoyez que si son destinataire vous le demande",
            remedy="send-accepted",
        )
    return send_file(office, file, resend=True, progress=progress)


def _accepted_lots(office: Office, file: FileRow) -> list[str]:
    """The lots of a file that its recipient took, in French."""
    lots = map(office.journal.lots.get, file.lot_ids)
    return [f"lot {lot.number}" for lot in lots if lot.state is LotState.ACKNOWLEDGED]
