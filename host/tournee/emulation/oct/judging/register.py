"""What the OCT has already taken in: stamps, files, lots and invoices, each once (profile open-1, ARL 0105;
OCT-X).
"""

from tournee.emulation.oct.judging.file import Framed
from tournee.emulation.oct.judging.incoming import Submission
from tournee.emulation.oct.judging.lot import OctLot
from tournee.emulation.oct.judging.refusal import DUPLICATE, OTHER, OctRefusedError
from tournee.emulation.oct.judging.sheet_checks import SPLIT_CONTRACT


class OctRegister:
    """Remembers for ever; `known_files` maps (sender, file name) to the stamp of the message that brought
    it.
    """

    def __init__(self) -> None:
        self.known_files: dict[tuple[str, str], str] = {}
        self._stamps: set[tuple[str, str]] = set()
        self._lots: set[tuple[str, str, str]] = set()
        self._invoices: set[tuple[str, str, str]] = set()
        self._split: set[tuple[str, str]] = set()

    def check_message(self, submission: Submission) -> None:
        """Note the message's stamp; OctRefusedError 0105 when its sender used it before (OCT-MSG-4)."""
        key = (submission.sender, submission.stamp)
        if key in self._stamps:
            raise OctRefusedError(DUPLICATE, f"COMPOSTAGE {submission.stamp} DEJA RECU")
        self._stamps.add(key)

    def check_file(self, framed: Framed) -> None:
        """Raises `OctRefusedError` 0105 when the sender's file name was taken in before (OCT-SF-4)."""
        stamp = self.known_files.get((framed.sender, framed.file_name))
        if stamp is not None:
            raise OctRefusedError(
                DUPLICATE, f"FICHIER {framed.file_name} DEJA RECU SOUS LE COMPOSTAGE {stamp}"
            )

    def check_lot(self, framed: Framed, lot: OctLot) -> None:
        """Raises `OctRefusedError`: 0105 for a lot or an invoice taken in before, 0199 for a DRE beside a
        split FSE (OCT-X-1).
        """
        sender = framed.sender
        if (sender, lot.number, str(lot.header["date"])) in self._lots:
            raise OctRefusedError(DUPLICATE, f"LOT {lot.number} DEJA RECU")
        other_kind = "DRE" if lot.kind == "FSE" else "FSE"
        for sheet in lot.sheets:
            if (sender, sheet.number, lot.kind) in self._invoices:
                raise OctRefusedError(DUPLICATE, f"FACTURE {sheet.number} DEJA RECUE", sheet.number)
            beside = (sender, sheet.number, other_kind) in self._invoices
            split = sheet.identity["type_contrat"] == SPLIT_CONTRACT or (sender, sheet.number) in self._split
            if beside and split:
                raise OctRefusedError(OTHER, "CONTRAT 99 ET DRE POUR LA MEME FACTURE", sheet.number)

    def note_file(self, framed: Framed, submission: Submission) -> None:
        """Remember a file that was taken in, whatever became of its lots."""
        self.known_files[(framed.sender, framed.file_name)] = submission.stamp

    def note_lot(self, framed: Framed, lot: OctLot) -> None:
        """Remember an accepted lot and its invoices."""
        sender = framed.sender
        self._lots.add((sender, lot.number, str(lot.header["date"])))
        for sheet in lot.sheets:
            self._invoices.add((sender, sheet.number, lot.kind))
            if sheet.identity["type_contrat"] == SPLIT_CONTRACT:
                self._split.add((sender, sheet.number))
