"""A list of serial numbers, as text or CSV: one a line, in the column that says so or else in the first."""

from __future__ import annotations

import csv
from pathlib import Path

from tournee.errors import ConfigError
from tournee.files import read_bounded
from tournee.french import reason
from tournee.maker.shipping.register import check_serial

_SIZE_MAX = 4 << 20  # bytes: some 200,000 numbers
_HEADINGS = ("serial", "numéro", "numero", "numéro de série", "numero de serie")
_SEPARATORS = ";\t,"


def serials_of(path: Path) -> list[str]:
    """The numbers of a list, in its order; blank lines and what follows # are no part of it.

    ConfigError for a file that cannot be read, that holds none, a number that cannot be one, or one twice.
    """
    try:
        text = read_bounded(path, _SIZE_MAX).decode("utf-8-sig")
    except OSError as error:
        raise ConfigError(f"La liste {path} est illisible.", cause=reason(error)) from error
    except UnicodeDecodeError as error:
        raise ConfigError(
            f"La liste {path} est illisible.", cause="ce n’est pas du texte en UTF-8"
        ) from error
    found: dict[str, int] = {}
    column = None
    for number, line in enumerate(text.splitlines(), 1):
        words = _words(line)
        if not any(words):
            continue
        if column is None:
            named = [rank for rank, word in enumerate(words) if word.casefold() in _HEADINGS]
            column = named[0] if named else 0
            if named:
                continue
        serial = words[column] if column < len(words) else ""
        try:
            check_serial(serial)
        except ConfigError as error:
            raise ConfigError(
                f"Ligne {number} de {path} : {serial!r} n’est pas un numéro de série.",
                next_step="1 à 16 lettres majuscules, chiffres ou tirets, un par ligne",
            ) from error
        if serial in found:
            raise ConfigError(f"{path} donne {serial} deux fois, lignes {found[serial]} et {number}.")
        found[serial] = number
    if not found:
        raise ConfigError(f"La liste {path} n’a aucun numéro de série.")
    return list(found)


def _words(line: str) -> list[str]:
    """The cells of a line, by the first separator that it has."""
    bare = line.split("#")[0]
    separator = next((one for one in _SEPARATORS if one in bare), ",")
    try:
        return [word.strip() for word in next(csv.reader([bare], delimiter=separator), [])]
    except csv.Error:
        return [bare.strip()]
