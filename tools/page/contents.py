"""What goes into the page: our modules, those of others, Python's own, as sources to be compiled."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path

from fetched import fetch

HOST = Path(__file__).resolve().parents[2] / "host"

LEFT_OUT = (
    *("api/", "asgi/", "boards", "cli", "emulation", "http/", "maker", "manuals", "server", "shift", "ssv"),
    *("crypto/native", "web/desk", "web/static/", "web/tablet/page/"),
    *("core_dumps.py", "exchange/sealing/unsealing.py", "py.typed"),
    *("store/engines/moving", "store/engines/postgresql", "store/schema/postgresql"),
)
"""Folders and files of `tournee` that a page does not run."""

LIBRARIES = (
    *("asn1crypto", "cbor2", "python-stdnum", "tomlkit", "tzdata"),
    *("starlette", "anyio", "idna", "typing_extensions", "jinja2", "markupsafe"),
    *("icalendar", "python-dateutil", "vobject", "pydyf", "segno"),
)
ZONES = (
    *("Europe/Paris", "Indian/Reunion", "Indian/Mayotte", "America/Martinique", "America/Guadeloupe"),
    *("America/Cayenne", "America/Miquelon", "Pacific/Noumea", "Pacific/Tahiti"),
)
_LIBRARIES_LEFT_OUT = (
    *(
        "anyio/_backends/_trio",
        "anyio/pytest_plugin",
        "asn1crypto/csr",
        "asn1crypto/pdf",
        "asn1crypto/pkcs12",
    ),
    *("asn1crypto/tsp", "dateutil/zoneinfo/", "icalendar/cli", "idna/cli", "idna/codec", "segno/cli"),
    *("starlette/endpoints", "starlette/middleware/cors", "starlette/middleware/gzip", "starlette/schemas"),
    *("starlette/middleware/opentelemetry", "starlette/middleware/sessions", "starlette/middleware/wsgi"),
    *("starlette/templating", "starlette/testclient", "vobject/change_tz", "vobject/hcalendar"),
    *("vobject/ics_diff",),
)
"""What a page never imports of them."""

_STDNUM = re.compile(r"stdnum/(__init__|exceptions|luhn|util|fr/\w+)\.py")  # not its tables of the world
_STANDARD_LEFT_OUT = (
    *("idlelib/", "lib2to3/", "wsgiref/", "xmlrpc/", "ctypes/macholib/", "unittest/", "pdb", "doctest"),
    *("cProfile", "profile", "pstats", "pyclbr", "turtle", "wave", "webbrowser", "antigravity", "this."),
    *("multiprocessing/", "sqlite3/__main__", "_pydecimal", "_pyio", "pickletools", "symtable", "mailbox"),
    *("xml/dom/", "xml/etree/", "http/cookiejar", "http/server", "urllib/robotparser", "json/tool"),
    *("logging/handlers", "logging/config", "concurrent/futures/process", "_pydatetime", "statistics"),
    *("ftplib", "socketserver", "optparse", "bdb", "cmd.", "modulefinder", "compileall", "plistlib"),
    *("timeit",),
    *("imaplib", "nntplib", "trace.", "encodings/mac", "encodings/big", "encodings/euc", "encodings/gb"),
    *(
        "encodings/hz",
        "encodings/johab",
        "encodings/koi",
        "encodings/ptcp",
        "encodings/shift",
        "encodings/tis",
    ),
    *("encodings/palm", "encodings/kz", "encodings/iso2022", "pydoc_data/", "ensurepip/", "venv/", "curses/"),
    *("tkinter/", "test/", "_pyrepl/", "concurrent/interpreters/", "asyncio/windows", "asyncio/__main__"),
    *(
        "_pydatetime",
        "argparse",
        "asyncio/proactor_events",
        "asyncio/tools",
        "bdb",
        "cmd.",
        "code.",
        "colorsys",
    ),
    *("compileall", "concurrent/futures/process", "configparser", "ctypes/_aix", "ctypes/util", "filecmp"),
    *(
        "fileinput",
        "ftplib",
        "getopt",
        "getpass",
        "html/parser",
        "_markupbase",
        "http/cookiejar",
        "http/server",
    ),
    *("json/tool", "logging/config", "logging/handlers", "modulefinder", "netrc", "nturl2path", "optparse"),
    *("plistlib", "pty.", "py_compile", "sched.", "shelve", "socketserver", "sqlite3/dump", "statistics"),
    *("tabnanny", "tracemalloc", "tty.", "urllib/robotparser", "xml/dom/", "xml/etree/", "zipapp"),
)


def ours() -> Iterator[tuple[str, bytes]]:
    """Our modules and tables."""
    root = HOST / "tournee"
    language = root / "firmware" / "sesam"  # a link, which a walk does not follow
    found = [*root.rglob("*"), language.parent / "__init__.py", *language.rglob("*.py")]
    for path in sorted(found):
        name = path.relative_to(root).as_posix()
        is_left_out = name.startswith(LEFT_OUT) or "__pycache__" in name or path.suffix in (".md", ".pyc")
        if path.is_file() and not is_left_out:
            yield f"tournee/{name}", path.read_bytes()


def libraries() -> Iterator[tuple[str, bytes]]:
    """What others wrote, as it is installed here; the codec as WebAssembly."""
    for library in LIBRARIES:
        for file in distribution(library).files or ():
            name = file.as_posix()
            if _is_taken(library, name):
                yield name, Path(str(file.locate())).read_bytes()
    codec = fetch("cbor2")
    for path in sorted((codec / "cbor2").iterdir()):
        if path.suffix in (".py", ".so"):
            yield f"cbor2/{path.name}", path.read_bytes()


def _is_taken(library: str, name: str) -> bool:
    if (
        name.startswith(("..", "bin/", *_LIBRARIES_LEFT_OUT))
        or ".dist-info/" in name
        or "/tests/" in name
        or library == "cbor2"
    ):
        return False
    if library == "tzdata":
        return name.endswith("__init__.py") or name.removeprefix("tzdata/zoneinfo/") in ZONES
    if library == "python-stdnum":
        return _STDNUM.fullmatch(name) is not None
    return not name.endswith((".so", ".pyd", ".pyi", ".c", ".pyc", ".typed", ".exe", ".rst", ".md"))


def standard() -> Iterator[tuple[str, bytes]]:
    """Python's library, but for what needs a screen, a process or a compiler."""
    with zipfile.ZipFile(fetch("pyodide") / "python_stdlib.zip") as archive:
        for name in sorted(archive.namelist()):
            if not name.endswith("/") and not name.startswith(_STANDARD_LEFT_OUT):
                yield name, archive.read(name)
