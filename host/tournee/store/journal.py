"""The journal of everything made, sent and received: the one door to it."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from tournee.store.accounts.bank import Bank
from tournee.store.accounts.ledger import Ledger
from tournee.store.accounts.patient_payments import PatientPayments
from tournee.store.cipher import Cipher
from tournee.store.database import Database
from tournee.store.integrity.host_note import Host
from tournee.store.numbering.numbers import Numbers
from tournee.store.numbering.other_stations import OtherStations
from tournee.store.numbering.ranges import RangeSource
from tournee.store.opening import SCHEMA
from tournee.store.pieces.parts import PieceParts
from tournee.store.pieces.pieces import Pieces
from tournee.store.practice.dossiers import Dossiers
from tournee.store.services.replies import Replies
from tournee.store.services.requests import ServiceRequests
from tournee.store.settling.acknowledgements import Acknowledgements
from tournee.store.settling.answers import Answers
from tournee.store.settling.corrections import Corrections
from tournee.store.settling.dre_alone import DreAlone
from tournee.store.settling.given_up import GivenUp
from tournee.store.settling.pieces import PieceAnswers
from tournee.store.settling.remaking import Remaking
from tournee.store.settling.settling import Settling
from tournee.store.tables.cards_read import CardsRead
from tournee.store.tables.doubts import Doubts
from tournee.store.tables.effects import Effects
from tournee.store.tables.files import LotFiles
from tournee.store.tables.history import History
from tournee.store.tables.invoices import Invoices
from tournee.store.tables.lots import Lots
from tournee.store.tables.messages import Messages
from tournee.store.tables.opposition import OppositionUpdates
from tournee.store.tables.payments import Payments
from tournee.store.tables.person_months import PersonMonths
from tournee.store.tables.returns import Returns
from tournee.store.tables.sealed_chunks import SealedChunks
from tournee.store.tables.visits import Visits
from tournee.store.views.backups import Backups
from tournee.store.views.ends import Ends
from tournee.store.views.health import Health
from tournee.store.views.known_visits import FactsOf, KnownVisits
from tournee.store.views.lookup import Lookup
from tournee.store.views.overview import Overview
from tournee.store.views.owing import Owing
from tournee.store.views.sendings import Sendings
from tournee.store.views.tracing import Tracing
from tournee.store.views.waiting import Waiting


class Journal:
    """One file; each operation is one transaction, on the disk when it returns.

    One object a thing: `visits`, `cards` last read, `invoices` (with their sheets), `lots`, `files`,
    `messages`, `returns`, `effects`, `payments` and `doubts` that returns told of, `patient_payments`,
    `opposition`, `history`, `dossiers` of the practice's file, `pieces` that prove invoices, `requests`
    to services, `replies` to programs; `numbers` gives each number once in the world, `remaking` puts
    refused lots right,
    `corrections` visits and invoices, `dre_alone` a refused DRE, `given_up` ends what will not be paid;
    `known` (what the rules need of visits), `lookup`, `ledger` (all money) and `bank`, `overview` and
    `totals`, `waiting`, `sendings`, `owing` and `trace` answer questions across them, `health` speaks of
    the whole, `backups` copies it.
    Opening it changes nothing. Errors: StoreError, and whatever a `build` function raises, which then
    leaves no trace.

    `clock`, `on_step`, `busy_seconds`, `schema` and `host` are those of `Database`; `station`, 0 to 99 or
    None, and the source of `ranges` those of `Numbers`; `facts_of` that of `KnownVisits`.
    """

    def __init__(
        self,
        path: Path | str,
        cipher: Cipher,
        clock: Callable[[], datetime],
        on_step: Callable[[str], None] | None = None,
        *,
        busy_seconds: float = 5.0,
        schema: Path = SCHEMA,
        station: int | None = None,
        facts_of: FactsOf | None = None,
        ranges: RangeSource | None = None,
        host: Host | None = None,
    ) -> None:
        self.db = db = Database(
            path, cipher, clock, on_step, busy_seconds=busy_seconds, schema=schema, host=host
        )
        self.path = db.path  # None in PostgreSQL
        self.numbers = numbers = Numbers(db, station, ranges)
        chunks = SealedChunks(db)
        self.history = History(db)
        months = PersonMonths(db)
        self.visits = Visits(db, months)
        self.known = KnownVisits(db, months, facts_of)
        self.payments = Payments(db)
        self.cards = CardsRead(db)
        self.invoices = Invoices(db, numbers, self.visits, self.payments)
        self.lots = Lots(db, numbers, self.invoices, chunks)
        parts = PieceParts(db, chunks)
        self.files = LotFiles(db, numbers, self.lots, chunks, parts)
        self.pieces = Pieces(db, self.files, parts)
        self.messages = Messages(db, numbers, self.files, chunks)
        self.effects = Effects(db)
        self.doubts = Doubts(db, self.effects, self.payments)
        acknowledgements = Acknowledgements(db, self.effects, self.messages)
        settling = Settling(
            *(db, self.effects, self.payments, acknowledgements),
            Answers(db, numbers),
            PieceAnswers(db),
            OtherStations(db, numbers),
        )
        self.returns = Returns(db, chunks, self.effects, settling.apply)
        self.remaking = Remaking(db, self.visits, self.invoices, self.effects, acknowledgements)
        self.corrections = Corrections(db, self.visits, self.invoices)
        self.dre_alone = DreAlone(db, self.visits, self.invoices, self.lots)
        self.given_up = GivenUp(db, self.payments)
        self.opposition = OppositionUpdates(db, self.files)
        self.dossiers = Dossiers(db, chunks)
        self.requests = ServiceRequests(db)
        self.replies = Replies(db)
        self.patient_payments = PatientPayments(db)
        self.bank = Bank(db)
        self.ledger = Ledger(db, self.patient_payments)
        overview = Overview(db, self.payments, self.patient_payments)
        self.overview, self.totals = overview.find, overview.totals
        self.waiting = Waiting(db, self.payments)
        self.lookup = Lookup(db)
        self.sendings, self.owing = Sendings(db, self.effects), Owing(db)
        self.ends = Ends(db)
        self.health = Health(db, months)
        self.backups = Backups(db)
        self.trace = Tracing(
            *(db, self.invoices, self.lots, self.files),
            *(self.messages, self.returns, self.effects, self.history),
            *(self.patient_payments, self.pieces),
        ).trace

    def close(self) -> None:
        """Close the file; the journal cannot be used any more."""
        self.db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
