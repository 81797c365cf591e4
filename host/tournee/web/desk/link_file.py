"""The one-time link on its way to the browser: in a file of its owner alone, never on a command line.

A command line is read by every program of the machine; the file by who may read the journal's key anyway. It
always holds a link that was not used yet, so that a second start of the program opens the page again.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

from tournee.errors import ConfigError
from tournee.files import read_bounded, write_whole
from tournee.french import reason

_SIZE_MAX = 4_096
_PAGE = """<!doctype html>
<html lang="fr">
<meta charset="utf-8">
<meta name="referrer" content="no-referrer">
<meta http-equiv="refresh" content="0;url={link}">
<title>Tournée</title>
<p>Tournée s’ouvre. Ce lien ne sert qu’une fois.</p>
</html>
"""


def link_file(home: Path, port: int) -> Path:
    """Where the link to the page on this port is."""
    return home / f"ouvrir-{port}.html"


def write_link(path: Path, link: str) -> None:
    """Put a link there, for its owner alone. ConfigError."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(path, _PAGE.format(link=link).encode())
    except OSError as error:
        raise ConfigError(
            f"Le lien de la page n’a pas pu être écrit dans {path}.",
            cause=reason(error),
            next_step="vérifiez les droits du dossier et la place libre",
        ) from error


def read_link(path: Path) -> str:
    """The link that is there, "" for none."""
    with contextlib.suppress(OSError, UnicodeDecodeError):
        return read_bounded(path, _SIZE_MAX).decode().partition("0;url=")[2].partition('"')[0]
    return ""


def remove_link(path: Path) -> None:
    """Leave none behind."""
    with contextlib.suppress(OSError):
        path.unlink()
