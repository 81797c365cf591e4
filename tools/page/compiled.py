"""Runs by Pyodide's own interpreter: /build/in.zip to /build/out.zip, modules compiled, nothing compressed.

Docstrings and assertions are left out. What reads its own source stays source.
"""

import importlib.util
import marshal
import zipfile

SOURCES = ("anyio/",)  # finds its names by reading them
WITHOUT_STRINGS = 2
HEAD = importlib.util.MAGIC_NUMBER + bytes(12)  # no source to compare with

with zipfile.ZipFile("/build/in.zip") as given, zipfile.ZipFile("/build/out.zip", "w") as made:
    for name in sorted(given.namelist()):
        data = given.read(name)
        if name.endswith(".py") and not name.startswith(SOURCES):
            code = compile(data, name, "exec", dont_inherit=True, optimize=WITHOUT_STRINGS)
            name, data = f"{name}c", HEAD + marshal.dumps(code)
        made.writestr(zipfile.ZipInfo(name), data)
