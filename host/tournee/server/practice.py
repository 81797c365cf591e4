"""A practice's server, whole: its records, its sender and its visitor, started and stopped together."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from tournee.files import read_bounded
from tournee.server.bounds import Pace, WrongTries
from tournee.server.devices import Devices, EnrolledDevice
from tournee.server.given_numbers import GivenNumbers
from tournee.server.kept_copies import KeptCopies
from tournee.server.mail.custody import Custody
from tournee.server.mail.letters import Letters
from tournee.server.mail.mailing import MailSender, MailVisitor
from tournee.server.records import ServerRecords, utc

if TYPE_CHECKING:
    from tournee.config import Config
    from tournee.exchange.route import Route

KEPT_FOR = timedelta(days=60)
"""How long what every tablet has, and what was sent, stays here."""

_PEM_MAX = 1 << 16
_log = logging.getLogger(__name__)


class ServedPractice:
    """Everything that requests are answered from. `on_step` as `ServerRecords` has it."""

    def __init__(
        self,
        config: Config,
        clock: Callable[[], datetime],
        on_step: Callable[[str], None] = lambda step: None,
    ) -> None:
        served = config.served
        self.config, self.routes = config, config.routes
        self.records = ServerRecords(served.folder, clock, on_step)
        self.devices = Devices(self.records)
        self.custody = Custody(self.records)
        self.letters = Letters(self.records)
        self.copies = KeptCopies(self.records)
        self.numbers = GivenNumbers(self.records, served.used_stations)
        self.tries, self.pace = WrongTries(), Pace()
        self.sender = MailSender(self.records, self.custody, self.letters, self.routes)
        self.visitor = MailVisitor(self.letters, self.routes)
        self.began = self.records.now()

    def start(self) -> None:
        """Put right what a kill left, then mail and visit."""
        found = self.custody.recover()
        if found:
            _log.warning("%d messages were leaving when the server ended: uncertain", found)
        for message in self.custody.untold():
            self.letters.tell(message)
        before = utc(self.records.clock() - KEPT_FOR)
        self.letters.forget(before)
        self.custody.forget(before)
        self.sender.start()
        self.visitor.start()

    def stop(self) -> None:
        """End what is under way, in a moment."""
        self.sender.stop()
        self.visitor.stop()
        for thread in (self.sender, self.visitor):
            if thread.is_alive():
                thread.join(10)
        self.records.close()

    def told_to(self, device: EnrolledDevice) -> dict[str, Any]:
        """What a device learns of the practice."""
        return {
            "name": self.config.served.name,
            "device": {"id": device.id, "name": device.name},
            "active": self.config.active,
            "zone": self.config.zone.key,
            "routes": [_route(one) for one in self.routes.values()],
            "numbers": self.numbers_of(device),
            "journals": [
                {"id": one.id, "epoch": one.epoch, "own": one.device == device.id, "step": one.step}
                | {"at": one.at, "device": self.devices.get(one.device).name}
                for one in self.copies.readable_by(device)
            ],
        }

    def numbers_of(self, device: EnrolledDevice) -> dict[str, Any]:
        """The numbers that a device was given."""
        station, ranges = self.numbers.of(device)
        told = [{"kind": str(one.kind), "first": one.first, "last": one.last} for one in ranges]
        return {"station": station, "ranges": told}


def _route(route: Route) -> dict[str, Any]:
    """What a tablet needs of a route: all but its servers and accounts."""
    return {
        "name": route.name,
        "mode": str(route.mode),
        "address": route.address,
        "sender": route.sender,
        "identifier": route.identifier,
        "certificate": _pem(route.certificate),
        "sealing": str(route.sealing),
        "cipher": str(route.cipher),
        "revoked": sorted(route.revoked),
        "arl_days": route.arl_days,
        "insurers": [
            {"address": one.address, "type": one.type, "number": one.number, "crf": one.crf}
            | {"name": one.name, "certificate": _pem(one.certificate)}
            for one in route.insurers
        ],
    }


def _pem(path: Any) -> str:
    try:
        return "" if path is None else read_bounded(path, _PEM_MAX).decode("ascii")
    except (OSError, ValueError):
        return ""
