"""An invoice out of the groups that an editor's software tells, and every refusal at its place."""

from dataclasses import replace

import pytest
from billed import billed

from tournee.billing.rules.visit import RuleError
from tournee.billing.sheets import invoice_records
from tournee.billing.visit import AMO_PAYS, BOTH_PAY, MATERNITY, Act
from tournee.billing.zones.decoded import GroupError, NotOnCardError, Told
from tournee.billing.zones.decoding import (
    KNOWN,
    Asked,
    invoice_from_groups,
    require_structure,
    situation_of,
    with_typed_speciality,
)
from tournee.billing.zones.groups import invoice_groups
from tournee.formats import zones
from tournee.model.codes import DEGRADED, SECURED

FSE, BOTH = frozenset({"FSE"}), frozenset({"FSE", "DRE"})


def told(groups, changes=()):
    fields = {group.id: list(group.fields) for group in groups}
    for (number, field), value in dict(changes).items():
        fields[number][field - 1] = value.encode()
    return Told([zones.Group(group.id, tuple(fields[group.id])) for group in groups], known=KNOWN)


@pytest.fixture
def fse(nurse, patient, visit):
    """One act, the caisse pays its share directly, no AMC."""
    return invoice_groups(billed(nurse, patient(), visit(third_party=AMO_PAYS), 42))


@pytest.fixture
def dre(nurse, patient, visit, amc):
    return invoice_groups(billed(nurse, patient(amc=amc), visit(third_party=BOTH_PAY), 42))


def test_groups_make_the_invoice_that_they_tell(nurse, patient, visit, amc, dre):
    asked = billed(nurse, patient(amc=amc), visit(third_party=BOTH_PAY), 42)
    made = invoice_from_groups(told(dre), nurse, [patient(amc=amc)], Asked(BOTH, SECURED))
    assert invoice_records(made) == invoice_records(asked)
    assert invoice_groups(made) == dre


def test_amounts_that_are_not_told_are_worked_out(nurse, patient, fse):
    empty = {(1610, field): "" for field in (1, 5, 6, 7, 8, 9, 10, 11)} | {(1130, 7): "", (1310, 4): ""}
    made = invoice_from_groups(told(fse, empty), nurse, [patient()], Asked(FSE, SECURED))
    assert (made.fee, made.amo) == (1340, 804)


def with_acts(groups, *acts):
    """The same groups with these acts, of which nothing is told but date, code, coefficient, complement."""
    made = [
        zones.make(1610, "", day, code, value, *[""] * 7, more, "", "") for day, code, value, more in acts
    ]
    first = next(rank for rank, group in enumerate(groups) if group.id == 1610)
    rest = [group for group in groups if group.id != 1610]
    return Told([*rest[:first], *made, *rest[first:]], known=KNOWN)


def test_an_allowance_that_comes_again_is_of_another_passage(nurse, patient, fse):
    once = [("20261113", "AMI", "100", ""), ("20261113", "MAU", "", ""), ("20261113", "IFA", "", "")]
    made = invoice_from_groups(with_acts(fse, *once, *once), nurse, [patient()], Asked(FSE, SECURED))
    assert [(line.code, line.base) for line in made.lines] == [("AMI", 335), ("MAU", 135), ("IFA", 275)] * 2


def test_a_complement_that_comes_again_raises_another_passage(nurse, patient, fse):
    once = ("20261115", "AMI", "400", "F")
    made = invoice_from_groups(with_acts(fse, once, once), nurse, [patient()], Asked(FSE, SECURED))
    assert [line.base for line in made.lines] == [1340 + 850] * 2


@pytest.mark.parametrize(("hour", "base"), [("", 1340 + 915), ("2130", 1340 + 915), ("0310", 1340 + 1830)])
def test_the_hour_behind_a_date_tells_the_two_nights_apart(nurse, patient, fse, hour, base):
    told = with_acts(fse, (f"20261113{hour}", "AMI", "400", "N"))
    made = invoice_from_groups(told, nurse, [patient()], Asked(FSE, SECURED))
    assert [line.base for line in made.lines] == [base]


def test_an_hour_that_cannot_be_is_refused(nurse, patient, fse):
    told = with_acts(fse, ("202611132460", "AMI", "400", ""))
    with pytest.raises(GroupError, match="une heure HHMM est attendue"):
        invoice_from_groups(told, nurse, [patient()], Asked(FSE, SECURED))


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        ((1610, 6), "336", r"champ 6 \(prix_unitaire\) : la zone dit « 336 », le calcul donne « 335 »"),
        ((1610, 9), "805", r"champ 9 \(part_amo\)"),
        ((1610, 1), "2", r"champ 1 \(rang\)"),
        ((1610, 5), "x", "un nombre entier est attendu"),
        ((1610, 2), "20261315", "une date AAAAMMJJ est attendue"),
        ((1110, 1), "facture", "un nombre entier"),
        ((1110, 3), "", "une date"),
        ((1110, 5), "000000041", "facture_rectifiee"),
        ((1120, 1), "69700023", "facturation"),
        ((1120, 12), "S", "conditions"),
        ((1130, 7), "10100", "couverture"),
        ((1130, 8), "1", "carnet"),
        ((1310, 4), "999", "destinataire"),
        ((1410, 1), "4", "de 0 à 3"),
        ((9005, 1), "99", "une de 10, 30, 41"),
        ((9005, 3), "123456789", "accident"),
    ],
)
def test_field_that_is_not_what_billing_finds_is_refused_at_its_place(
    nurse, patient, fse, place, value, said
):
    with pytest.raises(GroupError, match=said) as refused:
        invoice_from_groups(told(fse, {place: value}), nurse, [patient()], Asked(FSE, SECURED))
    assert refused.value.group == place[0]


@pytest.mark.parametrize("number", [1110, 1130, 1410])
def test_group_that_an_invoice_needs_is_missed(nurse, patient, fse, number):
    with pytest.raises(GroupError, match=f"Le groupe {number} manque") as refused:
        given = told([group for group in fse if group.id != number])
        invoice_from_groups(given, nurse, [patient()], Asked(FSE, SECURED))
    assert refused.value.absent


def test_group_that_is_not_carried_is_refused(fse):
    with pytest.raises(GroupError, match="1220") as refused:
        Told([*fse, zones.make(1220, "3", "20261118")], known=KNOWN)
    assert refused.value.unused


def test_group_given_twice_is_refused(nurse, patient, fse):
    with pytest.raises(GroupError, match="2 fois"):
        invoice_from_groups(told([*fse, fse[0]]), nurse, [patient()], Asked(FSE, SECURED))


def test_patient_who_is_not_on_the_card_is_refused(nurse, patient, fse):
    for patients in ([], [patient(birth_rank="2")], [patient(), patient(beneficiary_rank="002")]):
        with pytest.raises(NotOnCardError):
            invoice_from_groups(told(fse), nurse, patients, Asked(FSE, SECURED))


def test_patient_without_a_card_is_the_one_that_the_groups_tell(nurse, fse):
    made = invoice_from_groups(told(fse), nurse, [], Asked(FSE, DEGRADED))
    assert (made.visit.mode, made.patient.nir, made.patient.beneficiary_rank) == (
        DEGRADED,
        "2550699999001",
        "001",
    )
    assert made.patient.coverage_on("20261115").situation == "0100"


def test_amc_that_the_card_asks_and_the_groups_do_not_is_missed(nurse, patient, amc, fse):
    card = [patient(amc=replace(amc, management="single"))]
    with pytest.raises(GroupError, match="1321 manque") as refused:
        invoice_from_groups(told(fse), nurse, card, Asked(FSE, SECURED))
    assert refused.value.absent


def test_amc_of_which_nothing_can_be_asked_is_refused(nurse, patient, amc, dre):
    with pytest.raises(GroupError, match="rien à demander"):
        given = told(dre, {(1410, 1): "1", (1321, 4): "", (1321, 5): "", (1610, 11): ""})
        invoice_from_groups(given, nurse, [patient(amc=amc)], Asked(FSE, SECURED))


def test_contract_99_and_a_dre_are_refused_as_in_a_day_file(nurse, patient, amc, dre):
    """OCT-X-1."""
    with pytest.raises(RuleError, match="s’excluent"):
        given = told(dre, {(1321, 1): "99", (1410, 1): "1"})
        invoice_from_groups(given, nurse, [patient(amc=amc)], Asked(BOTH, SECURED))


def test_contract_99_limits_third_party_payment_as_in_a_day_file(nurse, patient, amc, dre):
    """OCT-EF-3."""
    with pytest.raises(RuleError, match="contrat 99"):
        invoice_from_groups(told(dre, {(1321, 1): "99"}), nurse, [patient(amc=amc)], Asked(FSE, SECURED))


def test_coefficient_is_billed_as_it_is_told(nurse, patient, visit):
    """Article 11B has been applied by who tells the groups: the second act is not halved again."""
    acts = (
        Act("AMI", coefficient=400),
        Act("AMI", coefficient=150),
    )
    asked = billed(nurse, patient(), visit(*acts), 42)
    made = invoice_from_groups(told_lines(asked), nurse, [patient()], Asked(FSE, SECURED))
    assert [line.coefficient for line in made.lines] == [400, 75]


def told_lines(invoice):
    return Told(invoice_groups(invoice), known=KNOWN)


def test_speciality_typed_in_wins_over_the_card_s():
    situation = zones.make(2, 1, *[""] * 12, "24", *[""] * 7)
    typed = Told([zones.make(1870, "26")], known=KNOWN)
    assert with_typed_speciality(typed, [situation])[0].field("specialite") == "26"
    assert with_typed_speciality(Told([], known=KNOWN), [situation]) == [situation]


def test_structure_must_be_that_of_the_situation():
    card = [
        zones.make(2, number, "0", "1", "31", "3", place, "", "CABINET", *[""] * 13)
        for number, place in ((1, "750005019"), (2, "750000000"))
    ]
    require_structure(Told([zones.make(1140, "3", "750005019", "", "")], known=KNOWN), card, 1)
    with pytest.raises(GroupError, match="750005019"):
        require_structure(Told([zones.make(1140, "", "750005019", "", "")], known=KNOWN), card, 2)


def test_situation_is_the_card_s_first_unless_told(fse):
    assert situation_of(told(fse)) == 1
    assert situation_of(told(fse, {(1110, 4): ""})) is None


def test_third_party_of_a_share_of_nothing_needs_no_amc(nurse, patient, visit, amc):
    """All is paid by the caisse: a patient with the C2S has nothing left for an AMC."""
    holder = patient(amc=replace(amc, c2s=True, indicator="63"))
    whole = billed(nurse, holder, visit(third_party=BOTH_PAY, nature=MATERNITY), 42)
    made = invoice_from_groups(told_lines(whole), nurse, [holder], Asked(FSE, SECURED))
    assert invoice_records(made) == invoice_records(whole)


def test_third_party_of_a_share_that_is_left_needs_its_amc(nurse, patient, amc, fse):
    with pytest.raises(GroupError, match="une part complémentaire reste"):
        given = told(fse, {(1410, 1): "3"})
        invoice_from_groups(given, nurse, [patient(amc=amc)], Asked(FSE, SECURED))
