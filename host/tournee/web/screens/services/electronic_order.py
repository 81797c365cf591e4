"""An electronic prescription in the photograph of its paper: kept by its number, looked up now or later."""

from __future__ import annotations

from tournee.app.context import Office
from tournee.app.practice.dossiers import get
from tournee.practice.patient_file import PatientFile
from tournee.reader import Reader
from tournee.store import ServiceRow
from tournee.web.face import Face


async def keep_of_picture(face: Face, patient: int, picture: bytes) -> str:
    """The screen to go to once the number that a picture shows is kept, "" when it shows none.

    It is looked up where the carer's card is unlocked, and waits otherwise; an answer makes the prescription.
    """
    from tournee.app.services.phone_card.asking import asserted_by
    from tournee.app.services.prescriptions.orders import keep_number, number_in_picture, resolve
    from tournee.services.qr_codes import UnreadPictureError

    try:
        number = number_in_picture(picture)
    except UnreadPictureError:
        return ""
    if not number:
        return ""
    ps = face.watch.state.ps if face.watch.state.unlocked is not None else None

    def later(office: Office) -> ServiceRow:
        return keep_number(office, get(office, PatientFile, patient), number)

    def now(office: Office, reader: Reader) -> ServiceRow:
        assert ps is not None
        one = get(office, PatientFile, patient)
        return keep_number(office, one, number, asserted_by(office, reader, ps))

    row = await (face.ports.ask_journal(later) if ps is None else face.ports.run_reader(now))
    if row.has_answer:
        order = await face.ports.ask_journal(lambda office: resolve(office, row))
        await face.news.tell(said=f"Ordonnance numérique gardée, {order.told.total} séances")
    else:
        await face.news.tell(said="Numéro d’ordonnance gardé, il attend le réseau")
    return f"/patients/{patient}"
