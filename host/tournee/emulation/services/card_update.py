"""The counterpart that updates emulated Vitale cards: it makes the zone that the rights of today ask for,
signed for one card, under a counter above the card's. Of the client it shares the table of the profile.
"""

from __future__ import annotations

import hashlib

from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.hashes import SHA256

from tournee.emulation.card_updates import serial_of
from tournee.emulation.cards import card_names
from tournee.emulation.cards.content import authority_key, card_content
from tournee.emulation.cards.updating import made_update
from tournee.emulation.services.counterpart import CounterpartSetting, Received, Reply
from tournee.emulation.services.rights_answers import updated_zone
from tournee.services.card_update import table


class CardUpdateCounterpart:
    """Answers with an update, nothing when the card is up to date, or that it knows no such card."""

    name, path, suffix = "maj", "/maj", "bin"
    demands_certificate = False

    def __init__(self) -> None:
        self._given: dict[str, int] = {}

    def answer(self, asked: Received) -> Reply:
        """One card's request."""
        body = asked.body
        if len(body) != table.ASKED:
            return Reply(400)
        serial = body[: table.SERIAL].decode("latin-1").rstrip()
        counter = int.from_bytes(body[table.SERIAL : table.SERIAL + table.COUNTER], "big")
        names = [name for name in card_names("vitale") if serial_of(name) == serial]
        if not names:
            return Reply(table.UNKNOWN)
        zone = updated_zone(card_content(names[0]).zone)
        if hashlib.sha256(zone).digest() == body[-table.DIGEST :]:
            return Reply(table.UP_TO_DATE)
        number = max(counter, self._given.get(serial, 0)) + 1
        self._given[serial] = number
        return Reply(body=made_update(serial, number, zone, _sign))


def _sign(data: bytes) -> bytes:
    return authority_key().sign(data, padding.PKCS1v15(), SHA256())


def made(_: CounterpartSetting) -> CardUpdateCounterpart:
    """The counterpart as it stands for who tries."""
    return CardUpdateCounterpart()
