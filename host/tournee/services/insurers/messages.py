"""The questions put to an insurer on line, and its answers as values; by the schemas that stand beside."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import date
from importlib.resources import files
from typing import Any, NoReturn

from tournee.printable import line as line_of
from tournee.services.calling import ServiceAnswerError
from tournee.services.insurers.table import ENGAGEMENT_PATTERN, LINES_MAX, REASONS, REFUSALS, RIGHTS

SCHEMAS = ("idb-question", "idb-answer", "clc-question", "clc-answer")
"""The published schemas (JSON Schema 2020-12), `schemas/NAME.json`."""

_ENGAGEMENT = re.compile(ENGAGEMENT_PATTERN)
_INDICATOR = re.compile(r"\d\d", re.ASCII)
_CENTS_MAX = 99_999_999


def schema(name: str) -> bytes:
    """A published schema, as its file has it."""
    return files("tournee.services.insurers").joinpath("schemas", f"{name}.json").read_bytes()


@dataclass(frozen=True)
class AskedLine:
    """A line of an invoice: coefficient in hundredths, rate in percent, amounts in cents."""

    day: date
    code: str
    coefficient: int
    quantity: int
    base: int
    rate: int
    amo: int
    fee: int


@dataclass(frozen=True)
class InsuredAsked:
    """Of whom an insurer is asked: its ten digits, the member's number, the insured's, birth (AAAAMMJJ)."""

    insurer: str
    member: str = field(repr=False)
    nir: str = field(repr=False)
    born: str = field(repr=False)
    birth_rank: str
    day: date


@dataclass(frozen=True)
class InsurerRights:
    """What an insurer says of a person's rights: `start` and `end` None where it gives no bound."""

    known: bool
    start: date | None = None
    end: date | None = None
    natures: tuple[str, ...] = ()
    indicator: str = ""
    engagement: str = ""


@dataclass(frozen=True)
class InsurerShares:
    """What an insurer pays of each line in cents, and why; its engagement and the last day of it."""

    shares: tuple[int, ...]
    reasons: tuple[str, ...]
    engagement: str
    expires: date


def idb_question(who: InsuredAsked) -> bytes:
    """Ask for a person's rights on a day."""
    return _written(_person(who))


def clc_question(who: InsuredAsked, lines: tuple[AskedLine, ...]) -> bytes:
    """Ask what is paid of each line."""
    told = [
        {
            "rang": rank,
            "jour": one.day.isoformat(),
            "acte": one.code,
            "coefficient": one.coefficient,
            "quantite": one.quantity,
            "base": one.base,
            "taux": one.rate,
            "part_amo": one.amo,
            "honoraires": one.fee,
        }
        for rank, one in enumerate(lines, 1)
    ]
    return _written(_person(who) | {"lignes": told, "total_base": sum(one.base for one in lines)})


def idb_answer(told: dict[str, Any]) -> InsurerRights:
    """Read rights; ServiceAnswerError."""
    fields = _Fields(told)
    known = fields.take("connu", bool)
    if not known:
        fields.end()
        return InsurerRights(False)
    period = _Fields(fields.take("periode", dict, required=False) or {})
    start, end = period.day("debut"), period.day("fin")
    period.end()
    natures = fields.take("droits", list)
    if len(natures) > len(RIGHTS) or not all(isinstance(one, str) and one in RIGHTS for one in natures):
        _wrong("droits")
    indicator = fields.take("indicateur", str, required=False)
    if indicator is not None and not _INDICATOR.fullmatch(indicator):
        _wrong("indicateur")
    engagement = fields.engagement(required=False)
    fields.end()
    return InsurerRights(True, start, end, tuple(natures), indicator or "", engagement)


def clc_answer(told: dict[str, Any]) -> InsurerShares:
    """Read shares; that they add up is checked here, that they fit an invoice where it is known."""
    fields = _Fields(told)
    lines = fields.take("lignes", list)
    if not 1 <= len(lines) <= LINES_MAX:
        _wrong("lignes")
    shares, reasons = [], []
    for rank, line in enumerate(lines, 1):
        if not isinstance(line, dict):
            _wrong("lignes")
        each = _Fields(line)
        if each.take("rang", int) != rank:
            _wrong("rang")
        share, why = each.take("part_amc", int), each.take("motif", str)
        if not 0 <= share <= _CENTS_MAX:
            _wrong("part_amc", "une part négative, ou trop grande")
        if why not in REASONS:
            _wrong("motif")
        each.end()
        shares.append(share)
        reasons.append(why)
    if fields.take("total_amc", int) != sum(shares):
        _wrong("total_amc", "ce n’est pas la somme des parts")
    expires = fields.day("expire")
    engagement = fields.engagement(required=True)
    fields.end()
    if expires is None:
        _wrong("expire")
    return InsurerShares(tuple(shares), tuple(reasons), engagement, expires)


def refusal_of(told: dict[str, Any]) -> str:
    """The code of a refusal; ServiceAnswerError for one that the profile has not."""
    code = told.get("refus")
    if not isinstance(code, str) or code not in REFUSALS:
        _wrong("refus")
    return code


def _person(who: InsuredAsked) -> dict[str, Any]:
    return {
        "amc": who.insurer,
        "adherent": who.member,
        "nir": who.nir,
        "naissance": who.born,
        "rang": who.birth_rank,
        "jour": who.day.isoformat(),
    }


def _written(told: dict[str, Any]) -> bytes:
    return json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


class _Fields:
    """An object whose fields are taken one by one; one more than was taken is a fault."""

    def __init__(self, told: dict[str, Any]) -> None:
        self._left = dict(told)

    def take(self, name: str, kind: type, *, required: bool = True) -> Any:
        if name not in self._left and not required:
            return None
        value = self._left.pop(name, None)
        if type(value) is not kind:
            _wrong(name)
        return value

    def day(self, name: str) -> date | None:
        text = self.take(name, str, required=False)
        if text is None:
            return None
        try:
            found = date.fromisoformat(text)
        except ValueError:
            _wrong(name)
        if found.isoformat() != text:
            _wrong(name)
        return found

    def engagement(self, *, required: bool) -> str:
        text = self.take("engagement", str, required=required)
        if text is not None and not _ENGAGEMENT.fullmatch(text):
            _wrong("engagement")
        return str(text or "")

    def end(self) -> None:
        if self._left:
            _wrong(next(iter(self._left)))


def _wrong(name: str, why: str = "") -> NoReturn:
    raise ServiceAnswerError(
        "La réponse de la mutuelle n’est pas celle qui est attendue.",
        cause=f"champ {line_of(name, 40)}" + (f" : {why}" if why else ""),
        next_step="continuez sans elle : le calcul de Tournée sert",
    )
