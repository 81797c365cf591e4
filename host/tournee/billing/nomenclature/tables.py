"""The tables installed on this machine: the one that comes with Tournée, and those taken in after it.

An act is priced by the table in force on its day; an invoice keeps that table's version, and a correction of
it is priced by the same. So a table taken in stays, and what it says is never changed: another version takes
its place, from a day of its own on.

In the folder, a table is a file named by its digest; `NAME-VERSION.heading`, written after it, says that it
counts. A supplement, an editor's own rows, is added to the table of the day.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Literal

from tournee.billing.nomenclature.dated import AND, DatedNomenclature, InForce
from tournee.billing.nomenclature.reading import SIZE_MAX, TableError, read
from tournee.billing.nomenclature.supplement import OF, WITH, joined
from tournee.billing.nomenclature.table import Nomenclature, packaged
from tournee.files import read_bounded, write_first, write_whole
from tournee.french import reason

TABLES_MAX = 500
"""Tables in the folder at most: one a week for ten years."""

_HEADING_MAX = 1 << 12


@dataclass(frozen=True)
class Installed:
    """A table that counts: what it says of itself, its digest, and by what it was accepted."""

    kind: Literal["table", "supplement"]
    name: str
    version: str
    start: date
    sha256: str
    accepted: str

    @property
    def order(self) -> tuple[str, int]:
        """What tells an older version from a newer one."""
        return version_order(self.version)


@dataclass(frozen=True)
class Update:
    """What became of a table handed in: taken in, or known already; the one it comes after, if any."""

    installed: Installed
    is_known: bool
    after: Installed | None


def version_order(version: str) -> tuple[str, int]:
    """A version, AAAA-MM-JJ or AAAA-MM-JJ.n, as what sorts."""
    day, _, number = version.partition(".")
    return day, int(number or 0)


def read_file(path: Path) -> bytes:
    """The bytes of a table's file. TableError."""
    try:
        return read_bounded(path, SIZE_MAX)
    except OSError as error:
        raise TableError(f"La table {path} ne peut pas être lue.", cause=reason(error)) from None


class Tables:
    """The tables of a folder, which need not be there; each is read once, and only when it is asked for."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder
        self._read: dict[str, Nomenclature] = {}
        self._joined: dict[tuple[str, ...], Nomenclature] = {}
        self._listed: tuple[int, list[Installed]] = (-1, [])

    @cached_property
    def _packaged(self) -> Installed:
        table = packaged()
        return Installed("table", table.name, table.version, table.heading.start, table.digest, "Tournée")

    def installed(self) -> list[Installed]:
        """All tables that count, by name, the newest version first. TableError when one cannot be read."""
        stamp = self._stamp()
        if self._listed[0] != stamp or not self._listed[1]:
            found = {(self._packaged.name, self._packaged.version): self._packaged}
            for one in self._taken_in():
                found.setdefault((one.name, one.version), one)
            self._listed = stamp, sorted(found.values(), key=_newest_first, reverse=True)
        return self._listed[1]

    def _stamp(self) -> int:
        """When the folder last changed, by this process or another; 0: there is none."""
        try:
            return self.folder.stat().st_mtime_ns if self.folder else 0
        except OSError:
            return 0

    def for_day(self, day: date) -> Nomenclature:
        """The table that prices an act of a day, an editor's rows for that day among it.

        Of the versions that price the day it is the newest; before all of them, the one that starts first.
        """
        return self._together(*_of_day(day, self.installed()))

    def in_force(self, day: date) -> list[Installed]:
        """The table, and the supplements, that price an act of a day."""
        base, added = _of_day(day, self.installed())
        return [base, *added]

    def find(self, name: str = "", version: str = "") -> Installed:
        """A table by its name (the whole one by default) and version (the newest by default). TableError."""
        asked = name or self._packaged.name
        for one in self.installed():
            if one.name == asked and version in ("", one.version):
                return one
        raise TableError(
            f"Il n’y a pas de table {' '.join(filter(None, (asked, version)))} sur cette machine.",
            cause=f"installées : {', '.join(f'{one.name} {one.version}' for one in self.installed())}",
        )

    def dated(self) -> Nomenclature:
        """What prices any day, each by the table in force on it. TableError."""
        periods: list[InForce] = []
        for day in sorted({one.start for one in self.installed()}):
            table = self.for_day(day)
            if not periods or periods[-1].table is not table:
                periods.append(InForce(day, table))
        return periods[0].table if len(periods) == 1 else DatedNomenclature(periods)

    def version(self, told: str) -> Nomenclature:
        """The table that an invoice says it was priced by, `Nomenclature.version`. TableError."""
        if AND not in told:
            return self._of_version(told)
        parts = [self._of_version(one) for one in told.split(AND)]
        return DatedNomenclature([InForce(one.heading.start, one) for one in parts])

    def _of_version(self, told: str) -> Nomenclature:
        known = {(one.name, one.version): one for one in self.installed()}
        base, *added = told.split(WITH)
        names = [(self._packaged.name, base)]
        for one in added:
            version, _, name = one.partition(OF)
            names.append((name, version))
        missing = [name for name in names if name not in known]
        if missing:
            raise TableError(
                f"La table des actes {' '.join(missing[0])} n’est pas sur cette machine.",
                cause="la facture a été calculée sur un autre poste, ou avec une version plus récente",
                next_step="reprenez cette table auprès de l’éditeur",
            )
        first, *others = (known[name] for name in names)
        return self._together(first, others)

    def newest(self, name: str) -> Installed | None:
        """The newest version of a table."""
        return next((one for one in self.installed() if one.name == name), None)

    def content(self, one: Installed) -> Nomenclature:
        """A table as it was taken in. TableError when its file is not there or is no longer that one."""
        if one.sha256 == self._packaged.sha256:
            return packaged()
        if one.sha256 not in self._read:
            self._read[one.sha256] = self._content(one)
        return self._read[one.sha256]

    def update(self, data: bytes, accepted: str) -> Update:
        """Take in a table, judged whole, beside those that there are; the same again changes nothing.

        `accepted` tells by what its bytes were found to be those promised. TableError: nothing has changed.
        """
        update = self.tried(data, accepted)
        if not update.is_known:
            self._write(data, update.installed)
        return update

    def tried(self, data: bytes, accepted: str = "") -> Update:
        """Judge a table, and with those that it would stand beside, as `update` does. TableError."""
        table = read(data)
        new = _installed(table, accepted)
        before = self.newest(new.name)
        self._refuse(new, before)
        known = next((one for one in self.installed() if one.sha256 == new.sha256), None)
        if known is not None:
            return Update(known, True, before)
        self._read[new.sha256] = table
        listed = sorted([*self.installed(), new], key=_newest_first, reverse=True)
        for day in {one.start for one in listed if one.start >= new.start}:
            self._together(*_of_day(day, listed))
        return Update(new, False, before)

    def keep_packaged(self) -> None:
        """Keep the table that comes with Tournée for when a later one brings another. TableError."""
        import pkgutil

        ours = self._packaged
        if self.folder and not (self.folder / f"{ours.name}-{ours.version}.heading").exists():
            self._write(pkgutil.get_data("tournee.billing.nomenclature", "ngap.json") or b"", ours)

    def _refuse(self, new: Installed, before: Installed | None) -> None:
        """Refuse what would take the place of another table, or an older version of one."""
        is_ours = new.name == self._packaged.name
        if is_ours != (new.kind == "table"):
            raise TableError(
                f"La table {new.name} ne peut pas être installée.",
                cause=f"la table entière se nomme {self._packaged.name}, un complément porte un autre nom",
                next_step="corrigez « kind » ou « name »",
            )
        same = next(
            (one for one in self.installed() if (one.name, one.version) == (new.name, new.version)), None
        )
        if same is not None and same.sha256 != new.sha256:
            raise TableError(
                f"La table {new.name} {new.version} est déjà là, avec un autre contenu.",
                cause="une version publiée ne change plus : ce fichier n’est pas celui de l’éditeur, ou il "
                "aurait dû changer de version",
                next_step="demandez une nouvelle version à l’éditeur ; rien n’a changé",
            )
        if same is None and before is not None and new.order < before.order:
            raise TableError(
                f"La table {new.name} {new.version} est plus ancienne que la {before.version} installée.",
                next_step="gardez celle qui est là ; rien n’a changé",
            )

    def _together(self, base: Installed, added: list[Installed]) -> Nomenclature:
        key = tuple(one.sha256 for one in (base, *added))
        if key not in self._joined:
            table = self.content(base)
            for one in added:
                table = joined(table, self.content(one))
            self._joined[key] = table
        return self._joined[key]

    def _taken_in(self) -> Iterator[Installed]:
        if self.folder is None or not self.folder.is_dir():
            return
        for rank, path in enumerate(sorted(self.folder.glob("*.heading"))):
            if rank >= TABLES_MAX:
                raise TableError(f"Le dossier {self.folder} a plus de {TABLES_MAX} tables.")
            yield _heading_of(path)

    def _content(self, one: Installed) -> Nomenclature:
        assert self.folder is not None
        path = self.folder / f"{one.sha256}.json"
        data = read_file(path)
        if sha256(data).hexdigest() != one.sha256:
            raise TableError(
                f"La table {one.name} {one.version} a changé depuis son installation : {path}.",
                next_step="retirez ce fichier et reprenez la même version auprès de l’éditeur",
            )
        return read(data)

    def _write(self, data: bytes, new: Installed) -> None:
        if self.folder is None:
            raise TableError("Aucun dossier pour garder une table.", next_step="créez une configuration")
        heading = {key: str(value) for key, value in asdict(new).items()}
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_whole(self.folder / f"{new.sha256}.json", data)
            told = json.dumps(heading, ensure_ascii=False).encode()
            is_first = write_first(self.folder / f"{new.name}-{new.version}.heading", told)
        except OSError as error:
            raise TableError(
                f"La table ne peut pas être gardée dans {self.folder} ; rien n’a changé.", cause=reason(error)
            ) from None
        if not is_first:
            self._refuse(new, None)


def _newest_first(one: Installed) -> tuple[bool, str, tuple[str, int]]:
    return one.kind == "table", one.name, one.order


def _of_day(day: date, listed: list[Installed]) -> tuple[Installed, list[Installed]]:
    """The table and the supplements of a day, from those installed, the newest first."""
    tables = [one for one in listed if one.kind == "table"]
    base = next((one for one in tables if one.start <= day), None) or min(tables, key=lambda one: one.start)
    added: dict[str, Installed] = {}
    for one in listed:
        if one.kind == "supplement" and one.start <= day:
            added.setdefault(one.name, one)
    return base, [added[name] for name in sorted(added)]


def _installed(table: Nomenclature, accepted: str) -> Installed:
    told = table.heading
    return Installed(told.kind, told.name, told.version, told.start, table.digest, accepted)


def _heading_of(path: Path) -> Installed:
    try:
        told = json.loads(read_bounded(path, _HEADING_MAX))
        found = Installed(**{**told, "start": date.fromisoformat(told["start"])})
        version_order(found.version)
        return found
    except (OSError, ValueError, TypeError, KeyError):
        raise TableError(
            f"Le fichier {path} est abîmé.",
            next_step="retirez-le, puis reprenez cette table auprès de l’éditeur",
        ) from None
