"""How far the copy of a journal is, kept beside it: the state as of the last answer, the run under way."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from tournee.errors import StoreError
from tournee.files import read_bounded, write_whole
from tournee.french import reason

_STATE_MAX = 1 << 16


@dataclass(frozen=True)
class CopyRun:
    """A run under way: it brings the copy to `step` in `chain`; `done` parts of it are there, and `waiting`
    is the digest of the one that was made and perhaps put ("": none).
    """

    step: int
    chain: int
    from_nothing: bool
    done: int = 0
    waiting: str = ""
    is_last: bool = False


@dataclass(frozen=True)
class CopyState:
    """The copy as the server has it: epoch and chain (-1: none yet), rank and digest of its last part, step
    of the journal, digest of the file as of then; bytes of the chain's first run and of all its parts;
    digest of the files beside the journal; when it was last brought forward (ISO 8601); `stopped` is the
    server's word for why it goes no further, "" when it does; `recovery`: when a recovery code was last made
    here, "" for never.
    """

    epoch: int = 1
    chain: int = -1
    rank: int = -1
    digest: str = ""
    step: int = 0
    file: str = ""
    first_bytes: int = 0
    bytes: int = 0
    beside: str = ""
    at: str = ""
    stopped: str = ""
    recovery: str = ""
    run: CopyRun | None = None


class CopyFolder:
    """The folder `<journal>.copie`: the state, the file as the server has it, and what is on its way."""

    def __init__(self, journal: Path) -> None:
        self.folder = journal.with_name(f"{journal.name}.copie")
        self.there, self.coming = self.folder / "there.db", self.folder / "coming.db"
        self.part = self.folder / "part"
        self._state = self.folder / "state.json"

    def make(self) -> None:
        """Be there. StoreError."""
        try:
            self.folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise _unwritten(self.folder, error) from error

    def read(self) -> CopyState | None:
        """The state, None where no copy was begun; one that cannot be read counts as none."""
        try:
            told = json.loads(read_bounded(self._state, _STATE_MAX))
            run = told.pop("run")
            return CopyState(**told, run=CopyRun(**run) if run else None)
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            return None

    def write(self, state: CopyState) -> CopyState:
        """Keep it. StoreError."""
        try:
            write_whole(self._state, json.dumps(asdict(state)).encode())
        except OSError as error:
            raise _unwritten(self.folder, error) from error
        return state

    def stop(self, why: str) -> None:
        """Note why the copy goes no further."""
        self.make()
        self.write(replace(self.read() or CopyState(), stopped=why))

    def drop(self) -> None:
        """Forget everything about a copy."""
        shutil.rmtree(self.folder, ignore_errors=True)


def _unwritten(folder: Path, error: OSError) -> StoreError:
    return StoreError(
        f"Le dossier {folder}, où se prépare la copie du journal, ne peut pas être écrit.",
        cause=reason(error),
        next_step="vérifiez ses droits et la place libre",
    )
