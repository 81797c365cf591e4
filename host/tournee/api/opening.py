"""A practice opened, backed up and closed."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from tournee.api.carrying import LaterCourier, MailTransport, OwnCourier, returns_of
from tournee.api.lanes import Caller, Lane
from tournee.api.plain import NotPlainError, plain
from tournee.api.problems import KeyNeededError
from tournee.app.context import Office, open_office
from tournee.config import Config, load_config
from tournee.config.file import config_of
from tournee.errors import ConfigError, ReaderError, TourneeError
from tournee.reader import LinkLost, Reader

_KEY_SIZE = 32
_R = TypeVar("_R")


@dataclass
class _AtReader:
    office: Office
    reader: Reader


class Practice:
    """One practice, open: what every function of `tournee.api` works with. Made by `open_practice`; a context
    that closes it. Any number of threads may use it at once.

    Three kinds of work go on side by side, each one call at a time: at the reader (cards, certifying, lots),
    what goes out and comes in (sending, fetching, a backup), and all else. A function that you gave (a code
    asked for, a transport) is called in the thread of the call that needs it, and may ask for invoices,
    alerts and prices meanwhile; anything else from there is a CallError.
    """

    def __init__(self, setting: _Setting) -> None:
        self._setting = setting
        self._journal: Lane[Office] = Lane("journal", self._open_quietly, _close_office, from_within=True)
        self._courier: Lane[Office] = Lane("courier", self._open, _close_office)
        self._reader: Lane[_AtReader] = Lane("reader", self._reach, _close_reader)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let journal and reader go, once the calls under way have ended. Closing twice is nothing."""
        for lane in (self._reader, self._courier, self._journal):
            lane.close()

    # --- for the functions of this package alone ---

    def _ask_journal(self, work: Callable[[Office], _R]) -> _R:
        return self._journal.do(lambda office, _: work(office))

    def _carry(self, work: Callable[[Office, Caller], _R]) -> _R:
        """Have something sent, or fetched: by the editor's transport where there is one."""

        def carried(office: Office, caller: Caller) -> _R:
            transport = self._setting.transport
            office.courier = (
                returns_of(office.courier) if transport is None else OwnCourier(transport, lambda: caller)
            )
            return work(office, caller)

        return self._courier.do(carried)

    def _at_reader(self, work: Callable[[Office, Reader, Caller], _R]) -> _R:
        def done(there: _AtReader, caller: Caller) -> _R:
            try:
                return work(there.office, there.reader, caller)
            except LinkLost:
                self._reader.drop()
                raise

        return self._reader.do(done)

    def _open(self) -> Office:
        setting = self._setting
        return open_office(setting.config, setting.clock, key=setting.key())

    def _open_quietly(self) -> Office:
        """An office that sends nothing itself: what it would send waits for the next sending."""
        office = self._open()
        office.courier = LaterCourier()
        return office

    def _reach(self) -> _AtReader:
        from tournee.app.cards import open_reader

        choice, told = self._setting.config.reader, self._setting.reader
        port = told or choice.port
        if not port:
            raise ConfigError(
                "Aucun lecteur n’est configuré.",
                next_step="indiquez-le dans la configuration, ou à l’ouverture du cabinet",
                remedy="pair-reader",
            )
        office = self._open_quietly()
        try:
            secret = choice.secret_of_port() if port == choice.port else None
            return _AtReader(office, open_reader(port, office.clock, secret))
        except BaseException:
            office.journal.close()
            raise


@dataclass(frozen=True)
class _Setting:
    """What a practice was opened with; `values` is a configuration that is in no file."""

    config: Config
    values: dict[str, Any] | None
    own_key: bytes | Callable[[], bytes] | None
    new: bool
    reader: str
    transport: MailTransport | None
    clock: Callable[[], datetime] | None

    def key(self) -> bytes | None:
        """The journal's key where the editor keeps it, asked for each time that the journal is opened."""
        if self.own_key is None:
            return None
        journal = self.config.journal
        if not (self.new or (journal.exists() and journal.stat().st_size)):
            raise KeyNeededError(
                f"Le journal {journal} n’est pas là.",
                cause="il a été déplacé, son disque n’est pas branché, ou le cabinet commence",
                next_step="remettez-le à sa place ; pour en commencer un, dites-le à l’ouverture (new)",
            )
        key = self.own_key() if callable(self.own_key) else self.own_key
        if not isinstance(key, bytes) or len(key) != _KEY_SIZE:
            raise KeyNeededError(
                f"La clé du journal n’est pas faite de {_KEY_SIZE} octets.",
                next_step="donnez celle avec laquelle il a été commencé",
            )
        return key


def open_practice(
    configuration: str | os.PathLike[str] | Mapping[str, object],
    *,
    home: str | os.PathLike[str] = ".",
    key: bytes | Callable[[], bytes] | None = None,
    new: bool = False,
    reader: str = "",
    transport: MailTransport | None = None,
    clock: Callable[[], datetime] | None = None,
) -> Practice:
    """Open a practice: its journal, and the route in force.

    `configuration` is the path of a configuration file, or a mapping with the same tables and keys, whose
    paths are taken from the folder `home`. It may name no reader, and its routes no servers: who asks for
    what is not there gets a ConfigError then. `reader` is a reader's address in place of the configured one;
    `transport` carries messages in place of the configured servers.

    `key` is the journal's key (32 bytes), or what gives it, kept by you; without it, it is in the system's
    keyring or in a file beside the journal, and made with the journal. With a `key` of yours a journal that
    is not there is an error, unless it is to be begun (`new`): its numbers begin anew. `clock` gives the
    local time, aware of its zone; without it, it is the system's.

    Raises ConfigError, and what opening the journal raises: StoreError, KeyNeededError.
    """
    values: dict[str, Any] | None = None
    if isinstance(configuration, Mapping):
        try:
            values = plain(configuration)
        except NotPlainError as error:
            path = ".".join(str(part) for part in error.path)
            raise ConfigError(
                f"Configuration{f', {path}' if path else ''} : {error.text}.",
                next_step="corrigez ce qui est transmis",
            ) from None
        config = config_of(values, Path(home).resolve())
    elif isinstance(configuration, str | os.PathLike):
        config = load_config(Path(configuration), own_mail=True)
    else:
        raise ConfigError("La configuration est le chemin d’un fichier, ou une table (un dictionnaire).")
    if transport is not None and not callable(transport):
        raise ConfigError("Le transport des messages n’est pas une fonction.")
    practice = Practice(_Setting(config, values, key, new, reader, transport, clock))
    try:
        practice._ask_journal(lambda office: None)  # what is amiss is told now, not at the first question
    except BaseException:
        practice.close()
        raise
    return practice


@dataclass(frozen=True)
class WrittenBackup:
    """A backup that was written and read back: where, its bytes, when it was made, of how many files; the
    files that the configuration names and that are not there.
    """

    path: str
    size: int
    made: datetime
    files: int
    missing: tuple[str, ...]


def back_up(practice: Practice, path: str | os.PathLike[str], passphrase: str) -> WrittenBackup:
    """Write the whole practice into one file sealed by a passphrase: journal, key, configuration, all that it
    names. In the place of a backup that is there; it is there whole or not at all. Others may work meanwhile.

    StoreError and its children when it cannot be written, or the passphrase is too easy.
    """
    from tournee.app.backup import check_passphrase, make_backup

    setting = practice._setting
    check_passphrase(passphrase)

    def make(office: Office, _: Caller) -> WrittenBackup:
        made = make_backup(
            office, setting.config, Path(path), passphrase, key=setting.key(), text=_text_of(setting.values)
        )
        return WrittenBackup(
            str(made.path),
            made.size,
            datetime.fromisoformat(made.manifest.made),
            len(made.manifest.files),
            tuple(map(str, made.missing)),
        )

    return practice._carry(make)


def _text_of(values: dict[str, Any] | None) -> str:
    if values is None:
        return ""
    import tomlkit  # for a backup alone

    return tomlkit.dumps(values)


def _close_office(office: Office) -> None:
    office.journal.close()


def _close_reader(there: _AtReader) -> None:
    with suppress(ReaderError, OSError):
        there.reader.close()
    with suppress(TourneeError):
        there.office.journal.close()
