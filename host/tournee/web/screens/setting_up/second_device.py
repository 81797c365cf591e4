"""Deuxième appareil: each has its numbers; patients and prescriptions pass between them by a file."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tournee.app.context import Office
from tournee.app.practice.exchange import TakenIn, take_practice, write_practice
from tournee.app.setting_up.standing import PracticeStanding, standing_of
from tournee.config import load_config
from tournee.web.face import face_of, go, show
from tournee.web.forms import fields_of
from tournee.web.screens.setting_up.backup import phrase_of
from tournee.web.screens.setting_up.files import came, forget_received, outgoing, received, saved
from tournee.web.screens.setting_up.overview import setting_of


async def second(request: Request) -> Response:
    """`/deuxieme`."""
    face = face_of(request)
    setting = setting_of(face)

    def standing(office: Office) -> PracticeStanding:
        return standing_of(office, load_config(setting.config))

    found = await face.ports.ask_journal(standing)
    return show(request, "setting_up/second.html", numbers=found.numbers)


async def give(request: Request) -> Response:
    """Write the file for the other device."""
    face, fields = face_of(request), await fields_of(request)
    setting = setting_of(face)

    def written(office: Office) -> int:
        phrase = phrase_of(fields)
        name = f"cabinet-{office.clock():%Y%m%d-%H%M%S}.tournee"
        return write_practice(office, outgoing(setting, name), phrase)

    count = await face.ports.ask_journal(written)
    return show(
        request,
        "setting_up/second_given.html",
        at="/deuxieme/donne",
        count=count,
        name=setting.half_done.name,
    )


async def file(request: Request) -> Response:
    """The file that the browser saves."""
    return saved(setting_of(face_of(request)))


async def bring(request: Request) -> Response:
    """The other device's file comes in; its phrase is asked for."""
    await received(request, setting_of(face_of(request)))
    return go(request, "/deuxieme/phrase")


async def phrase(request: Request) -> Response:
    """`/deuxieme/phrase`."""
    came(setting_of(face_of(request)))
    return show(request, "setting_up/second_phrase.html", done=None)


async def take(request: Request) -> Response:
    """Take in what the other device wrote."""
    face, fields = face_of(request), await fields_of(request)
    setting = setting_of(face)

    def taken(office: Office) -> TakenIn:
        return take_practice(office, came(setting), fields.get("phrase", ""))

    done = await face.ports.ask_journal(taken)
    forget_received(setting)
    return show(request, "setting_up/second_phrase.html", at="/deuxieme/recu", done=done)


async def back(request: Request) -> Response:
    """A reload after it was done."""
    return go(request, "/deuxieme")


SECOND_DEVICE = (
    Route("/deuxieme", second),
    Route("/deuxieme/donner", give, methods=["POST"]),
    Route("/deuxieme/donne", back),
    Route("/deuxieme/fichier", file),
    Route("/deuxieme/apporter", bring, methods=["POST"]),
    Route("/deuxieme/phrase", phrase),
    Route("/deuxieme/prendre", take, methods=["POST"]),
    Route("/deuxieme/recu", back),
)
