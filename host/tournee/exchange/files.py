"""Files: certified lots between a record 000 and a record 999, the counterpart of `SSV_FormaterFichier`:
one for an OCT (OCT-SF), or one for each recipient of the lots (OCT-SS).
"""

import re
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from tournee.errors import ExchangeError
from tournee.exchange.lot_index import LotOutline, outline_lot
from tournee.exchange.lots import LOT_GROUPS, LotSender, lot_group
from tournee.exchange.splitting import split_lot
from tournee.formats import records, zones
from tournee.formats.errors import RecordError
from tournee.formats.zones import Group
from tournee.model.codes import DRE

LOTS_MAX = 999
"""Lots in a file (profile, CRF)."""

FILE_NUMBER_MAX = 999_999

MESSAGE_MAX = 37
"""Characters of the message zone (group 14 field 3, record 000 92+37)."""

SIMULATION = "SIMULATION OPEN-1 NE FACTURE PERSONNE"
"""What the message zone says of every file made under this profile."""

FILE_GROUP, FILE_MORE_GROUP = 12, 14
SINGLE_FILE, PER_RECIPIENT = "TO", "TR"
"""Applications: the single file of an OCT, and files per recipient (profile, 000 48+2)."""

OCT = "OT"
"""The recipient type of an OCT (OCT-SF-4)."""

AMC = "OC"
"""The recipient type of a complementary insurer, which takes DRE."""

CENTRE = "CT"
"""The recipient type of a régime that has none of its own: its centre de traitement."""

REGIMES = {
    "01": "CP",
    "02": "MA",
    "03": "SR",
    "04": "CF",
    "05": "RP",
    "06": "EN",
    "07": "RM",
    "08": "CM",
    "09": "BF",
    "10": "CE",
    "12": "CC",
    "14": "AN",
    "15": "SE",
    "16": "PB",
}
"""The recipient type of FSE by régime."""

_FSE_CRF = re.compile(r"F[0-9]{8}")


class FileError(ExchangeError):
    """Lots and zones that do not make a file."""


@dataclass(frozen=True)
class Addressee:
    """Whom a lot is for, as record 000 of a file per recipient says it: type, number on 14, and the CRF."""

    type: str
    number: str
    crf: str


@dataclass(frozen=True)
class FileFrame:
    """What is put around lots: the file's name (6 digits), its record 000, its record 999, and how many
    invoices (records 2) they hold.
    """

    name: str
    head: bytes
    trailer: bytes
    invoices: int


@dataclass(frozen=True)
class FormattedFile:
    """A file in clear: its name (6 digits), its bytes from 000 to 999, and how many invoices (records 2) it
    holds.
    """

    name: str
    clear: bytes
    invoices: int


def frame_single_file(
    sender: LotSender, number: int, moment: datetime, oct_number: str, lots: Sequence[LotOutline]
) -> FileFrame:
    """What makes these certified lots, of FSE, of DRE or of both, without regard to their CRF, the single
    file of OCT-SF for one OCT. The lots themselves follow one another between head and trailer (OCT-SF-2).

    `number` is the file's name as a number, 1 to 999999; `moment` its date; `oct_number` the OCT's SIREN or
    association number. FileError.
    """
    first = str(lots[0].head["crf"]) if lots else ""
    return _framed(sender, number, moment, SINGLE_FILE, Addressee(OCT, oct_number.zfill(14), first), lots)


def frame_per_recipient(
    sender: LotSender, number: int, moment: datetime, lots: Sequence[LotOutline]
) -> FileFrame:
    """What makes these certified lots, which all have one recipient, the file for it of OCT-SS-1, as in
    direct mode; `number` and `moment` as in `frame_single_file`. FileError when the recipients are several.
    """
    if not lots:
        raise FileError("Un fichier par destinataire a au moins un lot.")
    return _framed(sender, number, moment, PER_RECIPIENT, addressee_of(lots[0]), lots)


def addressee_in(start: bytes) -> Addressee:
    """Whom a file is for, read in its first two records: type and number of its 000, CRF of its first lot,
    empty where that record has none. RecordError when they are none.
    """
    _, head = records.decode(start[: records.RECORD_LENGTH])
    _, lot = records.decode(start[records.RECORD_LENGTH : 2 * records.RECORD_LENGTH])
    return Addressee(
        str(head["type_destinataire"]), str(head["numero_destinataire"]), str(lot.get("crf", ""))
    )


def addressee_of(lot: LotOutline) -> Addressee:
    """Whom a lot is for, read in its record 1 (OCT-SS-1): an AMC by its number for DRE; for FSE the régime,
    the centre informatique and the organisme destinataire. FileError.
    """
    crf, organisme = str(lot.head["crf"]), str(lot.head["organisme"])
    number = recipient_number(str(lot.head["categorie"]), crf, organisme)
    if lot.head["categorie"] == DRE:
        return Addressee(AMC, number, crf)
    if not _FSE_CRF.fullmatch(crf):
        raise FileError(f"Lot {lot.head['lot']} : le CRF {crf} n’est pas celui d’un lot de FSE.")
    return Addressee(REGIMES.get(crf[1:3], CENTRE), number, crf)


def recipient_number(kind: str, crf: str, organisme: str) -> str:
    """The number on 14 of whom a lot is for: an AMC's own for DRE; for FSE régime, centre informatique and
    organisme destinataire.
    """
    return (crf[1:] if kind == DRE else f"{crf[1:3]}{crf[6:9]}{organisme}").zfill(14)


def _framed(
    sender: LotSender,
    number: int,
    moment: datetime,
    application: str,
    addressee: Addressee,
    lots: Sequence[LotOutline],
) -> FileFrame:
    if not 1 <= number <= FILE_NUMBER_MAX:
        raise FileError(f"Numéro de fichier {number} : il va de 1 à {FILE_NUMBER_MAX}.")
    head = zones.make(
        FILE_GROUP,
        f"{moment:%Y%m%d%H%M}",
        f"{number:06}",
        sender.ps_type,
        sender.number_14,
        application,
        addressee.type,
        addressee.number,
        addressee.crf,
    )
    more = zones.make(FILE_MORE_GROUP, str(len(lots)), str(sum(lot.size for lot in lots)), SIMULATION)
    return _frame(head, more, [(lot_group(lot, sender.ps_type), lot) for lot in lots])


def format_file(group12: Group, group14: Group, lots: Sequence[tuple[Group, bytes]]) -> FormattedFile:
    """Frame certified lots by one header and one trailer, worked out from groups 12 and 14 (OCT-SF-3,
    OCT-SF-4).

    Each lot comes with the group 13 or 93 that lot formatting gave. Their sender type and number must be
    those of group 12, whose CRF must be one of theirs; group 14 must tell their number and total size. In
    files per recipient (`TR`) all lots have one CRF, and the recipient's number is theirs. FileError names
    what differs.
    """
    framed = []
    for group, data in lots:
        lot = split_lot(data)
        if lot_group(lot, group.field("type_emetteur")) != group:
            raise FileError(
                f"Lot {lot.head['lot']} : son groupe {group.id} ne dit pas ce que le lot contient."
            )
        framed.append((group, outline_lot(data)))
    frame = _frame(group12, group14, framed)
    clear = b"".join((frame.head, *(data for _, data in lots), frame.trailer))
    return FormattedFile(frame.name, clear, frame.invoices)


def _frame(group12: Group, group14: Group, lots: Sequence[tuple[Group, LotOutline]]) -> FileFrame:
    if not 1 <= len(lots) <= LOTS_MAX:
        raise FileError(f"Fichier de {len(lots)} lots : il en faut de 1 à {LOTS_MAX}.")
    head, trailer = file_ends(group12, group14, [group for group, _ in lots])
    _check_lots(group12, group14, [lot for _, lot in lots])
    invoices = sum(int(group.field("factures")) for group, _ in lots)
    return FileFrame(group12.field("fichier"), head, trailer, invoices)


def file_ends(group12: Group, group14: Group, lots: Sequence[Group] = ()) -> tuple[bytes, bytes]:
    """Records 000 and 999, worked out from groups 12 and 14 alone (OCT-SF-3, OCT-SF-4).

    `lots` are the groups 13 and 93 that lot formatting gave; when they are there, their number, sender and
    CRF must be what groups 12 and 14 say. FileError names what differs.
    """
    if group12.id != FILE_GROUP or group14.id != FILE_MORE_GROUP:
        raise FileError(f"Groupes {group12.id} et {group14.id} : il faut {FILE_GROUP} et {FILE_MORE_GROUP}.")
    _check_application(group12)
    if lots:
        _check_groups(group12, group14, lots)
    count, size = _whole(group14, "lots"), _whole(group14, "taille")
    if not 1 <= count <= LOTS_MAX:
        raise FileError(f"Fichier de {count} lots : il en faut de 1 à {LOTS_MAX}.")
    if not size or size % records.RECORD_LENGTH:
        raise FileError(f"Les zones disent taille des lots « {size} » : ce n’est pas d’enregistrements.")
    ends: dict[str, str | int] = {
        "type_emetteur": group12.field("type_emetteur"),
        "numero_emetteur": group12.field("numero_emetteur"),
        "type_destinataire": group12.field("type_destinataire"),
        "numero_destinataire": group12.field("numero_destinataire"),
        "application": group12.field("application"),
        "fichier": group12.field("fichier"),
    }
    date = group12.field("date")
    try:
        head = records.encode("000", ends | {"date": date[2:8], "message": group14.field("message")})
        enregistrements = size // records.RECORD_LENGTH + 2
        trailer = records.encode("999", ends | {"enregistrements": enregistrements, "lots": count})
    except RecordError as error:
        raise FileError(f"Le fichier {ends['fichier']} ne peut pas être écrit : {error}.") from error
    return head, trailer


def _check_application(group12: Group) -> None:
    application = group12.field("application")
    if application == SINGLE_FILE:
        _equal("type de destinataire", group12.field("type_destinataire"), OCT)
    elif application != PER_RECIPIENT:
        raise FileError(f"Application « {application} » : il faut {SINGLE_FILE} ou {PER_RECIPIENT}.")


def _check_groups(group12: Group, group14: Group, lots: Sequence[Group]) -> None:
    _equal("nombre de lots", group14.field("lots"), len(lots))
    seen: set[str] = set()
    for group in lots:
        if group.id not in LOT_GROUPS.values():
            raise FileError(f"Le groupe {group.id} ne décrit pas un lot.")
        number = group.field("lot")
        if number in seen:
            raise FileError(f"Le lot {number} est deux fois dans le fichier.")
        seen.add(number)
        for field in ("type_emetteur", "numero_emetteur"):
            if group.field(field) != group12.field(field):
                raise FileError(
                    f"Lot {number} : {field} {group.field(field)} au lieu de {group12.field(field)}.",
                    cause="ce lot est d’un autre professionnel",
                )
    crf, crfs = group12.field("crf"), {group.field("crf") for group in lots}
    if crf not in crfs:
        raise FileError(f"Le CRF {crf} n’est celui d’aucun lot.")
    if group12.field("application") == PER_RECIPIENT and len(crfs) > 1:
        raise FileError(f"Un fichier par destinataire a un seul CRF, pas {', '.join(sorted(crfs))}.")


def _check_lots(group12: Group, group14: Group, lots: Sequence[LotOutline]) -> None:
    _equal("taille des lots", group14.field("taille"), sum(lot.size for lot in lots))
    billed: dict[str, array[int]] = {}
    for lot in lots:
        number, kind = lot.head["lot"], str(lot.head["categorie"])
        billed.setdefault(kind, array("I")).extend(lot.invoices)
        if not lot.certified:
            raise FileError(f"Le lot {number} n’est pas certifié.", next_step="certifiez-le d’abord.")
        if group12.field("application") == PER_RECIPIENT:
            found, told = addressee_of(lot).number, group12.field("numero_destinataire")
            if found != told:
                raise FileError(f"Le lot {number} est pour {found}, le fichier pour {told}.")
    for kind, invoices in billed.items():
        for invoice, following in pairwise(sorted(invoices)):
            if invoice == following:
                raise FileError(f"La {kind} de la facture {invoice:09} est deux fois dans le fichier.")


def _whole(group: Group, field: str) -> int:
    told = group.field(field)
    if not (told.isascii() and told.isdigit()):
        raise FileError(f"Groupe {group.id}, {field} « {told} » : un nombre est attendu.")
    return int(told)


def _equal(what: str, told: str, found: str | int) -> None:
    if told != str(found):
        raise FileError(f"Les zones disent {what} « {told} », les lots « {found} ».")
