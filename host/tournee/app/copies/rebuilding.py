"""A tablet rebuilt from its copy at the practice's server: on a new device, with the recovery code on paper.

Nothing is put in place before the whole copy was opened and seen to be the journal that was copied. From the
moment the server gave it over, the device that had it can do nothing there any more.
"""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from tournee.app.backup.archive import is_fit
from tournee.app.backup.collecting import KEY_ENDING
from tournee.app.context import Progress, silent
from tournee.app.copies.copy_state import CopyFolder, CopyState
from tournee.app.copies.following import binding_of
from tournee.app.copies.page_changes import put_back
from tournee.app.copies.recovery_code import unlock_key
from tournee.config.practice_server import JoinedPractice
from tournee.errors import ConfigError, StoreError
from tournee.exchange.practice_server.client import PracticeServer
from tournee.exchange.practice_server.requests import PartFacts
from tournee.files import OWNER_ONLY, Step, write_whole
from tournee.french import reason
from tournee.placing import new_staging, put_all
from tournee.secrets import Backend
from tournee.store import Cipher
from tournee.store.integrity.copied import look_at_copy
from tournee.store.keys import keep_key

CONFIGURATION = "configuration"
_FILES_MAX = 2_000
_ASK_AGAIN = ("le code de l’étiquette du lecteur, s’il était au trousseau",)


@dataclass(frozen=True)
class Rebuilt:
    """What stands now: configuration, journal, the journal's step and when it was copied; whether the key is
    in the keyring; what is to be given again.
    """

    config: Path
    journal: Path
    step: int
    at: str
    key_in_keyring: bool
    ask_again: tuple[str, ...]


def rebuild(
    server: PracticeServer,
    joined: JoinedPractice,
    device_key: str,
    code: str,
    config_path: Path,
    *,
    journal: str = "",
    ring: Backend | None = None,
    progress: Progress = silent,
    on_step: Step = lambda step: None,
) -> Rebuilt:
    """Rebuild a practice so that its configuration stands at `config_path`, all else in the same folder.

    `server` is asked in the name of the new device, whose way there is `joined` and whose key `device_key`;
    `journal` names the one to rebuild where there are several. StoreError where a practice stands already,
    for a copy that is not whole; RecoveryCodeError; PracticeServerError.
    """
    wanted = _wanted(server, journal)
    home = config_path.resolve().parent
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        key = unlock_key(server.box(wanted["id"], "cle"), code, wanted["id"])
        cipher = Cipher(key)
        beside = _beside(cipher.decrypt(server.box(wanted["id"], "fichiers"), "copy.fichiers"))
        name = beside["journal"]
        _check_free(home, config_path.name, name)
        staging = new_staging(home)
        last = _fetch(server, wanted["id"], cipher, staging / name, progress)
        identity, _ = look_at_copy(staging / name, key)
        if identity != wanted["id"]:
            raise StoreError("Cette copie est celle d’un autre journal.")
        on_step("fetched")
        names = _write_beside(beside["files"], staging, config_path.name, joined, device_key)
        in_keyring = keep_key(key, ring)
        if not in_keyring:
            write_whole(staging / f"{name}{KEY_ENDING}", f"{key.hex()}\n".encode())
            names.append(f"{name}{KEY_ENDING}")
        epoch = server.take_over(wanted["id"], last.epoch)
        on_step("taken over")
        state = CopyFolder(home / name)
        state.make()
        state.write(CopyState(epoch=epoch, recovery=last.at))  # it was made before, and opened this
        put_all(home, staging, [*names, name], (), "avant-reprise", on_step)
        if in_keyring:
            keep_key(key, ring, home / name)
        return Rebuilt(config_path, home / name, last.step, last.at, in_keyring, _ASK_AGAIN)
    except OSError as error:
        raise StoreError(
            f"Le cabinet n’a pas pu être repris dans {home}.",
            cause=reason(error),
            next_step="vérifiez le dossier et la place libre, puis recommencez",
        ) from error


def _wanted(server: PracticeServer, journal: str) -> dict[str, Any]:
    found = [one for one in server.practice()["journals"] if one["step"] and journal in ("", one["id"])]
    if len(found) == 1:
        return dict(found[0])
    if not found:
        raise StoreError(
            "Le serveur du cabinet n’a pas de copie que cet appareil puisse reprendre.",
            cause="son code de liaison ne nommait pas l’appareil perdu, ou rien n’en a été copié",
            next_step="demandez un code pour remplacer cet appareil",
        )
    raise StoreError(
        "Il y a plusieurs journaux à reprendre.",
        next_step="dites lequel : " + ", ".join(str(one["id"]) for one in found),
    )


def _check_free(home: Path, config: str, journal: str) -> None:
    there = [name for name in (config, journal) if (home / name).exists()]
    if there:
        raise StoreError(
            f"Il y a déjà un cabinet dans {home} ({', '.join(there)}).",
            next_step="reprenez la copie dans un autre dossier",
        )


def _fetch(
    server: PracticeServer, journal: str, cipher: Cipher, target: Path, progress: Progress
) -> PartFacts:
    """Put the copy's parts on top of one another; the last one."""
    parts = server.parts(journal)
    after, is_whole = "", False
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _opened(target) as file:
        for rank, one in enumerate(parts, 1):
            data = _opened_part(cipher, server.part(journal, one), one, after)
            is_whole = put_back(data, file)
            after = one.digest
            progress("copie du journal, parties", rank, len(parts))
    if not parts or not is_whole:
        raise StoreError("Le serveur du cabinet n’a pas de copie entière de ce journal.")
    return parts[-1]


def _opened_part(cipher: Cipher, data: bytes, one: PartFacts, after: str) -> bytes:
    """A part opened: the first of a chain stands behind whatever the chain before it ended with."""
    return cipher.decrypt(data, binding_of(one.epoch, one.chain, one.rank, after if one.rank else ""))


@contextmanager
def _opened(target: Path) -> Iterator[IO[bytes]]:
    with target.open("wb+") as file:
        target.chmod(OWNER_ONLY)
        yield file


def _beside(data: bytes) -> dict[str, Any]:
    """What goes beside the journal, its names fit for any folder; StoreError."""
    try:
        told = json.loads(data)
        journal, files = told["journal"], told["files"]
        if not is_fit(journal) or len(files) > _FILES_MAX or not all(map(is_fit, files)):
            raise ValueError("names")
        return {
            "journal": journal,
            "files": {name: b64decode(text, validate=True) for name, text in files.items()},
        }
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise StoreError("Les fichiers gardés avec cette copie ne se lisent pas.") from error


def _write_beside(
    files: dict[str, bytes], staging: Path, config: str, joined: JoinedPractice, device_key: str
) -> list[str]:
    """The configuration, which names this device's way to the server, its key, and the other files."""
    import tomlkit

    names = []
    for name, data in files.items():
        if name == CONFIGURATION:
            continue
        target = staging / name
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(target, data)
        names.append(name)
    try:
        document = tomlkit.parse(files[CONFIGURATION].decode())
    except (KeyError, ValueError) as error:
        raise ConfigError("La copie n’a pas de configuration qui se lise.") from error
    with suppress(KeyError):
        document.pop("cabinet")
    document["cabinet"] = {"url": joined.url, "empreinte": joined.fingerprint, "cle": joined.key.name}
    write_whole(staging / config, tomlkit.dumps(document).encode())
    write_whole(staging / joined.key.name, f"{device_key}\n".encode())
    return [*names, config, joined.key.name]
