"""A backup made: the journal copied while it is in use, sealed with all that goes with it, and read back."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from tournee import __version__
from tournee.app.backup.archive import ArchiveReader, Entry, Manifest, Role
from tournee.app.backup.collecting import KEY_ENDING, Taken, collect
from tournee.app.backup.errors import BackupError, altered, not_a_backup
from tournee.app.backup.sealed_stream import MAGIC, SealedHead, SealingWriter, opened
from tournee.app.context import Office, Progress, silent
from tournee.config import Config
from tournee.files import Step, replacing
from tournee.french import reason
from tournee.store import journal_key

_COPY = ".sauvegarde-"
_LEFT_S = 86_400
_READ_SIZE = 1 << 20
_MIB = 1 << 20


@dataclass(frozen=True)
class Made:
    """A backup that was written and read back: its place, bytes, what it is of; files that the configuration
    names and that are not there.
    """

    path: Path
    size: int
    manifest: Manifest
    missing: tuple[Path, ...]


def make_backup(
    office: Office,
    config: Config,
    path: Path,
    passphrase: str,
    progress: Progress = silent,
    on_step: Step = lambda step: None,
    make_head: Callable[[int, bytes], SealedHead] = SealedHead,
    key: bytes | None = None,
    text: str = "",
) -> Made:
    """Write a backup to `path`, 0600, in the place of one that is there; it is there whole or not at all.

    The journal may be in use meanwhile: the copy is of one moment. BackupError when a file cannot be read or
    written, or when what is at `path` is no backup. Its day is kept in the journal. `key` is the journal's,
    where another keeps it; `text` the configuration's, where it is in no file.
    """
    _check_target(path, config)
    key = journal_key(config.journal) if key is None else key
    try:
        with _copied(office, config, progress) as (copy, step):
            on_step("copied")
            found = collect(config, text)
            files = [
                *found.files,
                Taken(found.journal + KEY_ENDING, Role.KEY, f"{key.hex()}\n".encode()),
                Taken(found.journal, Role.JOURNAL, copy),
            ]
            manifest = Manifest(
                made=office.clock().isoformat(timespec="seconds"),
                program=__version__,
                identity=office.journal.db.cipher.identity,
                version=office.journal.health.schema_version,
                step=step,
                files=tuple(Entry(one.name, one.role, _size(one)) for one in files),
            )
            with replacing(path, on_step=on_step) as file:
                told = _seal(file, passphrase, manifest, files, progress, make_head)
                _read_back(file, passphrase, told, progress)
    except OSError as error:
        raise BackupError(
            f"La sauvegarde {path} n’a pas pu être écrite.",
            cause=reason(error),
            next_step="vérifiez le dossier et la place libre ; ce qui était là est comme avant",
        ) from error
    office.journal.backups.note(step)
    return Made(path, path.stat().st_size, manifest, tuple(found.missing))


def check_backup(path: Path, passphrase: str, progress: Progress = silent) -> Manifest:
    """Read a whole backup, and change nothing; what it is of. BackupError, which says what is wrong."""
    with open_backup(path) as file:
        size, done = os.fstat(file.fileno()).st_size, 0
        reader = ArchiveReader(opened(file, passphrase))
        for _, parts in reader.parts():
            for some in parts:
                done += len(some)
                progress("contrôle, Mio", done // _MIB, size // _MIB)
        return reader.manifest


@contextmanager
def open_backup(path: Path) -> Iterator[IO[bytes]]:
    """A backup's file, open to be read. BackupError when it is none: a folder, a pipe, a device."""
    try:
        if not path.is_file():
            raise not_a_backup("ce n’est pas un fichier, ou il n’existe pas")
        file = path.open("rb")
    except (OSError, ValueError) as error:
        why = reason(error) if isinstance(error, OSError) else "son nom est impossible"
        raise BackupError(f"La sauvegarde {path} ne peut pas être lue.", cause=why) from error
    with file:
        yield file


@contextmanager
def _copied(office: Office, config: Config, progress: Progress) -> Iterator[tuple[Path, int]]:
    """A copy of the journal as of one moment, gone afterwards, and the number of its last step."""
    home = config.journal.resolve().parent
    for left in home.glob(f"{_COPY}*"):
        if time.time() - left.stat().st_mtime > _LEFT_S:  # a kill left it
            shutil.rmtree(left, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=_COPY, dir=home))  # 0700
    copy = folder / "journal.db"
    os.close(os.open(copy, os.O_CREAT | os.O_WRONLY, 0o600))

    def told(done: int, of: int) -> None:
        progress("copie du journal, pages", done, of)

    try:
        yield copy, office.journal.backups.copy(copy, told)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _check_target(path: Path, config: Config) -> None:
    """A backup is put where nothing is, or another backup."""
    try:
        there = path.exists()
        if there:
            with path.open("rb") as file:
                there = file.read(len(MAGIC)) not in (MAGIC, b"")
    except (OSError, ValueError):
        there = True
    if there:
        raise BackupError(
            f"{path} est là déjà, et n’est pas une sauvegarde.",
            next_step="donnez un autre nom ; rien n’a été changé",
        )


def _seal(
    file: IO[bytes],
    passphrase: str,
    manifest: Manifest,
    files: list[Taken],
    progress: Progress,
    make_head: Callable[[int, bytes], SealedHead],
) -> bytes:
    """Write it; the SHA-256 of the content."""
    listed, digest, done = manifest.packed(), hashlib.sha256(), 0
    total = len(listed) + sum(one.size for one in manifest.files)
    writer = SealingWriter(file, passphrase, total, make_head)
    for some in _content(listed, files, manifest):
        digest.update(some)
        writer.write(some)
        done += len(some)
        progress("écriture, Mio", done // _MIB, total // _MIB)
    writer.end()
    return digest.digest()


def _content(listed: bytes, files: list[Taken], manifest: Manifest) -> Iterator[bytes]:
    yield listed
    for taken, entry in zip(files, manifest.files, strict=True):
        if isinstance(taken.content, bytes):
            yield taken.content
            continue
        left = entry.size
        with taken.content.open("rb") as source:
            while some := source.read(min(_READ_SIZE, left)):
                left -= len(some)
                yield some
        if left:
            raise OSError(0, f"{taken.content} a changé pendant la sauvegarde")


def _read_back(file: IO[bytes], passphrase: str, told: bytes, progress: Progress) -> None:
    """Read what was written off the disk, and open it. BackupError when it is not what was to be written."""
    file.flush()
    os.fsync(file.fileno())
    with os.fdopen(os.dup(file.fileno()), "rb") as written:
        written.seek(0)
        with suppress(AttributeError, OSError):
            os.posix_fadvise(written.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        size, digest, done = os.fstat(written.fileno()).st_size, hashlib.sha256(), 0
        for chunk in opened(written, passphrase):
            digest.update(chunk)
            done += len(chunk)
            progress("relecture, Mio", done // _MIB, size // _MIB)
    if digest.digest() != told:
        raise altered()


def _size(taken: Taken) -> int:
    return len(taken.content) if isinstance(taken.content, bytes) else taken.content.stat().st_size
