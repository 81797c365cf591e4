"""Work out when an image is built what its modules would work out of their tables at every boot.

`settle` puts the value in place of `NAME = a_function(…)` at the top of a module: an integer becomes a
`const`, bytes a literal; a list of integers goes into the places that take one of them, when nothing else is
done with it. `prune` leaves out what nobody uses then: imported names, functions, plain values. Lines stay
where they were.
"""

import ast
import re
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

_TABLE = re.compile(r"_?[A-Z][A-Z0-9_]*")
_CONST = re.compile(r"^(_?[A-Z]\w*) = const\((-?\w+)\)", re.MULTILINE)
_TELL = """
import importlib, sys
sys.path.insert(0, sys.argv[1])
values = {}
for name in sys.argv[2:]:
    module, name = name.split(":")
    value = getattr(importlib.import_module(module), name)
    if isinstance(value, tuple):
        value = list(value)
    if isinstance(value, (int, bytes)) or isinstance(value, list) and all(type(one) is int for one in value):
        values[module, name] = value
print(values)
"""


def settle(sources: dict[str, str]) -> dict[str, str]:
    """Return the modules with their tables worked out, by this Python, of the modules as they are."""
    wanted = [
        f"{_dotted(path)}:{name}"
        for path, text in sources.items()
        if "/" in path
        for name in _assignments(ast.parse(text))
    ]
    if not wanted:
        return sources
    with tempfile.TemporaryDirectory() as folder:
        for path, text in sources.items():
            Path(folder, path).parent.mkdir(parents=True, exist_ok=True)
            Path(folder, path).write_text(text)
        command = [sys.executable, "-s", "-E", "-B", "-c", _TELL, folder, *wanted]
        told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    values = ast.literal_eval(told)
    return {
        path: _settled(
            text, {name: value for (module, name), value in values.items() if module == _dotted(path)}
        )
        for path, text in sources.items()
    }


def prune(sources: dict[str, str]) -> dict[str, str]:
    """Return the modules without the imports, functions and plain values at their top that nothing names."""
    while True:
        named = [_names(text) for text in sources.values()]
        used = [own for own, _ in named]
        taken = set().union(*(from_others for _, from_others in named))
        everywhere = {"run"}.union(*used)  # the board calls it
        pruned = {
            path: _pruned(text, own | taken, everywhere | taken)
            for (path, text), own in zip(sources.items(), used, strict=True)
        }
        if pruned == sources:
            return sources
        sources = pruned


def _dotted(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _assignments(tree: ast.Module) -> dict[str, ast.Assign]:
    """Statements `NAME = a_function(…)`, by the name."""
    found = {}
    for node in tree.body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=function)):
                worked_out = not isinstance(function, ast.Name) or function.id not in (
                    "const",
                    "bytearray",
                    "getattr",
                )
                if _TABLE.fullmatch(name) and worked_out:
                    found[name] = node
    return found


def _settled(text: str, values: dict[str, object]) -> str:
    tree = ast.parse(text)
    edits: list[tuple[ast.expr | ast.stmt, str]] = []
    numbers = dict(_CONST.findall(text))
    for name, statement in _assignments(tree).items():
        value = values.get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            edits.append((statement, f"{name} = const({value})"))
        elif isinstance(value, bytes):
            edits.append((statement, f"{name} = {value!r}"))
        elif isinstance(value, list) and all(isinstance(item, int) for item in value):
            places = _places(tree, name, numbers)
            if places is not None:
                edits.append((statement, ""))
                edits += [(node, str(value[place])) for node, place in places]
    return _edited(text, edits)


def _places(tree: ast.Module, name: str, numbers: dict[str, str]) -> list[tuple[ast.expr, int]] | None:
    """Where one item of the list is taken, and which; None when something else is done with it."""
    found: list[tuple[ast.expr, int]] = []
    uses = sum(isinstance(node, ast.Name) and node.id == name for node in ast.walk(tree)) - 1
    for node in ast.walk(tree):
        match node:
            case ast.Subscript(value=ast.Name(id=of), slice=ast.Constant(value=int(place))) if of == name:
                found.append((node, place))
            case ast.Subscript(value=ast.Name(id=of), slice=ast.Name(id=at)) if of == name and at in numbers:
                found.append((node, int(numbers[at], 0)))
    return found if len(found) == uses else None


@cache
def _names(text: str) -> tuple[set[str], set[str]]:
    """The names that a module uses, and those that it takes from others; most are asked for again as they
    were."""
    tree = ast.parse(text)
    used = _names_used(tree)
    return used, _names_taken(tree, used)


def _names_used(tree: ast.Module) -> set[str]:
    """Names that code of the module reads, but for a function that reads its own: its own and attributes of
    anything, which a module's private name never is."""
    found = set()
    for statement in tree.body:
        names = set()
        for node in ast.walk(statement):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                names.add(node.id)
            elif isinstance(node, ast.Attribute) and not node.attr.startswith("_"):
                names.add(node.attr)
        found |= names - {statement.name} if isinstance(statement, ast.FunctionDef) else names
    return found


def _names_taken(tree: ast.Module, used: set[str]) -> set[str]:
    """Names that the module imports from others, whatever it does with them, where it uses them."""
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    return {alias.name for node in imports for alias in node.names if (alias.asname or alias.name) in used}


def _pruned(text: str, own: set[str], everywhere: set[str]) -> str:
    edits: list[tuple[ast.expr | ast.stmt, str]] = []
    for node in ast.parse(text).body:
        if isinstance(node, ast.ImportFrom):
            kept = [alias.name for alias in node.names if alias.asname or alias.name in own]
            if not any(alias.asname for alias in node.names) and len(kept) < len(node.names):
                edits.append((node, f"from {node.module} import {', '.join(kept)}" if kept else ""))
        elif isinstance(node, ast.FunctionDef) and node.name not in everywhere:
            edits.append((node, ""))
        elif _made_literal(node) not in everywhere | {""}:
            edits.append((node, ""))
    return _edited(text, edits)


def _made_literal(node: ast.stmt) -> str:
    """The name that this statement makes a literal, or a tuple of literals; empty when it does not."""
    match node:
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Tuple(elts=items)):
            return name if all(isinstance(item, ast.Constant) for item in items) else ""
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant()):
            return name
    return ""


def _edited(text: str, edits: list[tuple[ast.expr | ast.stmt, str]]) -> str:
    """Return the text with nodes replaced; the line ends inside a node are kept after it."""
    lines = text.splitlines(keepends=True)
    for node, new in sorted(edits, key=lambda edit: (edit[0].lineno, edit[0].col_offset), reverse=True):
        first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
        tail = lines[last][node.end_col_offset :]
        lines[first : last + 1] = [
            lines[first][: node.col_offset] + new + tail,
            *["\n"] * (last - first),
        ]
    return "".join(lines)
