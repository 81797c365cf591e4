"""Fold the firmware's public constants into the modules that use them, before they are compiled.

MicroPython's compiler replaces `_NAME = const(1)` by its number inside one module only; a public constant
costs the device a name and a place in every module that loads it. Here `NAME = const(1)` becomes `_NAME =
const(1)` where it is made, and its number wherever it is used. Lines stay where they were.
"""

import io
import re
import tokenize
from collections.abc import Mapping

_CONSTANT = re.compile(r"^([A-Z]\w*) = const\((-?\w+)\)", re.MULTILINE)
_MODULE = re.compile(r"^import (\w+)$", re.MULTILINE)
_FROM = re.compile(r"^from ([\w.]+) import ([\w, ]+)$|^from ([\w.]+) import \(([^)]*)\)$", re.MULTILINE)


def constants(values: Mapping[str, object]) -> bytes:
    """Return a module of these: a number costs the device nothing once it is folded."""
    lines = (
        f"{name} = const({value})" if type(value) is int else f"{name} = {value!r}"
        for name, value in values.items()
    )
    return "\n".join(["from sesam.port import const", *lines, ""]).encode()


def fold(sources: dict[str, str]) -> dict[str, str]:
    """Return the modules, by their path in the image, with the constants of all of them folded."""
    constants = {
        path.removesuffix(".py").replace("/", "."): dict(_CONSTANT.findall(text))
        for path, text in sources.items()
    }
    return {path: _folded(path, text, constants) for path, text in sources.items()}


def _folded(path: str, text: str, constants: dict[str, dict[str, str]]) -> str:
    own = constants[path.removesuffix(".py").replace("/", ".")]
    names: dict[str, str] = {name: f"_{name}" for name in own}
    modules = {name: constants[name] for name in _MODULE.findall(text) if name in constants}

    def take_import(match: re.Match[str]) -> str:
        origin = match[1] or match[3]
        kept = []
        for name in re.findall(r"\w+", match[2] or match[4]):
            if name in constants.get(origin, {}):
                names[name] = constants[origin][name]
                continue
            if f"{origin}.{name}" in constants:
                modules[name] = constants[f"{origin}.{name}"]
            kept.append(name)
        lines = "\n" * match[0].count("\n")
        return (f"from {origin} import {', '.join(kept)}" if kept else "") + lines

    return _replaced(_FROM.sub(take_import, text), names, modules)


def _replaced(text: str, names: dict[str, str], modules: dict[str, dict[str, str]]) -> str:
    """Return the text with the names, and the attributes of the modules, replaced; all else stays as it
    is."""
    tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    lines = text.splitlines(keepends=True)
    for place in range(len(tokens) - 1, -1, -1):
        token = tokens[place]
        if token.type != tokenize.NAME:
            continue
        before = tokens[place - 1].string if place else ""
        row, start = token.start
        end = token.end[1]
        new = None
        if before == "." and place > 1:
            holder = tokens[place - 2]
            if (tokens[place - 3].string if place > 2 else "") != ".":
                new = modules.get(holder.string, {}).get(token.string)
                start = holder.start[1]
        elif before != "import":
            new = names.get(token.string)
        if new is not None:
            line = lines[row - 1]
            lines[row - 1] = line[:start] + new + line[end:]
    return "".join(lines)
