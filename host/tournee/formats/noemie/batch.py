"""NOEMIE read many entities at a time: one pattern of all types, and what it matches cut at the end marks.

The pattern is made of the same tables as those of `strict`, and stricter: it matches no entity
that holds `@` before its end. So each `@` ends an entity, and what is left over goes to the strict reader.
"""

import re
from functools import cache
from itertools import accumulate

from tournee.formats.noemie.forms import END, FIXED, FORMS, TYPE_LENGTH, Form
from tournee.formats.noemie.strict import GAP

STRETCH = 1 << 16
"""Bytes judged at a time: small enough to stay in a processor's cache."""

_GAPS = tuple(bytes((one,)) for one in GAP)
_CLASSES = {"D": "[0-9]", "I": "[0-9]", "A": "[ -?A-~]", "G": "[PN ]"}


def _pattern(form: Form) -> str:
    """An entity's bytes after its type, with no way back into them; like columns that touch are one."""
    parts: list[tuple[str, int]] = []
    for field in form.fields:
        if field.cls in _CLASSES:
            part, length = _CLASSES[field.cls], field.length
            if parts and parts[-1][0] == part:
                length += parts.pop()[1]
        elif field.cls in "di":
            part, length = f"(?:[0-9]{{{field.length}}}+| {{{field.length}}}+)", 1
        else:
            part, length = field.constraint, 1
        parts.append((part, length))
    return "".join(part if length == 1 else f"{part}{{{length}}}+" for part, length in parts) + "@"


def _choice(types: "dict[str, str]", at: int = 0) -> str:
    """One of these types and what follows it, found digit by digit."""
    if at == TYPE_LENGTH:
        return next(iter(types.values()))
    digits = sorted({kind[at] for kind in types})
    ways = [
        digit + _choice({kind: rest for kind, rest in types.items() if kind[at] == digit}, at + 1)
        for digit in digits
    ]
    return ways[0] if len(ways) == 1 else "(?:" + "|".join(ways) + ")"


@cache
def _entities(before: bytes) -> "re.Pattern[bytes]":
    """Entities one after another, each with this before it; made when the first return comes."""
    one = _choice({kind: _pattern(form) for kind, form in FORMS.items() if kind not in FIXED}).encode()
    return re.compile(b"(?:" + before + one + b")*+")


def judge(stream: bytes, at: int, positions: "list[int]") -> int:
    """Add to `positions` those of the entities that follow one another from `at` on, each as its table says
    and whole within `STRETCH` bytes, and give where the last of them ends.

    A position is an offset less its rank in `positions`: entities are cut without their end mark, a byte
    each.
    """
    apart = stream[at : at + 1] in _GAPS
    found = _entities(b"[" + GAP + b"]*+" if apart else b"").match(stream, at, at + STRETCH)
    end = at if found is None else found.end()
    if end > at:
        entities = stream[at:end].split(END)
        positions.extend(accumulate(map(len, entities), initial=at - len(positions)))
        del positions[-2:]  # behind the last mark is nothing
    return end
