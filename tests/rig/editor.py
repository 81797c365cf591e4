"""An editor as these tests have one: own dicts, own transport, an OCT that answers what it was carried."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import journal_maker
from cryptography import x509

from tournee import api
from tournee.emulation.cards import card_names, certificate_pem
from tournee.emulation.cards.lookup import professionals
from tournee.emulation.oct import EmulatedOct, load_mail_identity
from tournee.emulation.world import OCT_ADDRESS, PS_ADDRESS, SCENARIO, SIREN
from tournee.store import Cipher, Journal

KEY = bytes(range(32))
MOMENT = datetime(2026, 11, 16, 19, 30, tzinfo=ZoneInfo("Europe/Paris"))
PS = "756000121"
CODE = "1234"
DELIVERED = api.Delivery(api.DeliveryOutcome.DELIVERED, "250 taken")


def settings(identity: Path, reader: str = "") -> dict[str, Any]:
    """A configuration that names no server."""
    return {
        "journal": {"chemin": "journal.db"},
        "lecteur": {"port": reader},
        "envoi": {"route": "oct", "poste": 0},
        "route": {
            "oct": {
                "adresse": OCT_ADDRESS,
                "expediteur": PS_ADDRESS,
                "identifiant": SIREN,
                "certificat": str(identity / "cert.pem"),
                "scellement": "K",
            }
        },
    }


def day(*visits: dict[str, Any], on: Any = "2026-11-15") -> dict[str, Any]:
    """A nurse's day."""
    return {"journee": {"date": on, "ps": PS, "profession": "IF"}, "visite": list(visits)}


def blood_taken(reference: str = "", **more: Any) -> dict[str, Any]:
    """A visit to the child of the Moreau card: blood taken at home."""
    found: dict[str, Any] = {
        "nir": "1820475113042",
        "naissance": date(2022, 2, 5),
        "tiers_payant": "total",
        "prescription": {
            "date": date(2026, 11, 13),
            "prescripteur": "751000126",
            "rpps": "10100001071",
        },
        "actes": [{"acte": "Prise de sang"}],
        "deplacement": {"indemnite": "IFA"},
    }
    return found | ({"reference": reference} if reference else {}) | more


def journal_of(folder: Path, days_ago: int = 0) -> Journal:
    """The journal of the practice in this folder, as a program beside it has it, or had it."""
    then = MOMENT - timedelta(days=days_ago)
    return Journal(folder / "journal.db", Cipher(KEY), lambda: then, station=0)


@dataclass
class Outbox:
    """A transport that keeps what it carries, and says what it is told to say, or what a function does."""

    says: Any = DELIVERED
    carried: list[api.OutgoingMessage] = field(default_factory=list)

    def __call__(self, message: api.OutgoingMessage) -> Any:
        self.carried.append(message)
        if isinstance(self.says, BaseException):
            raise self.says
        if callable(self.says):
            return self.says(message)
        return self.says

    def clock(self) -> datetime:
        """The same moment for all."""
        return MOMENT


@dataclass
class Editor:
    """The practice, its transport, its folder, and the keys of its OCT."""

    practice: api.Practice
    outbox: Outbox
    folder: Path
    identity: Path

    def oct(self) -> EmulatedOct:
        """An OCT that knows the cards."""
        known = [x509.load_pem_x509_certificate(certificate_pem(name)) for name in card_names()]
        scenario = replace(SCENARIO, professionals=professionals())
        return EmulatedOct(None, *load_mail_identity(self.identity), known, scenario, lambda: MOMENT)


def letter(content: bytes, sender: str = "factures@oct.example") -> bytes:
    """A mail with what an insurer says, as it comes."""
    head = (
        f"From: {sender}\r\nSubject: RSP/{journal_maker.PS.zfill(14)}/202603030800\r\n"
        "Content-Type: Application/EDI-consent\r\nContent-Transfer-Encoding: base64\r\n"
        "Content-Description: RSP/SV\r\n\r\n"
    )
    return head.encode() + base64.encodebytes(content)
