"""How the server is, for who keeps it: no patient, and no number of one, is in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tournee.server.devices import Devices
from tournee.server.given_numbers import GivenNumbers
from tournee.server.kept_copies import KeptCopies
from tournee.server.mail.custody import Custody
from tournee.server.mail.letters import Letters
from tournee.server.records import ServerRecords

if TYPE_CHECKING:
    from tournee.config import Config

_LETTERS_MAX = 1_000


def status_of(config: Config, records: ServerRecords) -> dict[str, Any]:
    """Messages by state, and each that waits; devices with what they have not fetched; copies."""
    custody, letters = Custody(records), Letters(records)
    numbers = GivenNumbers(records)
    devices = Devices(records).all()
    names = {one.id: one.name for one in devices}
    return {
        "name": config.served.name,
        "messages": custody.counts(),
        "waiting": [
            {"id": one.id, "kept": one.kept, "tries": one.tries, "next": one.next_try, "why": one.answer}
            for one in custody.unended()
        ],
        "devices": [
            {
                "id": one.id,
                "name": one.name,
                "seen": one.seen or None,
                "admitted": one.is_admitted,
                "station": numbers.of(one)[0],
                "letters": len(letters.waiting(one.id, _LETTERS_MAX)),
            }
            for one in devices
        ],
        "journals": [
            {"device": names[one.device], "epoch": one.epoch, "step": one.step, "at": one.at or None}
            for one in KeptCopies(records).all()
        ],
    }
