"""Papers that stay here: the copy of a European card with its visit, an attestation with its patient."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tournee.app.context import Office
from tournee.app.finding import thing_of
from tournee.app.pieces.fitting import fitted_or_raw
from tournee.app.pieces.keeping import keep_for
from tournee.app.pieces.same_picture import refuse_same_picture
from tournee.app.practice.dossiers import Dossier, get, of_patient
from tournee.errors import StoreError
from tournee.practice.scan_file import ATTESTATION, EUROPEAN_CARD, ScanFile
from tournee.store import DossierState

if TYPE_CHECKING:
    from tournee.documents.pieces.making import Source


def keep_attestation_copy(
    office: Office, patient: int, source: Source, *, black_and_white: bool = False, though_same: bool = False
) -> Dossier[ScanFile]:
    """Keep the picture of an attestation with its patient, made as a piece is. PieceError, CornersError,
    ScanError, SamePictureError: nothing is then changed.
    """
    told, data = fitted_or_raw(source, ATTESTATION, black_and_white=black_and_white)
    if not though_same:
        refuse_same_picture(office, told, patient=patient)
    return keep_for(office, told, data, patient=patient)


def keep_card_copy(
    office: Office,
    visit: int,
    source: Source,
    *,
    patient: int | None = None,
    black_and_white: bool = False,
    though_same: bool = False,
) -> Dossier[ScanFile]:
    """Keep the picture of a European card with its visit, and its patient where there is a file. StoreError
    for a visit on none; PieceError, CornersError, ScanError, SamePictureError.
    """
    if thing_of(office, visit).visit.judged.visit.ceam is None:
        raise StoreError("Cette visite n’est sur aucune carte européenne.", next_step="recopiez-la d’abord")
    told, data = fitted_or_raw(source, EUROPEAN_CARD, black_and_white=black_and_white)
    if not though_same:
        refuse_same_picture(office, told, patient=patient, visit=visit)
    return keep_for(office, told, data, patient=patient, visits=(visit,))


def attestation_copy(office: Office, patient: int) -> Dossier[ScanFile] | None:
    """The last one kept of a patient, None when there is none."""
    found = [one for one in of_patient(office, ScanFile, patient) if one.told.nature == ATTESTATION]
    return found[-1] if found else None


def card_copy(office: Office, visit: int) -> Dossier[ScanFile] | None:
    """The last one kept with a visit, None when there is none."""
    ties = [one for one in office.journal.pieces.ties_of([visit]) if one.nature == EUROPEAN_CARD]
    rows = [office.journal.dossiers.get(one.dossier_id) for one in ties]
    found = [row.id for row in rows if row.state is DossierState.OPEN]
    return get(office, ScanFile, found[-1]) if found else None
