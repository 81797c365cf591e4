"""What the bank says came in, each line once, and the virements of returns that it stands for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum

from tournee.errors import StoreError
from tournee.model import Effect
from tournee.store.database import Database
from tournee.store.statements import Row

_LINES = "SELECT id, day, cents, state, taken, words_sealed, reason_sealed FROM bank_line"
_MATCHES = "SELECT id, line, received, transfer, cents, at, undone FROM bank_match"
_EFFECTS = """SELECT effect.id, effect.received, effect.told_sealed, received.taken FROM effect
    JOIN received ON received.id = effect.received WHERE received.kind = 'RSP' ORDER BY effect.id"""


class BankLineState(Enum):
    """A line that waits, stands for virements, or was set aside by a word: it is of something else."""

    OPEN = "open"
    MATCHED = "matched"
    ASIDE = "aside"


@dataclass(frozen=True)
class BankCredit:
    """A line to keep: its day (AAAAMMJJ), cents above 0, words, and what tells it from any other."""

    day: str
    cents: int
    words: str = field(repr=False)
    name: str = field(repr=False)


@dataclass(frozen=True)
class BankLineRow:
    """A line as it is kept."""

    id: int
    day: str
    cents: int
    state: BankLineState
    words: str = field(repr=False)
    reason: str = field(repr=False)


@dataclass(frozen=True)
class VirementRow:
    """A virement that a return announced: its place in the return (from 1), its professional, its words, what
    it comes to in cents, the day the return was taken in (AAAAMMJJ).
    """

    return_id: int
    rank: int
    ps: str
    label: str
    cents: int
    day: str

    @property
    def number(self) -> str:
        """How it is named: `12-1`."""
        return f"{self.return_id}-{self.rank}"


@dataclass(frozen=True)
class BankMatchRow:
    """A line that stands for a virement; `number` is the virement's, `day` the line's."""

    line_id: int
    return_id: int
    number: str
    ps: str
    cents: int
    day: str


class Bank:
    """All lines that statements brought, and what they stand for."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def take(self, credits_: Sequence[BankCredit]) -> int:
        """Keep the lines that are not here yet; how many they are. Lines that are alike in one statement are
        as many here: one told twice by two statements is one.
        """
        with self._db.step("take_bank_lines"):
            alike: Counter[str] = Counter()
            added = 0
            for one in credits_:
                alike[one.name] += 1
                name = self._db.cipher.name(f"{one.name}\0{alike[one.name]}".encode(), "bank line")
                if self._db.rows("SELECT id FROM bank_line WHERE name = ?", name):
                    continue
                line = self._db.new_id("bank_line")
                self._db.insert(
                    "bank_line",
                    id=line,
                    name=name,
                    day=one.day,
                    cents=one.cents,
                    state=BankLineState.OPEN.value,
                    taken=self._db.now(),
                    words_sealed=self._db.encrypt(one.words, "bank_line", "words", line),
                )
                added += 1
            return added

    def lines(self, state: BankLineState | None = None) -> tuple[BankLineRow, ...]:
        """Lines by their day, in one state or in any."""
        with self._db.reading():
            wanted = {"state = ?": state.value if state else ""}
            return tuple(self._line(row) for row in self._db.where(_LINES, "day, id", wanted))

    def get(self, line_id: int) -> BankLineRow:
        """One line."""
        with self._db.reading():
            self._db.row("bank_line", "id", line_id)
            return self._line(self._db.rows(f"{_LINES} WHERE id = ?", line_id)[0])

    def virements(self) -> tuple[VirementRow, ...]:
        """All that returns announced of money, by virement: sums above 0, in the order they were taken in."""
        with self._db.reading():
            ours = {"", *(row["ps"] for row in self._db.rows("SELECT DISTINCT ps FROM day"))}
            sums: dict[tuple[int, str, str], list[int]] = {}
            days: dict[int, str] = {}
            for row in self._db.rows(_EFFECTS):
                told = Effect.from_json(self._db.decrypt(row["told_sealed"], "effect", "told", row["id"]))
                days[row["received"]] = row["taken"][:10].replace("-", "")
                if told.paid and told.ps in ours:
                    sums.setdefault((row["received"], told.ps, told.reference), []).append(told.paid)
        ranks: Counter[int] = Counter()
        found = []
        for (received, ps, label), paid in sums.items():
            ranks[received] += 1
            if sum(paid) > 0:
                found.append(VirementRow(received, ranks[received], ps, label, sum(paid), days[received]))
        return tuple(found)

    def matches(self) -> tuple[BankMatchRow, ...]:
        """What lines stand for now, in the order it was accepted."""
        known = {(one.return_id, self._name(one)): one for one in self.virements()}
        with self._db.reading():
            days = {row["id"]: row["day"] for row in self._db.rows("SELECT id, day FROM bank_line")}
            rows = self._db.rows(f"{_MATCHES} WHERE undone = '' ORDER BY id")
        return tuple(
            BankMatchRow(row["line"], row["received"], one.number, one.ps, row["cents"], days[row["line"]])
            for row in rows
            if (one := known.get((row["received"], row["transfer"]))) is not None
        )

    def match(self, line_id: int, virements: Iterable[VirementRow]) -> None:
        """Let a line stand for these virements; StoreError unless it waits, none of them is taken and they
        come to its own amount.
        """
        told = list(virements)
        with self._db.step("match_bank_line"):
            line = self.get(line_id)
            if line.state is not BankLineState.OPEN:
                raise StoreError(
                    f"La ligne {line_id} du relevé n’attend plus.",
                    next_step="défaites d’abord ce qui est noté d’elle.",
                )
            if not told or sum(one.cents for one in told) != line.cents:
                raise StoreError(f"Ces virements ne font pas le montant de la ligne {line_id} du relevé.")
            for one in told:
                name = self._name(one)
                query = "SELECT line FROM bank_match WHERE received = ? AND transfer = ? AND undone = ''"
                if taken := self._db.rows(query, one.return_id, name):
                    raise StoreError(
                        f"Le virement {one.number} est déjà la ligne {taken[0]['line']} du relevé."
                    )
                self._db.insert(
                    "bank_match",
                    id=self._db.new_id("bank_match"),
                    line=line_id,
                    received=one.return_id,
                    transfer=name,
                    cents=one.cents,
                    at=self._db.now(),
                )
            self._db.update("bank_line", line_id, state=BankLineState.MATCHED.value)

    def set_aside(self, line_id: int, word: str) -> None:
        """Say what a line that waits is of: no virement of a return."""
        with self._db.step("set_bank_line_aside"):
            if self.get(line_id).state is not BankLineState.OPEN:
                raise StoreError(f"La ligne {line_id} du relevé n’attend plus.")
            reason = self._db.encrypt(word, "bank_line", "reason", line_id)
            self._db.update("bank_line", line_id, state=BankLineState.ASIDE.value, reason_sealed=reason)

    def undo(self, line_id: int) -> None:
        """Let a line wait again; what it stood for is kept as undone."""
        with self._db.step("undo_bank_line"):
            if self.get(line_id).state is BankLineState.OPEN:
                raise StoreError(f"La ligne {line_id} du relevé attend déjà : il n’y a rien à défaire.")
            self._db.write(
                "UPDATE bank_match SET undone = ? WHERE line = ? AND undone = ''", self._db.now(), line_id
            )
            self._db.update("bank_line", line_id, state=BankLineState.OPEN.value, reason_sealed=None)

    # --- its own ---

    def _name(self, one: VirementRow) -> bytes:
        return self._db.cipher.name(f"{one.ps}\0{one.label}".encode(), "virement")

    def _line(self, row: Row) -> BankLineRow:
        return BankLineRow(
            id=row["id"],
            day=row["day"],
            cents=row["cents"],
            state=BankLineState(row["state"]),
            words=self._db.decrypt_text(row["words_sealed"], "bank_line", "words", row["id"]),
            reason=self._db.decrypt_text(row["reason_sealed"], "bank_line", "reason", row["id"]),
        )
