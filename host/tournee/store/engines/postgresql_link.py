"""A connection to PostgreSQL for one practice: our SQL in its dialect, its errors in the carer's words."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit, urlunsplit

import psycopg
from psycopg import errors
from psycopg.pq import Format, TransactionStatus
from psycopg.types.numeric import NumericBinaryLoader

from tournee.errors import StoreError

_CONNECT_S = 10
_ROWS_AT_ONCE = 200
_UNDER_WAY = (TransactionStatus.INTRANS, TransactionStatus.INERROR)
_BUSY = (
    *(errors.LockNotAvailable, errors.QueryCanceled, errors.DeadlockDetected),
    errors.SerializationFailure,
)
_FROM_INDEX = re.compile(r"(?<= )\+(?=[a-z]+\.)")
_WRITE_IT = "écrivez-la « postgresql://COMPTE@HÔTE/BASE »."
_AGAIN = "recommencez : rien n’est à moitié fait, et l’état dit ce qui l’est."


OURS = "practice = current_setting('tournee.practice')::bigint"
MOVED = f"SELECT moved FROM practice WHERE {OURS}"  # noqa: S608
"""When the journal was moved away from here, "" while it was not."""


class PracticeAddress(NamedTuple):
    """Where a journal is: what libpq connects to, and the practice there."""

    conninfo: str
    practice: int


class _WholeLoader(NumericBinaryLoader):
    """A sum of whole numbers is one: PostgreSQL gives it as a decimal."""

    def load(self, data: Any) -> Any:
        return int(super().load(data))


class PracticeLink:
    """The connection; made anew by the next step or read once the server has cut it. `busy_seconds` bounds
    the wait for other writers.
    """

    def __init__(self, address: PracticeAddress, busy_seconds: float) -> None:
        self._address, self._busy_ms = address, max(1, round(busy_seconds * 1000))
        self._thread = threading.get_ident()
        self._closed = False
        self.wrote = False  # since this was last set to False
        self.in_transaction = False  # a step or several reads are under way: no other connection goes on
        self.raw = self._connected()

    def execute(self, query: str, values: Sequence[Any] = ()) -> Any:
        """Run one statement; a connection that was cut is made anew, unless a step was under way in it."""
        raw = self.raw if self._is_up() else self._again()
        cursor = raw.execute(_in_dialect(query), values, binary=True)
        self.wrote = self.wrote or not (cursor.statusmessage or "").startswith("SELECT")
        return cursor

    def stream(self, query: str) -> Iterator[tuple[Any, ...]]:
        """Rows of a query as they come, inside a step or several reads."""
        with self.raw.cursor("rows") as cursor:
            cursor.format = Format.BINARY
            cursor.itersize = _ROWS_AT_ONCE
            cursor.execute(_in_dialect(query))
            yield from cursor

    def tell(self, statements: str) -> Any:
        """Run statements of the engine's own in one round trip; gives the last one's result."""
        raw = self.raw if self._is_up() else self._again()
        cursor = raw.execute(statements.encode())
        while cursor.nextset():
            pass
        return cursor

    def begin(self, how: str) -> None:
        """Begin a step, or several reads; `how` ends by asking when the journal left, which is refused."""
        found = self.tell(how)
        self.in_transaction, self.wrote = True, False
        refuse_moved(found.fetchone())

    def end(self, how: str = "") -> None:
        """Keep what was begun, or take it back where nothing is said of how: of a connection that was cut,
        the server did.
        """
        try:
            if how:
                self.tell(how)
        finally:
            self.in_transaction = False
            if self.raw.info.transaction_status in _UNDER_WAY:
                self.raw.execute("ROLLBACK")

    def close(self) -> None:
        """Let go of the connection."""
        self._closed = True
        self.raw.close()

    def _is_up(self) -> bool:
        if threading.get_ident() != self._thread:
            raise StoreError(
                "Le journal est ouvert dans un autre fil d’exécution (thread) de ce programme.",
                cause="un journal ouvert ne sert qu’au fil qui l’a ouvert",
                next_step="ouvrez-le dans chaque fil, ou passez par tournee.api,"
                " qui sert à plusieurs à la fois",
            )
        return self.in_transaction or not self.raw.closed

    def _again(self) -> psycopg.Connection:
        if self._closed:
            raise StoreError("Le journal est fermé : ce contenu ne peut plus être lu.")
        self.raw = raw = self._connected()
        try:
            refuse_moved(raw.execute(MOVED.encode()).fetchone())
        except BaseException:
            raw.close()  # so the next one is refused too
            raise
        return raw

    def _connected(self) -> psycopg.Connection:
        practice = self._address.practice
        raw = psycopg.connect(
            self._address.conninfo,
            autocommit=True,
            connect_timeout=_CONNECT_S,
            application_name=f"tournee {practice}",
        )
        raw.adapters.register_loader("numeric", _WholeLoader)
        raw.execute(
            f"SET tournee.practice = {practice:d}; SET lock_timeout = {self._busy_ms:d};"
            " SET default_transaction_isolation = 'read committed'".encode()
        )
        return raw


def address_of(url: str) -> PracticeAddress:
    """`postgresql://HOST/DATABASE?practice=7`, and what libpq takes beside; StoreError without a practice."""
    parts = _split(url)
    told = parse_qsl(parts.query, keep_blank_values=True)
    practices = [value for name, value in told if name == "practice"]
    if len(practices) != 1 or not practices[0].isdecimal() or not 0 < int(practices[0]) < 1 << 63:
        raise StoreError(
            "L’adresse de la base ne dit pas de quel cabinet est le journal.",
            next_step="terminez-la par « ?practice= » et le numéro du cabinet, à partir de 1.",
        )
    return PracticeAddress(without_practice(url), int(practices[0]))


def without_practice(address: str) -> str:
    """The database of an address, whichever practice it names."""
    if not address.startswith(("postgresql://", "postgres://")):
        return address
    parts = _split(address)
    told = parse_qsl(parts.query, keep_blank_values=True)
    rest = urlencode([(name, value) for name, value in told if name != "practice"])
    return urlunsplit(parts._replace(query=rest))


def _split(address: str) -> SplitResult:
    try:
        return urlsplit(address)
    except ValueError:
        raise StoreError("L’adresse de la base ne se lit pas.", next_step=_WRITE_IT) from None


def refuse_moved(found: Sequence[Any] | None) -> None:
    """StoreError for a journal that was moved away from here, by what `MOVED` gave."""
    if found and found[0]:
        raise StoreError(
            f"Ce journal a été déplacé hors de la base (le {found[0]}).",
            next_step="ouvrez-le là où il est maintenant ; si son déplacement fut interrompu,"
            " redonnez la même commande : elle l’achève",
        )


def translated(error: Exception) -> StoreError:
    """PostgreSQL's error in the carer's words: no value of a row is in them."""
    if isinstance(error, _BUSY):
        return StoreError(
            "Le journal est occupé par un autre programme.",
            cause="une autre fenêtre de Tournée est en train d’écrire",
            next_step="attendez qu’elle ait fini, puis recommencez.",
        )
    told = error.diag.message_primary if isinstance(error, psycopg.Error) else ""
    told = told or "la base n’en dit pas la raison"
    if isinstance(error, psycopg.IntegrityError):
        return StoreError(f"Le journal refuse une écriture incohérente : {told}.")
    what, next_step = _fault(error)
    return StoreError(f"Le journal ne peut pas être lu ou écrit : {what or told}.", next_step=next_step)


def _fault(error: Exception) -> tuple[str, str]:
    if isinstance(error, errors.DiskFull):
        return "le disque de la base est plein", "libérez de la place, puis recommencez ; rien n’est perdu."
    if isinstance(error, errors.ReadOnlySqlTransaction):
        return "la base est en lecture seule (serveur de secours)", "attendez qu’un serveur prenne le relais."
    if isinstance(error, errors.InsufficientPrivilege):
        return "ce compte de la base n’en a pas le droit", "voyez son administrateur."
    if isinstance(error, (errors.InvalidPassword, errors.InvalidAuthorizationSpecification)):
        return "la base refuse ce compte", "vérifiez son nom et son mot de passe."
    if isinstance(error, psycopg.OperationalError):
        return "la base ne répond pas, ou plus", f"vérifiez qu’elle est démarrée, puis {_AGAIN}"
    if isinstance(error, psycopg.ProgrammingError) and not error.sqlstate:  # libpq's: it may quote a password
        return "l’adresse de la base ne se lit pas", _WRITE_IT
    return "", _AGAIN


@lru_cache(512)
def _in_dialect(query: str) -> str:
    """Our SQL as psycopg takes it. What conflicts does so within a practice; the `+` that keeps SQLite from a
    column's index is no sign of PostgreSQL's.
    """
    told = _FROM_INDEX.sub("", query).replace("%", "%%").replace("?", "%s")
    return told.replace("ON CONFLICT (", "ON CONFLICT (practice, ")
