"""The documentation site: `python tools/site [FOLDER]` builds it, and ends with 1 when a link is broken.

Every document is copied with its folders, so that a link that works in the repository works on the site.
`index.md` here is the front page, and says in which order the others come.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
DEFAULT = ROOT / ".cache" / "site"
LEFT_OUT = ("README.md", "host/tournee/emulation/README.md")  # front pages; the site has its own
FOLDERS = {".github": "contribute"}  # many servers keep a folder with a dot to themselves
KINDS = (".md", ".svg")


def documents() -> list[Path]:
    """The documents and drawings that the repository holds."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    paths = [Path(name) for name in listing.split("\0") if name.endswith(KINDS)]
    paths = [path for path in paths if (ROOT / path).is_file() and not (ROOT / path).is_symlink()]
    return [path for path in paths if str(path) not in LEFT_OUT]


def lay_out(source: Path) -> None:
    """Copy the documents, the settings and the front page to `source`, made anew."""
    shutil.rmtree(source, ignore_errors=True)
    for path in documents():
        if not path.is_relative_to(HERE.relative_to(ROOT)):
            there = source.joinpath(FOLDERS.get(path.parts[0], path.parts[0]), *path.parts[1:])
            there.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / path, there)
    shutil.copytree(HERE, source, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__*"))


def build(folder: Path) -> int:
    """Build the site in `folder`/html; a warning is an error. Returns Sphinx's status."""
    lay_out(folder / "source")
    strict = ["--fail-on-warning", "--keep-going", "--quiet", "--fresh-env"]
    command = [sys.executable, "-m", "sphinx", *strict]
    return subprocess.call([*command, str(folder / "source"), str(folder / "html")])


def main() -> int:
    """Build it where the argument says, else under .cache/."""
    folder = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else DEFAULT
    status = build(folder)
    if status == 0:
        print(f"{folder / 'html' / 'index.html'}")
    return status


if __name__ == "__main__":
    sys.exit(main())
