"""What editors may count on: a practice opened, its visits billed, its messages carried, its returns taken.

Everything that is promised is in `__all__`, by the rule of `tournee.api.stability`. The modules of this
package, and all others of Tournée, are private: import from `tournee.api` alone.

Amounts are whole cents, days `date`, moments `datetime`. Every answer is a frozen dataclass of this package.
Every error is a `TourneeError`, told in French: what happened, why, what to do.
"""

from tournee.api.asking import (
    AlertPage,
    InvoicePage,
    InvoiceStanding,
    InvoiceState,
    PracticeAlert,
    SheetStanding,
    alerts,
    invoices,
)
from tournee.api.at_the_reader import (
    CardHolder,
    CardsInReader,
    CertifiedVisit,
    ClosedLot,
    Professional,
    certify,
    close_lots,
    read_cards,
)
from tournee.api.carrying import Delivery, DeliveryOutcome, MailTransport, OutgoingMessage
from tournee.api.opening import Practice, WrittenBackup, back_up, open_practice
from tournee.api.outgoing import (
    MadeFile,
    MessageStanding,
    SentFile,
    hand_over,
    make_files,
    note_delivery,
    send,
    send_again,
)
from tournee.api.problems import (
    CallError,
    CursorError,
    KeyNeededError,
    PracticeClosedError,
    Problem,
    VisitMistake,
    VisitsRefusedError,
)
from tournee.api.returning import FetchedReturns, TakenReturn, fetch_returns, take_return
from tournee.api.stability import API_VERSION
from tournee.api.visits import (
    DayPrice,
    TakenVisit,
    TakenVisits,
    VisitAnswer,
    VisitPrice,
    price,
    take_visits,
)
from tournee.errors import (
    BillingError,
    ConfigError,
    ExchangeError,
    OppositionError,
    ReaderError,
    ReturnsError,
    ServiceError,
    StoreError,
    TourneeError,
)

__all__ = [
    "API_VERSION",
    "AlertPage",
    "BillingError",
    "CallError",
    "CardHolder",
    "CardsInReader",
    "CertifiedVisit",
    "ClosedLot",
    "ConfigError",
    "CursorError",
    "DayPrice",
    "Delivery",
    "DeliveryOutcome",
    "ExchangeError",
    "FetchedReturns",
    "InvoicePage",
    "InvoiceStanding",
    "InvoiceState",
    "KeyNeededError",
    "MadeFile",
    "MailTransport",
    "MessageStanding",
    "OppositionError",
    "OutgoingMessage",
    "Practice",
    "PracticeAlert",
    "PracticeClosedError",
    "Problem",
    "Professional",
    "ReaderError",
    "ReturnsError",
    "SentFile",
    "ServiceError",
    "SheetStanding",
    "StoreError",
    "TakenReturn",
    "TakenVisit",
    "TakenVisits",
    "TourneeError",
    "VisitAnswer",
    "VisitMistake",
    "VisitPrice",
    "VisitsRefusedError",
    "WrittenBackup",
    "alerts",
    "back_up",
    "certify",
    "close_lots",
    "fetch_returns",
    "hand_over",
    "invoices",
    "make_files",
    "note_delivery",
    "open_practice",
    "price",
    "read_cards",
    "send",
    "send_again",
    "take_return",
    "take_visits",
]
