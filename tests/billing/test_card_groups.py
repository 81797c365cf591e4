"""The professional and the beneficiaries out of zone groups (domain 1.3)."""

import pytest

from tournee.billing.identity import IdentityError, Period
from tournee.billing.zones.card import patients_from_groups, ps_from_groups
from tournee.formats import zones

HOLDER = zones.make(1, "80", "8", "10100000016", "", "22", "LEFEBVRE", "CLAIRE")
INSURED = zones.make(
    101, "T", "800000001", "", "", "", "", "A", "2550699999001", "62", "01", "011", "0000", "10", ""
)


def situation(number=1, *, billing="75600012", key="1", speciality="24"):
    head = (2, number, "0", "1", "31", "3", "750005019", "", "CABINET", billing, key)
    return zones.make(*head, "", "", "1", speciality, "10", "01", "", "", "", "1", "1")


def beneficiary(first_name, born="195506150000", rank="1", quality="0", service="00"):
    address = ("", "", "", "", "")
    service_days = ("202401010000", "204912310000") if service != "00" else ("", "")
    who = ("LAMBERT", "PERRIN", first_name, *address, "", "", "", born, rank, quality)
    return zones.make(104, *who, service, *service_days, "")


def amc(number="0035500042", indicator="33"):
    period = ("202401010000", "202612310000")
    return zones.make(109, number, "", "87654321", indicator, *period, "SP", "003", "", "", "", "")


def test_ps_card_gives_who_bills():
    ps = ps_from_groups([HOLDER, situation()])
    assert (ps.billing_number, ps.ps_type, ps.speciality) == ("756000121", "IF", "24")
    assert (ps.name, ps.first_name, ps.rpps) == ("LEFEBVRE", "CLAIRE", "10100000016")
    assert (ps.tariff_zone, ps.zone, ps.situation, ps.test) == ("10", "metro", 1, True)


def test_physiotherapist_bills_as_mk():
    ps = ps_from_groups([HOLDER, situation(billing="69700023", key="0", speciality="26")])
    assert ps.ps_type == "MK"


def test_overseas_billing_number_is_priced_overseas():
    assert ps_from_groups([HOLDER, situation(billing="97460001", key="7")]).zone == "drom"


def test_situation_is_chosen_by_its_number():
    groups = [HOLDER, situation(1), situation(2, billing="69700023", key="0")]
    assert ps_from_groups(groups, situation=2).billing_number == "697000230"


def test_situation_that_is_not_there_is_refused():
    with pytest.raises(IdentityError, match="situation de facturation n° 3"):
        ps_from_groups([HOLDER, situation()], situation=3)


def test_card_without_situation_is_refused():
    with pytest.raises(IdentityError, match="situation de facturation"):
        ps_from_groups([HOLDER])


def test_speciality_that_is_not_billed_here_is_refused():
    with pytest.raises(IdentityError, match="spécialité 28"):
        ps_from_groups([HOLDER, situation(speciality="28")])


def test_billing_number_with_a_wrong_key_on_the_card_is_refused():
    with pytest.raises(IdentityError, match="la clé 2 ne va pas"):
        ps_from_groups([HOLDER, situation(key="2")])


def test_real_ps_card_is_not_a_test_card():
    holder = zones.make(1, "0", "0", "756000121", "", "22", "LEFEBVRE", "CLAIRE")
    ps = ps_from_groups([holder, situation()])
    assert (ps.test, ps.rpps) == (False, "")


def test_insured_number_serves_every_beneficiary_in_the_card_s_order():
    groups = [INSURED, beneficiary("YVONNE"), beneficiary("ADAM", "202307140000", "1", "6")]
    mother, child = patients_from_groups(groups)
    assert (mother.first_name, mother.beneficiary_rank, mother.quality) == ("YVONNE", "001", "0")
    assert (child.first_name, child.beneficiary_rank, child.quality) == ("ADAM", "002", "6")
    assert (child.nir, child.key, child.birth) == ("2550699999001", "62", "230714")
    assert (mother.name, mother.serial, mother.test) == ("LAMBERT", "800000001", True)


def test_groups_of_a_beneficiary_come_in_any_order():
    rights = zones.make(105, "202401010000", "202612310000")
    cover = zones.make(106, "202401010000", "", "1", "0101")
    for groups in ([amc(), rights, cover], [cover, amc(), rights]):
        (patient,) = patients_from_groups([INSURED, beneficiary("YVONNE"), *groups])
        assert patient.amc.number == "0035500042"
        assert patient.rights == (Period("20240101", "20261231"),)
        assert patient.coverage_on("20261115").ald == "1"


def test_groups_after_a_new_beneficiary_are_not_the_first_one_s():
    groups = [INSURED, beneficiary("YVONNE"), beneficiary("ADAM", "202307140000"), amc()]
    mother, child = patients_from_groups(groups)
    assert mother.amc is None
    assert child.amc is not None


def test_cover_that_is_over_does_not_count():
    cover = zones.make(106, "202001010000", "202412310000", "1", "0101")
    (patient,) = patients_from_groups([INSURED, beneficiary("YVONNE"), cover])
    assert patient.coverage_on("20261115").ald == "0"


def test_amc_of_its_own_is_asked_by_dre():
    (patient,) = patients_from_groups([INSURED, beneficiary("YVONNE"), amc("35500042")])
    assert (patient.amc.number, patient.amc.management) == ("0035500042", "separate")
    assert (patient.amc.member, patient.amc.routing, patient.amc.host) == ("87654321", "SP", "003")


@pytest.mark.parametrize(
    ("indicator", "with_third_party", "without"),
    [("00", False, False), ("13", False, True), ("23", True, False), ("33", True, True), ("63", True, False)],
)
def test_tens_digit_of_the_indicator_says_when_a_dre_is_taken(indicator, with_third_party, without):
    (patient,) = patients_from_groups([INSURED, beneficiary("YVONNE"), amc(indicator=indicator)])
    assert patient.amc.dre_with_third_party is with_third_party
    assert patient.amc.dre_without_third_party is without


def test_indicator_60_is_c2s_settled_by_the_caisse():
    (patient,) = patients_from_groups([INSURED, beneficiary("YVONNE"), amc(indicator="60")])
    assert (patient.amc.c2s, patient.amc.management) == (True, "single")


def test_person_who_left_has_no_amc():
    (patient,) = patients_from_groups([INSURED, beneficiary("YVONNE"), amc(indicator="71")])
    assert patient.amc is None


def test_mutual_is_settled_by_the_caisse():
    mutual = zones.make(107, "20500018", "01020304", "01", "", "", "")
    rights = zones.make(108, "202401010000", "202612310000")
    (patient,) = patients_from_groups([INSURED, beneficiary("YVONNE"), mutual, rights])
    assert (patient.amc.number, patient.amc.management) == ("0020500018", "single")
    assert patient.amc.period == Period("20240101", "20261231")


def test_c2s_of_the_caisse_is_read_from_the_beneficiary():
    (patient,) = patients_from_groups([INSURED, beneficiary("NADIA", service="01")])
    assert (patient.amc.c2s, patient.amc.management) == (True, "single")


def test_zeros_are_no_bound_of_a_period():
    rights = zones.make(105, "202401010000", "000000000000")
    (patient,) = patients_from_groups([INSURED, beneficiary("YVONNE"), rights])
    assert patient.has_rights_on("20991231")


def test_card_without_insured_person_is_refused():
    with pytest.raises(IdentityError, match="ne porte pas d’assuré"):
        patients_from_groups([beneficiary("YVONNE")])


def test_nir_with_a_wrong_key_on_the_card_is_refused():
    wrong = zones.make(
        101, *(INSURED.field(rank) for rank in range(1, 9)), "63", "01", "011", "0000", "10", ""
    )
    with pytest.raises(IdentityError, match="la clé 63 ne va pas"):
        patients_from_groups([wrong, beneficiary("YVONNE")])
