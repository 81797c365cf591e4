"""The journal: everything made, sent and received, each step written before it acts."""

from tournee.store.cipher import Cipher
from tournee.store.drafts import Effect, FileDraft, MessageDraft, Outcome, SheetDraft, Target
from tournee.store.journal import Journal
from tournee.store.messages import STATIONS
from tournee.store.opposition import IncrementDraft, IncrementRow, IncrementState
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
    Trace,
    TwiceRow,
    VisitRow,
    WaitingRow,
)
from tournee.store.secrets import journal_key
from tournee.store.states import FileState, LotState, MessageState, ReturnState, SheetState, VisitState

__all__ = [
    "STATIONS",
    "Cipher",
    "Effect",
    "EffectRow",
    "FileDraft",
    "FileRow",
    "FileState",
    "HistoryRow",
    "IncrementDraft",
    "IncrementRow",
    "IncrementState",
    "InvoiceRow",
    "Journal",
    "LotRow",
    "LotState",
    "MessageDraft",
    "MessageRow",
    "MessageState",
    "Outcome",
    "OverviewRow",
    "PaymentRow",
    "ReturnNotes",
    "ReturnRow",
    "ReturnState",
    "SheetDraft",
    "SheetRow",
    "SheetState",
    "Target",
    "Trace",
    "TwiceRow",
    "VisitRow",
    "VisitState",
    "WaitingRow",
    "journal_key",
]
