"""Plain values as they are kept: JSON that leaves out what is as its field says when nothing is said.

Keys sorted, no blanks: the same value gives the same bytes, whatever it came by.
"""

from __future__ import annotations

import json
from dataclasses import MISSING, fields, is_dataclass
from datetime import date
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

KEPT = "kept"
"""Key of a field's metadata: whether a form has it; what something else tells again is left out."""


def as_bytes(form: Any) -> bytes:
    """A form as UTF-8."""
    return json.dumps(form, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def form_of(value: Any) -> Any:
    """A value (dataclasses, tuples, frozensets, days, texts, numbers) as JSON has it."""
    if is_dataclass(value):
        told = ((one, getattr(value, one.name)) for one in fields(value))
        return {
            one.name: form_of(said)
            for one, said in told
            if one.metadata.get(KEPT, True) and (one.default is MISSING or said != one.default)
        }
    if isinstance(value, tuple):
        return [form_of(one) for one in value]
    if isinstance(value, frozenset):
        return sorted(value)
    return value.isoformat() if isinstance(value, date) else value


def from_form(kind: Any, value: Any) -> Any:
    """A value of the type that a field declares; TypeError, ValueError or KeyError for any other."""
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        (wanted,) = (one for one in inner if one is not NoneType)
        return None if value is None else from_form(wanted, value)
    if origin is Literal:
        if value not in inner:
            raise ValueError(value)
        return value
    if origin is tuple and inner[-1] is ...:
        return tuple(from_form(inner[0], one) for one in _of(list, value))
    if origin is tuple:
        return tuple(from_form(one, said) for one, said in zip(inner, _of(list, value), strict=True))
    if origin is frozenset:
        return frozenset(from_form(inner[0], one) for one in _of(list, value))
    if kind is date:
        return date.fromisoformat(_of(str, value))
    if is_dataclass(kind) and isinstance(kind, type):
        hints = _hints(kind)
        return kind(**{name: from_form(hints[name], said) for name, said in _of(dict, value).items()})
    return _of(kind, value)


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _of(kind: type, value: Any) -> Any:
    if type(value) is not kind:
        raise TypeError(value)
    return value
