"""What leaves and what came of it: invoices that wait to be sent, evenings that were, what a run changed."""

from bisect import bisect_left
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from tournee.model import Effect
from tournee.store.database import Database
from tournee.store.statements import Row
from tournee.store.states import SheetState
from tournee.store.tables.effects import Effects

_ASKED = "CASE WHEN sheet.lot_before IS NULL THEN sheet.fee ELSE sheet.amc END"
"""What a sheet asks with its invoice; a DRE alone, its own share."""

_TO_SEND = f"""SELECT invoice.id, max(invoice.ps) AS ps, max(invoice.substitute) AS substitute,
    max({_ASKED}) AS fee, max(coalesce(nullif(visit.first_day, ''), day.date)) AS day,
    min(CASE WHEN sheet.state <> 'in_lot' THEN 1 ELSE 0 END) AS unclosed
    FROM sheet JOIN invoice ON invoice.id = sheet.invoice JOIN visit ON visit.id = invoice.visit
    JOIN day ON day.id = visit.day LEFT JOIN lot ON lot.id = sheet.lot
    WHERE (sheet.state IN ('certified', 'in_lot') OR (sheet.state = 'made' AND sheet.lot_before IS NOT NULL))
        AND NOT EXISTS (SELECT 1 FROM message
        WHERE message.file = lot.file
        AND message.state IN ('transmitting', 'uncertain', 'sent', 'undelivered'))
    GROUP BY invoice.id ORDER BY day, invoice.id"""  # noqa: S608 (ours)

_SENT = """SELECT history.id, history.at, message.file
    FROM history JOIN message ON message.id = history.subject_id
    WHERE history.subject = 'message' AND history.state = 'sent' AND message.file IN (SELECT file FROM lot)
    ORDER BY history.id DESC LIMIT ?"""

_MADE = """SELECT max(id) AS id FROM history
    WHERE subject_id IN ({marks}) AND subject = 'file' AND state = 'made' GROUP BY subject_id"""

_HELD = f"""SELECT lot.file, sheet.invoice, sheet.state, {_ASKED} AS fee FROM lot
    JOIN sheet ON sheet.lot = lot.id WHERE lot.file IN ({{marks}})"""  # noqa: S608 (ours)
_HELD_ONCE = """SELECT lot.file, sheet.invoice, 'refused' AS state, sheet.fee FROM lot
    JOIN former_lot ON former_lot.lot = lot.id JOIN sheet ON sheet.id = former_lot.sheet
    WHERE lot.file IN ({marks})"""

_CHANGED = f"""SELECT sheet.invoice, {_ASKED} AS fee, history.state FROM history
    JOIN sheet ON sheet.id = history.subject_id WHERE history.subject = 'sheet' AND history.id > ?
    AND history.state IN ('sent', 'acknowledged', 'refused', 'payment_refused')"""  # noqa: S608 (ours)
_PAID_FIRST = """SELECT sheet.invoice FROM history JOIN sheet ON sheet.id = history.subject_id
    WHERE history.subject = 'sheet' AND history.id > ? AND history.state IN ('paid', 'partly_paid')
    AND 'sent' = (SELECT earlier.state FROM history AS earlier WHERE earlier.subject = 'sheet'
        AND earlier.subject_id = sheet.id AND earlier.id < history.id ORDER BY earlier.id DESC LIMIT 1)"""
"""Of which an insurer spoke before its acknowledgement came: letters have no order."""
_PAID = """SELECT payment.paid, sheet.invoice, coalesce(nullif(visit.first_day, ''), day.date) AS first_day,
    coalesce(nullif(visit.last_day, ''), day.date) AS last_day FROM payment
    JOIN sheet ON sheet.id = payment.sheet JOIN invoice ON invoice.id = sheet.invoice
    JOIN visit ON visit.id = invoice.visit JOIN day ON day.id = visit.day
    WHERE payment.received IN (SELECT subject_id FROM history
        WHERE subject = 'received' AND state = 'settled' AND id > ?) AND payment.paid <> 0"""

_REFUSED = frozenset({SheetState.REFUSED.value, SheetState.PAYMENT_REFUSED.value})
_NO_ANSWER = frozenset({SheetState.IN_LOT.value, SheetState.SENT.value})
_MESSAGES_MAX = 60


@dataclass(frozen=True)
class ToSendRow:
    """An invoice that waits: the first day of its care (AAAAMMJJ), its fee in cents; `unclosed`: no part of
    it is in a lot yet, so that it takes the carer's card.
    """

    invoice_id: int
    ps: str
    substitute: str
    day: str
    fee: int
    unclosed: bool


@dataclass(frozen=True)
class SentRow:
    """A message that left: when (ISO 8601), its file, the rank of its sending, and what became of the
    invoices of its file, by their ids. Messages of one rank left together: no file was made between them.
    """

    at: str
    file_id: int
    sending: int
    accepted: frozenset[int]
    refused: frozenset[int]
    waiting: frozenset[int]
    fee: int


@dataclass(frozen=True)
class SendingChanges:
    """What a run changed, invoices by their ids: those that left and their fee, those taken and refused;
    cents that returns announced, for which invoices, of which days (AAAAMMJJ, "" where there are none);
    `outside` is what they said of money outside invoices.
    """

    sent: frozenset[int]
    fee: int
    accepted: frozenset[int]
    refused: frozenset[int]
    paid: int
    paid_for: frozenset[int]
    paid_from: str
    paid_to: str
    outside: tuple[Effect, ...]


class Sendings:
    """Reads it; nothing of it is kept."""

    def __init__(self, db: Database, effects: Effects) -> None:
        self._db, self._effects = db, effects

    def to_send(self) -> tuple[ToSendRow, ...]:
        """Invoices that are certified and of which something did not leave yet, by day; those of which nobody
        knows whether they left are not among them.
        """
        with self._db.reading():
            return tuple(
                ToSendRow(
                    row["id"], row["ps"], row["substitute"], row["day"], row["fee"], bool(row["unclosed"])
                )
                for row in self._db.rows(_TO_SEND)
            )

    def sent(self, limit: int = _MESSAGES_MAX) -> tuple[SentRow, ...]:
        """The last messages that carried invoices, the latest first."""
        with self._db.reading():
            messages = self._db.rows(_SENT, limit)
            files = sorted({row["file"] for row in messages})
            made = sorted(int(row["id"]) for row in self._db.among(_MADE, files))
            states: dict[int, dict[int, set[str]]] = {}
            fees: dict[int, dict[int, int]] = {}
            for query in (_HELD, _HELD_ONCE):
                for row in self._db.among(query, files):
                    states.setdefault(row["file"], {}).setdefault(row["invoice"], set()).add(row["state"])
                    fees.setdefault(row["file"], {})[row["invoice"]] = row["fee"]
        return tuple(
            _sent(row, sending, states.get(row["file"], {}), sum(fees.get(row["file"], {}).values()))
            for row, sending in zip(messages, _sendings(messages, made), strict=True)
        )

    def mark(self) -> int:
        """Where the history ends now."""
        with self._db.reading():
            (row,) = self._db.rows("SELECT coalesce(max(id), 0) AS id FROM history")
            return int(row["id"])

    def since(self, mark: int) -> SendingChanges:
        """What was changed after a mark."""
        with self._db.reading():
            changed, paid = self._db.rows(_CHANGED, mark), self._db.rows(_PAID, mark)
            taken = {row["invoice"] for row in self._db.rows(_PAID_FIRST, mark)}
            outside = self._effects.payments_outside(mark)
        by_state: dict[str, set[int]] = {}
        fees: dict[int, int] = {}
        for row in changed:
            by_state.setdefault(row["state"], set()).add(row["invoice"])
            if row["state"] == SheetState.SENT.value:
                fees[row["invoice"]] = row["fee"]
        refused = frozenset().union(*(by_state.get(state, set()) for state in _REFUSED))
        return SendingChanges(
            sent=frozenset(fees),
            fee=sum(fees.values()),
            accepted=frozenset(by_state.get(SheetState.ACKNOWLEDGED.value, set()) | taken) - refused,
            refused=refused,
            paid=sum(row["paid"] for row in paid),
            paid_for=frozenset(row["invoice"] for row in paid),
            paid_from=min((row["first_day"] for row in paid), default=""),
            paid_to=max((row["last_day"] for row in paid), default=""),
            outside=tuple(row.effect for row in outside),
        )


def _sendings(messages: Sequence[Row], made: Sequence[int]) -> Iterator[int]:
    """Which sending each message is of, the latest first: one ends where a file was made since, or where the
    same file leaves again.
    """
    rank, files, after = 0, set[int](), 0
    for row in messages:
        if files and (bisect_left(made, after) > bisect_left(made, row["id"]) or row["file"] in files):
            rank, files = rank + 1, set()
        files.add(row["file"])
        after = row["id"]
        yield rank


def _sent(row: Row, sending: int, states: dict[int, set[str]], fee: int) -> SentRow:
    def those(wanted: Collection[str]) -> frozenset[int]:
        return frozenset(invoice for invoice, told in states.items() if told & set(wanted))

    refused = those(_REFUSED)
    waiting = those(_NO_ANSWER) - refused
    accepted = frozenset(states) - refused - waiting
    return SentRow(row["at"], row["file"], sending, accepted, refused, waiting, fee)
