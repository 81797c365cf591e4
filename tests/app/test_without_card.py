"""A patient whose card was read once is billed without it (mode 01), by the rights of that reading."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from days import CODE, short_day
from life import office_of
from surroundings import Surroundings

from tournee.app.cards import PsOnDuty, read_ps, read_vitale, unlock
from tournee.app.certify import certify_visit, pending_visits, visits_for
from tournee.app.certifying.last_read import NotReadError
from tournee.app.context import Office
from tournee.app.inbound import fetch
from tournee.app.outbound import close_lots, make_files, send
from tournee.app.visits.degraded import bill_degraded
from tournee.app.visits.importing import import_day
from tournee.billing.rules.visit import RuleError
from tournee.formats import records, zones
from tournee.reader import Reader
from tournee.store import CardKind, SheetState

NIR = "1820475113042"
RIGHTS = 105
TOMORROW = short_day("2026-11-16")


def without_card(day: bytes) -> bytes:
    """The same day, Hugo's visit in mode 01."""
    head, hugo = day.decode().split("[[visite]]", 1)
    return f'{head}[[visite]]\nmode = "sans carte"{hugo}'.encode()


@contextmanager
def at_work(surroundings: Surroundings) -> Iterator[tuple[Office, Reader, PsOnDuty]]:
    with (
        office_of(surroundings.journal, surroundings.world.route()) as office,
        Reader.open(surroundings.board.link_url) as reader,
    ):
        ps = read_ps(reader)
        unlock(reader, lambda: CODE)
        yield office, reader, ps


def certify_all(office: Office, reader: Reader, ps: PsOnDuty, *, card: bool) -> None:
    vitale = read_vitale(office, reader) if card else None
    for row, visit in visits_for(pending_visits(office, ps), vitale):
        certify_visit(office, reader, ps, vitale, row, visit)


def fields(office: Office, invoice: int) -> dict:
    return records.decode_as("2", office.journal.invoices.get(invoice).sheets[0].records)


def test_a_card_read_at_a_visit_before_gives_the_rights_of_the_next(surroundings: Surroundings) -> None:
    with at_work(surroundings) as (office, reader, ps):
        import_day(office, short_day(), "jour.toml")
        certify_all(office, reader, ps, card=True)
        import_day(office, without_card(TOMORROW), "lendemain.toml")
        surroundings.board.remove("vitale")
        certify_all(office, reader, ps, card=False)
        (fse, dre) = office.journal.invoices.get(3).sheets
        assert (fse.mode, dre.mode) == ("01", "01")
        said = ("nir", "cle", "rang", "regime", "caisse", "centre", "naissance", "numero_amc", "type_contrat")
        first, third = fields(office, 1), fields(office, 3)
        assert {name: third[name] for name in said} == {name: first[name] for name in said}
        assert third["rang"] != "000"


def test_its_lot_is_of_its_mode_and_the_oct_takes_it(surroundings: Surroundings) -> None:
    with at_work(surroundings) as (office, reader, ps):
        import_day(office, short_day(), "jour.toml")
        certify_all(office, reader, ps, card=True)
        import_day(office, without_card(TOMORROW), "lendemain.toml")
        certify_all(office, reader, ps, card=False)
        lots = close_lots(office, reader, ps)
        assert {lot.mode for lot in lots} == {"01", "03", "05"}
        make_files(office)
        send(office)
        fetch(office)
        assert {sheet.state for sheet in office.journal.invoices.get(3).sheets} == {SheetState.PAID}


def test_a_card_never_read_is_refused_before_a_number_is_given(surroundings: Surroundings) -> None:
    with at_work(surroundings) as (office, reader, ps):
        import_day(office, without_card(short_day()), "jour.toml")
        surroundings.board.remove("vitale")
        row, visit = pending_visits(office, ps)[0]
        with pytest.raises(NotReadError, match="n’a jamais été lue ici") as refusal:
            certify_visit(office, reader, ps, None, row, visit)
        assert "dégradé" in refusal.value.next_step and refusal.value.remedy == "degrade"
        assert office.journal.overview() == ()


def test_a_visit_that_waits_for_a_card_is_turned_into_one_without(surroundings: Surroundings) -> None:
    with at_work(surroundings) as (office, reader, ps):
        import_day(office, short_day(), "jour.toml")
        certify_all(office, reader, ps, card=True)
        import_day(office, TOMORROW, "lendemain.toml")
        hugo = pending_visits(office, ps)[0][0]
        done = bill_degraded(office, hugo.id, "carte oubliée", no_card=True).judged.visit
        assert (done.mode, done.typed, done.reason) == ("01", None, "carte oubliée")
        certify_all(office, reader, ps, card=False)
        assert office.journal.invoices.get(3).sheets[0].state is SheetState.CERTIFIED


def test_rights_that_the_last_reading_shows_closed_are_refused(surroundings: Surroundings) -> None:
    with at_work(surroundings) as (office, reader, ps):
        card = reader.read_vitale()
        shut = [
            zones.make(group.id, "20200101", "20241231") if group.id == RIGHTS else group
            for group in card.groups
        ]
        office.journal.cards.keep(CardKind.VITALE, NIR, "20250102", zones.encode(shut))
        import_day(office, without_card(short_day()), "jour.toml")
        row, visit = pending_visits(office, ps)[0]
        assert visit.nir == NIR
        with pytest.raises(RuleError, match="les droits de la carte ne sont pas ouverts"):
            certify_visit(office, reader, ps, None, row, visit)
