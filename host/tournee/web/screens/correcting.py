"""Corriger: the one thing that a refusal asks for, what stays as it is, when the new invoice is signed."""

from __future__ import annotations

from datetime import date
from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tournee.app.context import Office
from tournee.app.correcting.dre_alone import DreSentAlone
from tournee.app.practice.scans import take_scan
from tournee.app.to_settle import ToSettle, thing_to_settle
from tournee.app.to_settle.correcting import (
    CorrectionAt,
    CorrectionTold,
    correct,
    correct_alone,
    correction_of,
    correction_said,
    keep_photo,
)
from tournee.app.to_settle.doing import ALONE_SAID
from tournee.app.to_settle.reasons import CorrectionAsked
from tournee.app.visits.editing import NothingChangesError
from tournee.config import load_config
from tournee.errors import TourneeError
from tournee.practice.scan_file import SCAN_MAX
from tournee.web.face import Face, face_of, go, show
from tournee.web.forms import fields_of, whole
from tournee.web.screens.settling import day_of

_WORD_MAX = 200
_CHOICES = {
    CorrectionAsked.PRESCRIPTION: "L’ordonnance",
    CorrectionAsked.COMPLEMENTARY: "La mutuelle",
    CorrectionAsked.DATE: "Le jour",
    CorrectionAsked.ACTS: "Les actes",
    CorrectionAsked.OTHER: "Rien, elle repart telle quelle",
}
"""What may be corrected, as it is chosen."""

_TITLES = {
    CorrectionAsked.PRESCRIPTION: "Ordonnance",
    CorrectionAsked.COMPLEMENTARY: "Mutuelle",
    CorrectionAsked.DATE: "Visite",
    CorrectionAsked.ACTS: "Actes",
}


async def correcting(request: Request) -> Response:
    """`/regler/{key}/corriger`, with `?quoi=` of what the carer would rather change."""
    face, key = face_of(request), request.path_params["key"]
    wanted = _asked(request.query_params.get("quoi"))
    one, at = await face.ports.ask_journal(partial(_at, key=key, asked=wanted))
    if wanted is None and at.asked is CorrectionAsked.PRESCRIPTION and at.patient and not at.other:
        return go(request, f"/regler/{key}/photo")  # none of those that are kept is the right one
    asked = at.asked if at.asked in _CHOICES else CorrectionAsked.OTHER
    return show(
        request,
        "correct.html",
        one=one,
        told=at,
        asked=asked,
        choices=_CHOICES,
        here=_is_here(face, at),
        photo=whole(dict(request.query_params), "photo"),
    )


def _at(office: Office, *, key: str, asked: CorrectionAsked | None) -> tuple[ToSettle, CorrectionAt]:
    one = thing_to_settle(office, key)
    return one, correction_of(office, one, asked)


def _asked(word: str | None) -> CorrectionAsked | None:
    return next((one for one in CorrectionAsked if one.value == word), None)


def _is_here(face: Face, at: CorrectionAt) -> bool:
    """Whether the patient's card is in the reader now."""
    vitale = face.watch.state.vitale
    nir = at.thing.visit.judged.visit.nir
    return vitale is not None and any(one.nir == nir for one in vitale.patients)


async def make(request: Request) -> Response:
    """Make the correction; then the visit, where its card is in, else the list."""
    fields = await fields_of(request)
    asked = _asked(fields.get("quoi"))
    told = CorrectionTold(
        order=whole(fields, "ordonnance"),
        order_day=day_of(fields.get("jour-ordonnance", "")),
        insurer="".join(fields.get("numero", "").split())[:_WORD_MAX],
        member=" ".join(fields.get("adherent", "").split())[:_WORD_MAX],
        day=day_of(fields.get("jour", "")),
        without=_without(fields),
        coefficients=_coefficients(fields),
        scan=whole(fields, "photo"),
        reason=" ".join(fields.get("mot", "").split())[:_WORD_MAX],
    )

    try:
        return await _made(request, asked, told)
    except NothingChangesError:
        return await _same(request, asked, told)


async def _same(request: Request, asked: CorrectionAsked | None, told: CorrectionTold) -> Response:
    """What she said is what was billed: nothing is prepared, a photograph that she took is kept."""
    face, key = face_of(request), request.path_params["key"]

    def work(office: Office) -> tuple[ToSettle, CorrectionAt, date | None]:
        one, at = _at(office, key=key, asked=asked)
        return one, at, keep_photo(office, at, told)

    one, at, kept = await face.ports.ask_journal(work)
    return show(request, "correct_same.html", one=one, told=at, kept=kept, choices=_CHOICES)


async def _made(request: Request, asked: CorrectionAsked | None, told: CorrectionTold) -> Response:
    face, key = face_of(request), request.path_params["key"]
    if asked is CorrectionAsked.COMPLEMENTARY and await _alone(face, key, told):
        return go(request, "/regler")

    def work(office: Office) -> tuple[int, str, CorrectionAt]:
        one = thing_to_settle(office, key)
        at = correction_of(office, one, asked)
        done = correct(office, one, told, asked)
        return done.thing.id, correction_said(done, at.next), at

    visit, said, at = await face.ports.ask_journal(work)
    await face.news.tell(said=said, sound="ok")
    return go(request, f"/visite/v{visit}" if _is_here(face, at) else "/regler")


async def _alone(face: Face, key: str, told: CorrectionTold) -> bool:
    """Put a refused demand to the complementary insurer right, where it goes alone; an insurer that is not
    known yet is written beside the configuration, by which all is then opened.
    """
    setting = face.setting
    config = load_config(setting.config) if setting is not None else None

    def work(office: Office) -> DreSentAlone | None:
        one = thing_to_settle(office, key)
        if not correction_of(office, one, CorrectionAsked.COMPLEMENTARY).alone:
            return None
        return correct_alone(office, config, one, told)

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
    said = {rank: fields.get(f"coefficient-{rank}", "").strip().replace(",", ".") for rank in range(count)}
    return tuple((rank, text) for rank, text in said.items() if text)


async def camera(request: Request) -> Response:
    """`/regler/{key}/photo`: the prescription, taken anew."""
    face, key = face_of(request), request.path_params["key"]
    one, told = await face.ports.ask_journal(partial(_at, key=key, asked=CorrectionAsked.PRESCRIPTION))
    return show(request, "correct_photo.html", one=one, told=told)


async def photo(request: Request) -> Response:
    """A photograph, as raw bytes: kept before anything is told of it."""
    face, key, data = face_of(request), request.path_params["key"], bytearray()
    async for chunk in request.stream():
        data += chunk
        if len(data) > SCAN_MAX:
            raise TourneeError("Cette image est trop grande.", next_step="reprenez la photo, moins fine")

    def kept(office: Office) -> int:
        _, told = _at(office, key=key, asked=CorrectionAsked.PRESCRIPTION)
        if not told.patient:
            raise TourneeError("Ce patient n’a pas de dossier.", next_step="ouvrez-le une fois, carte lue")
        return take_scan(office, told.patient, bytes(data)).id

    scan = await face.ports.ask_journal(kept)
    return go(request, f"/regler/{key}/corriger?quoi=ordonnance&photo={scan}")


CORRECTING = (
    Route("/regler/{key}/photo", camera),
    Route("/regler/{key}/photo", photo, methods=["POST"]),
    Route("/regler/{key}/corriger", correcting),
    Route("/regler/{key}/corriger", make, methods=["POST"]),
)
