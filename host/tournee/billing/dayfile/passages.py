"""The passages of a visit in the day file: acts, hours, travel, and where each was written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from tournee.billing.breach import Path
from tournee.billing.visit import COEFFICIENT_ONE, Act, Passage, Place, Travel
from tournee.tables.table import Table

ACTS, TRAVEL, PASSAGE = "actes", "deplacement", "passage"

PLACES: dict[str, Place] = {
    "domicile": "home",
    "cabinet": "office",
    "établissement": "institution",
    "à distance": "remote",
}
_GROUNDS = {"plaine": "plaine", "montagne": "montagne", "pied": "pied"}
_LABEL_MAX = 60
_MAJORATIONS = ("N", "F")
_KILOMETRES_MAX = 1_000  # there and back, for one patient: more is a slip of the pen


@dataclass(frozen=True)
class Placed:
    """A passage, and the keys of the day file where its parts were written: `acts` one for each act."""

    passage: Passage
    keys: Path
    acts: tuple[Path, ...]

    def place_of(self, path: Path) -> Path:
        """Where in the visit's table stands what the rules call by `path`, from the passage down."""
        if not path:
            return self.keys or (ACTS,)
        head, *rest = path
        if head == ACTS and rest:
            return (*self.acts[int(rest[0])], *rest[1:])
        if not self.keys and head == "date" and self.acts:
            return (*self.acts[0], head)
        return (*self.keys, *path)


@dataclass
class _Noted:
    """Acts of one day and hour, gathered as they come."""

    passage: Passage
    acts: list[Act] = field(default_factory=list)
    paths: list[Path] = field(default_factory=list)


def read_passages(visit: Table, day: date) -> list[Placed]:
    """The passages of a `[[visite]]`: one a day and hour of `actes`, then each `[[visite.passage]]`."""
    common = _passage(visit, day)
    travel = _travel(visit.table(TRAVEL))
    noted: dict[tuple[date, int | None], _Noted] = {}
    for at, entry in enumerate(visit.tables(ACTS)):
        _note_act(entry, (ACTS, at), common, noted)
    tables = visit.tables(PASSAGE)
    if not noted and not tables:  # travel alone, or nothing, which the rules refuse
        noted[day, common.minute] = _Noted(common)
    placed = [
        Placed(replace(one.passage, acts=tuple(one.acts), travel=travel), (), tuple(one.paths))
        for one in noted.values()
    ]
    for at, entry in enumerate(tables):
        placed.append(_told_passage(entry, at, common))
    return placed


def _told_passage(entry: Table, at: int, common: Passage) -> Placed:
    own = _passage(entry, entry.day("date") or common.day, common)
    travel = _travel(entry.table(TRAVEL))
    one = _Noted(own)
    noted = {(own.day, own.minute): one}
    for rank, act in enumerate(entry.tables(ACTS)):
        _note_act(act, (PASSAGE, at, ACTS, rank), own, noted)
    if len(noted) > 1:
        entry.fault(ACTS, "les actes d’un passage sont de son jour et de son heure")
    entry.finish()
    return Placed(replace(one.passage, acts=tuple(one.acts), travel=travel), (PASSAGE, at), tuple(one.paths))


def _passage(table: Table, day: date, common: Passage | None = None) -> Passage:
    """What a table says of its passages; what a passage leaves out is as its visit says."""
    base = common or Passage(day)
    minute = table.minute("heure")
    called = table.minute("appel")
    return Passage(
        day,
        base.minute if minute is None else minute,
        place=table.choice("lieu", PLACES, default=base.place),
        shared=table.text("foyer", longest=_LABEL_MAX) or base.shared,
        majoration=table.text("majoration", longest=1).upper() or ("" if common else base.majoration),
        called=called,
        urgent=table.flag("urgence", False),
    )


def _note_act(
    table: Table, path: Path, common: Passage, noted: dict[tuple[date, int | None], _Noted]
) -> None:
    act, complement = _act(table)
    day = table.day("date") or common.day
    minute = table.minute("heure")
    minute = common.minute if minute is None else minute
    table.finish()
    one = noted.setdefault((day, minute), _Noted(replace(common, day=day, minute=minute)))
    if act.code in _MAJORATIONS:  # written as an act, it is its passage's
        if act.quantity != 1 or act.coefficient is not None:
            table.fault("code", f"{act.code} est une majoration : une par passage, sans coefficient")
        said = {*one.passage.majoration, act.code}
        one.passage = replace(one.passage, majoration="".join(sorted(said, reverse=True)))
        return
    if complement:
        said = {*one.passage.majoration, complement}  # both is what the rules refuse
        one.passage = replace(one.passage, majoration="".join(sorted(said, reverse=True)))
    one.acts.append(act)
    one.paths.append(path)


def _act(table: Table) -> tuple[Act, str]:
    code = table.text("code", longest=4).upper()
    named = table.text("acte", longest=200)
    if not code and not named:
        table.fault("code", "manque, ou « acte » et son nom")
    if table.flag("taux_plein", False):
        table.fault(
            "taux_plein", 'n’existe plus : nommer la dérogation, comme derogation = "5bis" ou "prelev"'
        )
    act = Act(
        code=code,
        coefficient=table.decimal("coefficient"),
        act=named,
        derogation=table.text("derogation", longest=20),
        quantity=table.whole("quantite", 1),
        fee=table.decimal("honoraires"),
        qualifier=table.text("qualificatif", longest=1).upper(),
        exemption=table.text("exoneration", longest=1),
    )
    return act, table.text("complement", longest=1).upper()


def _travel(table: Table | None) -> Travel | None:
    if table is None:
        return None
    allowance = table.text("indemnite", longest=4).upper()
    kilometres = table.whole("kilometres", 0)
    coefficient = table.decimal("coefficient")
    ground: Any = table.choice("terrain", _GROUNDS, default="plaine")
    if not 0 <= kilometres <= _KILOMETRES_MAX:
        table.fault("kilometres", f"un nombre de 0 à {_KILOMETRES_MAX} est attendu")
    if not allowance and not kilometres:
        table.fault("indemnite", "manque, ou des kilometres")
    if coefficient is not None and coefficient not in (1, COEFFICIENT_ONE):
        table.fault("coefficient", "1, ou 0,01 pour un autre patient du même domicile")
    table.finish()
    return Travel(allowance, COEFFICIENT_ONE if coefficient is None else coefficient, kilometres, ground)


def passages_of(placed: Iterable[Placed]) -> tuple[Passage, ...]:
    """The passages alone, as a visit holds them."""
    return tuple(one.passage for one in placed)
