"""A visit as the journal keeps it: as it was judged, in a form of its own that says its version.

JSON in UTF-8, keys sorted, no blanks; what has the value that its version gives when nothing is said is left
out, and labels, which the nomenclature tells. The same visit gives the same bytes, whatever file or face it
came by. Versions before 2 knew no prices: a visit of theirs comes back without lines, to be judged anew.
"""

from __future__ import annotations

import json
from dataclasses import MISSING, fields, is_dataclass
from datetime import date
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from tournee.billing.pricing.line import KEPT
from tournee.billing.visit import JudgedVisit
from tournee.errors import BillingError

SCHEMA = 2
"""The version of the form. A field, or a value left out, that changes its meaning makes the next one."""

_FIRST_SCHEMA = 1
_OLD_NAME = "visite.json"
_OLD_HEAD = "journee"


def write_judged(visit: JudgedVisit) -> bytes:
    """The form of a visit: the same bytes for the same visit."""
    form = {"schema": SCHEMA, **written(visit)}
    return json.dumps(form, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def read_judged(kept: bytes) -> JudgedVisit:
    """The visit that `write_judged` wrote, or that a journal of before kept as a day file of one visit.

    BillingError for what is neither, and for a form of a later version.
    """
    try:
        form = json.loads(kept)
        if not isinstance(form, dict):
            raise TypeError
        if _OLD_HEAD in form:
            return _read_old(form)
        schema = form.pop("schema")
        if schema == _FIRST_SCHEMA:
            form = _from_first(form)
        elif schema != SCHEMA:
            raise BillingError(
                "Cette visite du journal est d’une version plus récente.", next_step="mettez Tournée à jour"
            )
        read: JudgedVisit = _read(JudgedVisit, form)
    except (IndexError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise BillingError(
            "Une visite du journal ne se lit pas.",
            cause="le journal est endommagé",
            next_step="reprenez-la dans un fichier du jour",
        ) from error
    return read


def _read_old(form: dict[str, Any]) -> JudgedVisit:
    """A visit that was kept as a day file of one visit; the exceptions to 11B had no name then."""
    from tournee.billing.dayfile.day import read_day  # for journals of before only

    for act in form["visite"][0].get("actes", ()):
        act.pop("taux_plein", None)
    read = read_day(json.dumps(form).encode(), _OLD_NAME)
    (draft,) = (one.draft for one in read.visits)
    if draft is None:
        raise ValueError(read.mistakes)
    return JudgedVisit(read.carer.number, read.carer.profession, draft.visit)


def _from_first(form: dict[str, Any]) -> dict[str, Any]:
    """A form of version 1, whose visit held its acts, each with its day, as one of this version."""
    passages: dict[str, dict[str, Any]] = {}
    for act in form["visit"].pop("acts"):
        passage = passages.setdefault(act["day"], {"day": act.pop("day"), "acts": []})
        act.pop("day", None)
        act.pop("full_rate", None)
        if complement := act.pop("complement", ""):
            passage["majoration"] = complement
        passage["acts"].append(act)
    form["visit"]["passages"] = list(passages.values())
    return form


def written(value: Any) -> Any:
    """A value as the form has it: what is as its field says by default is left out."""
    if is_dataclass(value):
        told = ((one, getattr(value, one.name)) for one in fields(value))
        return {
            one.name: written(said)
            for one, said in told
            if one.metadata.get(KEPT, True) and (one.default is MISSING or said != one.default)
        }
    if isinstance(value, tuple):
        return [written(one) for one in value]
    if isinstance(value, frozenset):
        return sorted(value)
    return value.isoformat() if isinstance(value, date) else value


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _read(kind: Any, value: Any) -> Any:
    """A value of the type that a field declares; TypeError, ValueError or KeyError for any other."""
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        (wanted,) = (one for one in inner if one is not NoneType)
        return None if value is None else _read(wanted, value)
    if origin is Literal:
        if value not in inner:
            raise ValueError(value)
        return value
    if origin is tuple and inner[-1] is ...:
        return tuple(_read(inner[0], one) for one in _of(list, value))
    if origin is tuple:
        return tuple(_read(one, said) for one, said in zip(inner, _of(list, value), strict=True))
    if origin is frozenset:
        return frozenset(_read(inner[0], one) for one in _of(list, value))
    if kind is date:
        return date.fromisoformat(_of(str, value))
    if is_dataclass(kind) and isinstance(kind, type):
        hints = _hints(kind)
        return kind(**{name: _read(hints[name], said) for name, said in _of(dict, value).items()})
    return _of(kind, value)


def _of(kind: type, value: Any) -> Any:
    if type(value) is not kind:
        raise TypeError(value)
    return value
