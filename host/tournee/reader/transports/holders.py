"""Which program of this machine has a reader open, in French, as far as the system tells: Linux does."""

import os
import socket
import struct
import sys
from contextlib import suppress
from pathlib import Path

_CREDENTIALS = struct.Struct("3i")  # struct ucred: process, user, group
_STATUS_MAX = 4_096
_LOCKS_MAX = 1 << 20


def locked_by(path: str) -> str:
    """Who holds the lock on a device, \"\" when it cannot be known."""
    with suppress(OSError, ValueError, IndexError):
        found = Path(path).stat()
        device = f"{os.major(found.st_dev):02x}:{os.minor(found.st_dev):02x}:{found.st_ino}"
        for line in _start_of("/proc/locks", _LOCKS_MAX).splitlines():
            words = line.split()  # "1: FLOCK ADVISORY WRITE 4242 00:1b:7 0 EOF"
            if words[5] == device:
                return process_named(int(words[4]))
    return ""


def listened_by(held: socket.socket) -> str:
    """Who listens at the other end of a connected Unix socket, \"\" when it cannot be known."""
    with suppress(OSError, AttributeError, struct.error):
        process, user, _ = _CREDENTIALS.unpack(
            held.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
        )
        return process_named(process, user)
    return ""


def process_named(process: int, user: int = -1) -> str:
    """A process by its program, its number and its user: « tournee (processus 4242) de l’utilisateur anne ».

    \"\" for none, or one of another machine.
    """
    if process <= 0 or sys.platform != "linux":
        return ""
    name = "un programme"
    with suppress(OSError, ValueError):
        told = dict(
            line.split(":\t", 1)
            for line in _start_of(f"/proc/{process}/status", _STATUS_MAX).splitlines()
            if ":\t" in line
        )
        name = told.get("Name", name)
        user = int(told.get("Uid", "-1").split()[0])
    return f"{name} (processus {process})" + (f" de l’utilisateur {user_named(user)}" if user >= 0 else "")


def user_named(user: int) -> str:
    """The name of a user of this machine, the number where there is none."""
    with suppress(ImportError, KeyError):
        import pwd

        return pwd.getpwuid(user).pw_name
    return str(user)


def _start_of(path: str, size: int) -> str:
    with open(path, "rb") as file:  # noqa: PTH123 - of no length that could be asked before
        return file.read(size).decode("utf-8", "replace")
