"""What patients pay: lines that are only ever added; what one of them said by mistake, another takes back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from tournee.errors import StoreError
from tournee.model import Means, PaymentKind
from tournee.store.accounts.three_shares import beneficiary
from tournee.store.database import Database
from tournee.store.statements import Row
from tournee.store.states import VisitState

_LINES = """SELECT line.id, line.visit, line.rank, line.kind, line.means, line.cents, line.day, line.at,
    line.reverses, line.printed, line.word_sealed, line.invoice, invoice.number, visit.ps,
    (SELECT id FROM patient_payment AS other WHERE other.reverses = line.id) AS reversed_by
    FROM patient_payment AS line JOIN visit ON visit.id = line.visit
    LEFT JOIN invoice ON invoice.id = line.invoice"""

_SUMS = """SELECT visit, coalesce(invoice, 0) AS invoice,
    sum(CASE WHEN means <> 'loss' THEN cents ELSE 0 END) AS given,
    sum(CASE WHEN means = 'loss' THEN cents ELSE 0 END) AS lost
    FROM patient_payment WHERE visit IN ({marks}) GROUP BY visit, invoice"""

_INVOICES = """SELECT visit, id, EXISTS
    (SELECT 1 FROM sheet WHERE sheet.invoice = invoice.id AND sheet.state <> 'abandoned') AS stands
    FROM invoice WHERE visit IN ({marks}) ORDER BY stands, id"""

_PERSONS = """SELECT sheet.invoice, sheet.id, sheet_bytes.records_sealed FROM sheet
    JOIN sheet_bytes ON sheet_bytes.sheet = sheet.id WHERE sheet.invoice IN ({marks})
    ORDER BY sheet.id DESC"""

_LAST_INVOICE = """SELECT id, number, by_patient + CASE WHEN EXISTS (SELECT 1 FROM sheet
        WHERE sheet.invoice = invoice.id AND sheet.state = 'on_patient') THEN by_amc ELSE 0 END AS by_patient
    FROM invoice WHERE visit = ? AND EXISTS
        (SELECT 1 FROM sheet WHERE sheet.invoice = invoice.id AND sheet.state <> 'abandoned')
    ORDER BY id DESC LIMIT 1"""


@dataclass(frozen=True)
class PatientPayment:
    """One line. `cents` below 0: given or taken back. `number` is the invoice's, 9 digits, or "" of care that
    has none; `reverses` and `reversed_by` are the ids of the lines that this one takes back, that takes this
    one back, 0 when none; `day` AAAAMMJJ, `at` and `printed` ISO 8601, `printed` "" before the first receipt.
    """

    id: int
    visit_id: int
    number: str
    ps: str
    rank: int
    kind: PaymentKind
    means: Means
    cents: int
    day: str
    at: str
    reverses: int
    reversed_by: int
    printed: str
    word: str = field(repr=False)
    invoice_id: int = 0

    @property
    def receipt(self) -> str:
        """The number of its receipt: the invoice's (or its visit's) and its rank among those of it."""
        return f"{self.number or f'V{self.visit_id}'}-{self.rank}"


class Given(NamedTuple):
    """Cents that a patient gave for a visit, and that the carer gave up."""

    given: int
    lost: int

    @property
    def settled(self) -> int:
        """Both: what the patient owes no more."""
        return self.given + self.lost

    def __add__(self, other: object) -> Given:
        """Both together."""
        assert isinstance(other, Given)
        return Given(self.given + other.given, self.lost + other.lost)


NOTHING_GIVEN = Given(0, 0)


class GivenByInvoice(NamedTuple):
    """By which of a visit's invoices what was given for it counts (0: it has none): the `standing` one, and
    another that was made for another person, whose money it is.
    """

    standing: int
    given: dict[int, Given]


@dataclass(frozen=True)
class Balance:
    """Where a visit stands with a patient: id and `number` of the invoice that counts, 0 and "" when it has
    none, and what the patient owes for it in all, None when there is none to say it.
    """

    visit_id: int
    invoice_id: int
    state: VisitState
    number: str
    owed: int | None
    settled: Given


@dataclass(frozen=True)
class PaymentDraft:
    """A line to add, to the visit's invoice or to `invoice_id`; `reverses` is the id of the line that it
    takes back, 0 for none.
    """

    visit_id: int
    kind: PaymentKind
    means: Means
    cents: int
    day: str
    word: str = field(default="", repr=False)
    reverses: int = 0
    invoice_id: int = 0


class PatientPayments:
    """All that patients paid."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def add(
        self, visit_id: int, build: Callable[[Balance], Sequence[PaymentDraft]], invoice_id: int = 0
    ) -> tuple[int, ...]:
        """Add the lines that `build` makes of where a visit stands, in one step: what it raises leaves no
        trace. `invoice_id`: of an invoice before, where its patient is another. Gives their ids; StoreError
        for a visit that is not there.
        """
        with self._db.step("patient_payment"):
            balance = self.balance(visit_id, invoice_id)
            return tuple(
                self._insert(draft, draft.invoice_id or self._invoice_of(draft, balance))
                for draft in build(balance)
            )

    def take_back(self, line_id: int, day: str, word: str) -> tuple[int, ...]:
        """Take a line back by one of the contrary, with a word, and with it the other one of a credit that
        went from visit to visit; gives the new lines. StoreError for one that was taken back, or takes back.
        """
        with self._db.step("patient_payment_taken_back"):
            told = self.get(line_id)
            if told.reversed_by or told.reverses:
                raise StoreError(
                    f"Le paiement {line_id} est déjà repris par le paiement {told.reversed_by}."
                    if told.reversed_by
                    else f"Le paiement {line_id} est lui-même une contre-écriture.",
                    next_step="écrivez un nouveau paiement",
                )
            lines = [told]
            if told.means is Means.CREDIT:
                lines += [one for one in self._beside(told) if not one.reversed_by]
            return tuple(
                self._insert(
                    PaymentDraft(
                        *(one.visit_id, PaymentKind.TAKEN_BACK, one.means, -one.cents, day, word, one.id)
                    ),
                    one.invoice_id,
                )
                for one in lines
            )

    def balance(self, visit_id: int, invoice_id: int = 0) -> Balance:
        """Where a visit stands; with the patient of `invoice_id`, where that is another's than the standing
        one's: that one owes nothing for it.
        """
        with self._db.reading():
            state = VisitState(self._db.row("visit", "state", visit_id)["state"])
            counted = self.counted([visit_id]).get(visit_id)
            if self.is_of_another(visit_id, invoice_id):
                number = self._db.row("invoice", "number", invoice_id)["number"]
                given = counted.given.get(invoice_id, NOTHING_GIVEN) if counted else NOTHING_GIVEN
                return Balance(visit_id, invoice_id, state, f"{number:09}", 0, given)
            found = self._db.rows(_LAST_INVOICE, visit_id)
            settled = counted.given.get(counted.standing, NOTHING_GIVEN) if counted else NOTHING_GIVEN
            if not found:
                return Balance(visit_id, 0, state, "", None, settled)
            (row,) = found
            return Balance(visit_id, row["id"], state, f"{row['number']:09}", row["by_patient"], settled)

    def is_of_another(self, visit_id: int, invoice_id: int) -> bool:
        """Whether an invoice of a visit was made for another patient than the one of the invoice that counts
        now; 0, none, never was.
        """
        with self._db.reading():
            rows = self._db.among(_INVOICES, [visit_id])
            standing = rows[-1]["id"] if rows else 0
            if invoice_id in (0, standing):
                return False
            persons = self._persons({invoice_id, standing})
            return persons[invoice_id] != persons[standing]

    def counted(self, visits: Iterable[int]) -> dict[int, GivenByInvoice]:
        """What was given and given up for these visits, by the invoice that it counts on: the last one that
        is not given up, but where its patient is another than the one who gave. Visits without a line are
        left out.
        """
        groups: dict[int, dict[int, Given]] = {}
        for row in self._db.among(_SUMS, visits):
            groups.setdefault(row["visit"], {})[row["invoice"]] = Given(row["given"], row["lost"])
        standing = {row["visit"]: row["id"] for row in self._db.among(_INVOICES, groups)}
        others = {
            invoice
            for visit, by_invoice in groups.items()
            for invoice in by_invoice
            if invoice not in (0, standing.get(visit, 0))
        }
        if not others:
            return {
                visit: GivenByInvoice(
                    standing.get(visit, 0), {standing.get(visit, 0): _all(by_invoice.values())}
                )
                for visit, by_invoice in groups.items()
            }
        persons = self._persons({*others, *standing.values()})
        found = {}
        for visit, by_invoice in groups.items():
            own, told = standing.get(visit, 0), dict[int, Given]()
            for invoice, given in by_invoice.items():
                is_own = invoice not in others or persons.get(invoice) == persons.get(own)
                holder = own if is_own else invoice
                told[holder] = told.get(holder, NOTHING_GIVEN) + given
            found[visit] = GivenByInvoice(own, told)
        return found

    def get(self, line_id: int) -> PatientPayment:
        """One line."""
        with self._db.reading():
            self._db.row("patient_payment", "id", line_id)
            return _line(self._db, self._db.rows(f"{_LINES} WHERE line.id = ?", line_id)[0])

    def of_visits(self, visits: Iterable[int]) -> tuple[PatientPayment, ...]:
        """The lines of these visits, in the order they were written."""
        with self._db.reading():
            rows = self._db.among(f"{_LINES} WHERE line.visit IN ({{marks}})", visits)
            return tuple(_line(self._db, row) for row in sorted(rows, key=lambda row: int(row["id"])))

    def of_same(self, visit_id: int, invoice_id: int) -> tuple[PatientPayment, ...]:
        """The lines of a visit that count together with those of one of its invoices."""
        with self._db.reading():
            counted = self.counted([visit_id]).get(visit_id, GivenByInvoice(0, {}))
            apart = set(counted.given) - {counted.standing}
            is_apart = self.is_of_another(visit_id, invoice_id)
            return tuple(
                line
                for line in self.of_visits([visit_id])
                if (line.invoice_id == invoice_id if is_apart else line.invoice_id not in apart)
            )

    def find(self, ps: str = "") -> tuple[PatientPayment, ...]:
        """All lines, or those of one professional, in the order they were written."""
        with self._db.reading():
            rows = self._db.where(_LINES, "line.id", {"visit.ps = ?": ps})
            return tuple(_line(self._db, row) for row in rows)

    def print_receipt(self, line_id: int) -> tuple[PatientPayment, bool]:
        """A line whose receipt is made now, and whether that is a duplicate."""
        with self._db.step("receipt"):
            told = self.get(line_id)
            if told.printed:
                return told, True
            now = self._db.now()
            self._db.update("patient_payment", line_id, printed=now)
            return replace(told, printed=now), False

    # --- its own ---

    def _invoice_of(self, draft: PaymentDraft, balance: Balance) -> int:
        if draft.visit_id == balance.visit_id:
            return balance.invoice_id
        return self.balance(draft.visit_id).invoice_id

    def _persons(self, invoices: Iterable[int]) -> dict[int, tuple[str, ...]]:
        """Whose these invoices are, whatever name was typed: by their records."""
        return {
            row["invoice"]: beneficiary(
                self._db.decrypt(row["records_sealed"], "sheet", "records", row["id"])
            )
            for row in self._db.among(_PERSONS, sorted(invoices))
        }

    def _insert(self, draft: PaymentDraft, invoice: int) -> int:
        line = self._db.new_id("patient_payment")
        self._db.insert(
            "patient_payment",
            id=line,
            visit=draft.visit_id,
            invoice=invoice or None,
            rank=self._next_rank(invoice, draft.visit_id),
            kind=draft.kind.value,
            means=draft.means.value,
            cents=draft.cents,
            day=draft.day,
            at=self._db.now(),
            reverses=draft.reverses or None,
            word_sealed=self._db.encrypt(draft.word, "patient_payment", "word", line) if draft.word else None,
        )
        return line

    def _next_rank(self, invoice: int, visit: int) -> int:
        of = ("invoice = ?", invoice) if invoice else ("invoice IS NULL AND visit = ?", visit)
        query = f"SELECT coalesce(max(rank), 0) + 1 AS rank FROM patient_payment WHERE {of[0]}"  # noqa: S608
        return int(self._db.rows(query, of[1])[0]["rank"])

    def _beside(self, told: PatientPayment) -> list[PatientPayment]:
        """The other line of a credit: written with it, of the contrary."""
        pair = (told.id - 1, told.id + 1)
        rows = self._db.among(f"{_LINES} WHERE line.id IN ({{marks}}) AND line.means = 'credit'", pair)
        lines = [_line(self._db, row) for row in rows]
        return [one for one in lines if one.at == told.at and one.cents == -told.cents][:1]


def _line(db: Database, row: Row) -> PatientPayment:
    return PatientPayment(
        id=row["id"],
        visit_id=row["visit"],
        number="" if row["number"] is None else f"{row['number']:09}",
        ps=row["ps"],
        rank=row["rank"],
        kind=PaymentKind(row["kind"]),
        means=Means(row["means"]),
        cents=row["cents"],
        day=row["day"],
        at=row["at"],
        reverses=row["reverses"] or 0,
        reversed_by=row["reversed_by"] or 0,
        printed=row["printed"],
        word=db.decrypt_text(row["word_sealed"], "patient_payment", "word", row["id"]),
        invoice_id=row["invoice"] or 0,
    )


def _all(given: Iterable[Given]) -> Given:
    return Given(*map(sum, zip(*given, strict=True)))
