"""What the OCT has already taken in: stamps, files, lots and invoices, each once (profile open-1, ARL 0105;
OCT-X).
"""

import hashlib

from tournee.emulation.oct.judging.file import Framed
from tournee.emulation.oct.judging.incoming import Submission
from tournee.emulation.oct.judging.lot import OctLot
from tournee.emulation.oct.judging.refusal import DUPLICATE, OTHER, OctRefusedError
from tournee.emulation.oct.judging.sheet_checks import SPLIT_CONTRACT


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
        split FSE (OCT-X-1).
        """
        sender = framed.sender
        stamp = self._lots.get((sender, lot.number, str(lot.header["date"])))
        if stamp is not None:
            raise _duplicate(f"LOT {lot.number} DEJA RECU", stamp)
        other_kind = "DRE" if lot.kind == "FSE" else "FSE"
        for sheet in lot.sheets:
            stamp = self.known_invoices.get((sender, sheet.number, lot.kind))
            if stamp is not None:
                raise _duplicate(f"FACTURE {sheet.number} DEJA RECUE", stamp, sheet.number)
            beside = (sender, sheet.number, other_kind) in self.known_invoices
            split = sheet.identity["type_contrat"] == SPLIT_CONTRACT or (sender, sheet.number) in self._split
            if beside and split:
                raise OctRefusedError(OTHER, "CONTRAT 99 ET DRE POUR LA MEME FACTURE", sheet.number)

    def note_file(self, framed: Framed, submission: Submission) -> None:
        """Remember a file that was taken in, whatever became of its lots."""
        self.known_files[(framed.sender, framed.file_name)] = submission.stamp

    def note_lot(self, framed: Framed, lot: OctLot, stamp: str) -> None:
        """Remember an accepted lot and its invoices, and the stamp of the message that brought them."""
        sender = framed.sender
        self._lots[sender, lot.number, str(lot.header["date"])] = stamp
        for sheet in lot.sheets:
            self.known_invoices[sender, sheet.number, lot.kind] = stamp
            if sheet.identity["type_contrat"] == SPLIT_CONTRACT:
                self._split.add((sender, sheet.number))


def _duplicate(what: str, stamp: str, invoice: str = "") -> OctRefusedError:
    """Refused for what an earlier message brought, whose stamp is named (profile, ARL 0105)."""
    return OctRefusedError(DUPLICATE, f"{what} SOUS LE COMPOSTAGE {stamp}", invoice)
