"""Returns that wait in a Maildir directory: what a local mail program has already fetched."""

from __future__ import annotations

import logging
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from tournee.exchange.mail.received_mail import Known, Letter, MailboxError, too_large
from tournee.exchange.route import Mailbox
from tournee.logs import TRAFFIC
from tournee.printable import line

_log = logging.getLogger(__name__)

_FLAGS, _SEEN = ":2,", "S"
_OPEN = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


class MaildirMailbox:
    """An open Maildir; see `received_mail.OpenMailbox`. Keys are file names without their flags."""

    def __init__(self, path: Path, mailbox: Mailbox) -> None:
        """Raises MailboxError when `path` is not a Maildir."""
        self._path = path
        self._mailbox = mailbox
        self._files: dict[str, Path] = {}
        if not all((path / part).is_dir() for part in ("cur", "new", "tmp")):
            raise MailboxError(
                f"« {path} » n’est pas une boîte Maildir.",
                cause="le dossier n’existe pas, ou ne contient pas cur, new et tmp",
                next_step="indiquez le dossier de la boîte dans la configuration",
            )

    def letters(self, known: Known = lambda key: False) -> Iterator[Letter]:
        """See `OpenMailbox.letters`; file names begin with the time of delivery, which gives the order."""
        try:
            files = sorted(
                (*(self._path / "new").iterdir(), *(self._path / "cur").iterdir()), key=lambda f: f.name
            )
        except OSError as error:
            raise self._unreadable(error) from error
        for file in files:
            key = _key(file)
            if not file.name.startswith(".") and not known(key):
                self._files[key] = file
                yield self._read(file, key)

    def acknowledge(self, letter: Letter) -> None:
        """Delete the file, or move it to `cur` as seen, with the flags that a mail program gave it."""
        file = self._files[letter.key]
        try:
            if self._mailbox.keep:
                flags = "".join(sorted({_SEEN, *file.name.partition(_FLAGS)[2]}))
                name = file.name.partition(":")[0]
                file.replace(self._path / "cur" / f"{name}{_FLAGS}{flags}")
            else:
                file.unlink(missing_ok=True)
        except OSError as error:
            raise self._unreadable(error) from error

    def close(self) -> None:
        """Nothing is held open."""

    def _read(self, file: Path, key: str) -> Letter:
        """A regular file's bytes, up to the bound; never through a symbolic link."""
        largest = self._mailbox.largest
        if file.is_symlink():
            return Letter(key, problem="c’est un lien vers un autre fichier : il n’est pas suivi")
        try:
            descriptor = os.open(file, _OPEN)
            with os.fdopen(descriptor, "rb") as opened:
                state = os.fstat(descriptor)
                if not stat.S_ISREG(state.st_mode):
                    return Letter(key, problem="ce n’est pas un fichier ordinaire")
                if state.st_size > largest:
                    return Letter(key, problem=too_large(state.st_size, largest))
                _log.log(TRAFFIC, "Maildir: a letter of %d bytes", state.st_size)
                return Letter(key, opened.read(largest))
        except OSError as error:
            return Letter(key, problem=f"message illisible dans la boîte : {line(error.strerror or '')}")

    def _unreadable(self, error: OSError) -> MailboxError:
        return MailboxError(
            f"La boîte Maildir « {self._path} » ne peut pas être lue ou modifiée.",
            cause=line(str(error)),
            next_step="vérifiez les droits sur ce dossier",
        )


def _key(file: Path) -> str:
    """A file's name without its flags, fit to be kept and shown: names of any bytes stay apart."""
    name = os.fsencode(file.name.partition(":")[0])
    return "".join(
        one if one.isprintable() else one.encode("unicode_escape").decode("ascii")
        for one in name.decode("utf-8", "backslashreplace")
    )
