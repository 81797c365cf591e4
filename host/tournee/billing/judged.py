"""A visit as the journal keeps it: as it was judged, in a form of its own that says its version.

JSON in UTF-8, keys sorted, no blanks; what has the value that version 1 gives when nothing is said is left
out. The same visit gives the same bytes, whatever file or face it came by.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import MISSING, fields, is_dataclass
from datetime import date
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from tournee.billing.visit import Day, JudgedVisit
from tournee.errors import BillingError

SCHEMA = 1
"""The version of the form. A field, or a value left out, that changes its meaning makes the next one."""

_OLD_NAME = "visite.json"
_OLD_HEAD = "journee"


def judged_visits(day: Day) -> Iterable[JudgedVisit]:
    """The visits of a day that was judged, in its order."""
    return (JudgedVisit(day.ps_number, day.profession, visit) for visit in day.visits)


def write_judged(visit: JudgedVisit) -> bytes:
    """The form of a visit: the same bytes for the same visit."""
    form = {"schema": SCHEMA, **_written(visit)}
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
            return _read_old(kept)
        if form.pop("schema") != SCHEMA:
            raise BillingError(
                "Cette visite du journal est d’une version plus récente.", next_step="mettez Tournée à jour"
            )
        read: JudgedVisit = _read(JudgedVisit, form)
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise BillingError(
            "Une visite du journal ne se lit pas.",
            cause="le journal est endommagé",
            next_step="reprenez-la dans un fichier du jour",
        ) from error
    return read


def _read_old(kept: bytes) -> JudgedVisit:
    from tournee.billing.dayfile.day import load_day  # for journals of before only

    (visit,) = judged_visits(load_day(kept, _OLD_NAME, whole=False))
    return visit


def _written(value: Any) -> Any:
    if is_dataclass(value):
        told = ((one, getattr(value, one.name)) for one in fields(value))
        return {
            one.name: _written(said) for one, said in told if one.default is MISSING or said != one.default
        }
    if isinstance(value, tuple):
        return [_written(one) for one in value]
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
