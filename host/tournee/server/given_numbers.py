"""Stations and ranges of numbers, each given to one device and never again."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from tournee.server.devices import EnrolledDevice
from tournee.server.records import ServerRecords
from tournee.server.refusals import RefusalError
from tournee.store.numbering.ranges import DRAWN, Kind, NumberRange, blocks, lots_of

_AT_FIRST = {Kind.INVOICE: 5, Kind.FILE: 10}
"""Ranges that come with a station: 50,000 invoices, 1,000 files."""

_OF_A_DEVICE = 8
"""Stations that one device may be given: one a journal put back or copied."""

_TEN = 10
_STATION = "station"


class GivenNumbers:
    """What was given. `used` are stations that hosts without this server have."""

    def __init__(self, records: ServerRecords, used: Collection[int] = ()) -> None:
        self._records, self._used = records, frozenset(used)

    def of(self, device: EnrolledDevice) -> tuple[int | None, list[NumberRange]]:
        """The station that a device has, its last one, None before the first; all ranges given with it."""
        query = "SELECT kind, station, first, last FROM number_range WHERE device = ? ORDER BY rowid"
        rows = self._records.rows(query, device.id)
        stations = [row["station"] for row in rows if row["kind"] == _STATION]
        if not stations:
            return None, []
        own = [row for row in rows if row["kind"] != _STATION and row["station"] == stations[-1]]
        return stations[-1], [NumberRange(Kind(row["kind"]), *tuple(row)[1:]) for row in own]

    def give(self, device: EnrolledDevice, want: str) -> None:
        """Give a new station with its first ranges, or more ranges of the station that a device has.
        RefusalError (`no-station`, `malformed`).
        """
        with self._records.step("give_numbers"):
            if want == _STATION:
                self._give_station(device)
            elif want in list(Kind):
                self._give_range(device, Kind(want))
            else:
                raise RefusalError("malformed", "ce genre de numéros n’existe pas")

    def _give_station(self, device: EnrolledDevice) -> None:
        query = "SELECT count(*) AS n FROM number_range WHERE kind = 'station' AND device = ?"
        if self._records.rows(query, device.id)[0]["n"] >= _OF_A_DEVICE:
            raise RefusalError("no-station", "cet appareil en a eu plusieurs : reliez-le de nouveau")
        station = next(self._free_stations(), None)
        if station is None:
            raise RefusalError("no-station")
        self._keep(device, _STATION, NumberRange(Kind.INVOICE, station, station, station))
        for kind, count in _AT_FIRST.items():
            for one in blocks(kind, station)[:count]:
                self._keep(device, kind.value, one)

    def _give_range(self, device: EnrolledDevice, kind: Kind) -> None:
        station, own = self.of(device)
        if station is None:
            raise RefusalError("malformed", "cet appareil n’a pas de poste")
        if kind is Kind.LOT:
            free = self._free_tens(station)
        else:
            last = max(one.last for one in own if one.kind is kind)
            free = (one for one in blocks(kind, station) if one.first > last)
        found = next(free, None)
        if found is None:
            raise RefusalError("no-station", "toutes ses plages lui ont été données")
        self._keep(device, kind.value, found)

    def _free_stations(self) -> Iterator[int]:
        """The lowest first. Stations from 90 share their lots with others: they are not given."""
        given = {row["first"] for row in self._records.rows(_OF_KIND, _STATION)} | self._used
        lots = {row["first"] for row in self._records.rows(_OF_KIND, Kind.LOT.value)}
        for one in range(DRAWN.stop):
            if one not in given and not lots & set(lots_of(one)):
                yield one

    def _free_tens(self, station: int) -> Iterator[NumberRange]:
        """Ten lots of the last station that nobody has; the station is then nobody's any more."""
        for one in sorted(self._free_stations(), reverse=True):
            share = lots_of(one)
            yield NumberRange(Kind.LOT, station, share.start, share.start + _TEN - 1)

    def _keep(self, device: EnrolledDevice, kind: str, one: NumberRange) -> None:
        self._records.add(
            "number_range",
            kind=kind,
            first=one.first,
            last=one.last,
            station=one.station,
            device=device.id,
            given=self._records.now(),
        )


_OF_KIND = "SELECT first FROM number_range WHERE kind = ?"
