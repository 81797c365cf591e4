"""A patient's phone read by the tablet's camera, in place of her Vitale card."""

from __future__ import annotations

from contextlib import suppress

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tournee.app.context import Office
from tournee.app.services.from_here import can_ask, reads_phones
from tournee.errors import BillingError, ReaderError, StoreError
from tournee.reader import Reader
from tournee.web.face import Face, face_of, go, show
from tournee.web.live.reader_seen import ReaderSeen
from tournee.web.screens.cards import card_opens
from tournee.web.screens.visit_view import shown_visit

_PICTURE_MAX = 8 << 20


async def phone(request: Request) -> Response:
    """`/telephone`: the camera, and what to ask the patient for."""
    face = face_of(request)
    _require_libraries()
    state = face.watch.state
    if state.ps is None:
        raise ReaderError(
            "Votre carte CPS n’est pas dans le lecteur.",
            next_step="insérez-la : elle dit au service qui demande",
        )
    if state.unlocked is None:
        return go(request, "/code?vers=/telephone")
    who, _ = await face.ports.ask_journal(lambda office: _taken_up(office, request))
    anew = "?autre=1" if "autre" in request.query_params else ""
    return show(request, "services/phone.html", back_to=_back(face), who=who, anew=anew)


def _taken_up(office: Office, request: Request) -> tuple[str, str]:
    """Whose reading is over and may be taken up for the visit that is open, by name and number; "" for none,
    or where she says that it is another's.
    """
    from tournee.app.services.phone_card.reading import phone_over

    office.services.of("apcv")
    face = face_of(request)
    if not face.at_visit or "autre" in request.query_params:
        return "", ""
    with suppress(StoreError):
        care = shown_visit(office, face.at_visit, face.watch.state)
        over = phone_over(office, care.person.nir) if care.is_open else None
        if over is not None:
            one = over.insured
            return f"{one.first_name} {one.name}".title(), one.nir
    return "", ""


def shown_by(office: Office, state: ReaderSeen) -> str:
    """Who shows the phone that was read in her patient's place, "" where it is the patient's own."""
    if state.phone is None or not reads_phones(office):
        return ""
    from tournee.app.services.phone_card.reading import phone_of

    found = phone_of(office, state.phone.patients[0].nir)
    return found.context.delegate if found is not None else ""


async def picture(request: Request) -> Response:
    """A picture of the phone's screen, as raw bytes: its code is judged now, and its patient opens."""
    _require_libraries()
    from tournee.app.services.phone_card.asking import asserted_by
    from tournee.app.services.phone_card.reading import PhoneRead, code_in_picture, read_phone

    face, data = face_of(request), bytearray()
    async for chunk in request.stream():
        data += chunk
        if len(data) > _PICTURE_MAX:
            raise BillingError("Cette image est trop grande.", next_step="reprenez-la, moins fine")
    state = face.watch.state
    ps = state.ps
    if ps is None:
        raise ReaderError("Votre carte CPS n’est pas dans le lecteur.", next_step="insérez-la")

    def work(office: Office, reader: Reader) -> PhoneRead:
        code = code_in_picture(bytes(data))
        _, renews = _taken_up(office, request)
        asserts = asserted_by(office, reader, ps)
        return read_phone(office, code, asserts, ps=ps.identity.billing_number, renews=renews)

    read = await face.ports.run_reader(work)
    if read.context.delegate:
        await face.news.tell(said=f"Montré par {read.context.delegate}, à qui le patient fait confiance.")
    await face.watch.phone_read(read.card)
    return go(request, (await card_opens(face, face.watch.state)).address)


def _require_libraries() -> None:
    if not can_ask():
        raise ReaderError(
            "Cet appareil ne lit pas l’appli carte Vitale.",
            cause="il n’a pas ce qu’il faut pour interroger son service",
            next_step="demandez la carte Vitale, ou passez sans carte",
        )


async def put_away(request: Request) -> Response:
    """Forget the phone that was read: the next card, or phone, is another patient's."""
    face = face_of(request)
    await face.watch.phone_read(None)
    return go(request, "/tournee")


def _back(face: Face) -> str:
    return f"/visite/{face.at_visit}" if face.at_visit else "/tournee"


PHONE = (
    Route("/telephone", phone),
    Route("/telephone/photo", picture, methods=["POST"]),
    Route("/telephone/ranger", put_away, methods=["POST"]),
)
