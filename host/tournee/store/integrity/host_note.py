"""What this machine keeps of a journal outside its folder, in the account's state folder: by that a copy, an
older backup and a whole folder put back are told, whatever came with them.

A file a journal and place: who holds its numbers, how many were given, the last step, and a keyed mark over
all. It is written after each step; it names no person, and is no secret.
"""

from __future__ import annotations

import hashlib
import os
import sys
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import NamedTuple

from tournee.files import OWNER_ONLY, read_bounded
from tournee.store.cipher import Cipher
from tournee.store.opening import identity_in

COPIED = "copied"
"""This journal is a copy of one that is still there, or came from another machine or account."""

OLDER = "older"
"""Numbers were given here that it does not know."""

_LINE_MAX = 1 << 15
_PURPOSE = "host"
_MACHINE_IDS = (Path("/etc/machine-id"), Path("/var/lib/dbus/machine-id"))


class Host(NamedTuple):
    """One account on one machine: `folder` is where it keeps what belongs to it alone, None where nothing
    can be; `machine` tells it from its own clone, "" where the system has no such word.
    """

    folder: Path | None
    machine: str = ""

    @staticmethod
    def this() -> Host:
        """The one that this program runs on."""
        return Host(state_folder(), _machine())


class NotedHere(NamedTuple):
    """What was noted of a journal at `place`: the holder of its numbers, how many were given, its step; the
    `former` holder, another one while a step that takes ranges may not be on the disk.
    """

    holder: str
    former: str
    given: int
    step: int
    place: Path


class HostNote:
    """What is noted of one journal."""

    def __init__(self, journal: Path, cipher: Cipher, host: Host) -> None:
        self._place, self._cipher, self._machine = journal.resolve(), cipher, host.machine
        self._folder = host.folder / "journals" if host.folder else None
        name = hashlib.sha256(os.fsencode(self._place)).hexdigest()[:16]
        self._file = self._folder / f"{cipher.identity}-{name}" if self._folder else None
        self._moved_from: list[Path] = []
        self._reserved: str | None = None
        self._line = ""

    def read(self) -> NotedHere | None:
        """What was noted here; None where nothing was, or not by this journal's key on this machine."""
        return self._read(self._file) if self._file else None

    def why_not(self, holder: str, given: int) -> str:
        """`COPIED` or `OLDER` when this journal may not go on with its holder's numbers here; "" when it may:
        it is the one that was noted, here or at a place where it is no more, or nothing can be noted.
        """
        if self._folder is None or holder == self._reserved:
            return ""
        here = self.read()
        if here is not None:
            return "" if holder in (here.holder, here.former) and here.given <= given else OLDER
        others = {file: noted for file in self._others() if (noted := self._read(file))}
        left = {file: noted for file, noted in others.items() if self._has_left(noted.place)}
        if any(noted.holder == holder and noted.given <= given for noted in left.values()):
            self._moved_from = list(left)
            return ""
        if not others and not self._may_write():
            return ""
        return OLDER if left and len(left) == len(others) else COPIED

    def note(self, holder: str, given: int, step: int, former: str | None = None) -> None:
        """Note how far the journal is; where that cannot be written, no copy is told."""
        if self._folder is None or self._file is None:
            return
        place = os.fsencode(self._place).hex()
        holders = f"{holder or '-'} {(holder if former is None else former) or '-'}"
        line = f"{self._machine or '-'} {holders} {given} {step} {place}"
        if line == self._line:
            return
        try:
            try:
                number = os.open(self._file, os.O_WRONLY | os.O_CREAT, OWNER_ONLY)
            except FileNotFoundError:
                self._folder.mkdir(0o700, parents=True, exist_ok=True)
                number = os.open(self._file, os.O_WRONLY | os.O_CREAT, OWNER_ONLY)
            with os.fdopen(number, "wb", buffering=0) as file:  # not cut first, which takes a disk's time
                data = f"{line} {self._mark(line)}\n".encode()
                file.write(data)
                if os.fstat(number).st_size > len(data):
                    file.truncate()
        except OSError:
            return
        self._line = line
        for left in self._moved_from:
            with suppress(OSError):
                left.unlink()
        self._moved_from = []

    def advance(self, step: int) -> None:
        """Note that the journal noted here came to this step; nothing where none is."""
        here = self.read()
        if here is not None and step > here.step:
            self.note(here.holder, here.given, step, here.former)

    def reserve(self, holder: str) -> None:
        """Note that a step about to be kept takes ranges for this holder, who may give more in it."""
        self._reserved = holder
        here = self.read()
        if here is not None:
            self.note(holder, here.given, here.step, here.holder)

    def release(self) -> None:
        """The step ended, kept or not."""
        self._reserved = None

    def _read(self, file: Path) -> NotedHere | None:
        try:
            line, mark = read_bounded(file, _LINE_MAX).decode("ascii").rstrip().rsplit(" ", 1)
            machine, holder, former, given, step, place = line.split(" ")
            if mark != self._mark(line) or machine != (self._machine or "-"):
                return None
            where = Path(os.fsdecode(bytes.fromhex(place)))
            return NotedHere(holder.strip("-"), former.strip("-"), int(given), int(step), where)
        except (OSError, ValueError):
            return None

    def _others(self) -> list[Path]:
        """The notes of this journal at other places of this machine."""
        if self._folder is None:
            return []
        found = self._folder.glob(f"{self._cipher.identity}-*")
        return sorted(file for file in found if file != self._file)

    def _has_left(self, place: Path) -> bool:
        """Whether this journal is no more at a place: it is not there, or is this very file."""
        try:
            if place.samefile(self._place):
                return True
        except OSError:
            return True
        return identity_in(place) not in ("", self._cipher.identity)

    def _may_write(self) -> bool:
        folder = self._folder
        try:
            if folder is not None:
                folder.mkdir(0o700, parents=True, exist_ok=True)
        except OSError:
            return False
        return folder is not None and os.access(folder, os.W_OK)

    def _mark(self, line: str) -> str:
        return self._cipher.name(line.encode(), _PURPOSE).hex()


def state_folder() -> Path | None:
    """Where this account's programs keep their state; None where an account has no folder."""
    told = os.environ.get("XDG_STATE_HOME", "")
    if told and Path(told).is_absolute():
        return Path(told) / "tournee"
    local = os.environ.get("LOCALAPPDATA", "") if sys.platform == "win32" else ""
    if local:
        return Path(local) / "tournee"
    try:
        home = Path.home()
    except RuntimeError:
        return None
    folder = "Library/Application Support" if sys.platform == "darwin" else ".local/state"
    return home / folder / "tournee"


@cache
def _machine() -> str:
    """What tells this machine from one made of its disk, where the system says it."""
    told = _registry_id() if sys.platform == "win32" else ""
    for file in _MACHINE_IDS:
        with suppress(OSError):
            told = told or read_bounded(file, 256).decode("ascii", "replace").strip()
    return hashlib.sha256(f"tournee {told}".encode()).hexdigest()[:16] if told else ""


def _registry_id() -> str:
    if sys.platform != "win32":
        return ""
    import winreg

    with (
        suppress(OSError),
        winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, r"SOFTWARE\Microsoft\Cryptography") as key,
    ):
        return str(winreg.QueryValueEx(key, "MachineGuid")[0])
    return ""
