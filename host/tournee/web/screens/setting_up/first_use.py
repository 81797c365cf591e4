"""Première utilisation: reader, card, patients; or a backup taken up."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tournee.app.backup import Restored, restore_backup
from tournee.app.setting_up.first_use import begin_practice
from tournee.errors import TourneeError
from tournee.web.face import face_of, go, show
from tournee.web.forms import fields_of
from tournee.web.live.reader_seen import LinkState
from tournee.web.screens.setting_up.files import came, forget_received, received
from tournee.web.screens.setting_up.overview import setting_of


async def reader(request: Request) -> Response:
    """`/debut/1`."""
    face = face_of(request)
    there = setting_of(face).config.exists()
    return show(request, "setting_up/first_reader.html", there=there)


async def begin(request: Request) -> Response:
    """Write the first configuration, then the reader or the card."""
    face, fields = face_of(request), await fields_of(request)
    setting = setting_of(face)
    begin_practice(setting.config)
    await setting.set_up_anew()
    return go(request, "/jumeler?vers=/debut/2" if fields.get("lecteur") == "oui" else "/debut/2")


async def card(request: Request) -> Response:
    """`/debut/2`."""
    face = face_of(request)
    return show(request, "setting_up/first_card.html", here=face.watch.state.link is LinkState.HERE)


async def patients(request: Request) -> Response:
    """`/debut/3`."""
    face = face_of(request)
    return show(request, "setting_up/first_patients.html", has_code=setting_of(face).door.has_code)


async def backup(request: Request) -> Response:
    """`/debut/reprise`: a backup is chosen, then its phrase given."""
    return _asked(request)


def _asked(request: Request, wrong: TourneeError | None = None, *, replace: bool = False) -> Response:
    """The backup's screen, with why the last try was refused."""
    setting = setting_of(face_of(request))
    return show(
        request,
        "setting_up/first_backup.html",
        at="/debut/reprise",
        status=200 if wrong is None else 409,
        is_in=setting.half_done.came is not None,
        done=None,
        there=setting.config.exists(),
        wrong=wrong,
        replace=replace,
    )


async def bring(request: Request) -> Response:
    """A backup comes in."""
    await received(request, setting_of(face_of(request)))
    return go(request, "/debut/reprise")


async def restore(request: Request) -> Response:
    """Put it back; what is there is replaced only where it was said, and kept aside."""
    face, fields = face_of(request), await fields_of(request)
    setting = setting_of(face)
    path = came(setting)
    replace = fields.get("remplacer") == "oui"
    if setting.config.exists() and not replace:
        there = TourneeError(
            "Il y a déjà un cabinet sur cet appareil.",
            next_step="cochez « Remplacer ce cabinet » : celui qui est là est gardé à part",
        )
        return _asked(request, there)
    done: list[Restored] = []

    def put_back() -> None:
        now = face.clock().replace(tzinfo=None)
        done.append(restore_backup(path, fields.get("phrase", ""), setting.config, now=now, replace=replace))

    await face.watch.stop()
    try:
        await setting.set_up_anew(put_back)
    except TourneeError as wrong:  # what she chose stays: another phrase may be the one
        return _asked(request, wrong, replace=replace)
    finally:
        face.watch.start()
    forget_received(setting)
    return show(
        request,
        "setting_up/first_backup.html",
        at="/debut/repris",
        is_in=False,
        done=done[0],
        there=True,
        wrong=None,
    )


async def home(request: Request) -> Response:
    """A reload after it was done."""
    return go(request, "/tournee")


FIRST_USE = (
    Route("/debut/1", reader),
    Route("/debut/1", begin, methods=["POST"]),
    Route("/debut/2", card),
    Route("/debut/3", patients),
    Route("/debut/reprise", backup),
    Route("/debut/sauvegarde", bring, methods=["POST"]),
    Route("/debut/reprendre", restore, methods=["POST"]),
    Route("/debut/repris", home),
)
