"""JSON that a stranger sends: bounded before it is read, of the fields expected and of their types."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tournee.services.calling import ServiceAnswerError

DEPTH_MAX = 8
"""Objects and lists within one another: more is not read."""

_OPENING, _CLOSING, _QUOTE, _ESCAPE = b"{[", b"}]", 0x22, 0x5C


def object_of(data: bytes, fields: Mapping[str, type], *, limit: int, who: str) -> dict[str, Any]:
    """The object in `data`, at most `limit` bytes, which has these fields of these types, texts without
    control characters (others are left out). ServiceAnswerError, which names the service `who`.
    """
    if len(data) > limit or depth_of(data) > DEPTH_MAX:
        raise _wrong(who, f"elle a {len(data)} octets, ou trop d’étages")
    try:
        told = json.loads(data, parse_constant=_no_constant, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise _wrong(who, "elle n’est pas du JSON entier") from error
    if not isinstance(told, dict):
        raise _wrong(who, "elle n’est pas un objet")
    for name, kind in fields.items():
        if type(told.get(name)) is not kind:
            raise _wrong(who, f"« {name} » y manque ou n’est pas ce qu’il doit être")
        if kind is str and not told[name].isprintable():
            raise _wrong(who, f"« {name} » y a des caractères qui ne s’écrivent pas")
    return {name: told[name] for name in fields}


def depth_of(data: bytes) -> int:
    """How deep objects and lists are nested, those within texts aside."""
    deepest = depth = 0
    is_text = is_escaped = False
    for byte in data:
        if is_text:
            is_text = is_escaped or byte != _QUOTE
            is_escaped = not is_escaped and byte == _ESCAPE
        elif byte == _QUOTE:
            is_text = True
        elif byte in _OPENING:
            depth += 1
            deepest = max(deepest, depth)
        elif byte in _CLOSING:
            depth -= 1
    return deepest


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    told = dict(pairs)
    if len(told) != len(pairs):
        raise ValueError("a name twice")
    return told


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _wrong(who: str, cause: str) -> ServiceAnswerError:
    return ServiceAnswerError(
        f"La réponse ne peut pas servir : {who}.",
        cause=cause,
        next_step="recommencez plus tard ; rien n’a été changé",
    )
