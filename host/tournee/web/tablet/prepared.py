"""What makes a start short: what was compiled when the site was built, and a list of its modules.

Half of an import's time is the compiler's, over the methods that a dataclass writes for itself; regular
expressions come next, then the search for each file. The build (`tools/page/recorded.py`) keeps what
Pyodide's own interpreter made of them. What is not found there is compiled here, as ever.
"""

from __future__ import annotations

import dataclasses
import gc
import hashlib
import marshal
import random
import re
import sys
import tempfile
from collections.abc import Mapping, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, SourcelessFileLoader
from importlib.util import LazyLoader, spec_from_file_location
from types import ModuleType
from typing import Any

NAME = "prepared.bin"
"""The file beside this one: two mappings by `marshal`, of methods and of patterns."""

_COMPILED = ".pyc"
_PACKAGE = "/__init__.pyc"
_DIGEST = 16
_GARBAGE_AT = 20_000  # objects more than at the last turn
_LATE = ("cbor2",)
"""What brings a dynamic library, which no picture of the memory can hold: imported when it is first used."""


def digest(text: str) -> bytes:
    """What names the code that was made of a text."""
    return hashlib.sha256(text.encode()).digest()[:_DIGEST]


class ListedModules(MetaPathFinder):
    """Finds the compiled modules among `names`, files below `root`, without a look at the disk."""

    def __init__(self, root: str, names: Sequence[str]) -> None:
        self._files = {
            name.removesuffix(_PACKAGE).removesuffix(_COMPILED).replace("/", "."): f"{root}/{name}"
            for name in names
            if name.endswith(_COMPILED)
        }

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """As `MetaPathFinder` says; None for what is not listed."""
        file = self._files.get(fullname)
        if file is None:
            return None
        folders = [file.removesuffix(_PACKAGE)] if file.endswith(_PACKAGE) else None
        loader: Loader = SourcelessFileLoader(fullname, file)
        if fullname in _LATE:
            loader = LazyLoader(loader)
        return spec_from_file_location(fullname, file, loader=loader, submodule_search_locations=folders)


def take_methods(codes: Mapping[bytes, bytes]) -> None:
    """Have dataclasses run these codes, by the digest of their text, instead of compiling it."""

    def execute(text: str, space: dict[str, Any], names: dict[str, Any]) -> None:
        code = codes.get(digest(text))
        made = text if code is None else marshal.loads(code)  # noqa: S302 - the site's own
        exec(made, space, names)  # noqa: S102 - as dataclasses do

    setattr(dataclasses, "exec", execute)  # noqa: B010 - it has the builtin's name, and shadows it there


def take_patterns(patterns: Mapping[tuple[str | bytes, int], tuple[Any, ...]]) -> None:
    """Have `re` take these, by their text and flags: what its compiler gave to the engine."""
    compiler: Any = re._compiler  # type: ignore[attr-defined]
    compiled, engine = compiler.compile, compiler._sre.compile

    def compile_pattern(pattern: str | bytes, flags: int = 0) -> re.Pattern[Any]:
        found = patterns.get((pattern, flags))
        made: re.Pattern[Any] = compiled(pattern, flags) if found is None else engine(pattern, *found)
        return made

    compiler.compile = compile_pattern


def begin_imports(root: str, names: str) -> None:
    """Before the host is imported: `names` are the files below `root`, one a line."""
    gc.disable()  # what is imported stays
    with open(f"{__file__.rpartition('/')[0]}/{NAME}", "rb") as file:  # noqa: PTH123 - before all else
        methods, patterns = marshal.loads(file.read())  # noqa: S302 - as signed as all our code
    take_methods(methods)
    take_patterns(patterns)
    sys.meta_path.insert(0, ListedModules(root, names.split("\n")))


def end_imports() -> None:
    """After it: what is there now is never looked at again for what may be freed. Python's own turns at the
    rest stay off: they follow the frames of what is suspended, which lie elsewhere meanwhile, and that ended
    Python in the middle of a day (Pyodide 314.0.7). The host has its own (`collect_garbage`).
    """
    gc.collect()
    gc.freeze()


def collect_garbage() -> None:
    """Free what refers to itself, once there is enough of it: all at once, which follows no frames."""
    if gc.get_count()[0] > _GARBAGE_AT:
        gc.collect()


def taken_up() -> None:
    """In a memory that was kept: chance is drawn anew, it would be the same at every start."""
    random.seed()
    setattr(tempfile, "_name_sequence", None)  # noqa: B010 - its own chance
