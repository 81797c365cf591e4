"""The single file's framing: 000, lots, 999 (OCT-SF; profile open-1 "Records")."""

import re
from dataclasses import dataclass

from tournee.emulation.oct.judging.incoming import Submission
from tournee.emulation.oct.judging.refusal import COUNT_OR_TOTAL, LAYOUT, UNREADABLE, OctRefusedError
from tournee.formats import records
from tournee.formats.errors import RecordError

RECORD = 128
MAX_LOTS = 999
SINGLE_FILE = "TO"
PER_RECIPIENT = "TR"
_SHARED = (
    "type_emetteur",
    "numero_emetteur",
    "programme_emetteur",
    "type_destinataire",
    "numero_destinataire",
    "programme_destinataire",
    "application",
    "fichier",
)  # what 999 repeats of 000
_PS_TYPES = frozenset(["IF", "MK", "OO", "OY", "PE", "LB", "PH", "FR", "ER", "CP", "CS", "CT"])
_NORM = "SV14"

Values = dict[str, str | int]


@dataclass(frozen=True)
class Framed:
    """A file whose framing holds: the values of 000 and the bytes of each lot, certificates included."""

    header: Values
    lots: tuple[bytes, ...]

    @property
    def sender(self) -> str:
        """Sender number, 14 digits."""
        return str(self.header["numero_emetteur"])

    @property
    def single(self) -> bool:
        """Whether it is the single file, FSE and DRE together."""
        return self.header["application"] == SINGLE_FILE

    @property
    def claimed(self) -> frozenset[str]:
        """Invoice numbers for which the file holds a DRE, whatever becomes of it."""
        return frozenset(
            lot[at + 29 : at + 38].decode("latin-1")
            for lot in self.lots
            if lot[22:25] == b"DRE"
            for at in range(0, len(lot), RECORD)
            if is_invoice(lot, at)
        )

    @property
    def file_name(self) -> str:
        """File name, 6 digits."""
        return str(self.header["fichier"])


def read_file(submission: Submission, siren: str) -> Framed:
    """The file of `submission`, framing checked against itself, the message and the OCT's own `siren`.

    Raises `OctRefusedError`: 0100 no records at all, 0101 counts, 0106 layout.
    """
    content = submission.file
    if len(content) % RECORD or len(content) < 2 * RECORD or content[:3] != b"000":
        raise OctRefusedError(
            UNREADABLE, f"FICHIER DE {len(content)} OCTETS : PAS UNE SUITE D'ENREGISTREMENTS"
        )
    count = len(content) // RECORD
    header = decode(content[:RECORD], "000", 1)
    trailer = decode(content[-RECORD:], "999", count)
    for name in _SHARED:
        if header[name] != trailer[name]:
            raise OctRefusedError(LAYOUT, f"999 : {name} DIFFERE DU 000")
    _check_header(header, submission, siren)
    body = content[RECORD:-RECORD]
    lots = _cut_lots(body)
    if int(trailer["enregistrements"]) != count:
        raise OctRefusedError(
            COUNT_OR_TOTAL, f"999 : {trailer['enregistrements']} ENREGISTREMENTS, {count} LUS"
        )
    if int(trailer["lots"]) != len(lots):
        raise OctRefusedError(COUNT_OR_TOTAL, f"999 : {trailer['lots']} LOTS, {len(lots)} LUS")
    invoices = sum(is_invoice(body, at) for at in range(0, len(body), RECORD))
    if invoices != submission.invoices:
        raise OctRefusedError(COUNT_OR_TOTAL, f"OBJET : {submission.invoices} FACTURES, {invoices} LUES")
    return Framed(header, lots)


def is_invoice(content: bytes, at: int) -> bool:
    """Whether the record at `at` is a 2, which neither a 2R nor a 2A is."""
    return content[at : at + 1] == b"2" and content[at + 38 : at + 39] not in (b"A", b"R")


def decode(record: bytes, kind: str, number: int) -> Values:
    """One record of the expected `kind`, every column checked; raises `OctRefusedError` 0106 naming record
    and column.
    """
    try:
        found, values = records.decode(record)
    except RecordError as error:
        raise OctRefusedError(
            LAYOUT, f"ENREG {number} TYPE {kind} COLONNE {error.column} : {error.field}"
        ) from None
    if found != kind:
        raise OctRefusedError(LAYOUT, f"ENREG {number} : TYPE {found} AU LIEU DE {kind}")
    return values


def _check_header(header: Values, submission: Submission, siren: str) -> None:
    if header["type_emetteur"] not in _PS_TYPES:
        raise OctRefusedError(LAYOUT, f"000 : TYPE D'EMETTEUR {header['type_emetteur']} INCONNU")
    if header["numero_emetteur"] != submission.sender:
        raise OctRefusedError(LAYOUT, "OBJET : EXERCICE DIFFERE DU NUMERO D'EMETTEUR DU 000")
    if header["fichier"] != submission.file_name:
        raise OctRefusedError(LAYOUT, "PIECE JOINTE : NOM DIFFERENT DU NOM DE FICHIER DU 000")
    if header["norme"] != _NORM:
        raise OctRefusedError(LAYOUT, f"000 : NORME {header['norme']} AU LIEU DE {_NORM}")
    application = header["application"]
    recipient = (header["type_destinataire"], header["numero_destinataire"])
    if application == SINGLE_FILE:
        if recipient != ("OT", siren.zfill(14)):
            raise OctRefusedError(LAYOUT, f"000 : DESTINATAIRE AUTRE QUE OT {siren}")
    elif application == PER_RECIPIENT:
        if recipient[0] == "OT" or not re.fullmatch(r"\d{14}", str(recipient[1])):
            raise OctRefusedError(LAYOUT, "000 : DESTINATAIRE D'UN FICHIER TR")
    else:
        raise OctRefusedError(LAYOUT, f"000 : APPLICATION {application} AU LIEU DE TO OU TR")


def _cut_lots(body: bytes) -> tuple[bytes, ...]:
    """`body` cut before each record 1; what a lot holds is checked lot by lot, so that one bad lot refuses
    itself.
    """
    starts = [at for at in range(0, len(body), RECORD) if body[at : at + 1] == b"1"]
    if not starts or starts[0] != 0:
        raise OctRefusedError(LAYOUT, "FICHIER SANS LOT, OU ENREGISTREMENT AVANT LE PREMIER LOT")
    if len(starts) > MAX_LOTS:
        raise OctRefusedError(COUNT_OR_TOTAL, f"{len(starts)} LOTS, {MAX_LOTS} AU PLUS")
    return tuple(body[start:end] for start, end in zip(starts, [*starts[1:], len(body)], strict=True))
