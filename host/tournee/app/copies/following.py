"""The copy brought forward: what changed since the last time leaves encrypted, and is known by its digest.

Each part is written beside the journal before it leaves and until the server has it: whatever is cut, the
same bytes are put again and the server knows them.
"""

from __future__ import annotations

import json
import os
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from tournee.app.copies.copy_state import CopyFolder, CopyRun, CopyState
from tournee.app.copies.page_changes import ChangedPages, changes, digest_of_file
from tournee.exchange.practice_server.client import PracticeServer
from tournee.exchange.practice_server.protocol import digest_of
from tournee.exchange.practice_server.requests import PartFacts, PracticeServerError
from tournee.files import write_whole
from tournee.store import Journal
from tournee.store.writer_lock import WriterLock

if TYPE_CHECKING:
    from tournee.config import Config

STOPPING = frozenset({"superseded", "older-epoch", "not-following", "others-journal", "revoked"})
"""Refusals after which no copy goes there until someone decides."""

_RANKS_MAX = 3_000
_SPARED = 2**20
_BESIDE_MAX = 12 * 2**20
_WAIT_S = 30.0


@dataclass(frozen=True)
class Followed:
    """What one run did: the step that the copy is at, parts put, bytes sent."""

    step: int
    parts: int
    bytes: int


def binding_of(epoch: int, chain: int, rank: int, after: str) -> str:
    """What a part is encrypted for: none is taken for another, nor in another order."""
    return f"copy.{epoch}.{chain}.{rank}.{after}"


def follow(
    journal: Journal, server: PracticeServer, config: Config | None = None, *, replacing: bool = False
) -> Followed:
    """Bring the copy to the journal's last step; nothing leaves when it is there already. `config` names what
    goes beside the journal. `replacing`: the carer says that this journal's copy takes the place of one that
    it does not follow.

    Raises UnreachableError (try again), PracticeServerError (its `code` may be one of `STOPPING`: noted).
    """
    folder = CopyFolder(journal.db.file)
    folder.make()
    lock = WriterLock(folder.folder / "turn", _WAIT_S)
    try:
        with lock:
            return _Following(journal, server, folder).follow(config, replacing)
    except PracticeServerError as error:
        if error.code in STOPPING:
            folder.stop(error.code)
        raise
    finally:
        lock.close()


class _Following:
    def __init__(self, journal: Journal, server: PracticeServer, folder: CopyFolder) -> None:
        self._journal, self._server, self._folder = journal, server, folder
        self._identity = journal.db.cipher.identity
        self._parts = self._bytes = 0

    def follow(self, config: Config | None, replacing: bool) -> Followed:
        state = self._folder.read()
        if replacing:
            state = self._begin_anew()
        elif state is None:
            state = self._folder.write(self._first())
        if state.run is not None:
            state = self._go_on(state)
        if self._journal.db.last_step != state.step:
            state = self._go_on(self._prepare(state))
        if config is not None:
            state = self._beside(state, config)
        if state.stopped:
            state = self._folder.write(replace(state, stopped=""))
        return Followed(state.step, self._parts, self._bytes)

    def _first(self) -> CopyState:
        """A journal of which this host has copied nothing: a copy that the server has is not replaced."""
        try:
            found = self._server.parts(self._identity)
        except PracticeServerError as error:
            if error.code != "not-found":
                raise
            found = []
        if found:
            raise PracticeServerError(
                "Le serveur du cabinet a déjà une copie de ce journal, que cet appareil n’a pas faite.",
                cause="le journal a été restauré ou copié ici, ou la note de ce qui fut copié est perdue",
                next_step="dites laquelle vaut, celle d’ici ou celle du serveur",
                code="not-following",
            )
        return CopyState()

    def _begin_anew(self) -> CopyState:
        told = {one["id"]: one for one in self._server.practice()["journals"]}.get(self._identity)
        epoch = 1 if told is None else self._server.take_over(self._identity, int(told["epoch"]))
        self._folder.there.unlink(missing_ok=True)
        self._folder.coming.unlink(missing_ok=True)
        kept = self._folder.read() or CopyState()
        return self._folder.write(CopyState(epoch=epoch, recovery=kept.recovery))

    def _prepare(self, state: CopyState) -> CopyState:
        """Copy the journal as of now, and write down what is to leave."""
        self._folder.coming.unlink(missing_ok=True)
        os.close(os.open(self._folder.coming, os.O_CREAT | os.O_WRONLY, 0o600))
        step = self._journal.backups.copy(self._folder.coming, lambda done, of: None)
        with self._folder.coming.open("rb+") as file:
            os.fsync(file.fileno())
        is_long = state.rank >= _RANKS_MAX or state.bytes > 2 * state.first_bytes + _SPARED
        is_kept = bool(state.file) and digest_of_file(self._folder.there) == state.file
        anew = state.chain < 0 or is_long or not is_kept
        run = CopyRun(step, state.chain + anew, from_nothing=anew)
        return self._folder.write(replace(state, run=run))

    def _go_on(self, state: CopyState) -> CopyState:
        """Put what is left of a run, and let its file be the one that is there."""
        run = state.run
        assert run is not None
        if self._folder.coming.exists():
            state = self._put_run(state, run)
            self._folder.coming.replace(self._folder.there)
        elif not run.is_last:  # what was to leave is lost: the next run begins from nothing
            return self._folder.write(replace(state, run=None, file="", step=0))
        file, now = digest_of_file(self._folder.there), self._journal.db.now()
        self._folder.part.unlink(missing_ok=True)
        return self._folder.write(replace(state, run=None, step=run.step, file=file, at=now))

    def _put_run(self, state: CopyState, run: CopyRun) -> CopyState:
        for one in self._left(run):
            begins = run.from_nothing and run.done == 0
            rank = 0 if begins else state.rank + 1
            after = state.digest
            binding = binding_of(state.epoch, run.chain, rank, after if rank else "")
            data = self._sealed(run, one, binding)
            run = replace(run, waiting=digest_of(data), is_last=False)
            state = self._folder.write(replace(state, run=run))
            facts = PartFacts(state.epoch, run.chain, rank, run.step, one.is_last, len(data), run.waiting, "")
            self._server.put_part(self._identity, facts, data, after)
            self._parts, self._bytes = self._parts + 1, self._bytes + len(data)
            run = replace(run, done=run.done + 1, waiting="", is_last=one.is_last)
            state = self._folder.write(self._counted(state, run, facts, begins))
        return state

    def _counted(self, state: CopyState, run: CopyRun, facts: PartFacts, begins: bool) -> CopyState:
        first = 0 if begins else state.first_bytes
        return replace(
            state,
            run=run,
            chain=facts.chain,
            rank=facts.rank,
            digest=facts.digest,
            first_bytes=first + facts.size * run.from_nothing,
            bytes=(0 if begins else state.bytes) + facts.size,
        )

    def _left(self, run: CopyRun) -> Iterator[ChangedPages]:
        before = None if run.from_nothing else self._folder.there
        if run.is_last:
            return iter(())
        return islice(changes(before, self._folder.coming), run.done, None)

    def _sealed(self, run: CopyRun, one: ChangedPages, binding: str) -> bytes:
        """A part as it leaves: the one that was written before a cut, where there is one."""
        if run.waiting and self._folder.part.exists():
            kept = self._folder.part.read_bytes()
            if digest_of(kept) == run.waiting:
                return kept
        data = self._journal.db.cipher.encrypt(one.data, binding)
        write_whole(self._folder.part, data)
        return data

    def _beside(self, state: CopyState, config: Config) -> CopyState:
        """The configuration and what it names, when any of it changed."""
        from tournee.app.backup.archive import Role
        from tournee.app.backup.collecting import LIST_ENDING, collect

        told: dict[str, str] = {}
        room = _BESIDE_MAX
        for one in collect(config).files:
            data = one.content if isinstance(one.content, bytes) else one.content.read_bytes()
            room -= len(data) * 4 // 3
            if one.name.endswith(LIST_ENDING) or room < 0:
                continue
            told[f"{Role.CONFIGURATION}" if one.role is Role.CONFIGURATION else one.name] = b64encode(
                data
            ).decode()
        data = json.dumps({"journal": config.journal.name, "files": told}, sort_keys=True).encode()
        digest = digest_of(data)
        if digest == state.beside:
            return state
        self._server.put_box(
            self._identity, "fichiers", self._journal.db.cipher.encrypt(data, "copy.fichiers")
        )
        return self._folder.write(replace(state, beside=digest))


def keep_recovery(server: PracticeServer, journal: Journal, make: Callable[[], str]) -> str:
    """A new recovery code, by which the journal's key can be had from the server; the last one is void."""
    from tournee.app.copies.recovery_code import lock_key

    code, cipher, folder = make(), journal.db.cipher, CopyFolder(journal.db.file)
    server.put_box(cipher.identity, "cle", lock_key(cipher, code))
    folder.make()
    folder.write(replace(folder.read() or CopyState(), recovery=journal.db.now()))
    return code
