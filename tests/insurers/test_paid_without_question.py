"""The emulated insurers pay a DRE by the engagement that it repeats, or refuse it by that alone (AMC-7)."""

from datetime import date

import pytest

from tournee.emulation.oct.judging.engaged import engagement_of, rejection_of
from tournee.emulation.oct.judging.lot import OctLot, OctSheet
from tournee.emulation.oct.judging.scenario import Scenario, ScenarioRejection
from tournee.emulation.services.amc import EngagementRegister

GIVEN, INSURER, NIR = date(2026, 11, 16), "0099900009", "2550699999001"


@pytest.fixture
def register(tmp_path):
    return EngagementRegister(tmp_path / "engagements.json")


def lot(kind, day):
    return OctLot({"categorie": kind, "date": f"{day:%y%m%d}"}, (), {}, b"", ())


def sheet(number, insurer=INSURER):
    complement = {"numero_amc": insurer, "engagement": number}
    return OctSheet({"numero_amc": insurer, "nir": NIR}, None, complement, (), {}, b"", ())


def test_a_dre_that_repeats_an_engagement_in_force_is_paid_without_question(register):
    """AMC-7: though this insurer refuses that patient's others."""
    number, expires = register.give(INSURER, GIVEN)
    scenario = Scenario(rejected={NIR: ScenarioRejection("0043", "NON")}, engagements=register)
    assert expires == date(2026, 11, 24)
    assert rejection_of(sheet(number), lot("DRE", expires), scenario) is None
    assert rejection_of(sheet(""), lot("DRE", expires), scenario).code == "0043"


def test_an_unknown_an_expired_and_another_s_engagement_are_refused_by_codes_of_their_own(register):
    """AMC-7."""
    number, _ = register.give(INSURER, GIVEN)
    scenario = Scenario(engagements=register)
    assert rejection_of(sheet("E1"), lot("DRE", GIVEN), scenario).code == "EN01"
    assert rejection_of(sheet(number), lot("DRE", date(2026, 11, 25)), scenario).code == "EN02"
    assert rejection_of(sheet(number, "0035500042"), lot("DRE", GIVEN), scenario).code == "EN01"


def test_a_fse_is_not_judged_by_it(register):
    assert engagement_of(sheet("E1"), lot("FSE", GIVEN)) == ""
    assert rejection_of(sheet("E1"), lot("FSE", GIVEN), Scenario(engagements=register)) is None
