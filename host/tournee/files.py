"""Files read within bounds, and written whole or not at all."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

OWNER_ONLY = 0o600
"""The rights of a file that only its owner reads and writes."""

Step = Callable[[str], None]
"""Told each step of a replacement, `written`, `synced`, `replaced`: a test may kill the process there."""


def read_bounded(path: Path, size_max: int) -> bytes:
    """The bytes of a file of at most `size_max`. OSError, for a name that none can have too.

    A pipe or a device is refused, not waited for.
    """
    try:
        mode = path.stat().st_mode
    except ValueError:  # a NUL or a lone surrogate
        raise OSError(errno.EINVAL, "son nom est impossible", str(path)) from None
    if stat.S_ISDIR(mode):
        raise OSError(errno.EISDIR, "", str(path))
    if not stat.S_ISREG(mode):
        raise OSError(errno.EINVAL, "ce n’est pas un fichier", str(path))
    with path.open("rb") as file:
        data = file.read(size_max + 1)
    if len(data) > size_max:
        raise OSError(errno.EFBIG, "", str(path))
    return data


@contextmanager
def replacing(
    path: Path, *, mode: int = OWNER_ONLY, draft: Path | None = None, on_step: Step = lambda step: None
) -> Iterator[IO[bytes]]:
    """A draft beside `path`: once the block ends well it is on the disk and stands in the file's place.

    Whatever stops the block, or the process, leaves the file as it was. `draft` names the draft where one
    process alone writes, else it has a name of its own. OSError.
    """
    if draft is None:
        import tempfile  # takes a moment, and most commands write no file

        number, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # mode 0600
        draft = Path(name)
    else:
        number = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), mode)
    try:
        with os.fdopen(number, "wb", buffering=1 << 20) as file:
            yield file
            on_step("written")
            file.flush()
            os.fsync(file.fileno())
        on_step("synced")
        if mode != OWNER_ONLY:
            draft.chmod(mode)
        draft.replace(path)
    except BaseException:
        with suppress(OSError):
            draft.unlink()
        raise
    sync_folder(path.parent)
    on_step("replaced")


def write_whole(path: Path, data: bytes, mode: int = OWNER_ONLY) -> None:
    """Put `data` in the file's place. OSError: the file is then as it was."""
    with replacing(path, mode=mode) as file:
        file.write(data)


def check_folder(folder: Path) -> None:
    """Prove that a file can be written in a folder, which may still be to be made. OSError."""
    import tempfile

    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    with tempfile.TemporaryFile(dir=folder) as file:
        file.write(b"\0")


def check_output(path: Path) -> None:
    """Prove that a file can be put at `path`, in the place of one or of none. OSError."""
    if path.is_dir():
        raise OSError(errno.EISDIR, "", str(path))
    if not path.parent.is_dir():
        raise OSError(errno.ENOENT if not path.parent.exists() else errno.ENOTDIR, "", str(path))
    check_folder(path.parent)


def write_first(path: Path, data: bytes) -> bool:
    """Make a file of its owner alone, whole; False when another process made it first, which then stands.

    OSError. Where the system has no hard links (a browser's Python, a memory card), the file is made by its
    name alone: a power cut may then leave it short.
    """
    import tempfile

    number, name = tempfile.mkstemp(prefix=f"{path.name}.", dir=path.parent)  # mode 0600
    draft = Path(name)
    try:
        with os.fdopen(number, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            return False
        except (AttributeError, NotImplementedError, OSError):
            return _create(path, data)
    finally:
        draft.unlink()
    return True


def _create(path: Path, data: bytes) -> bool:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    try:
        number = os.open(path, flags, OWNER_ONLY)
    except FileExistsError:
        return False
    try:
        with os.fdopen(number, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        path.unlink()
        raise
    return True


def sync_folder(folder: Path) -> None:
    """Bring a rename to the disk, where folders can be synced."""
    try:
        number = os.open(folder, os.O_RDONLY)
    except OSError:  # no folder can be opened on Windows
        return
    try:
        with suppress(OSError):
            os.fsync(number)
    finally:
        os.close(number)
