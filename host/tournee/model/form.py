"""Plain values as they are kept: JSON that leaves out what is as its field says when nothing is said.

Keys sorted, no blanks: the same value gives the same bytes, whatever it came by.
"""

from __future__ import annotations

import json
from collections.abc import Callable
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
    return _reader(kind)(value)


@cache
def _reader(kind: Any) -> Callable[[Any], Any]:
    """Reads values of one type: what the type is made of is looked at once."""
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        (wanted,) = (one for one in inner if one is not NoneType)
        read = _reader(wanted)
        return lambda value: None if value is None else read(value)
    if origin is Literal:
        return lambda value: _among(inner, value)
    if origin is tuple and inner[-1] is ...:
        each = _reader(inner[0])
        return lambda value: tuple([each(one) for one in _of(list, value)])
    if origin is tuple:
        parts = [_reader(one) for one in inner]
        return lambda value: tuple(part(said) for part, said in zip(parts, _of(list, value), strict=True))
    if origin is frozenset:
        each = _reader(inner[0])
        return lambda value: frozenset(each(one) for one in _of(list, value))
    if kind is date:
        return lambda value: date.fromisoformat(_of(str, value))
    if is_dataclass(kind) and isinstance(kind, type):
        hints = get_type_hints(kind)
        fields_of: dict[str, Callable[[Any], Any]] = {}

        def read_fields(value: Any) -> Any:
            if not fields_of:  # not before it is read: a value may hold others of its type
                fields_of.update((name, _reader(hint)) for name, hint in hints.items())
            return kind(**{name: fields_of[name](said) for name, said in _of(dict, value).items()})

        return read_fields
    return lambda value: _of(kind, value)


def _among(words: tuple[Any, ...], value: Any) -> Any:
    if value not in words:
        raise ValueError(value)
    return value


def _of(kind: type, value: Any) -> Any:
    if type(value) is not kind:
        raise TypeError(value)
    return value
