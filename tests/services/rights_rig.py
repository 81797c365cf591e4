"""Who asks the emulated service of rights: a test card's key in place of the reader, a clock that is set."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from tournee.emulation.cards.certificates import as_der
from tournee.emulation.cards.content import card_content
from tournee.emulation.services.standing import StandingService
from tournee.services.point import ServicePoint
from tournee.services.rights.assertion import Asserting
from tournee.services.rights.client import ask_over_network
from tournee.services.rights.envelope import RightsTold
from tournee.services.rights.request import RightsRequest

NOW = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
MARTINEZ = RightsRequest(
    "162050608805453",
    "19620502",
    regime="01",
    caisse="041",
    centre="0000",
    name="MARTINEZ",
    first_name="PAUL",
    serial="800000116",
)


@dataclass
class Clock:
    """A clock that stands until it is set."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


def who(card: str = "infirmiere") -> Asserting:
    """A carer with her card's key at hand."""
    content = card_content(card)

    def sign(data: bytes) -> bytes:
        assert len(data) % 128 == 0
        assert len(data) <= 1024
        assert data.startswith(b"<ds:SignedInfo ")
        return content.key.sign(data, padding.PKCS1v15(), hashes.SHA256())

    return Asserting(as_der(content.certificate), sign, "10100000016", "756000121")


def point_to(service: StandingService) -> ServicePoint:
    return ServicePoint("droits", "localhost", service.port, "/droits", service.tls.authority)


def ask(
    service: StandingService, request: RightsRequest = MARTINEZ, card: str = "infirmiere", **other: object
) -> RightsTold:
    now = other.pop("now", lambda: NOW)
    return ask_over_network(point_to(service), request, who(card), now, **{"seconds": 20.0, **other})
