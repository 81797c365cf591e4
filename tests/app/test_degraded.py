"""A visit whose Vitale card does not come is done without it, with what is known of the patient."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from day_files import YVONNE, import_visits, open_office, visit
from days import CODE, short_day
from life import office_of
from surroundings import Surroundings

from tournee.app.cards import read_ps, read_vitale, unlock
from tournee.app.certify import certify_visit, pending_visits
from tournee.app.context import Office
from tournee.app.visits.degraded import ToldIdentity, bill_degraded
from tournee.app.visits.importing import import_day
from tournee.billing.identity import Amc
from tournee.errors import BillingError, StoreError
from tournee.reader import Reader
from tournee.store import VisitState

WHOLE = ToldIdentity("LAMBERT", "YVONNE", "", date(1955, 6, 11), "01-751-0000")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with open_office(tmp_path) as opened:
        yield opened


def test_what_the_carer_tells_of_the_patient_makes_the_dégradé_visit(office: Office) -> None:
    import_visits(office, visit(YVONNE, reference="R1"))
    done = bill_degraded(office, 1, "carte en opposition", WHOLE)
    patient = done.judged.typed
    assert (done.judged.visit.mode, done.judged.visit.reason) == ("05", "carte en opposition")
    assert (patient.name, patient.born, patient.key) == ("LAMBERT", "19550611", "62")
    assert (patient.regime, patient.caisse, patient.centre) == ("01", "751", "0000")
    assert done.row.state is VisitState.PENDING
    assert office.journal.known.by_reference("756000121", "R1").id == 1


def test_a_card_that_was_forgotten_is_mode_01(office: Office) -> None:
    import_visits(office, visit(YVONNE))
    assert bill_degraded(office, 1, "carte oubliée", WHOLE, no_card=True).judged.visit.mode == "01"


def test_what_lacks_is_named(office: Office) -> None:
    import_visits(office, visit(YVONNE))
    with pytest.raises(BillingError, match=r"son prénom, sa date de naissance") as lacks:
        bill_degraded(office, 1, "puce illisible", replace(WHOLE, first_name="", born=None))
    assert lacks.value.remedy == "degrade"


def test_a_complementary_share_needs_a_known_insurer(office: Office) -> None:
    import_visits(office, visit(YVONNE, tiers_payant="total"))
    with pytest.raises(BillingError, match="la mutuelle n’est connue que de la carte"):
        bill_degraded(office, 1, "puce illisible", WHOLE)
    amc = Amc("0099999997", indicator="30")
    assert bill_degraded(office, 1, "puce illisible", replace(WHOLE, amc=amc)).judged.visit.amc == amc


def test_a_billed_visit_is_not_made_dégradé(office: Office) -> None:
    import_visits(office, visit(YVONNE))
    office.journal.visits.abandon(1, "absente")
    with pytest.raises(StoreError):
        bill_degraded(office, 1, "puce illisible", WHOLE)


def test_a_patient_seen_before_needs_nothing_told_and_is_certified_without_the_card(
    surroundings: Surroundings,
) -> None:
    with (
        office_of(surroundings.journal, surroundings.world.route()) as office,
        Reader.open(surroundings.board.link_url) as reader,
    ):
        import_day(office, short_day(), "jour.toml")
        ps = read_ps(reader)
        unlock(reader, lambda: CODE)
        vitale = read_vitale(office, reader)
        for row, told in pending_visits(office, ps):
            certify_visit(office, reader, ps, vitale, row, told)
        import_day(office, short_day().replace(b"2026-11-15", b"2026-11-16"), "lendemain.toml")
        surroundings.board.remove("vitale")
        hugo = pending_visits(office, ps)[0][0]
        done = bill_degraded(office, hugo.id, "carte oubliée").judged
        patient = done.typed
        assert done.visit.amc.number == vitale.patients[0].amc.number
        assert (patient.name, patient.first_name, patient.born) == ("MOREAU", "HUGO", "20220205")
        card = vitale.patients[0]
        assert (patient.regime, patient.caisse, patient.centre) == (card.regime, card.caisse, card.centre)
        for row, told in pending_visits(office, ps):
            certify_visit(office, reader, ps, None, row, told)
        assert [sheet.mode for sheet in office.journal.invoices.get(3).sheets] == ["05", "05"]
        assert [row.state for row in office.journal.visits.find()] == [VisitState.DONE] * 4
