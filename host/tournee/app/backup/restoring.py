"""A backup put back: opened beside its place, looked at whole, then put there in one step.

Nothing counts before the last byte was authenticated and journal, key and configuration were seen to fit.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from tournee.app.backup.archive import ArchiveReader, Entry, Manifest, Role
from tournee.app.backup.collecting import KEY_ENDING, LIST_ENDING
from tournee.app.backup.errors import BackupError, newer, unusable
from tournee.app.backup.making import open_backup
from tournee.app.backup.sealed_stream import opened
from tournee.app.context import Progress, silent
from tournee.config import Config, parse_config
from tournee.config.readers import IN_KEYRING
from tournee.errors import ConfigError, StoreError
from tournee.files import OWNER_ONLY, Step
from tournee.french import reason
from tournee.placing import PLAN, finish, new_staging, put_all
from tournee.secrets import Backend
from tournee.store import journal_key
from tournee.store.integrity.copied import is_in_use, look_at_copy
from tournee.store.keys import keep_key, read_key
from tournee.store.opening import SCHEMA, migrations
from tournee.store.writer_lock import WriterLock
from tournee.tables.document import parse

_ENDINGS = ("-wal", "-shm", KEY_ENDING, ".head", ".certificates", ".check", ".new")
"""What a journal has beside it, and what goes aside with it."""

_SHOWN = 3
_WAIT_S = 5.0
_MIB = 1 << 20


@dataclass(frozen=True)
class Restored:
    """What was put back: the configuration, the journal, and what the backup is of; `aside` is the folder
    that keeps what stood there, None when nothing did; whether the key is in the keyring; `ask_again` names
    in French what the backup has not.
    """

    config: Path
    journal: Path
    manifest: Manifest
    aside: Path | None
    key_in_keyring: bool
    ask_again: tuple[str, ...]


def restore_backup(
    path: Path,
    passphrase: str,
    config_path: Path,
    *,
    now: datetime,
    replace: bool = False,
    ring: Backend | None = None,
    progress: Progress = silent,
    on_step: Step = lambda step: None,
) -> Restored:
    """Put a backup back so that its configuration stands at `config_path`, all else in the same folder.

    Where a file of the same name stands, BackupError unless `replace`: then all that stood there is kept in
    a folder of its own. `ring` is the keyring, the system's when None. BackupError for a backup that is
    partial, altered, foreign or newer, for a journal in use, for a disk that is full: nothing is changed.
    """
    config_path = config_path.resolve()
    home = config_path.parent
    made = not home.exists()
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        finish(home)
        return _Restoring(path, passphrase, config_path, now, replace, ring, progress, on_step).restore()
    except OSError as error:
        raise BackupError(
            f"La sauvegarde n’a pas pu être restaurée dans {home}.",
            cause=reason(error),
            next_step="vérifiez le dossier et la place libre, puis recommencez",
        ) from error
    finally:
        if made:
            with suppress(OSError):  # something is there: it went well
                home.rmdir()


@dataclass
class _Restoring:
    path: Path
    passphrase: str
    config_path: Path
    now: datetime
    replace: bool
    ring: Backend | None
    progress: Progress
    on_step: Step

    def restore(self) -> Restored:
        with open_backup(self.path) as file:
            reader = ArchiveReader(opened(file, self.passphrase))
            manifest = reader.manifest
            latest = migrations(SCHEMA)[-1][0]
            if manifest.version > latest:
                raise newer(f"journal de version {manifest.version}")
            self._check_free(manifest)
            with self._staging(manifest) as staging:
                self._extract(reader, staging)
                self.on_step("extracted")
                ask_again, key = self._look(manifest, staging)
                return self._put(manifest, staging, ask_again, key)

    @property
    def home(self) -> Path:
        return self.config_path.parent

    def _name(self, entry: Entry) -> str:
        return self.config_path.name if entry.role is Role.CONFIGURATION else entry.name

    def _check_free(self, manifest: Manifest) -> None:
        names = [self._name(one) for one in manifest.files]
        if len({name.casefold() for name in names}) < len(names):
            raise BackupError(
                f"La configuration ne peut pas s’appeler {self.config_path.name} : un autre fichier de la"
                " sauvegarde a ce nom.",
                next_step="donnez-lui un autre nom",
            )
        there = [name for name in names if (self.home / name).exists()]
        if there and not self.replace:
            more = ", …" if len(there) > _SHOWN else ""
            raise BackupError(
                f"Il y a déjà un cabinet dans {self.home} ({', '.join(sorted(there)[:_SHOWN])}{more}).",
                next_step="restaurez dans un autre dossier ; ou remplacez : ce qui est là sera gardé à part",
                remedy="restore-replace",
            )

    @contextmanager
    def _staging(self, manifest: Manifest) -> Iterator[Path]:
        needed = sum(one.size for one in manifest.files)
        free = shutil.disk_usage(self.home).free
        if needed > free:
            raise BackupError(
                f"Il faut {needed // _MIB + 1} Mio pour restaurer, il en reste {free // _MIB} sur ce disque.",
                next_step="libérez de la place, puis recommencez ; rien n’a été changé",
            )
        staging = new_staging(self.home)
        try:
            yield staging
        except BaseException:
            if not (self.home / PLAN).exists():  # where there is one, the next command finishes what it says
                shutil.rmtree(staging, ignore_errors=True)
            raise

    def _extract(self, reader: ArchiveReader, staging: Path) -> None:
        """Write each file, its owner's alone; nothing of them is used before the last one is there."""
        total, done = sum(one.size for one in reader.manifest.files) // _MIB, 0
        for entry, parts in reader.parts():
            target = staging / self._name(entry)
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
            with os.fdopen(os.open(target, flags, OWNER_ONLY), "wb") as file:
                for some in parts:
                    file.write(some)
                    done += len(some)
                    self.progress("restauration, Mio", done // _MIB, total)
                file.flush()
                os.fsync(file.fileno())

    def _look(self, manifest: Manifest, staging: Path) -> tuple[tuple[str, ...], bytes]:
        """Whether journal, key and configuration fit each other: what is to be asked again, and the key."""
        name = manifest.the(Role.JOURNAL).name
        try:
            if manifest.the(Role.KEY).name != name + KEY_ENDING:
                raise unusable("la clé n’y est pas à sa place")
            key = read_key(staging / (name + KEY_ENDING))
            identity, version = look_at_copy(staging / name, key)
            text = (staging / self.config_path.name).read_text("utf-8")
            config = parse_config(text, staging / self.config_path.name, own_mail=True)
        except BackupError:
            raise
        except (StoreError, ConfigError, UnicodeDecodeError) as error:
            why = str(getattr(error, "message", "la configuration n’est pas un texte"))
            raise unusable(why.replace(f"{staging}{os.sep}", "")) from error
        if (identity, version) != (manifest.identity, manifest.version):
            raise unusable("le journal n’est pas celui de sa liste")
        if os.path.normpath(config.journal) != str(staging.resolve() / name):
            raise unusable("la configuration nomme un autre journal")
        return tuple(_to_ask_again(config, parse(text.encode()).values)), key

    def _put(self, manifest: Manifest, staging: Path, ask_again: tuple[str, ...], key: bytes) -> Restored:
        names = {self._name(one) for one in manifest.files}
        name = manifest.the(Role.JOURNAL).name
        journal = self.home / name
        opposition = Path(name).with_suffix(LIST_ENDING).as_posix()
        retired = [one for one in (*(name + end for end in _ENDINGS), opposition) if one not in names]
        lock = WriterLock(journal, _WAIT_S)
        journal.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            with lock:  # who waits to write finds another journal, and says so
                self._see_unused(journal)
                in_keyring = keep_key(key, self.ring)
                if in_keyring:
                    (staging / (name + KEY_ENDING)).unlink()
                    names.discard(name + KEY_ENDING)
                    retired.append(name + KEY_ENDING)
                aside = _free_name(self.home, self.now)
                put_all(self.home, staging, names, retired, aside, self.on_step)
        finally:
            lock.close()
        if in_keyring:
            keep_key(key, self.ring, journal)
        kept = self.home / aside
        return Restored(
            self.config_path,
            journal,
            manifest,
            kept if kept.exists() else None,
            in_keyring,
            ask_again,
        )

    def _see_unused(self, journal: Path) -> None:
        if not journal.exists():
            return
        if is_in_use(journal):
            raise BackupError(
                f"Le journal {journal} est ouvert dans un autre programme.",
                next_step="fermez toutes les fenêtres de Tournée, puis recommencez ; rien n’a été changé",
            )
        with suppress(StoreError):
            journal_key(journal, self.ring)  # from now on its key is found wherever it is put


def _to_ask_again(config: Config, values: dict[str, Any]) -> Iterator[str]:
    """What this configuration counts on in a keyring, and no backup holds."""
    if IN_KEYRING in {config.reader.secret, *(one.secret for one in config.reader.known)}:
        yield "le code de l’étiquette du lecteur"
    servers = [route.get(part, {}) for route in values["route"].values() for part in ("envoi", "retours")]
    if any(one.get("utilisateur") and not one.get("fichier_mot_de_passe") for one in servers):
        yield "le mot de passe de la messagerie"


def _free_name(home: Path, now: datetime) -> str:
    name = usual = f"avant-restauration-{now:%Y%m%d-%H%M%S}"
    count = 1
    while (home / name).exists():
        count += 1
        name = f"{usual}-{count}"
    return name
