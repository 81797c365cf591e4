"""The files that a practice prepared for a tablet: kept whole, what is secret among them encrypted."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from tournee.config.named_files import Keys, names_in, read_text
from tournee.errors import ConfigError
from tournee.files import read_bounded, write_whole
from tournee.french import reason
from tournee.secrets import read_secret, write_secret

CONFIGURATION = "tournee.toml"
FILES_MAX, SIZE_MAX = 64, 16 << 20
SECRETS: tuple[Keys, ...] = (
    ("lecteur", "secret"),
    ("lecteur", "connus", "*", "secret"),
    ("cabinet", "cle"),
    ("route", "*", "envoi", "fichier_mot_de_passe"),
    ("route", "*", "retours", "fichier_mot_de_passe"),
)
"""Where a configuration names a file of secrets that a tablet may hold."""

_CONFIGURATION_MAX = 1 << 20


def keep_given(home: Path, files: Mapping[str, bytes]) -> None:
    """Write them into `home`. ConfigError: none is written, or those that were can be given again."""
    if len(files) > FILES_MAX or sum(map(len, files.values())) > SIZE_MAX:
        raise ConfigError(
            "C’est trop pour une configuration.", next_step="donnez les seuls fichiers préparés"
        )
    for name, data in files.items():
        if not name or "/" in name or name.startswith("."):
            raise ConfigError(f"« {name} » n’est pas un nom de fichier.")
        if b"PRIVATE KEY-----" in data:
            raise ConfigError(
                f"« {name} » est une clé privée, et une tablette n’en garde pas.",
                cause="les retours scellés s’ouvrent sur un poste du cabinet",
                next_step="donnez les autres fichiers sans elle",
            )
    secrets = _secrets_in(home, files.get(CONFIGURATION, b""))
    for name, data in files.items():
        if home / name in secrets:
            write_secret(home / name, _text(name, data), "le secret", ConfigError)
            continue
        try:
            write_whole(home / name, data)
        except OSError as error:
            raise ConfigError(
                f"« {name} » n’a pas pu être gardé.",
                cause=reason(error),
                next_step="faites de la place sur la tablette, puis recommencez",
            ) from error


def encrypt_named(configuration: Path) -> None:
    """Encrypt the files of secrets that a configuration names and that are not yet. What cannot be read
    is told where it is needed.
    """
    try:
        data = read_bounded(configuration, _CONFIGURATION_MAX)
        found = _secrets_in(configuration.parent, data)
    except (OSError, ConfigError):
        return
    for path in sorted(found):
        if path.exists():
            with suppress(ConfigError):
                read_secret(path, "le secret", ConfigError)


def _secrets_in(home: Path, configuration: bytes) -> set[Path]:
    document = read_text(home / CONFIGURATION, _text(CONFIGURATION, configuration))
    return {named.path for named in names_in(document, home, SECRETS)}


def _text(name: str, data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise ConfigError(f"« {name} » n’est pas un texte.", next_step="donnez le fichier préparé") from None
