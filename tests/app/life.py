"""The whole life of a short day, from its import to its payments: a host that may be killed at any step."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from days import CODE, MOMENT, short_day

from tournee.app.cards import read_ps, read_vitale, unlock
from tournee.app.certify import certify_visit, pending_visits, visits_for
from tournee.app.context import Office
from tournee.app.inbound import fetch
from tournee.app.outbound import close_lots, make_files, resend, send
from tournee.app.visits.importing import import_day
from tournee.exchange.route import Route
from tournee.reader import Reader
from tournee.store import Cipher, Journal, MessageState
from tournee.store.integrity.host_note import Host

KEY = bytes(range(32))


@contextmanager
def office_of(
    path: Path,
    route: Route,
    on_step: Callable[[str], None] | None = None,
    after: timedelta = timedelta(),
    host: Host | None = None,
    station: int = 0,
) -> Iterator[Office]:
    """The office of one process on a host; `after` what passed since the one before it died."""
    with Journal(path, Cipher(KEY), lambda: MOMENT + after, on_step, station=station, host=host) as journal:
        yield Office(journal, route, lambda: MOMENT)


def live(office: Office, link_url: str) -> None:
    """Do all that is left to do of the day, as a carer who runs every command again after a crash."""
    import_day(office, short_day(), "short.toml")
    with Reader.open(link_url) as reader:
        ps = read_ps(reader)
        unlock(reader, lambda: CODE)
        vitale = read_vitale(office, reader)
        for row, visit in visits_for(pending_visits(office, ps), vitale):
            certify_visit(office, reader, ps, vitale, row, visit)
        close_lots(office, reader, ps)
    make_files(office)
    send(office)
    fetch(office)
    for message in office.journal.messages.find(MessageState.UNCERTAIN):
        resend(office, office.journal.files.get(message.file_id).name)  # no return proved that it had arrived
        fetch(office)
