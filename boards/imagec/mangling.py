"""Give the names of an image those that the runtime already has in its own flash, before they are compiled.

MicroPython keeps one copy of every name it meets: what its own tables lack costs heap for as long as the
board runs, about 20 bytes each on a 64-bit one. The firmware's own names are therefore replaced, one for one
and everywhere alike, by names that the runtime has and the firmware does not use. What the runtime offers
under a name is never renamed: it is in the runtime's list, so that list is all there is to know. Tracebacks
keep file and line.
"""

import ast
import io
import keyword
import re
import tokenize

_CONSTANT = re.compile(r"^(\w+) = const\(", re.MULTILINE)


def rename(sources: dict[str, str], known: list[str]) -> dict[str, str]:
    """Return the modules with their own names replaced by names of `known`, shortest first.

    `known` are names that cost nothing; where they do not suffice the last names stay. ValueError for an
    f-string, whose names not every Python's tokenizer shows.
    """
    own = set[str]()
    used = set[str]()
    for path, text in sources.items():
        own |= _defined(ast.parse(text))
        own -= set(_CONSTANT.findall(text))  # replaced by their number: no name is left
        used |= {token.string for token in _names(text, path)} | set(re.findall(r"\w+", path))
    modules = {part for path in sources for part in path.removesuffix(".py").split("/")}
    wanted = sorted(name for name in own - set(known) - modules if not name.startswith("__"))
    free = sorted(set(known) - used, key=lambda name: (len(name), name))
    renamed = dict(zip(wanted, free, strict=False))
    return {path: _renamed(text, path, renamed) for path, text in sources.items()}


def _defined(tree: ast.Module) -> set[str]:
    """Names that a module makes: functions, classes, parameters, attributes set, globals. A function's own
    variables are numbers to MicroPython."""
    made = set[str]()
    local = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.Lambda)
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            made.add(node.name)
        elif isinstance(node, ast.arg):
            made.add(node.arg)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            made.add(node.attr)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and id(node) not in local:
            made.add(node.id)
        elif isinstance(node, ast.alias) and node.asname:
            made.add(node.asname)
    return made


def _names(text: str, path: str) -> list[tokenize.TokenInfo]:
    found = []
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        prefix = token.string.split(token.string[-1])[0] if token.type == tokenize.STRING else ""
        if "f" in prefix.lower() or tokenize.tok_name[token.type] == "FSTRING_START":
            raise ValueError(f"{path}:{token.start[0]}: names inside an f-string cannot be replaced")
        if token.type == tokenize.NAME and not keyword.iskeyword(token.string):
            found.append(token)
    return found


def _renamed(text: str, path: str, renamed: dict[str, str]) -> str:
    lines = text.splitlines(keepends=True)
    for token in reversed(_names(text, path)):
        if token.string in renamed:
            row, start = token.start
            line = lines[row - 1]
            lines[row - 1] = line[:start] + renamed[token.string] + line[token.end[1] :]
    return "".join(lines)
