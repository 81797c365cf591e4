"""The page for a tablet, as a folder for any web server: `python tools/page [FOLDER] --sign KEY`.

Without a key it is signed by one of this folder's own, for trials.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import contents
from fetched import NODE, fetch
from signing import new_key, sign

from tournee.web.assets import assets, release
from tournee.web.templating import templates

HERE = Path(__file__).resolve().parent
CACHE = HERE.parents[1] / ".cache" / "page"
DEFAULT, TRIAL_KEY = CACHE / "site", CACHE / "essai.pem"
PARTS = contents.HOST / "tournee" / "web" / "tablet" / "page"
STARTER, WASM = "pyodide.mjs", "pyodide.asm.wasm"
NOBLE = {
    "ciphers": ("aes", "_polyval", "utils"),
    "hashes": ("scrypt", "pbkdf2", "hmac", "sha2", "_md", "_u64", "utils"),
}

UNSYNCED = "___syscall_fdatasync(fd){try{var stream=SYSCALLS.getStreamFromFD(fd);return 0}"
SYNCED = UNSYNCED.replace("return 0", "return stream.stream_ops?.fsync?.(stream)??0")
"""Pyodide's loader says that a file is on the disk when it is not; those of `pool.js` can be flushed."""

ITS_CODE = "instantiateWasm:Ie(e.indexURL)"
GIVEN_CODE = "instantiateWasm:e.instantiateWasm?.(K())??Ie(e.indexURL)"
"""Pyodide fetches and compiles its code itself; the page gives what it compiled meanwhile."""

EXPORTED = re.compile(r"^export (?:async )?(?:function|const|class|let) (\w+)", re.MULTILINE)


class NotBuilt(Exception):  # noqa: N818 - what happened
    """The page is not what it must be; no folder is left."""


def once(text: str, old: str, new: str, where: str) -> str:
    """`text` with its one `old` replaced. NotBuilt when there is not exactly one."""
    if text.count(old) != 1:
        raise NotBuilt(f"{where}: {text.count(old)} of what must be there once: {old[:60]}")
    return text.replace(old, new)


def build(site: Path) -> None:
    """Lay out the whole site in a folder, made anew. NotBuilt, NotFetched."""
    pyodide = fetch("pyodide")
    shutil.rmtree(site, ignore_errors=True)
    (site / "pyodide").mkdir(parents=True)
    shutil.copy(pyodide / WASM, site / "pyodide")
    starter = once((pyodide / STARTER).read_text(), ITS_CODE, GIVEN_CODE, STARTER)
    (site / "pyodide" / STARTER).write_text(starter)
    loader = once((pyodide / "pyodide.asm.mjs").read_text(), UNSYNCED, SYNCED, "pyodide.asm.mjs")
    (site / "pyodide" / "pyodide.asm.mjs").write_text(loader)
    lock = json.loads((pyodide / "pyodide-lock.json").read_text()) | {"packages": {}}
    (site / "pyodide" / "pyodide-lock.json").write_text(json.dumps(lock))
    compiled(contents.standard(), site / "pyodide" / "python_stdlib.zip")
    compiled(contents.ours(), site / "tournee.zip")
    compiled(contents.libraries(), site / "libraries.zip")
    recorded(site)
    for library, modules in NOBLE.items():
        (site / f"noble-{library}").mkdir()
        for module in modules:
            shutil.copy(fetch(f"@noble/{library}") / f"{module}.js", site / f"noble-{library}")
    for part in (*PARTS.glob("*.js"), *PARTS.glob("*.css")):
        shutil.copy(part, site)
    (site / "static").mkdir()
    for name, (data, _) in assets().items():
        (site / "static" / name).write_bytes(data)
    instead(site / "static")
    (site / "index.html").write_text(document(site))
    (site / "essai.html").write_text(templates().from_string((PARTS / "essai.html").read_text()).render())


def instead(static: Path) -> None:
    """Put the tablet's own modules in the place of the desk's. NotBuilt when one gives less than that did."""
    for own in (PARTS / "static").glob("*.js"):
        wanted, given = (set(EXPORTED.findall(file.read_text())) for file in (static / own.name, own))
        if not wanted <= given:
            raise NotBuilt(f"{own.name} does not export {', '.join(sorted(wanted - given))}")
        shutil.copy(own, static)


_FIRST = "asked_first.js"
_IMPORTED = re.compile(r"""^import (?:[^"']+ from )?["'](\.[^"']+)["']""", re.MULTILINE)


def imported(site: Path, *scripts: str) -> list[str]:
    """These scripts of the site and all that they import, in that order: asked for at once, not one after
    another.
    """
    found = list(scripts)
    for script in found:
        beside = (site / script).parent
        for name in _IMPORTED.findall((site / script).read_text()):
            path = (beside / name).resolve().relative_to(site.resolve()).as_posix()
            if path not in found:
                found.append(path)
    return found


def document(site: Path) -> str:
    """The shell, with what starts the host in it in place of its own start."""
    shell = templates().get_template("shell.html").render(release=release())
    script = f'<script type="module" src="/static/shell.js" data-version="{release()}"></script>'
    _, *others = imported(site, _FIRST, "start.js", "static/shell.js")
    early = (f'<link rel="modulepreload" href="/{one}">' for one in others)
    first = f'<script type="module" async src="/{_FIRST}"></script>'
    start = "\n".join((first, *early, '<script type="module" src="/start.js"></script>'))
    shell = once(shell, script, start, "shell.html")
    board = templates().from_string((PARTS / "board.html").read_text()).render()
    return once(shell, "</body>", board + "</body>", "shell.html")


def compiled(files: Iterable[tuple[str, bytes]], target: Path) -> None:
    """Compile these modules by Pyodide's own interpreter, into a zip; servers compress it."""
    with tempfile.TemporaryDirectory() as folder:
        with zipfile.ZipFile(Path(folder) / "in.zip", "w") as archive:
            for name, data in files:
                archive.writestr(zipfile.ZipInfo(name), data)
        by_pyodide("compiled.py", Path(folder))
        shutil.move(Path(folder) / "out.zip", target)


def recorded(site: Path) -> None:
    """Put into our archive what an import of all of it compiles, and its templates compiled."""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("libraries.zip", "tournee.zip"):
            shutil.copy(site / name, folder)
        by_pyodide("recorded.py", Path(folder))
        with zipfile.ZipFile(site / "tournee.zip", "a") as archive:
            for made in sorted(Path(folder).glob("*.bin")):
                archive.writestr(zipfile.ZipInfo(f"tournee/web/tablet/{made.name}"), made.read_bytes())


def by_pyodide(script: str, folder: Path) -> None:
    """Run a script of this folder by Pyodide's interpreter, which has `folder` as /build."""
    command = [NODE, HERE / "in_node.mjs", fetch("pyodide"), "-", HERE / script, f"/build={folder}"]
    subprocess.run([str(part) for part in command], check=True)


def sizes(site: Path) -> dict[str, int]:
    """Bytes that travel, by brotli at its best: the first visit, and an update of ours alone."""
    sum_up = """
    const { brotliCompressSync } = require("node:zlib"), { readFileSync } = require("node:fs");
    for (const name of process.argv.slice(1)) console.log(brotliCompressSync(readFileSync(name)).length);
    """
    files = [path for path in sorted(site.rglob("*")) if path.is_file()]
    done = subprocess.run([NODE, "-e", sum_up, *files], capture_output=True, text=True, check=True)
    by_file = dict(zip(files, map(int, done.stdout.split()), strict=True))
    others = ("pyodide/", "noble-", "libraries.zip")
    own = sum(n for path, n in by_file.items() if not path.relative_to(site).as_posix().startswith(others))
    raw = sum(path.stat().st_size for path in files)
    return {"first visit": sum(by_file.values()), "update of ours": own, "kept": raw}


def main() -> int:
    """Build it where the argument says, else under .cache/; or make a key."""
    parser = argparse.ArgumentParser(prog="./tools/dev page", description="The page for a tablet.")
    parser.add_argument("folder", nargs="?", type=Path, default=DEFAULT)
    parser.add_argument("--sizes", action="store_true", help="measure what travels")
    parser.add_argument("--sign", type=Path, metavar="KEY", help="sign the release by this key (a PEM file)")
    parser.add_argument(
        "--version", type=int, default=int(time.time()), help="of the release; no tablet takes a lower one"
    )
    parser.add_argument("--new-key", type=Path, metavar="KEY", help="make a key, and build nothing")
    parser.add_argument("--after", type=Path, metavar="KEY", help="the key whose place the new one takes")
    options = parser.parse_args()
    if options.new_key:
        new_key(options.new_key, options.after)
        return 0
    key = options.sign or TRIAL_KEY
    if not options.sign and not key.exists():
        new_key(key)
    build(options.folder)
    sign(options.folder, key, options.version)
    print(options.folder)
    for what, size in sizes(options.folder).items() if options.sizes else ():
        print(f"{what}: {size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
