"""Insurers and an OCT behind one mail server: the routes to either, and who was written to."""

from __future__ import annotations

import email
from collections.abc import Iterator
from contextlib import contextmanager

from life import office_of
from surroundings import Surroundings

from tournee.app.context import Office
from tournee.exchange.route import Mode, Route


@contextmanager
def office(both: Surroundings, active: Route, *former: Route) -> Iterator[Office]:
    with office_of(both.journal, active) as opened:
        opened.former = former
        yield opened


def direct(both: Surroundings) -> Route:
    return both.world.route(mode=Mode.DIRECT)


def addressees(both: Surroundings) -> list[str]:
    sent = sorted((both.world.directory / "sent").glob("*.eml"))
    return [str(email.message_from_bytes(path.read_bytes())["To"]) for path in sent]
