"""Where a shift is found: a folder of its user's alone, the socket of its agent, its lock, its last word."""

from __future__ import annotations

import hashlib
import os
import socket
import stat
import struct
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from tournee.errors import ReaderError
from tournee.french import reason
from tournee.reader.host_names import passing_folder

if sys.platform != "win32":
    import fcntl

_NAME = 16  # hexadecimal digits of a reader's name
_PATH_MAX = 100  # bytes of a socket's path: 104 at most on some systems, 108 on others
_OWNER = 0o700
_CREDENTIALS = struct.Struct("3i")  # Linux, struct ucred: process, user, group
_XUCRED = struct.Struct("=2I")  # macOS and the BSDs, the start of struct xucred: version, user
_XUCRED_SIZE = 76


class ShiftUnavailable(ReaderError):  # noqa: N818 - the names of these say what happened
    """This machine can hold no shift, or not as it was asked."""


@dataclass(frozen=True)
class ShiftPaths:
    """The files of one reader's shift; `of` makes none."""

    folder: Path
    name: str

    @classmethod
    def of(cls, port: str) -> Self:
        """Those of the reader at this port, for the user of this process."""
        user = os.getuid() if hasattr(os, "getuid") else 0
        base = passing_folder()
        mine = os.environ.get("XDG_RUNTIME_DIR") == str(base)
        name = hashlib.sha256(port.casefold().encode("utf-8", "surrogateescape")).hexdigest()[:_NAME]
        return cls(base / ("tournee" if mine else f"tournee-{user}"), name)

    @property
    def socket(self) -> Path:
        """Where the agent listens."""
        return self.folder / f"{self.name}.sock"

    @property
    def lock(self) -> Path:
        """What the agent holds for as long as it lives."""
        return self.folder / f"{self.name}.lock"

    @property
    def note(self) -> Path:
        """Why the last shift ended."""
        return self.folder / f"{self.name}.ended"

    def make(self) -> None:
        """Make the folder. ShiftUnavailable when it cannot be this user's alone."""
        if not hasattr(socket, "AF_UNIX"):
            raise ShiftUnavailable(
                "Ce système ne permet pas de vacation : le code porteur est demandé à chaque commande.",
                cause="il n’offre pas à Python de prises locales (AF_UNIX)",
            )
        if len(os.fsencode(self.socket)) > _PATH_MAX:
            raise ShiftUnavailable(
                f"Le dossier {self.folder} a un nom trop long pour une vacation.",
                next_step="donnez à XDG_RUNTIME_DIR un dossier au nom court",
            )
        try:
            self.folder.mkdir(mode=_OWNER, exist_ok=True)
        except OSError as error:
            raise ShiftUnavailable(
                f"Le dossier {self.folder} ne peut pas être créé.", cause=reason(error)
            ) from error
        if not self.private:
            raise ShiftUnavailable(
                f"Le dossier {self.folder} n’est pas à vous seul.",
                cause="il est à un autre utilisateur, ou d’autres y entrent",
                next_step=f"retirez-le, ou réservez-le-vous : chmod 700 {self.folder}",
            )

    @contextmanager
    def locked(self) -> Iterator[bool]:
        """Hold the lock, unless another process does: then False. OSError."""
        with self.lock.open("a") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
            else:
                yield True

    @property
    def private(self) -> bool:
        """Whether the folder is there, and this user's alone."""
        with suppress(OSError, AttributeError):
            found = self.folder.lstat()
            alone = stat.S_IMODE(found.st_mode) & 0o077 == 0
            return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and alone
        return False


def peer_of(line: socket.socket) -> tuple[int, int]:
    """The process (0: unknown) and the user at the other end of a Unix socket. OSError."""
    if hasattr(socket, "SO_PEERCRED"):
        told = line.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
        process, user, _ = _CREDENTIALS.unpack(told)
        return process, user
    if sys.platform == "win32":
        raise OSError("no peer is named here")
    told = line.getsockopt(0, getattr(socket, "LOCAL_PEERCRED", 1), _XUCRED_SIZE)
    return 0, _XUCRED.unpack_from(told)[1]


def is_ours(line: socket.socket) -> bool:
    """Whether the other end is a process of this user."""
    try:
        return peer_of(line)[1] == os.getuid()
    except (OSError, struct.error):
        return False
