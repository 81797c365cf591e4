"""Runs by Pyodide's own interpreter: what it compiles while our modules are imported from zips in /build, and
our templates.

Written to /build, for `tournee.web.tablet.prepared` and `compiled_templates`.
"""

import dataclasses
import importlib
import marshal
import re
import sys
import zipfile
from contextlib import suppress
from types import CodeType, ModuleType, SimpleNamespace
from typing import Any

PACKAGES = "/packages"
BY_THE_PAGE = ("tournee_door", "tournee_page")  # modules that the page itself gives

methods: dict[bytes, bytes] = {}
patterns: dict[tuple[str | bytes, int], tuple[Any, ...]] = {}
names: list[str] = []
for zipped in ("libraries.zip", "tournee.zip"):
    with zipfile.ZipFile(f"/build/{zipped}") as archive:
        archive.extractall(PACKAGES)
        names += archive.namelist()
sys.path.insert(0, PACKAGES)
for given in BY_THE_PAGE:
    sys.modules[given] = ModuleType(given)

prepared: Any = importlib.import_module("tournee.web.tablet.prepared")
compiler: Any = importlib.import_module("re._compiler")
engine, compile_pattern = compiler._sre, compiler.compile


def _without_lines(code: CodeType) -> CodeType:
    inner = tuple(_without_lines(one) if isinstance(one, CodeType) else one for one in code.co_consts)
    return code.replace(co_linetable=b"", co_consts=inner)


def _execute(text: str, space: dict[str, Any], local: dict[str, Any]) -> None:
    code = _without_lines(compile(text, "<string>", "exec", dont_inherit=True))
    methods[prepared.digest(text)] = marshal.dumps(code)
    exec(code, space, local)


def _compile(pattern: str | bytes, flags: int = 0) -> re.Pattern[Any]:
    made: list[tuple[Any, ...]] = []

    def record(*told: Any) -> re.Pattern[Any]:
        made.append(told)
        return engine.compile(*told)  # type: ignore[no-any-return]

    compiler._sre = SimpleNamespace(**vars(engine) | {"compile": record})
    try:
        found = compile_pattern(pattern, flags)
    finally:
        compiler._sre = engine
    _, told, code, *groups = made[-1]
    patterns[pattern, int(flags)] = (int(told), [int(one) for one in code], *groups)
    return found  # type: ignore[no-any-return]


setattr(dataclasses, "exec", _execute)  # noqa: B010 - it has the builtin's name, and shadows it there
compiler.compile = _compile
re.purge()
importlib.import_module("tournee.web.tablet.host")
for name in names:
    if name.startswith("tournee/") and name.endswith(".pyc"):
        with suppress(ModuleNotFoundError):  # of a desk: it needs what a page has not
            importlib.import_module(name.removesuffix(".pyc").removesuffix("/__init__").replace("/", "."))
templating: Any = importlib.import_module("tournee.web.templating")
compiled: Any = importlib.import_module("tournee.web.tablet.compiled_templates")
codes: dict[str, tuple[str, bytes]] = {}
templates = templating.templates()
templates.bytecode_cache = compiled.CompiledTemplates(codes)
for name in templates.list_templates(extensions=["html"]):
    templates.get_template(name)
for made, found in ((prepared.NAME, (methods, patterns)), (compiled.NAME, codes)):
    with open(f"/build/{made}", "wb") as file:
        file.write(marshal.dumps(found))
