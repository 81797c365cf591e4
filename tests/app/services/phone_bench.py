"""An office that asks the emulated service of patients' phones, a clock that both go by, and the phones."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from tournee.app.context import Office
from tournee.app.services.phone_card.reading import PhoneRead, read_phone
from tournee.config.services import ServiceChoice, Services
from tournee.emulation.services.counterpart import CounterpartSetting
from tournee.emulation.services.phone import FOLDER, EmulatedPhone
from tournee.emulation.services.phone_service import PhoneService
from tournee.emulation.services.standing import StandingService
from tournee.services.phone_card.code import code_of_text
from tournee.services.point import ServicePoint
from tournee.store import Cipher, Journal

NOW = datetime(2026, 11, 16, 19, 30, tzinfo=ZoneInfo("Europe/Paris"))
ASSERTION = b"<assertion>of the nurse</assertion>"
RPPS = "10100000016"
MOREAU = "1820475113042"


@dataclass
class Ticking:
    """A clock that goes by what it is told alone."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **lapse: float) -> None:
        self.now += timedelta(**lapse)


def judge(assertion: bytes, now: datetime) -> str:
    """Believes the nurse's alone."""
    if assertion != ASSERTION:
        raise ValueError("not hers")
    return RPPS


@dataclass
class PhoneBench:
    """`read` has a phone's code judged now."""

    office: Office
    clock: Ticking
    service: StandingService
    folder: Path
    shown: list[str] = field(default_factory=list)

    def phone(self, name: str = "moreau") -> EmulatedPhone:
        phone = EmulatedPhone(self.folder / FOLDER, name)
        phone.key  # noqa: B018 (it is made, as the application is installed)
        return phone

    def show(self, name: str = "moreau", of: str = "") -> str:
        return self.phone(name).text(self.clock(), of=of)

    def read(self, text: str = "", assertion: bytes = ASSERTION, **other: Any) -> PhoneRead:
        code = code_of_text(text or self.show())
        return read_phone(self.office, code, lambda: assertion, **other)


@contextmanager
def phone_bench(directory: Path, tls: Any, folder: Path, journal: Path, route: Any = None):
    """The service stands with the certificates `tls`; what it keeps goes to `folder`."""
    clock = Ticking()
    folder.mkdir(parents=True, exist_ok=True)
    service = PhoneService(CounterpartSetting(folder, clock, directory), judge)
    with StandingService(service, folder, tls) as standing:
        point = ServicePoint("apcv", "localhost", standing.port, "/", tls.authority)
        chosen = Services({"apcv": ServiceChoice(point, service.own)})
        with Office(
            Journal(journal, Cipher(bytes(32)), clock, station=0), route, clock, services=chosen
        ) as office:
            yield PhoneBench(office, clock, standing, folder)
