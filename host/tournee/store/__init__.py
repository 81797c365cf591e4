"""The journal: everything made, sent and received, each step written before it acts."""

from tournee.store.cipher import Cipher
from tournee.store.inserts import FileDraft, LotDraft, MessageDraft
from tournee.store.journal import Journal
from tournee.store.keys import journal_key
from tournee.store.rows import (
    EffectRow,
    FileRow,
    HistoryRow,
    InvoiceRow,
    LotRow,
    MessageRow,
    OverviewRow,
    PaymentRow,
    ReturnNotes,
    ReturnRow,
    Settlement,
    SheetRow,
    Totals,
    Trace,
    TwiceRow,
    VisitRow,
    WaitingRow,
)
from tournee.store.states import FileState, LotState, MessageState, ReturnState, SheetState, VisitState
from tournee.store.tables.messages import LEASE, STATIONS
from tournee.store.tables.opposition import IncrementRow, IncrementState

__all__ = [
    "LEASE",
    "STATIONS",
    "Cipher",
    "EffectRow",
    "FileDraft",
    "FileRow",
    "FileState",
    "HistoryRow",
    "IncrementRow",
    "IncrementState",
    "InvoiceRow",
    "Journal",
    "LotDraft",
    "LotRow",
    "LotState",
    "MessageDraft",
    "MessageRow",
    "MessageState",
    "OverviewRow",
    "PaymentRow",
    "ReturnNotes",
    "ReturnRow",
    "ReturnState",
    "Settlement",
    "SheetRow",
    "SheetState",
    "Totals",
    "Trace",
    "TwiceRow",
    "VisitRow",
    "VisitState",
    "WaitingRow",
    "journal_key",
]
