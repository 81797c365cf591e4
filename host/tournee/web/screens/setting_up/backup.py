"""Sauvegarde: how old the last one is, what is in it, and a new one, saved by the browser or to a folder."""

from __future__ import annotations

from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tournee.app.backup import Made, check_passphrase, make_backup
from tournee.app.context import Office
from tournee.app.setting_up.standing import backup_standing
from tournee.config import load_config
from tournee.errors import ConfigError
from tournee.web.face import face_of, show
from tournee.web.forms import fields_of
from tournee.web.screens.setting_up.files import outgoing, saved
from tournee.web.screens.setting_up.overview import setting_of


def phrase_of(fields: dict[str, str]) -> str:
    """A new passphrase, given twice the same. ConfigError."""
    phrase = fields.get("phrase", "")
    if phrase != fields.get("encore", ""):
        raise ConfigError(
            "Les deux phrases ne sont pas les mêmes.", next_step="écrivez deux fois la même phrase de passe"
        )
    check_passphrase(phrase)
    return phrase


async def backup(request: Request) -> Response:
    """`/sauvegarde`."""
    face = face_of(request)
    last = await face.ports.ask_journal(backup_standing)
    return show(request, "setting_up/backup.html", last=last)


async def make(request: Request) -> Response:
    """Make one: the browser saves it, or it goes to a folder of this machine."""
    face, fields = face_of(request), await fields_of(request)
    setting, folder = setting_of(face), fields.get("dossier", "").strip()

    def made(office: Office) -> Made:
        phrase = phrase_of(fields)
        name = f"tournee-{office.clock():%Y%m%d-%H%M%S}.sauvegarde"
        target = _in_folder(folder, name) if folder else outgoing(setting, name)
        return make_backup(office, load_config(setting.config), target, phrase)

    done = await face.ports.ask_journal(made)
    return show(
        request,
        "setting_up/backup_made.html",
        at="/sauvegarde/faite",
        made=done,
        folder=folder,
        name=done.path.name if folder else setting.half_done.name,
        megabytes=f"{max(done.size / (1 << 20), 0.1):.1f}".replace(".", ","),
    )


async def file(request: Request) -> Response:
    """The file that the browser saves."""
    return saved(setting_of(face_of(request)))


async def gone(request: Request) -> Response:
    """A reload after it was made."""
    return await backup(request)


def _in_folder(folder: str, name: str) -> Path:
    path = Path(folder).expanduser()
    if not path.is_dir():
        raise ConfigError(
            f"Le dossier {folder[:200]} n’est pas là.",
            next_step="branchez la clé, ou choisissez un autre dossier",
        )
    return path / name


BACKUP = (
    Route("/sauvegarde", backup),
    Route("/sauvegarde", make, methods=["POST"]),
    Route("/sauvegarde/faite", gone),
    Route("/sauvegarde/fichier", file),
)
