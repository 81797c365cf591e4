"""An emulated card brought up to date, and written down: its day, digests of its zone before and after.

No real card is touched: what is updated stands behind `UpdatableCard`, which the emulation alone gives.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Protocol

from tournee.app.context import Office
from tournee.app.services.asking import Said, ask
from tournee.errors import ServiceError, TourneeError
from tournee.services.failures import ServiceAnswerError
from tournee.store import RequestState, ServiceRow

SERVICE = "maj"
ORIGIN = "mise à jour"


class UpdatableCard(Protocol):
    """A card that can be updated."""

    def state(self) -> tuple[str, int, bytes]:
        """Its serial number, its counter and the SHA-256 of its zone."""

    def update(self, update: bytes) -> tuple[bytes, int]:
        """Take an update: the SHA-256 of the zone then, and its counter. Raises a TourneeError."""


@dataclass(frozen=True)
class CardUpdated:
    """What came of it: `row` is the journal's, `changed` whether the card has another zone now."""

    row: ServiceRow
    changed: bool


def update_card(office: Office, card: UpdatableCard) -> CardUpdated:
    """Ask the server, have the card take what it gives, and write it down. ServiceError where the server or
    the card refused, or did not answer: the card is as it was. ConfigError where the service is off.
    """
    point = office.services.of(SERVICE).point
    serial, counter, digest = card.state()
    requests = office.journal.requests
    named = {"avant": _keyed(office, digest), "compteur": counter}
    changed = False

    def carry(_: ServiceRow) -> Said:
        nonlocal changed
        from tournee.services.card_update.client import ask_update

        update = ask_update(point, serial, counter, digest)
        after = {**named, "apres": named["avant"]}
        if update:
            try:
                new, number = card.update(update)
            except TourneeError as error:
                raise ServiceAnswerError(
                    error.message, cause=error.cause, next_step=error.next_step
                ) from error
            after |= {"apres": _keyed(office, new), "compteur": number}
            changed = True
        return Said(ORIGIN, json.dumps(after).encode())

    subject = requests.subject("card", serial)
    row = ask(office, SERVICE, subject, json.dumps(named).encode(), carry)
    if row.state is RequestState.WAITING:
        requests.fail(row.id, row.reason)  # the card does not wait in the reader
    if row.state is not RequestState.ANSWERED:
        raise ServiceError(
            row.reason or "La mise à jour n’a pas pu se faire.",
            next_step="la carte est comme avant ; recommencez",
        )
    requests.choose(row.id, "faite" if changed else "inutile")
    return CardUpdated(requests.get(row.id), changed)


def updates_done(office: Office) -> tuple[ServiceRow, ...]:
    """Every update that was made or found needless, the first one first."""
    return office.journal.requests.find(SERVICE, state=RequestState.USED)


def _keyed(office: Office, digest: bytes) -> str:
    """A digest under the journal's key: nobody finds a zone by trying."""
    return office.journal.requests.subject("zone", digest.hex()).hex()
