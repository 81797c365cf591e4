"""A short day whose invoices need pieces, one secured by its card, one in mode 05; papers that prove them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from days import CODE, MOMENT, short_day
from life import KEY
from made_papers import A4, as_jpeg, good_paper
from surroundings import Surroundings

from tournee.app.cards import read_ps, read_vitale, unlock
from tournee.app.certify import certify_visit, pending_visits
from tournee.app.context import Office
from tournee.app.outbound import close_lots
from tournee.app.pieces.keeping import keep_piece
from tournee.app.visits.importing import import_day
from tournee.config.services import Services
from tournee.documents.pieces.making import Source
from tournee.exchange.proofs_setting import ProofsSetting
from tournee.exchange.route import Route
from tournee.reader import Reader
from tournee.store import Cipher, Journal

SETTING = ProofsSetting(date(2026, 11, 1))
SECURED, DEGRADED = 1, 2
"""The invoices of the day, by their ids."""


@cache
def photo(seed: int = 1) -> bytes:
    """A prescription's photograph: one that passes."""
    return as_jpeg(good_paper(seed, A4), 70)


@contextmanager
def office_at(
    path: Path,
    route: Route,
    on_step: Callable[[str], None] | None = None,
    after: timedelta = timedelta(),
    setting: ProofsSetting | None = SETTING,
) -> Iterator[Office]:
    """The office of one process on a host that sends pieces."""
    with Journal(path, Cipher(KEY), lambda: MOMENT + after, on_step, station=0) as journal:
        yield Office(journal, route, lambda: MOMENT, services=Services(proofs=setting))


def bill(office: Office, surroundings: Surroundings) -> None:
    """The day billed, its lots closed."""
    import_day(office, short_day(), "short.toml")
    with Reader.open(surroundings.board.link_url) as reader:
        ps = read_ps(reader)
        unlock(reader, lambda: CODE)
        vitale = read_vitale(office, reader)
        for row, visit in pending_visits(office, ps):
            certify_visit(office, reader, ps, vitale, row, visit)
        close_lots(office, reader, ps)


def prove(office: Office, invoice: int, seed: int = 1) -> int:
    """Keep a prescription for an invoice; the piece's dossier."""
    return keep_piece(office, [Source(photo(seed))], "O", invoice).id
