"""The journal: everything made, sent and received, each step written before it acts."""

from tournee.store.accounts.bank import BankCredit, BankLineRow, BankLineState, VirementRow
from tournee.store.accounts.ledger import LedgerPayment, LedgerRow, LedgerSheet
from tournee.store.accounts.patient_payments import Balance, PatientPayment, PaymentDraft
from tournee.store.cipher import Cipher
from tournee.store.inserts import DayDraft, FileDraft, LotDraft, MessageDraft, VisitDraft, VisitFacts
from tournee.store.journal import Journal
from tournee.store.keys import journal_key
from tournee.store.numbering.ranges import STATIONS
from tournee.store.pieces.rows import PiecesDraft, ProofDraft, ProofRow, TieRow
from tournee.store.practice.rows import DossierDraft, DossierRow, Revision
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
    VisitRow,
    WaitingRow,
)
from tournee.store.services.requests import ServiceRow
from tournee.store.settling.corrections import CorrectionRow
from tournee.store.states import (
    CorrectionState,
    DossierState,
    DoubtState,
    FileState,
    LotState,
    MessageState,
    ProofState,
    RequestState,
    ReturnState,
    SheetState,
    VisitState,
    sheet_label,
)
from tournee.store.tables.cards_read import CardKind, CardRead
from tournee.store.tables.doubts import DoubtRow
from tournee.store.tables.effects import OTHER_PS, OTHER_STATION
from tournee.store.tables.messages import LEASE
from tournee.store.tables.opposition import IncrementRow, IncrementState
from tournee.store.views.known_visits import FactsOf, KnownRow
from tournee.store.views.waiting import TwiceRow

__all__ = [
    "LEASE",
    "OTHER_PS",
    "OTHER_STATION",
    "STATIONS",
    "Balance",
    "BankCredit",
    "BankLineRow",
    "BankLineState",
    "CardKind",
    "CardRead",
    "Cipher",
    "CorrectionRow",
    "CorrectionState",
    "DayDraft",
    "DossierDraft",
    "DossierRow",
    "DossierState",
    "DoubtRow",
    "DoubtState",
    "EffectRow",
    "FactsOf",
    "FileDraft",
    "FileRow",
    "FileState",
    "HistoryRow",
    "IncrementRow",
    "IncrementState",
    "InvoiceRow",
    "Journal",
    "KnownRow",
    "LedgerPayment",
    "LedgerRow",
    "LedgerSheet",
    "LotDraft",
    "LotRow",
    "LotState",
    "MessageDraft",
    "MessageRow",
    "MessageState",
    "OverviewRow",
    "PatientPayment",
    "PaymentDraft",
    "PaymentRow",
    "PiecesDraft",
    "ProofDraft",
    "ProofRow",
    "ProofState",
    "RequestState",
    "ReturnNotes",
    "ReturnRow",
    "ReturnState",
    "Revision",
    "ServiceRow",
    "Settlement",
    "SheetRow",
    "SheetState",
    "TieRow",
    "Totals",
    "Trace",
    "TwiceRow",
    "VirementRow",
    "VisitDraft",
    "VisitFacts",
    "VisitRow",
    "VisitState",
    "WaitingRow",
    "journal_key",
    "sheet_label",
]
