"""Two tablets of one carer read one mailbox: each is told in one line what returns say of the other.

The real reader, the emulated OCT and insurers.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from days import short_day
from life import office_of
from surroundings import Surroundings
from test_sending import make_one_file

from tournee.app.alerts import AlertKind, alerts
from tournee.app.context import Office
from tournee.app.inbound import fetch
from tournee.app.outbound import send
from tournee.emulation.oct import ScenarioRejection

MOREAU = "1820475113042"
DAYS = {1: "2026-11-15", 2: "2026-11-14"}


@pytest.fixture
def tablets(surroundings: Surroundings, tmp_path: Path):
    """Two, each of which sent a day, before either took anything in."""
    route = surroundings.world.route()
    shared = replace(route, mailbox=replace(route.mailbox, keep=True))
    with ExitStack() as opened:
        made = []
        for station, day in DAYS.items():
            journal = tmp_path / f"{station}" / "journal.db"
            journal.parent.mkdir()
            office = opened.enter_context(office_of(journal, shared, station=station))
            make_one_file(office, surroundings, short_day(day))
            send(office)
            made.append(office)
        yield made


def of_other(office: Office):
    return [one for one in alerts(office) if one.kind is AlertKind.OTHER_STATION]


def test_each_tablet_is_told_of_the_other_in_one_line_with_all_its_money(tablets) -> None:
    for office in tablets:
        fetch(office)
    for office, other, station in ((tablets[0], tablets[1], "02"), (tablets[1], tablets[0], "01")):
        (alert,) = of_other(office)
        (row,) = [one for one in other.journal.overview() if one.paid]
        assert (alert.about.split(",")[0], alert.station) == (f"poste {station}", station)
        assert (row.paid, row.number) == (1228, *alert.invoices)
        assert alert.text == f"un autre poste ({station}) : 1 facture, 12,28 €, dernier retour le 16/11/2026"
        assert [one.kind for one in alerts(office)] == [AlertKind.OTHER_STATION]


def test_one_word_ends_it_and_it_comes_again_with_what_is_new(surroundings: Surroundings, tablets) -> None:
    first, second = tablets
    fetch(first)
    first.journal.doubts.station_seen(2, "la tablette de la voiture")
    assert of_other(first) == []
    oct_ = surroundings.world.oct
    oct_.scenario = replace(oct_.scenario, rejected={MOREAU: ScenarioRejection("0043", "DROITS")})
    make_one_file(second, surroundings, short_day("2026-11-13"))
    send(second)
    fetch(first)
    (alert,) = of_other(first)
    assert "1 facture, 0,00 €, 2 paiements refusés, dernier" in alert.text
    assert alert.invoices == ("020000002",)


def test_care_that_both_billed_is_named_and_that_of_another_day_is_not(
    surroundings: Surroundings, tablets
) -> None:
    first, second = tablets
    fetch(first)
    assert "même soin" not in of_other(first)[0].text
    make_one_file(second, surroundings, short_day(DAYS[1]))
    send(second)
    fetch(first)
    (alert,) = of_other(first)
    ours = next(row.number for row in first.journal.overview() if row.paid)
    theirs = next(row.number for row in second.journal.overview() if len(row.kinds) > 1)
    assert f"le même soin, facturé deux fois : {theirs} est votre facture {ours}" in alert.text
    assert alert.text.count("est votre facture") == 1
