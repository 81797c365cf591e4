"""What waits for someone: lots without their ARL, files not sent, refusals not put right, and since when."""

from dataclasses import dataclass, field

from tournee.store.database import Database
from tournee.store.rows import WaitingRow
from tournee.store.statements import Row
from tournee.store.tables.payments import Payments

_SENT_SINCE = """(SELECT at FROM history WHERE subject = 'message' AND state = 'sent'
    AND subject_id IN (SELECT id FROM message WHERE message.file = lot.file) ORDER BY id DESC LIMIT 1)"""

_WITHOUT_ARL = f"""SELECT lot.id, lot.ps, lot.number AS lot, file.number AS file, file.route,
    {_SENT_SINCE} AS since FROM lot JOIN file ON file.id = lot.file
    WHERE lot.state = 'sent'
    AND EXISTS (SELECT 1 FROM sheet WHERE sheet.lot = lot.id AND sheet.state = 'sent') ORDER BY lot.id"""  # noqa: S608  (constants of this module)

_UNSENT = """SELECT file.id, file.ps, NULL AS lot, file.number AS file, file.route,
    (SELECT at FROM history WHERE subject = 'file' AND subject_id = file.id ORDER BY id LIMIT 1) AS since
    FROM file WHERE file.state = 'made' AND NOT EXISTS (SELECT 1 FROM message
        WHERE message.file = file.id
        AND message.state IN ('transmitting', 'uncertain', 'sent', 'undelivered'))
    ORDER BY file.id"""

_IN_NO_FILE = """SELECT ps, count(*) AS invoices, sum(fee) AS fee, min(made) AS since FROM
    (SELECT max(invoice.ps) AS ps,
        max(CASE WHEN sheet.lot_before IS NULL THEN sheet.fee ELSE sheet.amc END) AS fee,
        min(CASE WHEN sheet.lot_before IS NULL THEN invoice.made ELSE (SELECT max(at) FROM history
            WHERE subject = 'sheet' AND subject_id = sheet.id AND state = 'made') END) AS made FROM sheet
        JOIN invoice ON invoice.id = sheet.invoice LEFT JOIN lot ON lot.id = sheet.lot
        WHERE (sheet.state IN ('certified', 'in_lot')
            OR (sheet.state = 'made' AND sheet.lot_before IS NOT NULL))
        AND lot.file IS NULL GROUP BY invoice.id) AS whole
    GROUP BY ps ORDER BY since"""

_REFUSED = """SELECT lot.id, lot.ps, lot.number AS lot, file.number AS file, file.route,
    (SELECT at FROM history WHERE subject = 'lot' AND subject_id = lot.id ORDER BY id DESC LIMIT 1) AS since
    FROM lot JOIN file ON file.id = lot.file
    WHERE lot.state = 'refused' AND EXISTS (SELECT 1 FROM sheet JOIN invoice ON invoice.id = sheet.invoice
        JOIN visit ON visit.id = invoice.visit WHERE sheet.lot = lot.id AND sheet.state = 'refused'
        AND visit.state = 'done' AND invoice.id = (SELECT max(id) FROM invoice WHERE visit = visit.id))
    ORDER BY lot.id"""

_TO_COUNTERSIGN = """SELECT invoice.ps, invoice.substitute, count(DISTINCT invoice.id) AS invoices,
    min((SELECT max(at) FROM history WHERE subject = 'sheet' AND subject_id = sheet.id)) AS since
    FROM sheet JOIN invoice ON invoice.id = sheet.invoice WHERE sheet.state = 'sealed'
    GROUP BY invoice.ps, invoice.substitute ORDER BY since"""

_MONEY = """SELECT sheet.id, sheet.invoice, sheet.kind, sheet.amo, sheet.amc, sheet.patient_sealed,
    sheet.reason_sealed, invoice.number, invoice.ps,
    coalesce((SELECT max(received.taken) FROM payment JOIN received ON received.id = payment.received
        WHERE payment.sheet = sheet.id), (SELECT max(at) FROM history
        WHERE subject = 'sheet' AND subject_id = sheet.id)) AS since
    FROM sheet JOIN invoice ON invoice.id = sheet.invoice JOIN visit ON visit.id = invoice.visit
    WHERE visit.state = 'done'
    AND invoice.id = (SELECT max(other.id) FROM invoice AS other WHERE other.visit = visit.id)
    AND"""
_PAYMENT_REFUSED = f"""{_MONEY} sheet.state = 'payment_refused'
    AND (visit.invoice IS NULL OR visit.invoice = invoice.id) ORDER BY sheet.id"""
_DEFERRED = f"""{_MONEY} sheet.id IN (SELECT sheet FROM payment WHERE outcome = 'deferred' AND past = 0)
    AND +sheet.state IN ('sent', 'acknowledged') ORDER BY sheet.id"""  # noqa: S608 (ours)

_PARTLY = f"""{_MONEY} sheet.state = 'partly_paid' ORDER BY sheet.id"""
_PUT_OFF = """SELECT sheet FROM payment AS last WHERE outcome = 'deferred' AND past = 0 AND sheet IN ({marks})
    AND id = (SELECT max(id) FROM payment WHERE payment.sheet = last.sheet AND payment.share = last.share)"""

_TWICE = """WITH standing AS (SELECT invoice.id, invoice.number, invoice.ps, invoice.visit,
        (SELECT coalesce(sum(payment.paid), 0) FROM payment JOIN sheet ON sheet.id = payment.sheet
            WHERE sheet.invoice = invoice.id) AS paid
    FROM invoice WHERE visit IN (SELECT visit FROM invoice WHERE former IS NOT NULL)
    AND EXISTS (SELECT 1 FROM sheet WHERE sheet.invoice = invoice.id
        AND state NOT IN ('abandoned', 'refused', 'payment_refused')))
    SELECT fresh.id, fresh.number AS fresh, former.number AS former, fresh.ps, former.paid > 0 AS paid,
        (SELECT max(received.taken) FROM received JOIN payment ON payment.received = received.id
            JOIN sheet ON sheet.id = payment.sheet WHERE sheet.invoice IN (fresh.id, former.id)) AS since
    FROM standing AS fresh JOIN standing AS former ON former.visit = fresh.visit AND former.id < fresh.id
    WHERE former.paid > 0 OR fresh.paid > 0 ORDER BY fresh.id"""

_PAID_ALREADY = """SELECT DISTINCT fresh.id, fresh.number FROM lot JOIN sheet ON sheet.lot = lot.id
    JOIN invoice AS fresh ON fresh.id = sheet.invoice
    JOIN invoice AS former ON former.visit = fresh.visit AND former.id < fresh.id
    WHERE lot.file = ? AND EXISTS (SELECT 1 FROM sheet WHERE sheet.invoice = fresh.id
        AND sheet.state NOT IN ('abandoned', 'refused', 'payment_refused'))
    AND EXISTS (SELECT 1 FROM sheet WHERE sheet.invoice = former.id
        AND sheet.state NOT IN ('abandoned', 'refused', 'payment_refused'))
    AND (SELECT coalesce(sum(payment.paid), 0) FROM payment JOIN sheet ON sheet.id = payment.sheet
        WHERE sheet.invoice = former.id) > 0
    ORDER BY fresh.id"""


@dataclass(frozen=True)
class MoneyRow:
    """An invoice (9 digits) whose payment waits, the patient, the reason that returns gave and what is amiss,
    since when; `waits` when the insurer put it off.
    """

    number: str
    ps: str
    patient: str = field(repr=False)
    reason: str = field(repr=False)
    since: str
    waits: bool = False


@dataclass(frozen=True)
class CountersignRow:
    """How many invoices wait for the signature of one carer: of a `ps`, or of her `substitute` (RPPS)."""

    ps: str
    substitute: str
    invoices: int
    since: str


@dataclass(frozen=True)
class InNoFileRow:
    """How many certified invoices of a `ps` are in no file, and their cents; `since` the first was made."""

    ps: str
    invoices: int
    fee: int
    since: str


@dataclass(frozen=True)
class TwiceRow:
    """Two invoices of one visit that both stand, the later `number` first."""

    number: str
    former: str
    ps: str
    since: str


class Waiting:
    """Knows since when something waits; `since` is ISO 8601."""

    def __init__(self, db: Database, payments: Payments) -> None:
        self._db, self._payments = db, payments

    def lots_without_arl(self) -> tuple[WaitingRow, ...]:
        """Lots sent and neither acknowledged nor refused nor paid; `since` their last message left."""
        return self._waiting(_WITHOUT_ARL)

    def files_not_sent(self) -> tuple[WaitingRow, ...]:
        """Files framed of which nothing left for certain; `since` they were framed."""
        return self._waiting(_UNSENT)

    def in_no_file(self) -> tuple[InNoFileRow, ...]:
        """Certified invoices that nobody has put in a file, by professional."""
        with self._db.reading():
            return tuple(
                InNoFileRow(row["ps"], row["invoices"], row["fee"], row["since"])
                for row in self._db.rows(_IN_NO_FILE)
            )

    def lots_not_put_right(self) -> tuple[WaitingRow, ...]:
        """Lots refused whose sheets were neither put into another lot nor billed anew nor set aside; `since`
        they were refused.
        """
        return self._waiting(_REFUSED)

    def to_countersign(self) -> tuple[CountersignRow, ...]:
        """Invoices that the Vitale card alone has signed yet; `since` the first of them was."""
        with self._db.reading():
            return tuple(
                CountersignRow(row["ps"], row["substitute"], row["invoices"], row["since"])
                for row in self._db.rows(_TO_COUNTERSIGN)
            )

    def payments_refused(self) -> tuple[MoneyRow, ...]:
        """Invoices whose payment was refused and whose visit waits for no other."""
        return self._money(_PAYMENT_REFUSED)

    def payments_deferred(self) -> tuple[MoneyRow, ...]:
        """Invoices whose payment an insurer put off, and that nothing since has settled."""
        return self._money(_DEFERRED)

    def partly_paid(self) -> tuple[MoneyRow, ...]:
        """Invoices of which a part was paid and the rest was not; `waits` when the insurer put it off."""
        return self._money(_PARTLY)

    def billed_twice(self) -> tuple[TwiceRow, ...]:
        """Visits of which two invoices stand and one at least is paid; `since` money was last told of."""
        with self._db.reading():
            return tuple(
                TwiceRow(
                    number=f"{row['fresh']:09}",
                    former=f"{row['former']:09}",
                    ps=row["ps"],
                    since=row["since"],
                )
                for row in self._db.rows(_TWICE)
            )

    def paid_already(self, file_id: int) -> tuple[str, ...]:
        """Numbers of the invoices of a file whose visit was paid by the invoice that they were to replace."""
        with self._db.reading():
            return tuple(f"{row['number']:09}" for row in self._db.rows(_PAID_ALREADY, file_id))

    def _money(self, query: str) -> tuple[MoneyRow, ...]:
        """An invoice once, with all that its sheets are told."""
        found: dict[tuple[str, int], MoneyRow] = {}
        with self._db.reading():
            rows = self._db.rows(query)
            reasons = self._payments.reasons(rows)
            put_off = {row["sheet"] for row in self._db.among(_PUT_OFF, [row["id"] for row in rows])}
            for row in rows:
                patient = self._db.decrypt_text(row["patient_sealed"], "sheet", "patient", row["id"])
                reason = reasons[row["id"]]
                key = (row["ps"], row["number"])
                before = found.get(key)
                told = " ; ".join(filter(None, (before.reason if before else "", reason)))
                number = f"{row['number']:09}"
                waits = row["id"] in put_off or (before is not None and before.waits)
                found[key] = MoneyRow(number, row["ps"], patient, told, row["since"] or "", waits)
        return tuple(found.values())

    def _waiting(self, query: str) -> tuple[WaitingRow, ...]:
        with self._db.reading():
            return tuple(_row(row) for row in self._db.rows(query) if row["since"])


def _row(row: Row) -> WaitingRow:
    lot = "" if row["lot"] is None else f"{row['lot']:03}"
    return WaitingRow(
        id=row["id"], ps=row["ps"], lot=lot, file=f"{row['file']:06}", route=row["route"], since=row["since"]
    )
