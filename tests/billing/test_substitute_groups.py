"""A substitute, a visit's place and what gives a right to some acts: into groups, and back."""

from dataclasses import replace
from datetime import date

import pytest
from billed import billed

from tournee.billing.identity import PsIdentity, Substitute
from tournee.billing.sheets import invoice_records
from tournee.billing.visit import AMO_PAYS, Act, Passage, Prescription
from tournee.billing.zones.decoded import GroupError, Told
from tournee.billing.zones.decoding import KNOWN, Asked, invoice_from_groups
from tournee.billing.zones.groups import invoice_groups
from tournee.billing.zones.sheet import sheet_groups
from tournee.formats import records, zones
from tournee.model.codes import SECURED, VISIT

FSE = frozenset({"FSE"})
SUNDAY, MONDAY = date(2026, 11, 15), date(2026, 11, 16)
INES = Substitute("756000030", "10100000040", "FAURE", "INES")


@pytest.fixture
def card() -> PsIdentity:
    """What the substitute's card says."""
    return PsIdentity(
        "756000030", "IF", "24", "FAURE", "INES", rpps="10100000040", tariff_zone="10", test=True
    )


@pytest.fixture
def replaced(card) -> PsIdentity:
    """Under whose number her visits are billed."""
    return replace(card, billing_number="756000121", name="LEFEBVRE", first_name="CLAIRE", substitute=INES)


@pytest.fixture
def groups(replaced, patient, visit):
    return invoice_groups(billed(replaced, patient(), visit(third_party=AMO_PAYS), 42))


def of(groups, number):
    return [group.fields for group in groups if group.id == number]


def without(groups, number):
    return Told([group for group in groups if group.id != number], known=KNOWN)


def test_1150_names_the_substitute_and_1120_the_replaced(groups):
    assert of(groups, 1150) == [(b"75600003", b"0", b"FAURE", b"INES", b"1")]
    assert of(groups, 1120)[0][:4] == (b"75600012", b"1", b"LEFEBVRE", b"CLAIRE")


def test_groups_with_1150_make_the_records_of_both(card, replaced, patient, visit, groups):
    made = invoice_from_groups(Told(groups, known=KNOWN), card, [patient()], Asked(FSE, SECURED))
    body = invoice_records(made)
    assert body == invoice_records(billed(replaced, patient(), visit(third_party=AMO_PAYS), 42))
    assert records.decode_as("2R", body[128:256])["rpps"] == "10100000040"
    assert of(sheet_groups(body), 1150) == of(groups, 1150)


def test_1150_needs_to_know_who_is_replaced(card, patient, groups):
    with pytest.raises(GroupError, match="nomme qui est remplacé"):
        invoice_from_groups(without(groups, 1120), card, [patient()], Asked(FSE, SECURED))


@pytest.mark.parametrize(("rank", "value"), [(0, "69700023"), (2, "AUBERT"), (4, "0")])
def test_1150_that_is_not_what_the_card_says_is_refused(card, patient, groups, rank, value):
    fields = [field.decode() for field in of(groups, 1150)[0]]
    fields[rank] = value
    told = [zones.make(1150, *fields) if group.id == 1150 else group for group in groups]
    with pytest.raises(GroupError) as refused:
        invoice_from_groups(Told(told, known=KNOWN), card, [patient()], Asked(FSE, SECURED))
    assert refused.value.group == 1150


def back(ps, who, visit, **changes):
    """What comes of an invoice's own groups, and what they were made of."""
    asked = billed(ps, who, visit(third_party=AMO_PAYS, **changes), 42)
    mode = changes.get("mode", SECURED)
    made = invoice_from_groups(Told(invoice_groups(asked), known=KNOWN), ps, [who], Asked(FSE, mode))
    return invoice_records(made), invoice_records(asked)


def test_palliative_care_comes_back(nurse, patient, visit):
    acts = (Act("AMI", 100), Act("MCI"))
    there = Passage(SUNDAY, acts=acts, place="home")
    made, asked = back(nurse, patient(), visit, palliative=True, passages=(there,), mode=VISIT)
    assert made == asked


def test_the_middle_of_a_night_comes_back_at_its_price(nurse, patient, visit):
    night = Passage(MONDAY, minute=3 * 60 + 10, acts=(Act("AMI", 400),), majoration="N", urgent=True)
    prescription = Prescription(date(2026, 11, 2), "751000126", "10100001071", night=True)
    made, asked = back(
        nurse, patient(), visit, day=MONDAY, passages=(night,), prescription=prescription, mode=SECURED
    )
    assert made == asked
    assert int(records.decode_as("4", asked[128:256])["base"]) == 1340 + 1830


@pytest.mark.parametrize(("place", "code"), [("home", "01"), ("institution", "02")])
def test_the_place_of_a_visit_is_in_each_act_and_comes_back(nurse, patient, visit, place, code):
    there = Passage(SUNDAY, acts=(Act("AMI", 400),), place=place)
    made, asked = back(nurse, patient(), visit, passages=(there,), mode=VISIT)
    assert made == asked
    assert records.decode_as("4", asked[128:256])["mode_traitement"] == code


def test_the_place_stays_unsaid_in_other_modes(nurse, patient, visit):
    there = Passage(SUNDAY, acts=(Act("AMI", 400),), place="home")
    asked = invoice_records(billed(nurse, patient(), visit(passages=(there,)), 42))
    assert records.decode_as("4", asked[128:256])["mode_traitement"] == "00"


def test_ends_of_9005_tell_what_a_visit_had(nurse, patient, visit):
    told = visit(discharged=date(2026, 11, 10), palliative=True)
    (fields,) = of(invoice_groups(billed(nurse, patient(), told, 42)), 9005)
    assert fields[11:] == (b"20261110", b"", b"1", b"", b"")
