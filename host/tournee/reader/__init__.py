"""The client of the reader: link, messages, cards, certification. `Reader` is what the host uses."""

from tournee.reader.client import Reader
from tournee.reader.failures import (
    CardAbsent,
    CardFailed,
    CardSuspected,
    CertificationRefused,
    CodeBlocked,
    CodeMalformed,
    Incoherent,
    LinkLost,
    Locked,
    ProtocolRefused,
    Refused,
    SessionForgotten,
    WrongCode,
)
from tournee.reader.results import (
    PS_ABSENT,
    PS_PRESENT,
    PS_UNLOCKED,
    CardsState,
    Certification,
    FilterState,
    Identity,
    KnownCertificate,
    PsCard,
    PsState,
    VitaleCard,
)
from tournee.reader.strangers import StrangeCard
from tournee.reader.transports.streams import Transport, TransportClosed

__all__ = [
    "PS_ABSENT",
    "PS_PRESENT",
    "PS_UNLOCKED",
    "CardAbsent",
    "CardFailed",
    "CardSuspected",
    "CardsState",
    "Certification",
    "CertificationRefused",
    "CodeBlocked",
    "CodeMalformed",
    "FilterState",
    "Identity",
    "Incoherent",
    "KnownCertificate",
    "LinkLost",
    "Locked",
    "ProtocolRefused",
    "PsCard",
    "PsState",
    "Reader",
    "Refused",
    "SessionForgotten",
    "StrangeCard",
    "Transport",
    "TransportClosed",
    "VitaleCard",
    "WrongCode",
]
