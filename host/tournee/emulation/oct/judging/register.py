"""What the OCT has already taken in: stamps, files, lots and invoices, each once (profile open-1, ARL 0105;
OCT-X).
"""

import hashlib

from tournee.emulation.oct.judging.file import RECORD, Framed
from tournee.emulation.oct.judging.incoming import Submission
from tournee.emulation.oct.judging.lot import OctLot, OctSheet
from tournee.emulation.oct.judging.refusal import DUPLICATE, OTHER, OctRefusedError
from tournee.emulation.oct.judging.sheet_checks import SPLIT_CONTRACT
from tournee.formats import records

_TO_WHOM = {
    "2": ("numero_amc",),
    "2A": ("numero_amc", "adherent", "routage", "hote", "engagement", "engagement_fin"),
}
"""Columns that say to whom the complementary share is asked (profile "A DRE alone")."""


class OctRegister:
    """Remembers for ever; `known_files` maps (sender, file name) to the stamp of the message that brought
    it, `known_invoices` sender, invoice number and kind to theirs.
    """

    def __init__(self) -> None:
        self.known_files: dict[tuple[str, str], str] = {}
        self._stamps: dict[tuple[str, str], bytes] = {}
        self._lots: dict[tuple[str, str, str], str] = {}
        self.known_invoices: dict[tuple[str, str, str], str] = {}
        self._split: set[tuple[str, str]] = set()
        self._facts: dict[tuple[str, str], tuple[str, bytes]] = {}
        self._asked: dict[tuple[str, str], tuple[str, str]] = {}
        self._unpaid: set[tuple[str, str]] = set()

    def knows_lot(self, sender: str, number: str, date: str) -> bool:
        """Whether a lot was taken in."""
        return (sender, number, date) in self._lots

    def check_message(self, submission: Submission) -> None:
        """Note the message's stamp; OctRefusedError 0105 when it came before, 0199 when its sender used it
        for another file (OCT-MSG-4).
        """
        key, digest = (submission.sender, submission.stamp), hashlib.sha256(submission.file).digest()
        known = self._stamps.setdefault(key, digest)
        if known is digest:
            return
        if known == digest:
            raise OctRefusedError(DUPLICATE, f"COMPOSTAGE {submission.stamp} DEJA RECU")
        raise OctRefusedError(OTHER, f"COMPOSTAGE {submission.stamp} DEJA PRIS PAR UN AUTRE FICHIER")

    def check_file(self, framed: Framed) -> None:
        """Raises `OctRefusedError` 0105 when the sender's file name was taken in before (OCT-SF-4)."""
        stamp = self.known_files.get((framed.sender, framed.file_name))
        if stamp is not None:
            raise _duplicate(f"FICHIER {framed.file_name} DEJA RECU", stamp)

    def check_lot(self, framed: Framed, lot: OctLot) -> None:
        """Raises `OctRefusedError`: 0105 for a lot or an invoice taken in before, 0199 for a DRE beside a
        split FSE (OCT-X-1), of other facts than its invoice, or whose share another one asks.
        """
        sender = framed.sender
        stamp = self._lots.get((sender, lot.number, str(lot.header["date"])))
        if stamp is not None:
            raise _duplicate(f"LOT {lot.number} DEJA RECU", stamp)
        other_kind = "DRE" if lot.kind == "FSE" else "FSE"
        for sheet in lot.sheets:
            stamp = self.known_invoices.get((sender, sheet.number, lot.kind))
            if lot.kind == "DRE":
                self._check_told(framed, sheet)
            if stamp is not None and not (lot.kind == "DRE" and self._is_alone(sender, sheet)):
                raise _duplicate(f"FACTURE {sheet.number} DEJA RECUE", stamp, sheet.number)
            beside = (sender, sheet.number, other_kind) in self.known_invoices
            split = sheet.identity["type_contrat"] == SPLIT_CONTRACT or (sender, sheet.number) in self._split
            if beside and split:
                raise OctRefusedError(OTHER, "CONTRAT 99 ET DRE POUR LA MEME FACTURE", sheet.number)

    def note_unpaid(self, sender: str, number: str) -> None:
        """Remember that the insurer refused to pay a DRE: its share may be asked of another."""
        self._unpaid.add((sender, number))

    def _check_told(self, framed: Framed, sheet: OctSheet) -> None:
        """A DRE alone tells the facts of the invoice that an earlier file brought under its number."""
        file_name, facts = self._facts.get((framed.sender, sheet.number), (framed.file_name, b""))
        if file_name != framed.file_name and facts != _facts_of(sheet):
            raise OctRefusedError(OTHER, "DRE : AUTRES FAITS QUE CEUX DE LA FACTURE", sheet.number)

    def _is_alone(self, sender: str, sheet: OctSheet) -> bool:
        """Whether a DRE that was here before is another one, to another insurer or under another number:
        the first was refused. A share that is paid or awaited is not asked twice.
        """
        key = (sender, sheet.number)
        if self._asked.get(key) == _insurer_of(sheet):
            return False
        if key not in self._unpaid:
            raise OctRefusedError(OTHER, "DRE : PART DEJA DEMANDEE A UNE AUTRE AMC", sheet.number)
        return True

    def note_file(self, framed: Framed, submission: Submission) -> None:
        """Remember a file that was taken in, whatever became of its lots."""
        self.known_files[(framed.sender, framed.file_name)] = submission.stamp

    def note_lot(self, framed: Framed, lot: OctLot, stamp: str) -> None:
        """Remember an accepted lot and its invoices, and the stamp of the message that brought them."""
        sender = framed.sender
        self._lots[sender, lot.number, str(lot.header["date"])] = stamp
        for sheet in lot.sheets:
            self.known_invoices[sender, sheet.number, lot.kind] = stamp
            self._facts.setdefault((sender, sheet.number), (framed.file_name, _facts_of(sheet)))
            if lot.kind == "DRE":
                self._asked[sender, sheet.number] = _insurer_of(sheet)
                self._unpaid.discard((sender, sheet.number))
            if sheet.identity["type_contrat"] == SPLIT_CONTRACT:
                self._split.add((sender, sheet.number))


def _duplicate(what: str, stamp: str, invoice: str = "") -> OctRefusedError:
    """Refused for what an earlier message brought, whose stamp is named (profile, ARL 0105)."""
    return OctRefusedError(DUPLICATE, f"{what} SOUS LE COMPOSTAGE {stamp}", invoice)


def _facts_of(sheet: OctSheet) -> bytes:
    """What stands for the signed records of a sheet, but for whom its complementary share is asked of."""
    told = bytearray(sheet.signed)
    for at in range(0, len(told), RECORD):
        kind = records.KINDS[records.kind_of(told, at)]
        for name in _TO_WHOM.get(kind, ()):
            start, length = records.locate(kind, name)
            told[at + start : at + start + length] = b" " * length
    return hashlib.sha256(told).digest()


def _insurer_of(sheet: OctSheet) -> tuple[str, str]:
    """The complementary insurer of a sheet and the patient's number there."""
    more = sheet.complement
    return ("", "") if more is None else (str(more["numero_amc"]), str(more["adherent"]))
