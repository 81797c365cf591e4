"""Corriger: the one thing that a refusal asks for, what stays as it is, when the new invoice is signed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tournee.app.context import Office
from tournee.app.correcting.dre_alone import DreSentAlone
from tournee.app.practice.scans import take_scan
from tournee.app.to_settle import thing_to_settle
from tournee.app.to_settle.correcting import (
    CorrectionAt,
    CorrectionTold,
    correct,
    correct_alone,
    correction_of,
    correction_of_visit,
    correction_said,
    keep_photo,
)
from tournee.app.to_settle.doing import ALONE_SAID
from tournee.app.to_settle.reasons import CorrectionAsked
from tournee.app.visits.editing import NothingChangesError
from tournee.config import load_config
from tournee.errors import StoreError, TourneeError
from tournee.practice.scan_file import SCAN_MAX
from tournee.web.face import Face, face_of, go, show
from tournee.web.forms import fields_of, whole
from tournee.web.screens.settling import day_of
from tournee.web.screens.visit_view import shown_visit

_WORD_MAX = 200
_CHOICES = {
    CorrectionAsked.PRESCRIPTION: "L’ordonnance",
    CorrectionAsked.COMPLEMENTARY: "La mutuelle",
    CorrectionAsked.DATE: "Le jour",
    CorrectionAsked.ACTS: "Les actes",
    CorrectionAsked.OTHER: "Rien, elle repart telle quelle",
}
"""What may be corrected, as it is chosen."""


@dataclass(frozen=True)
class Correcting:
    """What is corrected: the address that its screens begin with, where it goes back to; `root` is that of
    what is beside it.
    """

    at: CorrectionAt
    base: str
    back: str
    root: str

    @property
    def choices(self) -> dict[CorrectionAsked, str]:
        """What may be corrected of it: what stands never goes again as it was."""
        left_out = {CorrectionAsked.OTHER} if self.at.waits else set()
        left_out |= set() if self.at.acts else {CorrectionAsked.ACTS}
        return {one: label for one, label in _CHOICES.items() if one not in left_out}


def _finder(request: Request, asked: CorrectionAsked | None) -> Callable[[Office], Correcting]:
    """What finds it: a thing to settle, or the invoice of a visit that nobody refused."""
    key, state = request.path_params["key"], face_of(request).watch.state

    def of_thing(office: Office) -> Correcting:
        at = correction_of(office, thing_to_settle(office, key), asked)
        return Correcting(at, f"/regler/{key}", f"/regler/{key}", "/regler")

    def of_visit(office: Office) -> Correcting:
        thing = shown_visit(office, key, state).thing
        if thing is None:
            raise StoreError(
                "Cette visite n’est pas encore facturée.", next_step="ouvrez-la, puis changez-la"
            )
        at = correction_of_visit(office, thing, asked or CorrectionAsked.OTHER)
        return Correcting(at, f"/visite/{key}/facture", f"/visite/{key}/fait", "/tournee")

    return of_thing if request.url.path.startswith("/ecran/regler/") else of_visit


async def correcting(request: Request) -> Response:
    """`…/corriger`, with `?quoi=` of what the carer would rather change."""
    face = face_of(request)
    wanted = _asked(request.query_params.get("quoi"))
    found = await face.ports.ask_journal(_finder(request, wanted))
    at = found.at
    asked = at.asked if at.asked in found.choices else CorrectionAsked.OTHER
    if asked not in found.choices or (wanted is None and found.root == "/tournee"):
        return show(request, "correct_what.html", one=found)
    if wanted is None and at.asked is CorrectionAsked.PRESCRIPTION and at.patient and not at.other:
        return go(request, f"{found.base}/photo")  # none of those that are kept is the right one
    return show(
        request,
        "correct.html",
        one=found,
        told=at,
        asked=asked,
        here=_is_here(face, at),
        photo=whole(dict(request.query_params), "photo"),
    )


def _asked(word: str | None) -> CorrectionAsked | None:
    return next((one for one in CorrectionAsked if one.value == word), None)


def _is_here(face: Face, at: CorrectionAt) -> bool:
    """Whether the patient's card is in the reader now, for an invoice that can be signed anew."""
    vitale = face.watch.state.vitale
    nir = at.thing.visit.judged.visit.nir
    return not at.waits and vitale is not None and any(one.nir == nir for one in vitale.patients)


async def make(request: Request) -> Response:
    """Make the correction; then the visit, where its card is in, else where it was asked for."""
    fields = await fields_of(request)
    find = _finder(request, _asked(fields.get("quoi")))
    told = CorrectionTold(
        order=whole(fields, "ordonnance"),
        order_day=day_of(fields.get("jour-ordonnance", "")),
        insurer="".join(fields.get("numero", "").split())[:_WORD_MAX],
        member=" ".join(fields.get("adherent", "").split())[:_WORD_MAX],
        day=day_of(fields.get("jour", "")),
        without=_without(fields),
        coefficients=_coefficients(fields),
        added=" ".join(fields.get("ajout", "").split())[:_WORD_MAX],
        scan=whole(fields, "photo"),
        reason=" ".join(fields.get("mot", "").split())[:_WORD_MAX],
    )
    try:
        return await _made(request, find, told)
    except NothingChangesError:
        return await _same(request, find, told)


async def _same(request: Request, find: Callable[[Office], Correcting], told: CorrectionTold) -> Response:
    """What she said is what was billed: nothing is prepared, a photograph that she took is kept."""

    def work(office: Office) -> tuple[Correcting, date | None]:
        found = find(office)
        return found, keep_photo(office, found.at, told)

    found, kept = await face_of(request).ports.ask_journal(work)
    return show(request, "correct_same.html", one=found, told=found.at, kept=kept)


async def _made(request: Request, find: Callable[[Office], Correcting], told: CorrectionTold) -> Response:
    face = face_of(request)
    if await _alone(face, find, told):
        return go(request, "/regler")

    def work(office: Office) -> tuple[int, str, Correcting]:
        found = find(office)
        done = correct(office, found.at, told)
        return done.thing.id, correction_said(done, found.at.next), found

    visit, said, found = await face.ports.ask_journal(work)
    await face.news.tell(said=said, sound="ok")
    if _is_here(face, found.at):
        return go(request, f"/visite/v{visit}")
    return go(request, found.back if found.at.waits else "/regler")


async def _alone(face: Face, find: Callable[[Office], Correcting], told: CorrectionTold) -> bool:
    """Put a refused demand to the complementary insurer right, where it goes alone; an insurer that is not
    known yet is written beside the configuration, by which all is then opened.
    """
    setting = face.setting

    def work(office: Office) -> DreSentAlone | None:
        found = find(office)
        if not found.at.alone:
            return None
        return correct_alone(office, load_config(setting.config) if setting else None, found.at, told)

    done = await face.ports.ask_journal(work)
    if done is None:
        return False
    if done.added and setting is not None:
        await setting.set_up_anew()
    await face.news.tell(said=ALONE_SAID, sound="ok")
    return True


def _without(fields: dict[str, str]) -> tuple[int, ...]:
    """Acts that are no more ticked; none where the form had no acts."""
    count = whole(fields, "actes")
    return tuple(rank for rank in range(count) if f"acte-{rank}" not in fields)


def _coefficients(fields: dict[str, str]) -> tuple[tuple[int, str], ...]:
    count = whole(fields, "actes")
    said = {rank: fields.get(f"coefficient-{rank}", "").strip() for rank in range(count)}
    return tuple((rank, text) for rank, text in said.items() if text)


async def camera(request: Request) -> Response:
    """`…/photo`: the prescription, taken anew."""
    found = await face_of(request).ports.ask_journal(_finder(request, CorrectionAsked.PRESCRIPTION))
    return show(request, "correct_photo.html", one=found)


async def photo(request: Request) -> Response:
    """A photograph, as raw bytes: kept before anything is told of it."""
    find, data = _finder(request, CorrectionAsked.PRESCRIPTION), bytearray()
    async for chunk in request.stream():
        data += chunk
        if len(data) > SCAN_MAX:
            raise TourneeError("Cette image est trop grande.", next_step="reprenez la photo, moins fine")

    def kept(office: Office) -> str:
        found = find(office)
        if not found.at.patient:
            raise TourneeError("Ce patient n’a pas de dossier.", next_step="ouvrez-le une fois, carte lue")
        scan = take_scan(office, found.at.patient, bytes(data)).id
        return f"{found.base}/corriger?quoi=ordonnance&photo={scan}"

    return go(request, await face_of(request).ports.ask_journal(kept))


CORRECTING = tuple(
    Route(f"{base}/{page}", work, methods=methods)
    for base in ("/regler/{key}", "/visite/{key}/facture")
    for page, work, methods in (
        ("photo", camera, ["GET"]),
        ("photo", photo, ["POST"]),
        ("corriger", correcting, ["GET"]),
        ("corriger", make, ["POST"]),
    )
)
