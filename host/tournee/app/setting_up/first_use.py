"""A practice begun on a device that has none: its first configuration, which leads nowhere yet."""

from __future__ import annotations

from pathlib import Path

from tournee.config import Config, first_text, load_config
from tournee.errors import ConfigError
from tournee.files import write_first
from tournee.french import reason


def begin_practice(path: Path) -> Config:
    """Write a first configuration at `path`, unless one is there; gives the one that is. ConfigError."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_first(path, first_text().encode())
    except OSError as error:
        raise ConfigError(
            f"La configuration {path} n’a pas pu être écrite.",
            cause=reason(error),
            next_step="vérifiez les droits du dossier et la place libre",
        ) from error
    return load_config(path)
