"""A host that is joined to a practice's server: how it is joined, and what its office then works with."""

from __future__ import annotations

import json
import logging
import platform
import time
from collections.abc import Collection, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tournee import logs
from tournee.app.copies.copy_state import CopyFolder
from tournee.app.copies.following import STOPPING, follow
from tournee.app.courier.practice import PracticeCourier
from tournee.errors import StoreError, TourneeError
from tournee.exchange.practice_server.client import PracticeServer
from tournee.exchange.practice_server.protocol import CarrierTo, by_https
from tournee.files import read_bounded, write_whole
from tournee.french import reason
from tournee.store.integrity.host_note import COPIED, OLDER
from tournee.store.numbering.numbers import TOLD, NumbersHeld
from tournee.store.numbering.ranges import Kind, NumberRange

if TYPE_CHECKING:
    from tournee.app.context import Office
    from tournee.config import Config
    from tournee.config.practice_server import JoinedPractice
    from tournee.store import Journal

_FILE_MAX = 1 << 20
_RECONNECT = "reliez-vous au réseau et relevez les retours : le serveur du cabinet en donnera d’autres"
_STATION = "station"
_MOMENT_S, _SPARED_S = 2.0, 60.0
_log = logging.getLogger(__name__)


class GivenRanges:
    """See `RangeSource`: the numbers that the practice's server gave this device, as a file keeps them. None
    is asked for within a step: what lacks is noted, and had at the next contact (`refill`).
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def station_given(self) -> int | None:
        """The station that this device has now."""
        told: int | None = self._read().get("station")
        return told

    def station(self, asked: int | None, known: Collection[int]) -> int:
        """See `RangeSource`."""
        given = self.station_given
        if given is None or given in known:
            self._want(_STATION)
            raise _none_left("Ce journal doit prendre d’autres numéros, et il n’en a pas reçu.")
        return given

    def take(
        self,
        kind: Kind,
        station: int,
        known: Sequence[NumberRange],
        after: NumberRange | None,
        *,
        lowest: bool,
    ) -> NumberRange:
        """See `RangeSource`: the next one given."""
        for one in self._given():
            if one.kind is kind and not any(one.meets(other) for other in known):
                return one
        self._want(kind.value)
        raise _none_left("Il n’y a plus de numéro de ceux que le cabinet a donnés.")

    def more_lots(self, share: range, given: Collection[int]) -> NumberRange:
        """See `RangeSource`: ten of those given beside the station's share."""
        for one in self._given():
            if one.kind is Kind.LOT and not any(one.first <= number <= one.last for number in given):
                return one
        self._want(Kind.LOT.value)
        raise _none_left("Il n’y a plus de numéro de lot libre aujourd’hui.")

    def keep(self, told: dict[str, Any]) -> None:
        """Keep what the server said of all that it gave; StoreError when it makes no sense."""
        try:
            station = told["station"]
            ranges = [[str(Kind(one["kind"])), int(one["first"]), int(one["last"])] for one in told["ranges"]]
            if station is not None and not 0 <= int(station) < 100:
                raise ValueError(station)
        except (KeyError, TypeError, ValueError) as error:
            raise StoreError("Les numéros que le cabinet a donnés ne se lisent pas.") from error
        self._write({"station": station, "ranges": ranges, "wanted": []})

    def lacking(self, standing: NumbersHeld) -> list[str]:
        """What to ask the server for: what lacked before, and what will soon."""
        wanted = list(self._read().get("wanted", []))
        station, given = self.station_given, self._given()
        taken = [one.range for one in standing.ranges]
        must_change = standing.anew in (COPIED, OLDER, TOLD) and station in {one.station for one in taken}
        if station is None or must_change:
            return [_STATION]
        for kind in (Kind.INVOICE, Kind.FILE):
            own = [one for one in given if one.kind is kind]
            if not any(one for one in own if not any(one.meets(other) for other in taken)):
                wanted.append(kind.value)
        return list(dict.fromkeys(wanted))

    def _given(self) -> list[NumberRange]:
        told = self._read()
        station = told.get("station") or 0
        return [NumberRange(Kind(kind), station, first, last) for kind, first, last in told.get("ranges", [])]

    def _want(self, what: str) -> None:
        told = self._read()
        told["wanted"] = sorted({*told.get("wanted", []), what})
        self._write({"station": None, "ranges": [], **told})

    def _read(self) -> dict[str, Any]:
        try:
            told = json.loads(read_bounded(self._path, _FILE_MAX))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError):
            told = None
        if not isinstance(told, dict):
            raise StoreError(
                f"Les numéros donnés par le cabinet, {self._path}, ne se lisent pas.", next_step=_RECONNECT
            )
        return told

    def _write(self, told: dict[str, Any]) -> None:
        try:
            write_whole(self._path, json.dumps(told).encode())
        except OSError as error:
            raise StoreError(
                f"Les numéros donnés par le cabinet n’ont pas pu être gardés ({self._path}).",
                cause=reason(error),
                next_step="vérifiez les droits du dossier et la place libre",
            ) from error


def given_ranges(config: Config) -> GivenRanges:
    """The numbers given to this host."""
    return GivenRanges(config.journal.with_name(f"{config.journal.name}.numeros"))


def server_of(joined: JoinedPractice, carrier: CarrierTo = by_https) -> PracticeServer:
    """The server of a configuration, asked in the name of this device; ConfigError."""
    return PracticeServer(carrier(joined.url, joined.fingerprint), joined.read_key())


def courier_of(config: Config, journal: Journal, carrier: CarrierTo = by_https) -> PracticeCourier:
    """The courier of a host that is joined; ConfigError when its key cannot be read."""
    assert config.joined is not None
    server = server_of(config.joined, carrier)

    def refused(code: str) -> None:
        if code in STOPPING:
            CopyFolder(journal.db.file).stop(code)

    follow_it = partial(contact, journal, server, config)
    return PracticeCourier(server, journal.db.cipher.identity, follow_it, refused)


def contact(journal: Journal, server: PracticeServer, config: Config) -> None:
    """What every contact does first: numbers that lack are had, the copy is brought to the last step."""
    refill(journal, server, given_ranges(config))
    follow(journal, server, config)


def refill(journal: Journal, server: PracticeServer, ranges: GivenRanges) -> None:
    """Have the numbers that lack, or soon will."""
    for want in ranges.lacking(journal.numbers.standing()):
        ranges.keep(server.numbers(want))


def follow_quietly(office: Office, config: Config) -> None:
    """Bring the copy forward now if it lacks something and the server is reached in a moment; what stands
    against it is logged, and told by the alerts.
    """
    from tournee.exchange.practice_server.https import HttpsCarrier

    assert config.joined is not None
    state = CopyFolder(office.journal.db.file).read()
    if state is not None and (state.stopped or state.step == office.journal.db.last_step):
        return
    unreached = CopyFolder(office.journal.db.file).folder / "unreached"
    with suppress(OSError):
        if 0 <= time.time() - unreached.stat().st_mtime < _SPARED_S:
            return
    try:
        carrier = HttpsCarrier(config.joined.url, config.joined.fingerprint, connect_seconds=_MOMENT_S)
        contact(office.journal, PracticeServer(carrier, config.joined.read_key()), config)
    except TourneeError as error:
        _log.warning("the copy is not brought forward: %s", logs.where(error))
        with suppress(OSError):
            unreached.touch()


def own_name() -> str:
    """What a device is called where the carer says nothing."""
    return platform.node().partition(".")[0] or "tablette"


def _none_left(what: str) -> StoreError:
    cause = "cet appareil est relié à un cabinet, qui donne les numéros"
    return StoreError(what, cause=cause, next_step=_RECONNECT)
