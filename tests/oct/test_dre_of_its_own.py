"""A DRE that comes again alone, to another AMC: what the emulated OCT takes and refuses (profile, *A DRE
alone*).
"""

import pytest
from oct_verdicts import verdicts

from tournee.emulation.oct import Scenario, ScenarioRejection

FIRST, SECOND, THIRD = "0088888888", "0077777777", "0066666666"


@pytest.fixture
def taken(workshop, make_oct):
    """How an OCT is asked that took an invoice in, both sheets, and whose first AMC did not pay."""
    oct_ = make_oct(Scenario(rejected_amc={FIRST: ScenarioRejection("0301", "ADHERENT INCONNU")}))

    def ask(number, amc, *, member="", more="", mode="01", **change):
        named = {"numero_amc": amc, "adherent": member}
        sheet = workshop.Sheet(third_party="3", two={"numero_amc": amc}, complement=named, **change)
        lots = [workshop.Lot(number=number, kind="DRE", crf=f"D{amc}", mode=mode, sheets=(sheet,))]
        if more:
            lots.insert(0, workshop.Lot(number=more, sheets=(sheet,)))
        name = f"000{number}"
        file = workshop.file([workshop.lot(one) for one in lots], name=name)
        message = workshop.message(file, name=name, stamp=f"2026112218290000{number}")
        return [(code, label) for _, code, label, _ in verdicts(oct_, message)]

    assert [code for code, _ in ask("002", FIRST, more="001", mode="03")] == ["0000", "0000"]
    return ask


def test_it_is_taken_without_the_seal_of_a_vitale_card_then_asked_nothing_twice(taken):
    assert [code for code, _ in taken("003", SECOND, member="A 12")] == ["0000"]
    assert [code for code, _ in taken("004", SECOND, member="A 12")] == ["0105"]
    assert taken("005", THIRD) == [("0199", "DRE : PART DEJA DEMANDEE A UNE AUTRE AMC")]


def test_of_other_facts_than_its_invoice_it_is_refused_and_of_the_same_taken(taken):
    other = ("0199", "DRE : AUTRES FAITS QUE CEUX DE LA FACTURE")
    assert taken("003", SECOND, acts=2) == [other]
    assert taken("004", SECOND, four={"date": "261121"}) == [other]
    assert [code for code, _ in taken("005", SECOND)] == ["0000"]


def test_the_same_demand_again_after_its_refusal_is_a_duplicate(taken):
    assert [code for code, _ in taken("003", FIRST)] == ["0105"]
