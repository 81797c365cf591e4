"""What the journal gives back: one frozen dataclass for each thing it follows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from tournee.model import NO_SHARES, Effect, ThreeShares
from tournee.store.accounts.patient_payments import NOTHING_GIVEN, Given, PatientPayment
from tournee.store.content import Kept
from tournee.store.pieces.rows import ProofRow
from tournee.store.states import (
    FileState,
    LotState,
    MessageState,
    ReturnState,
    SheetState,
    VisitState,
    sheet_label,
)


@dataclass(frozen=True)
class VisitRow:
    """A visit of an imported day; `payload` as it was given; `invoice_id` is its live invoice, if any."""

    id: int
    day_id: int
    date: str
    ps: str
    rank: int
    state: VisitState
    payload: bytes = field(repr=False)
    invoice_id: int | None


@dataclass(frozen=True)
class SheetRow:
    """An FSE or DRE; `invoice` is its number on 9 digits; `sevens` are empty until a card signs; cents.
    `cancelled`: its insurer gave its invoice up, by word of mouth; `is_alone`: a DRE corrected, sent alone.
    """

    id: int
    invoice_id: int
    invoice: str
    ps: str
    kind: str
    crf: str
    mode: str
    organisme: str
    acts: int
    fee: int
    amo: int
    amc: int
    patient: str = field(repr=False)
    nir: str = field(repr=False)
    state: SheetState
    records: bytes = field(repr=False)
    sevens: bytes = field(repr=False)
    lot_id: int | None
    reason: str = field(repr=False)
    substitute: str = ""
    cancelled: bool = False
    is_alone: bool = False

    @property
    def label(self) -> str:
        """Its state in French."""
        return sheet_label(self.state, cancelled=self.cancelled)

    @property
    def body(self) -> bytes:
        """The certified invoice: its records 2 to 5, then its records 7."""
        return self.records + self.sevens


@dataclass(frozen=True)
class InvoiceRow:
    """An invoice, its number on 9 digits and its sheets.

    `replaces`, `replaced_by`: numbers of those that its visit had before and has since; `substitute`: RPPS
    number of who cared in the place of `ps`; `shares`: what caisse, complementary insurer and patient give.
    """

    id: int
    visit_id: int
    ps: str
    number: str
    made: str
    sheets: tuple[SheetRow, ...]
    replaces: str = ""
    replaced_by: str = ""
    substitute: str = ""
    shares: ThreeShares = NO_SHARES


@dataclass(frozen=True)
class LotRow:
    """A lot, its number on 3 digits; `body` is records 1 to 6, read when asked for while the journal is open;
    `sevens` its records 7; `sheet_ids` are the sheets that it held when it was made; `remakes` the numbers of
    the refused lots that they came out of, `remade_in` of those that they went into when it was refused.
    """

    id: int
    ps: str
    number: str
    kind: str
    crf: str
    mode: str
    date: str
    state: LotState
    read_body: Callable[[], bytes] = field(repr=False, compare=False)
    sevens: bytes = field(repr=False)
    file_id: int | None
    reason: str = field(repr=False)
    sheet_ids: tuple[int, ...]
    remakes: tuple[str, ...] = ()
    remade_in: tuple[str, ...] = ()

    @property
    def body(self) -> bytes:
        """Records 1 to 6."""
        return self.read_body()

    @property
    def records(self) -> bytes:
        """The certified lot as it enters a file."""
        return self.body + self.sevens


@dataclass(frozen=True)
class FileRow:
    """A file of lots, its name on 6 digits; `route` names the one it was framed for, `party` who is at its
    end (empty in files framed before this was kept); `content` is its bytes in clear, from 000 to 999.
    """

    id: int
    ps: str
    name: str
    route: str
    content: Kept = field(repr=False, compare=False)
    invoices: int
    state: FileState
    reason: str = field(repr=False)
    lot_ids: tuple[int, ...]
    party: str = ""

    @property
    def clear(self) -> bytes:
        """All its bytes at once."""
        return bytes(self.content)


@dataclass(frozen=True)
class MessageRow:
    """A message that carries a file; `content` is its bytes as they leave.

    One that is `TRANSMITTING` is sent by `leased_by` alone until `leased_until` (ISO 8601).
    """

    id: int
    file_id: int
    route: str
    counter: int
    compostage: str
    subject: str
    content: Kept = field(repr=False, compare=False)
    state: MessageState
    reason: str = field(repr=False)
    made: str
    leased_by: str = ""
    leased_until: str = ""

    @property
    def raw(self) -> bytes:
        """All its bytes at once."""
        return bytes(self.content)


@dataclass(frozen=True)
class ReturnRow:
    """A message received; `raw` is its bytes and `content` what it held once unsealed, empty when not known,
    both read when asked for, while the journal is open; `notes` what is odd in it.
    """

    id: int
    source: str
    taken: str
    state: ReturnState
    kind: str
    read_raw: Callable[[], bytes] = field(repr=False, compare=False)
    read_content: Callable[[], bytes] = field(repr=False, compare=False)
    summary: str = field(repr=False)
    reason: str = field(repr=False)
    notes: tuple[str, ...] = field(default=(), repr=False)

    @property
    def raw(self) -> bytes:
        """The message as it came."""
        return self.read_raw()

    @property
    def content(self) -> bytes:
        """What it held, unsealed."""
        return self.read_content()


@dataclass(frozen=True)
class ReturnNotes:
    """What is odd in a return that was settled, in French: sums that differ, damage, what is unknown."""

    return_id: int
    kind: str
    notes: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True)
class EffectRow:
    """An effect as it was settled: applied, or kept with the reason why it changed nothing."""

    return_id: int
    effect: Effect
    applied: bool
    note: str


class Settlement(NamedTuple):
    """A return as it is once settled, and its effects with what became of each."""

    row: ReturnRow
    effects: tuple[EffectRow, ...]


@dataclass(frozen=True)
class PaymentRow:
    """What a return said of one share (AMO, AMC) of a sheet; `outcome` is an `Outcome` value; `asked` is 0
    where the return does not say, and of a franchise what was held back.
    """

    sheet_id: int
    return_id: int
    share: str
    outcome: str
    asked: int
    paid: int


@dataclass(frozen=True)
class HistoryRow:
    """One change of state: when, of what ("sheet", "lot" …), which, to which state and why; `name` is how a
    carer knows it (`FSE 000000001`, `lot 003`, `fichier 000001`, `message AAAAMMJJHHMMSSxxxxx`, `RSP 3`).
    """

    at: str
    subject: str
    subject_id: int
    state: str
    label: str
    detail: str = field(repr=False)
    name: str


@dataclass(frozen=True)
class OverviewRow:
    """Where one invoice stands. `state` is that of the sheet that needs most attention; `kinds` and `states`
    go together; `lots`, `files`, `subjects` are numbers, names, message subjects; `paid` is what returns
    announced, in cents. `shares` is what each one gives, `given` what the patient gave for the visit, on its
    last invoice. `set_aside`: the visit is not to be billed; `cancelled`: the insurer gave the invoice up,
    `given_back` of `paid` was handed back to it. The rest as in `InvoiceRow`."""

    invoice_id: int
    number: str
    ps: str
    date: str
    patient: str = field(repr=False)
    kinds: tuple[str, ...]
    states: tuple[SheetState, ...]
    fee: int
    amo: int
    amc: int
    paid: int
    state: SheetState
    lots: tuple[str, ...]
    files: tuple[str, ...]
    subjects: tuple[str, ...]
    reason: str = field(repr=False)
    replaces: str = ""
    replaced_by: str = ""
    substitute: str = ""
    shares: ThreeShares = NO_SHARES
    given: Given = NOTHING_GIVEN
    visit_id: int = 0
    set_aside: bool = False
    cancelled: bool = False
    given_back: int = 0

    @property
    def label(self) -> str:
        """The state in French."""
        return sheet_label(self.state, cancelled=self.cancelled)

    @property
    def counts(self) -> bool:
        """Whether the visit is counted by this invoice: the last one made of it, unless it was given up."""
        return not self.replaced_by and self.state is not SheetState.ABANDONED

    @property
    def patient_owes(self) -> int:
        """Cents still owed; below 0: to give back. 0 is asked where it does not count, or is set aside."""
        return (self.shares.patient if self.counts and not self.set_aside else 0) - self.given.settled


@dataclass(frozen=True)
class Totals:
    """What all invoices come to: each visit counted once, none that was cancelled; `fee` asked, `paid` what
    returns announced, `given_back` what insurers got back, in cents; `sheets`: FSE and DRE by state.
    """

    invoices: int
    fee: int
    paid: int
    sheets: Mapping[SheetState, int]
    given_back: int = 0


@dataclass(frozen=True)
class WaitingRow:
    """A lot or a file (`lot` is then "") that waits since `since`; `route` is the one it was framed for."""

    id: int
    ps: str
    lot: str
    file: str
    route: str
    since: str


@dataclass(frozen=True)
class Trace:
    """All that is tied to an invoice or to a message, both ways (OCT-MSG-5)."""

    invoices: tuple[InvoiceRow, ...]
    lots: tuple[LotRow, ...]
    files: tuple[FileRow, ...]
    messages: tuple[MessageRow, ...]
    returns: tuple[ReturnRow, ...]
    effects: tuple[EffectRow, ...]
    history: tuple[HistoryRow, ...]
    patient_payments: tuple[PatientPayment, ...] = ()
    proofs: tuple[ProofRow, ...] = ()
