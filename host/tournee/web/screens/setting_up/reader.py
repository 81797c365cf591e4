"""Lecteur: who it is, how it is reached, its cards, and what to do when it is not there."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tournee.app.context import Office
from tournee.app.opposition.in_force import list_state
from tournee.app.setting_up.standing import link_words, reader_name
from tournee.config import load_config
from tournee.config.editing import choose_reader
from tournee.config.readers import ReaderChoice
from tournee.errors import ReaderError
from tournee.reader import Identity
from tournee.web.face import face_of, go, show, show_error
from tournee.web.forms import fields_of
from tournee.web.live.reader_seen import LinkState
from tournee.web.screens.setting_up.overview import setting_of


async def reader(request: Request) -> Response:
    """`/lecteur`."""
    face = face_of(request)
    setting = setting_of(face)

    def asked(office: Office) -> tuple[ReaderChoice, str]:
        return load_config(setting.config).reader, list_state(office).doubt

    choice, doubt = await face.ports.ask_journal(asked)
    identity: Identity | None = None
    if face.watch.state.link is LinkState.HERE:
        try:
            identity = await face.ports.run_reader(lambda office, there: there.identify())
        except ReaderError:
            identity = None
    return show(
        request,
        "setting_up/reader.html",
        choice=choice,
        name=reader_name(choice),
        link=link_words(choice.port),
        identity=identity,
        doubt=doubt,
        kept=face.watch.code_kept,
    )


async def use(request: Request) -> Response:
    """Put another known reader in use."""
    face, fields = face_of(request), await fields_of(request)
    setting = setting_of(face)

    def chosen() -> None:
        found = load_config(setting.config).reader.find(fields.get("lecteur", ""))
        if found is None:
            raise ReaderError("Ce lecteur n’est plus connu.", next_step="jumelez-le")
        choose_reader(setting.config, found)

    await face.ports.ask_journal(lambda office: chosen())
    await setting.set_up_anew()
    return go(request, "/lecteur")


async def far(request: Request) -> Response:
    """`/loin`: the reader is out of reach."""
    face = face_of(request)
    if face.watch.state.link is LinkState.HERE:
        return go(request, "/lecteur")
    problem = face.watch.state.problem
    error = ReaderError(
        "Le lecteur est trop loin. Rien n’est perdu : la visite vous attend.",
        cause=(problem.cause if problem else "") or "il est éteint, débranché ou hors de portée",
        next_step="rapprochez-le, allumez-le, ou branchez son câble ; il est repris tout seul",
    )
    return show_error(request, error)


READER = (
    Route("/lecteur", reader),
    Route("/lecteur", use, methods=["POST"]),
    Route("/loin", far),
)
