"""Join the modules of an image into one, before it is compiled.

A module costs a board about 200 bytes of heap, and so does every handful of names that one takes from
another; what only its top needs is given back once the whole is loaded. What a module makes at its top
becomes `name__module` (but for `main`), with the last part of the module's name, wherever it is used; imports
between these modules go, all others stay. Modules come in the order in which they are imported, `main` last;
one that another may do without is there from the start.
"""

import ast
import builtins

_COMPREHENSIONS = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
_Edit = tuple[int, int, int, str]  # line, first and last column, new text


def flatten(sources: dict[str, str]) -> str:
    """Return the one module; a comment line before each part names the module that it was.
    ValueError for two modules whose names end alike."""
    modules = {_dotted(path): _Module(path, text) for path, text in sources.items()}
    order: list[str] = []
    _visit("main", modules, order)
    lasts = [name.rpartition(".")[2] for name in order]
    if len(set(lasts)) < len(lasts):
        raise ValueError(f"two modules of one name: {', '.join(sorted(order))}")
    return "".join(f"# {modules[name].path}\n{modules[name].joined(modules)}" for name in order)


def _dotted(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _visit(name: str, modules: dict[str, "_Module"], order: list[str]) -> None:
    if name in order:
        return
    for needed in modules[name].needs(modules):
        _visit(needed, modules, order)
    order.append(name)


class _Module:
    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.name = _dotted(path)
        self.text = text if text.endswith("\n") else text + "\n"
        self.tree = ast.parse(text)
        self.makes = {name for name in _bound(self.tree) if name not in dir(builtins) and name != "const"}
        self.takes: dict[str, tuple[str, str]] = {}  # from which module, and its name there
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import | ast.ImportFrom):
                self.makes -= {alias.asname or alias.name for alias in node.names}
            if isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    self.takes[alias.asname or alias.name] = (node.module or "", alias.name)

    def needs(self, modules: dict[str, "_Module"]) -> list[str]:
        """Return the modules of the image that this one imports, in order."""
        found = []
        for node in ast.walk(self.tree):
            if isinstance(node, ast.ImportFrom):
                found += [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]
            elif isinstance(node, ast.Import):
                found += [alias.name for alias in node.names]
        return [name for name in found if name in modules]

    def joined(self, modules: dict[str, "_Module"]) -> str:
        """Return this module's text as it stands in the one module; its lines stay lines."""
        renamer = _Renamer(self, modules)
        renamer.visit(self.tree)
        lines = self.text.splitlines(keepends=True)
        for row, start, end, new in sorted(renamer.edits, reverse=True):
            lines[row - 1] = lines[row - 1][:start] + new + lines[row - 1][end:]
        return "".join(lines)

    def final(self, name: str, modules: dict[str, "_Module"]) -> str:
        """Return what this module's top-level `name`, made or taken, is called in the one module."""
        origin, first = self.takes.get(name, ("", ""))
        if origin in modules:
            return modules[origin].final(first, modules)
        own = name in self.makes and self.name != "main"
        return f"{name}__{self.name.rpartition('.')[2]}" if own else name


class _Renamer(ast.NodeVisitor):
    """Collects the edits; its scopes hold, the innermost last, what each name is called in the one module."""

    def __init__(self, module: _Module, modules: dict[str, _Module]) -> None:
        self.module = module
        self.modules = modules
        self.edits: list[_Edit] = []
        self.scopes: list[dict[str, str]] = [{name: module.final(name, modules) for name in module.makes}]
        self.aliases: dict[str, _Module] = {}

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        for alias in node.names:
            name = alias.asname or alias.name
            whole = f"{node.module}.{alias.name}"
            if whole in self.modules:
                self.aliases[name] = self.modules[whole]
            elif node.module in self.modules:
                self.scopes[-1][name] = self.modules[node.module].final(alias.name, self.modules)
            else:
                return
        self._blank(node)

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            if alias.name in self.modules:
                self.aliases[alias.asname or alias.name] = self.modules[alias.name]
                self._blank(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._rename_definition(node, "def ")
        for part in (*node.decorator_list, *node.args.defaults):
            self.visit(part)
        local = {arg.arg for arg in ast.walk(node.args) if isinstance(arg, ast.arg)} | _bound(node)
        declared = {name for one in ast.walk(node) if isinstance(one, ast.Global) for name in one.names}
        self._within({name: name for name in local - declared}, node.body)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._rename_definition(node, "class ")
        for base in node.bases:
            self.visit(base)
        self._within({name: name for name in _bound(node)}, node.body)

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self._within({arg.arg: arg.arg for arg in node.args.args}, [node.body])

    def generic_visit(self, node: ast.AST) -> None:
        if isinstance(node, _COMPREHENSIONS):
            targets = [target for one in node.generators for target in ast.walk(one.target)]
            self.scopes.append({target.id: target.id for target in targets if isinstance(target, ast.Name)})
            super().generic_visit(node)
            self.scopes.pop()
        else:
            super().generic_visit(node)

    def visit_Name(self, node: ast.Name) -> None:
        self._edit(node.lineno, node.col_offset, len(node.id), self._final(node.id))

    def visit_Attribute(self, node: ast.Attribute) -> None:
        holder = node.value
        local = any(isinstance(holder, ast.Name) and holder.id in scope for scope in self.scopes[1:])
        if isinstance(holder, ast.Name) and holder.id in self.aliases and not local:
            new = self.aliases[holder.id].final(node.attr, self.modules)
            self._edit(node.lineno, holder.col_offset, (node.end_col_offset or 0) - holder.col_offset, new)
        else:
            self.visit(holder)

    def visit_Global(self, node: ast.Global) -> None:
        names = ", ".join(self.module.final(name, self.modules) for name in node.names)
        width = (node.end_col_offset or 0) - node.col_offset
        self._edit(node.lineno, node.col_offset, width, f"global {names}")

    def _within(self, scope: dict[str, str], body: list[ast.stmt] | list[ast.expr]) -> None:
        self.scopes.append(scope)
        for part in body:
            self.visit(part)
        self.scopes.pop()

    def _rename_definition(self, node: ast.FunctionDef | ast.ClassDef, word: str) -> None:
        if len(self.scopes) == 1:
            self._edit(node.lineno, node.col_offset + len(word), len(node.name), self._final(node.name))

    def _final(self, name: str) -> str:
        for scope in reversed(self.scopes):
            if name in scope:
                return scope[name]
        return name

    def _edit(self, row: int, start: int, width: int, new: str) -> None:
        self.edits.append((row, start, start + width, new))

    def _blank(self, node: ast.Import | ast.ImportFrom) -> None:
        lines = self.module.text.splitlines()
        for row in range(node.lineno, (node.end_lineno or node.lineno) + 1):
            first = row == node.lineno
            start = node.col_offset if first else 0
            self._edit(row, start, len(lines[row - 1]) - start, "pass" if first else "")


def _bound(scope: ast.AST) -> set[str]:
    """Return the names that a scope itself binds, imports included."""
    found = set[str]()
    waiting = list(ast.iter_child_nodes(scope))
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
            continue
        if isinstance(node, ast.Lambda | _COMPREHENSIONS):
            continue
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            found |= {alias.asname or alias.name for alias in node.names}
        elif isinstance(node, ast.ExceptHandler) and node.name:
            found.add(node.name)
        waiting += ast.iter_child_nodes(node)
    return found
