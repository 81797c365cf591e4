"""ARL: the logical acknowledgement of lots and files (OCT-RET-2; profile open-1 "Return files")."""

import re
from dataclasses import dataclass

from tournee.formats import records
from tournee.formats.errors import RecordError
from tournee.formats.proof_table import PIECE_LETTER
from tournee.returns.quarantine import DamagedError

RECORD = 128
APPLICATION = "AR"
WHOLE_FILE = "000"  # lot number of a record A that acknowledges the file as a whole
ACCEPTED_CODE = "0000"
CODES = {
    "0000": "accepté",
    "0100": "illisible",
    "0101": "compte ou total faux",
    "0102": "certificat du lot",
    "0103": "certificat d’une facture",
    "0104": "émetteur inconnu",
    "0105": "fichier ou lot en double",
    "0106": "format",
    "0199": "autre motif",
}
_NO_INVOICE = "000000000"
_PIECE = re.compile(r"(?!000)[0-9]{3}")
_ANSWERED = re.compile(r"([0-9]{19})(?: ([0-9A-F]{16}))?")


@dataclass(frozen=True)
class ArlItem:
    """One record A: a lot, or with lot ``000`` a file, accepted or refused.

    `sender` (14 digits), `file_name` (6) and `lot` (3) name what the PS sent; `date` is the lot's, AAMMJJ;
    `invoice` is the 9-digit number of the invoice at fault, "" when none is named. `piece` is the rank of the
    piece that it answers for (SCOR-8), 0 when it answers for none.
    """

    sender: str
    file_name: str
    lot: str
    date: str
    accepted: bool
    code: str
    label: str
    invoice: str
    piece: int = 0

    @property
    def whole_file(self) -> bool:
        """Whether the item settles the file rather than one lot."""
        return self.lot == WHOLE_FILE


@dataclass(frozen=True)
class Arl:
    """An ARL file: its own name, who answers (type and 14-digit number), its date AAMMJJ, its items in
    order.

    `stamp` is the compostage of the message that it answers, `digest` the first 16 digits of the SHA-256 of
    the file that this brought; "" where it says neither.
    """

    file_name: str
    sender_type: str
    sender: str
    date: str
    items: tuple[ArlItem, ...]
    stamp: str = ""
    digest: str = ""


def read_arl(content: bytes) -> Arl:
    """The ARL that `content` holds: 000 (application AR), records A, 999.

    Strict: raises `DamagedError` naming record, column and byte offset for a record that its table refuses,
    a file that is not a whole number of records, a wrong order, a count of 999 that differs, a state and
    code at odds.
    """
    if len(content) % RECORD:
        raise DamagedError(
            f"L’ARL n’est pas fait d’enregistrements de {RECORD} octets : {len(content)} octets.",
            f"octet {len(content) - len(content) % RECORD}",
        )
    count = len(content) // RECORD
    if count < 3:
        raise DamagedError(f"L’ARL n’a que {count} enregistrements.", "fichier")
    header = _decode(content, 0, "000")
    if header["application"] != APPLICATION:
        raise DamagedError(f"Application {header['application']} au lieu de {APPLICATION}.", position(0, 48))
    items = tuple(_read_item(content, index) for index in range(1, count - 1))
    trailer = _decode(content, count - 1, "999")
    if int(trailer["enregistrements"]) != count:
        raise DamagedError(
            f"Le 999 annonce {trailer['enregistrements']} enregistrements, le fichier en a {count}.",
            position(count - 1, 56),
        )
    if trailer["fichier"] != header["fichier"]:
        raise DamagedError("Le 999 et le 000 ne nomment pas le même fichier.", position(count - 1, 50))
    answered = _ANSWERED.fullmatch(str(header["message"]))
    return Arl(
        file_name=str(header["fichier"]),
        sender_type=str(header["type_emetteur"]),
        sender=str(header["numero_emetteur"]),
        date=str(header["date"]),
        items=items,
        stamp=answered[1] if answered else "",
        digest=(answered[2] or "") if answered else "",
    )


def position(index: int, column: int) -> str:
    """Where a fault stands: record (from 1), column (from 1), byte offset (from 0)."""
    return f"enregistrement {index + 1}, colonne {column}, octet {index * RECORD + column - 1}"


def _decode(content: bytes, index: int, kind: str) -> dict[str, str | int]:
    start = index * RECORD
    try:
        found, values = records.decode(content[start : start + RECORD], start)
    except RecordError as error:
        raise DamagedError(
            f"Enregistrement {kind} incorrect ({error}).", position(index, error.column or 1)
        ) from error
    if found != kind:
        raise DamagedError(f"Enregistrement {found} au lieu de {kind}.", position(index, 1))
    return values


def _read_item(content: bytes, index: int) -> ArlItem:
    values = _decode(content, index, "A")
    state, code = str(values["etat"]), str(values["code"])
    accepted = state == "P"
    if accepted != (code == ACCEPTED_CODE):
        raise DamagedError(f"État {state} et code {code} se contredisent.", position(index, 32))
    invoice = str(values["facture"])
    letter, piece = str(values["genre"]), str(values["piece"])
    if letter not in ("", PIECE_LETTER) or (piece and (not letter or not _PIECE.fullmatch(piece))):
        raise DamagedError(f"Genre « {letter} » et pièce « {piece} » ne vont pas.", position(index, 125))
    return ArlItem(
        sender=str(values["emetteur"]),
        file_name=str(values["fichier"]),
        lot=str(values["lot"]),
        date=str(values["date_lot"]),
        accepted=accepted,
        code=code,
        label=str(values["libelle"]),
        invoice="" if invoice == _NO_INVOICE else invoice,
        piece=int(piece or 0),
    )
