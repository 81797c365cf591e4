"""The main job from end to end, on an emulated reader: two carers' days, from their cards to their payments.

Clock, numbers and cards are fixed: the same days at the same time make the same bytes, signatures included.
Only the sealing draws fresh keys, as it must.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from secrets import token_bytes
from tempfile import TemporaryDirectory
from typing import Protocol
from zoneinfo import ZoneInfo

from tournee.app.cards import PsOnDuty, VitaleInReader, open_reader, read_ps, read_vitale, unlock
from tournee.app.certify import certify_visit, pending_visits
from tournee.app.certifying.last_read import carers_of
from tournee.app.context import Office
from tournee.app.inbound import Settled, fetch
from tournee.app.outbound import close_lots, make_files, send
from tournee.app.visits.importing import import_day
from tournee.billing.dayfile.day import DayError
from tournee.billing.identity import PsIdentity
from tournee.billing.kept.judged import read_judged
from tournee.boards import BOARDS
from tournee.emulation.board import EmulatedBoard
from tournee.emulation.cards import load_card
from tournee.emulation.cards.lookup import ps_card_of, ps_card_of_rpps, vitale_of
from tournee.emulation.oct.split import AmcClaim
from tournee.emulation.world import World
from tournee.errors import EmulationError
from tournee.exchange.route import Mode
from tournee.reader import Identity, Reader
from tournee.reader.link.secure_channel import SECRET_LENGTH
from tournee.secrets import NoKeyring
from tournee.store import Cipher, EffectRow, Journal, OverviewRow, VisitState, journal_key

CODE = "1234"  # code porteur of every test card
CLOCK = datetime(2026, 11, 16, 19, 30, tzinfo=ZoneInfo("Europe/Paris"))
MARK = "SIMULATION.txt"
SERIAL, BLUETOOTH = "serie", "ble"
LINKS = (SERIAL, BLUETOOTH)
_MADE = ("oct", "am", "ps", "sent", "cards", "mail", "retours", "clear", "returns")
_SCAN_S = 0.2
_SERIAL = "SIMULATION-01"  # of a reader that its maker has given a secret
_MARK_TEXT = (
    "Démonstration de Tournée : profil de simulation open-1, personnes fictives, ne facture personne.\n"
)


@dataclass(frozen=True)
class Way:
    """One way of sending: the route's mode, and the days that show it."""

    mode: Mode
    days: tuple[str, ...]


SINGLE_FILE, SPLIT_AT_SOURCE, ENRICHED, DIRECT = "fichier-unique", "eclatement", "fse-enrichie", "direct"
WAYS = {
    SINGLE_FILE: Way(Mode.SINGLE_FILE, ("infirmier.toml", "kine.toml")),
    SPLIT_AT_SOURCE: Way(Mode.SPLIT_AT_SOURCE, ("infirmier-eclatement.toml", "kine.toml")),
    ENRICHED: Way(Mode.SINGLE_FILE, ("infirmier-fse-enrichie.toml",)),
    DIRECT: Way(Mode.DIRECT, ("infirmier-eclatement.toml", "kine.toml")),
}


class DemoWatcher(Protocol):
    """Who looks on while the demonstration runs."""

    def step(self, text: str) -> None:
        """A new step begins; `text` says in French what it does."""

    def progress(self, label: str, done: int, of: int) -> None:
        """So much of the present step is done."""


@dataclass(frozen=True)
class DayFile:
    """A day to bill: the file's name and its bytes."""

    name: str
    data: bytes


@dataclass(frozen=True)
class DemoOutcome:
    """What the demonstration ends with: where every invoice stands, the returns read, what the OCT asked of
    AMC by splitting FSE of contract 99, the reader's memory.
    """

    invoices: tuple[OverviewRow, ...]
    payments_outside: tuple[EffectRow, ...]
    returns: list[Settled]
    claims: tuple[AmcClaim, ...]
    reader: Identity
    runtime: str
    directory: Path
    carers: dict[str, str]  # names by number, where someone was replaced


def built_in_days(way: str = SINGLE_FILE) -> list[DayFile]:
    """The days that come with the demonstration of one of `WAYS`."""
    folder = files("tournee.emulation").joinpath("days")
    return [DayFile(name, folder.joinpath(name).read_bytes()) for name in WAYS[way].days]


def prepare(directory: Path) -> None:
    """Make `directory` ready: new, empty, or left by an earlier demonstration, which is cleared away."""
    if (directory / MARK).exists():
        for name in _MADE:
            shutil.rmtree(directory / name, ignore_errors=True)
        for path in directory.glob("journal.db*"):
            path.unlink()
    elif directory.exists() and any(directory.iterdir()):
        raise EmulationError(
            f"Le dossier {directory} n'est pas vide et ne vient pas d'une démonstration.",
            next_step="indiquez un dossier nouveau ou vide",
        )
    directory.mkdir(parents=True, exist_ok=True)
    (directory / MARK).write_text(_MARK_TEXT, "utf-8")


def run(
    directory: Path,
    days: Sequence[DayFile],
    clock: datetime,
    board: str,
    watch: DemoWatcher,
    way: str = SINGLE_FILE,
    link: str = SERIAL,
) -> DemoOutcome:
    """Do the whole job in `directory`, one of `WAYS` over one of `LINKS`; raises a TourneeError where a step
    fails."""
    prepare(directory)
    path = directory / "journal.db"
    cipher = Cipher(journal_key(path, NoKeyring()))
    mode = WAYS[way].mode
    is_direct = mode is Mode.DIRECT
    ends = "des caisses émulées" if is_direct else "de l'OCT émulé"
    watch.step(f"Démarrage du lecteur émulé et {ends}")
    with (
        World(directory, lambda: clock, with_oct=not is_direct, with_insurers=is_direct) as world,
        Journal(path, cipher, lambda: clock, station=0) as journal,
    ):
        office = Office(journal, world.route(mode=mode), lambda: clock)
        with _reader_at_hand(board, link, lambda: clock, watch) as (emulated, reader):
            for day in days:
                _bill(office, reader, emulated, day, watch)
            identity = reader.identify()
            runtime = emulated.runtime
        returns = _exchange(office, watch)
        _export(journal, directory)
        return DemoOutcome(
            journal.overview()[::-1],
            journal.effects.payments_outside(),
            returns,
            world.claims,
            identity,
            runtime,
            directory,
            carers_of(office, journal.overview()),
        )


@contextmanager
def _reader_at_hand(
    board: str, link: str, clock: Callable[[], datetime], watch: DemoWatcher
) -> Iterator[tuple[EmulatedBoard, Reader]]:
    """An emulated board and its reader: by its serial line, in clear; or paired by Bluetooth, over the
    protected channel, with a secret of its maker's."""
    if link == SERIAL:
        with EmulatedBoard(BOARDS / board) as emulated, open_reader(emulated.link_url, clock) as reader:
            yield emulated, reader
        return
    from tournee.emulation.bluetooth.air import Air
    from tournee.reader.transports.bluetooth import BluetoothTransport, pair, scan

    secret = token_bytes(SECRET_LENGTH)
    with (
        TemporaryDirectory() as kept,
        EmulatedBoard(BOARDS / board, flash=Path(kept) / "flash") as emulated,
        Air() as air,
    ):
        emulated.provision(_SERIAL, secret)
        watch.step("Recherche du lecteur, jumelage Bluetooth par six chiffres, canal protégé")
        air.add_reader(emulated.link_url)
        (seen,) = scan(_SCAN_S, air.radio)
        pair(seen.address, air.radio)
        with open_reader(lambda: BluetoothTransport(seen.address, air.radio), clock, secret) as reader:
            yield emulated, reader


def _bill(office: Office, reader: Reader, board: EmulatedBoard, day: DayFile, watch: DemoWatcher) -> None:
    """One carer's day: import, certify each visit with its cards, close the lots.

    DayError when a visit is refused: who tries a day wants to know, and nothing is billed.
    """
    imported = import_day(office, day.data, day.name)
    mistakes = tuple(mistake for visit in imported.visits for mistake in visit.mistakes)
    if mistakes:
        raise DayError(day.name, mistakes)
    board.insert("ps", load_card(_ps_card(office, imported.ps_number)))
    ps = read_ps(reader, ask=lambda known: _situation(known, imported.ps_number))
    unlock(reader, lambda: CODE)
    carer = ps.identity
    watch.step(
        f"{carer.first_name} {carer.name} ({carer.ps_type}) : {len(imported.visits)} visites à certifier"
    )
    visits = pending_visits(office, ps)
    for rank, (row, visit) in enumerate(visits, 1):
        vitale = None if not visit.visit.by_card else _insert_vitale(office, reader, board, visit.nir)
        certify_visit(office, reader, ps, vitale, row, visit)
        watch.progress("visites", rank, len(visits))
    _close(office, reader, ps, watch)
    board.remove("ps")


def _ps_card(office: Office, number: str) -> str:
    """The card of who made the day's visits: the carer's, or that of who replaced her."""
    for row in office.journal.visits.find(state=VisitState.PENDING):
        told = read_judged(row.payload).visit.replacement if row.ps == number else None
        if told is not None:
            return ps_card_of_rpps(told.rpps)
    return ps_card_of(number)


def _situation(known: Sequence[PsIdentity], number: str) -> int:
    """The n° logique of the situation with this billing number, of a card of several."""
    return next((one.situation for one in known if one.billing_number == number), known[0].situation)


def _insert_vitale(office: Office, reader: Reader, board: EmulatedBoard, nir: str) -> VitaleInReader:
    board.insert("vitale", load_card(vitale_of(nir)))
    return read_vitale(office, reader)


def _close(office: Office, reader: Reader, ps: PsOnDuty, watch: DemoWatcher) -> None:
    watch.step("Clôture des lots, certifiés dans le lecteur")
    close_lots(office, reader, ps, watch.progress)


def _exchange(office: Office, watch: DemoWatcher) -> list[Settled]:
    """Files, sealing and sending, then whatever comes back."""
    what = "Un fichier par destinataire" if office.route.per_recipient else "Fichiers uniques"
    whom = "à chaque caisse émulée" if office.route.is_direct else "à l'OCT émulé"
    watch.step(f"{what}, scellement et envoi {whom} (SMTP, STARTTLS)")
    make_files(office)
    for dispatch in send(office, watch.progress):
        if dispatch.error is not None:
            raise dispatch.error
    watch.step("Relève des retours : ART, ARL, RSP")
    fetched = fetch(office, progress=watch.progress)
    for error in fetched.errors:
        raise error
    return fetched.settled


def _export(journal: Journal, directory: Path) -> None:
    """Lay out what anyone may check: files in clear, and the returns as they came."""
    clear, returns = directory / "clear", directory / "returns"
    for folder in (clear, returns):
        folder.mkdir(exist_ok=True)
    for file in journal.files.find():
        (clear / file.name).write_bytes(file.clear)
    for row in journal.returns.find():
        (returns / f"{row.id:04}-{row.kind}.eml").write_bytes(row.raw)
