"""The journal: everything made, sent and received, each step written before it acts."""

from tournee.store.cipher import Cipher
from tournee.store.drafts import FileDraft, MessageDraft
from tournee.store.journal import Journal
from tournee.store.keys import journal_key
from tournee.store.messages import STATIONS
from tournee.store.opposition import IncrementRow, IncrementState
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
    SheetRow,
    Totals,
    Trace,
    TwiceRow,
    VisitRow,
    WaitingRow,
)
from tournee.store.states import FileState, LotState, MessageState, ReturnState, SheetState, VisitState

__all__ = [
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
