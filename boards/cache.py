"""Built images and programs, made once, under a name that follows from what they are made of.

They lie in `.cache/boards` of a checkout, else in the user's cache folder."""

import contextlib
import hashlib
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tournee.boards import BOARDS

_DIGITS = 16  # of an entry's name
_KEPT = 4  # newest entries of a board and kind
_IN_USE_S = 3600.0  # what was asked for so lately may just be starting in another process


def cache_folder() -> Path:
    """Return where built things are kept: they are not written into an installation."""
    checkout = BOARDS.parent
    if (checkout / "pyproject.toml").is_file():
        return checkout / ".cache" / "boards"
    usual = {"win32": "AppData/Local", "darwin": "Library/Caches"}.get(sys.platform, ".cache")
    told = os.environ.get("LOCALAPPDATA" if sys.platform == "win32" else "XDG_CACHE_HOME", "")
    return (Path(told) if Path(told).is_absolute() else Path.home() / usual) / "tournee" / "boards"


CACHE = cache_folder()


def made_once(name: str, origin: object, fill: Callable[[Path], None], suffix: str = "") -> Path:
    """Return the cache's entry for `repr(origin)`, made by `fill` unless it is there; several processes may.

    `origin` is all that the entry depends on, the code that makes it included.
    """
    digest = hashlib.sha256(repr(origin).encode()).hexdigest()
    place = CACHE / f"{name}-{digest[:_DIGITS]}{suffix}"
    if not place.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=CACHE) as work:
            fill(Path(work) / "new")
            try:
                (Path(work) / "new").rename(place)
            except OSError:  # another process was first
                if not place.exists():
                    raise
        prune(f"{name}-{'?' * _DIGITS}{suffix}")
    else:
        os.utime(place)
    return place


def prune(pattern: str) -> None:
    """Remove the entries of the cache that match, but the newest and those that somebody asked for lately."""
    made: list[tuple[float, Path]] = []
    for place in CACHE.glob(pattern):
        with contextlib.suppress(FileNotFoundError):  # another process prunes too
            made.append((place.stat().st_mtime, place))
    lately = time.time() - _IN_USE_S
    for asked, place in sorted(made)[:-_KEPT]:
        if asked > lately:
            continue
        if place.is_dir():
            shutil.rmtree(place, ignore_errors=True)
        else:
            place.unlink(missing_ok=True)
