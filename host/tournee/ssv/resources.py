"""Resources: the names by which an editor calls a reader and the PS's card in it, and who uses them now."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tournee.files import read_bounded
from tournee.french import reason
from tournee.reader import LinkLost, Reader, TransportClosed
from tournee.ssv.codes import SsvError
from tournee.tables.document import SIZE_MAX, DocumentError, parse

VARIABLE = "TOURNEE_SSV"
"""The environment variable that names the resources' file."""

_READERS, _PORT, _PS, _OPPOSITION = "lecteur", "port", "ps", "opposition"


class Station:
    """One reader with both its slots: opened when first used, kept, one call at a time (code 0004)."""

    def __init__(self, ps: str, reader: Reader | str) -> None:
        """`ps` names the slot of the PS's card; `reader` is a URL, or a Reader that stays the caller's."""
        self.ps = ps
        self._url = reader if isinstance(reader, str) else ""
        self._reader = None if isinstance(reader, str) else reader
        self._in_use = threading.Lock()

    @contextmanager
    def use(self) -> Iterator[Reader]:
        """Have the reader alone; SsvError when another call has it, ReaderError when it is not there."""
        if not self._in_use.acquire(blocking=False):
            raise SsvError(
                "EXCLUSIVITE",
                "Le lecteur est déjà utilisé par un autre appel.",
                next_step="attendez la fin de cet appel, puis recommencez",
            )
        try:
            if self._reader is None:
                self._reader = Reader.open(self._url)
            yield self._reader
        except (LinkLost, TransportClosed):
            self._forget()
            raise
        finally:
            self._in_use.release()

    def close(self) -> None:
        """Give the link up, unless the reader is the caller's."""
        with self._in_use:
            self._forget()

    def _forget(self) -> None:
        if self._url and self._reader is not None:
            self._reader.close()
            self._reader = None


@dataclass(frozen=True)
class Resources:
    """What a library works with: readers by their names, the opposition list's file if there is one."""

    stations: dict[str, Station]
    opposition: Path | None = None


def load_resources(path: Path) -> Resources:
    """Read the resources' file: a table `[lecteur.NAME]` a reader, its `port` and the name of its `ps` slot.

    `opposition` may name the list that Tournée keeps beside its journal. SsvError
    (8001 unreadable, 8002 wrong), and where the mistake is.
    """
    try:
        values = dict(parse(read_bounded(path, SIZE_MAX)).values)
    except OSError as error:
        raise SsvError(
            "CONFIGURATION_ABSENTE",
            f"Le fichier des ressources {path} ne peut pas être lu.",
            cause=reason(error),
            next_step=f"indiquez-le par la variable {VARIABLE}",
        ) from error
    except DocumentError as error:
        raise _wrong(str(path), str(error)) from error
    readers, opposition = values.pop(_READERS, None), values.pop(_OPPOSITION, None)
    if values or not isinstance(readers, dict) or not readers:
        raise _wrong(str(path), f"seules des tables [{_READERS}.NOM] sont attendues, au moins une")
    if opposition is not None and not isinstance(opposition, str):
        raise _wrong(_OPPOSITION, "un texte est attendu")
    return Resources(
        {name: _station(f"[{_READERS}.{name}]", table) for name, table in readers.items()},
        None if opposition is None else path.parent / opposition,
    )


def _station(where: str, table: object) -> Station:
    if not isinstance(table, Mapping):
        raise _wrong(where, "une table est attendue")
    found = {key: table.get(key) for key in (_PORT, _PS)}
    for key, value in found.items():
        if not isinstance(value, str) or not value:
            raise _wrong(f"{where} {key}", "un texte est attendu")
    unknown = sorted(set(table) - set(found))
    if unknown:
        raise _wrong(f"{where} {unknown[0]}", f"clé inconnue ; clés possibles : {_PORT}, {_PS}")
    return Station(str(found[_PS]), str(found[_PORT]))


def _wrong(where: str, why: str) -> SsvError:
    return SsvError(
        "CONFIGURATION_FAUSSE",
        f"Ressources, {where} : {why}.",
        next_step="corrigez le fichier des ressources",
    )
