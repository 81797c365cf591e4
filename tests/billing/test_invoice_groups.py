"""The invoice as zone groups 1110 to 1610 (domain 1.3, profile open-1)."""

from billed import billed

from tournee.billing.visit import AMO_PAYS, BOTH_PAY
from tournee.billing.zones.groups import invoice_groups
from tournee.formats import zones


def test_groups_of_an_fse_and_dre_say_what_the_records_say(nurse, patient, visit, amc):
    invoice = billed(nurse, patient(amc=amc), visit(third_party=BOTH_PAY), 42)
    assert [tuple(field.decode() for field in group.fields) for group in invoice_groups(invoice)] == [
        ("000000042", "1", "202611150000", "1", "", ""),
        ("75600012", "1", "LEFEBVRE", "CLAIRE", "1", "24", "10", "", "", "", "", "L"),
        ("A", "2550699999001", "62", "195506150000", "1", "0", "00100", ""),
        ("01", "011", "0000", "011", "016"),
        ("00", "0035500042", "87654321", "1", "536", "", "", "", "", "33", "", "", ""),
        ("3",),
        ("1", "20261115", "AMI", "400", "1", "335", "1340", "60", "804", "1340", "536"),
        ("20261102", "751000126", "01", "10100001071"),
        ("10", "1", "", "", "001"),
    ]
    assert [group.id for group in invoice_groups(invoice)] == [
        1110,
        1120,
        1130,
        1310,
        1321,
        1410,
        1610,
        9004,
        9005,
    ]


def test_group_1321_is_there_only_when_an_amc_is_asked(nurse, patient, visit):
    invoice = billed(nurse, patient(), visit(third_party=AMO_PAYS), 1)
    assert 1321 not in [group.id for group in invoice_groups(invoice)]


def test_contract_99_says_complementary_third_party_in_group_1321_alone(nurse, patient, visit, amc):
    """OCT-EF-3."""
    made = visit(third_party=AMO_PAYS, contract99=True, complementary_third_party=True)
    groups = {group.id: group for group in invoice_groups(billed(nurse, patient(amc=amc), made, 1))}
    assert groups[1410].fields == (b"1",)
    assert groups[1321].fields[0] == b"99"
    assert groups[1321].fields[3:5] == (b"1", b"536")


def test_groups_encode_and_decode_to_themselves(nurse, patient, visit, amc):
    groups = invoice_groups(billed(nurse, patient(amc=amc), visit(third_party=BOTH_PAY), 42))
    assert zones.decode(zones.encode(groups)) == groups


def test_an_invoice_made_for_a_refused_one_names_it_and_its_day(nurse, patient, visit):
    invoice = billed(nurse, patient(), visit(third_party=AMO_PAYS), 43, rectifies="000000042")
    head = next(group for group in invoice_groups(invoice) if group.id == 1110)
    assert head.fields[4:] == (b"000000042", b"202611150000")
