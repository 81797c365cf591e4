"""The directory of insurers that is held: believed by its editor's signature, never one that is older."""

from __future__ import annotations

import base64
from pathlib import Path

from tournee.app.context import Office
from tournee.crypto.detached import KEY_MAX, SIGNATURE_MAX, NoKeyError, signer_of
from tournee.errors import ConfigError
from tournee.files import read_bounded, write_whole
from tournee.french import reason
from tournee.services.insurers.directory import (
    DirectoryError,
    InsurerDirectory,
    ListedInsurer,
    read_directory,
)
from tournee.services.insurers.table import DIRECTORY_MAX, HELD_MARK, SERVICE

_MARK = HELD_MARK.encode()
_HELD_MAX = DIRECTORY_MAX + SIGNATURE_MAX


def held_directory(office: Office) -> InsurerDirectory | None:
    """The directory that is in place, None when none was taken in. DirectoryError for one that is not, or no
    longer, what its editor signed.
    """
    held_at = _file(office, "annuaire")
    if held_at is None or not held_at.exists():
        return None
    held = _read(held_at, _HELD_MAX, "L’annuaire")
    head, _, data = held.partition(b"\n")
    if not head.startswith(_MARK):
        raise DirectoryError(
            "L’annuaire des mutuelles n’est pas signé.", next_step="reprenez-le avec sa signature"
        )
    return _believed(office, data, head.removeprefix(_MARK))


def take_directory(office: Office, file: Path, signature: Path) -> InsurerDirectory:
    """Take a directory in, in place of the one before; DirectoryError: nothing is then changed."""
    held_at = _file(office, "annuaire")
    if held_at is None:
        raise ConfigError(
            "La configuration ne dit pas où garder l’annuaire des mutuelles.",
            next_step="ajoutez annuaire et editeur à la table [services.amc]",
        )
    data, signed = _read(file, DIRECTORY_MAX, "L’annuaire"), _read(signature, SIGNATURE_MAX, "La signature")
    found = _believed(office, data, signed)
    try:
        before = held_directory(office)
    except DirectoryError:
        before = None  # what is no directory any more is no newer one
    if before is not None and (found.version, found.day) < (before.version, before.day):
        raise DirectoryError(
            f"Cet annuaire est plus ancien que le vôtre : version {found.version}, la vôtre est la "
            f"{before.version}.",
            next_step="gardez le vôtre",
        )
    word = base64.b64encode(signed) if len(signed) == len(bytes(64)) else b"".join(signed.split())
    try:
        write_whole(held_at, _MARK + word + b"\n" + data)
    except OSError as error:
        raise DirectoryError(
            f"L’annuaire {held_at} n’a pas pu être écrit ; celui d’avant reste.", cause=reason(error)
        ) from error
    return found


def listed(office: Office, number: str) -> ListedInsurer | None:
    """What the directory says of an insurer; None when it is not asked on line, or there is no directory."""
    if not office.services.has(SERVICE):
        return None
    directory = held_directory(office)
    return directory.insurers.get(number) if directory is not None else None


def _believed(office: Office, data: bytes, signature: bytes) -> InsurerDirectory:
    key = _file(office, "editeur")
    if key is None:
        raise ConfigError(
            "La clé de l’éditeur de l’annuaire n’est pas connue.",
            next_step="ajoutez editeur, sa clé publique, à la table [services.amc]",
        )
    try:
        whose = signer_of(data, signature, {"editeur": _read(key, KEY_MAX, "La clé")})
    except NoKeyError:
        raise ConfigError(
            f"La clé de l’éditeur de l’annuaire n’en est pas une : {key}.",
            cause="une clé publique Ed25519 en PEM est attendue",
        ) from None
    if not whose:
        raise DirectoryError(
            "La signature de l’annuaire n’est pas celle de son éditeur.",
            cause="le fichier est abîmé, ou signé par un autre",
            next_step="demandez une copie entière à qui l’a donné ; l’annuaire d’avant reste",
        )
    return read_directory(data, office.clock().date())


def _file(office: Office, key: str) -> Path | None:
    """A file that the configuration names."""
    told = office.services.of(SERVICE).own.get(key)
    return Path(told) if told else None


def _read(path: Path, most: int, what: str) -> bytes:
    try:
        return read_bounded(path, most)
    except OSError as error:
        raise DirectoryError(f"{what} {path} ne peut pas être lu.", cause=reason(error)) from None
