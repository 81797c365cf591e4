"""The client of the reader: link, messages, cards, certification. `Reader` is what the host uses."""

from tournee.reader.client import Reader
from tournee.reader.failures import (
    CardAbsent,
    CardFailed,
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
    Identity,
    PsCard,
    PsState,
    VitaleCard,
)
from tournee.reader.transport import Transport, TransportClosed

__all__ = [
    "PS_ABSENT",
    "PS_PRESENT",
    "PS_UNLOCKED",
    "CardAbsent",
    "CardFailed",
    "CardsState",
    "Certification",
    "CertificationRefused",
    "CodeBlocked",
    "CodeMalformed",
    "Identity",
    "Incoherent",
    "LinkLost",
    "Locked",
    "ProtocolRefused",
    "PsCard",
    "PsState",
    "Reader",
    "Refused",
    "SessionForgotten",
    "Transport",
    "TransportClosed",
    "VitaleCard",
    "WrongCode",
]
