"""Several files put in place together: all of them or none, whatever stops the process.

They are made in a staging folder beside their places. A plan, written last, is the moment from which they
count: whoever opens the folder next finishes what it says. What stood in their places is kept aside.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from tournee.files import Step, read_bounded, sync_folder, write_first

PLAN = ".restauration.json"
_STAGING = ".restauration-"
_PLAN_MAX = 1 << 22


def new_staging(home: Path) -> Path:
    """An empty folder of its owner's in `home`, for the files to be; those that a kill left go. OSError."""
    if not (home / PLAN).exists():
        for left in home.glob(f"{_STAGING}*"):
            shutil.rmtree(left, ignore_errors=True)
    return Path(tempfile.mkdtemp(prefix=_STAGING, dir=home))


def put_all(
    home: Path,
    staging: Path,
    names: Iterable[str],
    retired: Sequence[str],
    aside: str,
    on_step: Step = lambda step: None,
) -> None:
    """Put the files of `staging` in their places in `home`: `names`, with `/` between parts.

    What is there under these names goes to the folder `aside` of `home`, and what is there under the names
    `retired` too. OSError before they count: nothing is changed then; or after: `finish` goes on.
    """
    wanted = sorted(names)
    for folder, _, _ in os.walk(staging):
        sync_folder(Path(folder))
    told = {
        "staging": staging.name,
        "aside": aside,
        "retired": [name for name in retired if _is_there(home / name)],
        "placed": [[name, _is_there(home / name)] for name in wanted],
    }
    on_step("staged")
    if not write_first(home / PLAN, json.dumps(told).encode()):
        raise OSError(errno.EBUSY, "une autre restauration est en cours", str(home / PLAN))
    sync_folder(home)
    on_step("planned")
    finish(home, on_step)


def finish(home: Path, on_step: Step = lambda step: None) -> bool:
    """Finish what a plan in `home` says, if there is one; tells whether. OSError: it can be tried again.

    Each move is done once, whoever does it, and several may at once.
    """
    if not (home / PLAN).exists():
        return False
    told = json.loads(read_bounded(home / PLAN, _PLAN_MAX))
    aside, staging = home / _name(told["aside"]), home / _name(told["staging"])
    for name in told["retired"]:
        _retire(home / _name(name), aside / name)
        on_step(f"retired {name}")
    for name, stood in told["placed"]:
        _put(staging / _name(name), home / name, aside / name if stood else None, on_step)
    for folder in {(root / name).parent for name, _ in told["placed"] for root in (home, aside)} | {home}:
        if folder.exists():
            sync_folder(folder)
    (home / PLAN).unlink(missing_ok=True)
    sync_folder(home)
    on_step("done")
    shutil.rmtree(staging, ignore_errors=True)
    return True


def _retire(old: Path, kept: Path) -> None:
    if _is_there(old) and not _is_there(kept):
        kept.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with suppress(FileNotFoundError):  # another process did it
            old.rename(kept)


def _put(new: Path, target: Path, kept: Path | None, on_step: Step) -> None:
    if not new.exists():
        return
    if kept is not None and not _is_there(kept):
        kept.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with suppress(FileExistsError):
            _keep(target, kept)
        on_step(f"kept {target.name}")
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with suppress(FileNotFoundError):
        new.replace(target)
    on_step(f"placed {target.name}")


def _keep(old: Path, kept: Path) -> None:
    """Keep a file under another name too; where a disk has no hard links, under that alone."""
    try:
        os.link(old, kept, follow_symlinks=False)
    except FileExistsError:
        raise
    except (AttributeError, NotImplementedError, OSError):
        with suppress(FileNotFoundError):
            old.rename(kept)


def _is_there(path: Path) -> bool:
    return path.is_symlink() or path.exists()


def _name(name: str) -> str:
    parts = Path(name).parts
    if not parts or Path(name).is_absolute() or ".." in parts:
        raise OSError(errno.EINVAL, "ce plan mène hors du dossier", name)
    return name
