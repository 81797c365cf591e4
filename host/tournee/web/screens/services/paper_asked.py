"""Of what a paper is photographed: an invoice, a visit on a European card, a patient's attestation."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request

from tournee.app.bedside.european import is_european
from tournee.app.context import Office
from tournee.app.pieces.keeping import keep_photo
from tournee.app.pieces.papers import keep_attestation_copy, keep_card_copy
from tournee.app.practice.dossiers import get
from tournee.app.to_settle import ToSettle, thing_to_settle
from tournee.documents.pieces.straightening import Corners
from tournee.errors import StoreError
from tournee.formats.proof_table import AGREEMENT, CARE_SHEET, NATURES
from tournee.practice.patient_file import PatientFile
from tournee.practice.scan_file import ATTESTATION, EUROPEAN_CARD, PAPERS, Nature
from tournee.web.face import face_of
from tournee.web.live.reader_seen import ReaderSeen
from tournee.web.screens.visit_view import shown_visit

PAPER_ADDRESSES = (
    "/regler/{key}/piece",
    "/visite/{key}/piece/{word}",
    "/patients/{number:int}/attestation/papier",
)
"""The addresses of the photograph, one for each thing."""

WORDS: dict[Nature, str] = {"O": "ordonnance", "F": "feuille", "D": "accord", "C": "carte"}
"""How an address names what a visit's paper is."""


@dataclass(frozen=True)
class PaperAsked:
    """`here` is the photograph's address, `before` where she came from, `after` where she goes once it is
    kept; one of `invoice`, `visit`, `patient` has it.
    """

    here: str
    before: str
    after: str
    tab: str
    who: str
    nature: Nature
    invoice: int | None = None
    visit: int | None = None
    patient: int | None = None

    @property
    def named(self) -> str:
        """What it is, in French."""
        return PAPERS[self.nature] if self.nature in PAPERS else NATURES[self.nature]

    @property
    def is_sent(self) -> bool:
        """Whether a caisse gets it."""
        return self.nature not in PAPERS


def paper_asked(office: Office, request: Request) -> PaperAsked:
    """What this request's address is about. StoreError where there is no such thing."""
    told = request.path_params
    if "word" in told:
        return _of_visit(office, told["key"], told["word"], face_of(request).watch.state)
    if "key" in told:
        one = thing_to_settle(office, told["key"])
        at = f"/regler/{one.key}"
        return PaperAsked(f"{at}/piece", at, "/regler", "regler", one.who, _nature(one), one.invoices[0])
    file = get(office, PatientFile, told["number"])
    at = f"/patients/{file.id}/attestation"
    return PaperAsked(f"{at}/papier", at, at, "patients", file.told.who, ATTESTATION, patient=file.id)


def _nature(one: ToSettle) -> Nature:
    told = one.alert.also if one.alert else ""
    return "F" if told == CARE_SHEET else "D" if told == AGREEMENT else "O"


def _of_visit(office: Office, key: str, word: str, state: ReaderSeen) -> PaperAsked:
    care = shown_visit(office, key, state)
    nature = next((one for one, said in WORDS.items() if said == word), None)
    at, patient = f"/visite/{care.key}", care.patient.id if care.patient else None
    if care.thing is not None and nature == EUROPEAN_CARD and is_european(care):
        back = f"{at}/carte-europeenne"
        visit = care.thing.id
        here = f"{at}/piece/{word}"
        return PaperAsked(here, back, back, "tournee", care.name, nature, visit=visit, patient=patient)
    invoice = care.thing.invoice if care.thing else None
    if nature is None or nature == EUROPEAN_CARD or invoice is None:
        raise StoreError("Cette visite n’attend pas ce papier.", next_step="revenez à la visite")
    back = f"{at}/fait"
    return PaperAsked(f"{at}/piece/{word}", back, back, "tournee", care.name, nature, invoice.id)


def keep_asked(
    office: Office, asked: PaperAsked, data: bytes, corners: Corners, *, bits: bool, though_same: bool
) -> None:
    """Keep the photograph where it was asked for. PieceError, CornersError, ScanError, SamePictureError."""
    from tournee.documents.pieces.making import Source

    source = Source(data, corners)
    if asked.invoice is not None:
        keep_photo(office, source, asked.nature, asked.invoice, black_and_white=bits, though_same=though_same)
    elif asked.visit is not None:
        keep_card_copy(
            office,
            asked.visit,
            source,
            patient=asked.patient,
            black_and_white=bits,
            though_same=though_same,
        )
    else:
        assert asked.patient is not None
        keep_attestation_copy(office, asked.patient, source, black_and_white=bits, though_same=though_same)
