"""Single columns of what the insurers behind the emulated OCT write, read by position (domain 2.4)."""

import pytest

from tournee.emulation.oct import FlatPayment, Retention, Scenario, ScenarioRejection
from tournee.formats import noemie
from tournee.returns.classify import take_in

NIR = "2550699999001"
NOTICE = "SIMULATION OPEN-1 : REPONSE FICTIVE, NE CONCERNE PERSONNE"


@pytest.fixture
def answered(workshop, make_oct):
    """The RSP that answer one file of `lots`: bytes."""

    def answer(*lots, scenario: Scenario | None = None) -> list[bytes]:
        message = workshop.message(workshop.file([workshop.lot(lot) for lot in lots]))
        decoded = [take_in(one) for one in make_oct(scenario).receive(message)]
        return [one.clear for one in decoded if one.kind == "RSP"]

    return answer


@pytest.fixture
def both(workshop):
    """A FSE with third-party payment on both shares, and the DRE beside it."""
    sheet = workshop.Sheet(third_party="3", acts=2)
    dre = workshop.Lot(number="002", kind="DRE", crf="D0088888888", sheets=(sheet,))
    return workshop.Lot(sheets=(sheet,)), dre


def entities(content: bytes, kind: str) -> list[bytes]:
    return [entity.raw for entity in noemie.read(content) if entity.type == kind]


def test_every_rsp_is_marked_as_a_demonstration_at_both_ends(answered, both):
    scenario = Scenario(
        rejected={NIR: ScenarioRejection("4102", "DROITS FERMES")},
        flat_payment=FlatPayment("00101", "FORFAIT TELETRANSMISSION", 28000, "260101", "261231"),
    )
    files = answered(*both) + answered(*both, scenario=scenario)
    assert [content[61:65] for content in files] == [b"0576", b"0576", b"0580", b"0580", b"0900"]
    assert {(content[70:71], content[-128:][63:64]) for content in files} == {(b"D", b"D")}


def test_an_amc_answers_as_a_complementary_organism_and_an_amo_as_a_centre(answered, both):
    fse, dre = answered(*both)
    assert [(content[3:5], content[-128:][3:5]) for content in (fse, dre)] == [(b"CT",) * 2, (b"OC",) * 2]


def test_a_sheet_rejected_has_its_rejection_and_then_a_comment_that_says_simulation(answered, both):
    fse, dre = answered(*both, scenario=Scenario(rejected={NIR: ScenarioRejection("4102", "DROITS FERMES")}))
    for content in (fse, dre):
        kinds = [entity.type for entity in noemie.read(content)]
        assert kinds == ["000", "040", "080", "102", "103", "294", "295", "999"]
        (comment,) = entities(content, "295")
        assert comment[6:134].decode().rstrip() == NOTICE


def test_each_insurer_writes_its_own_share_of_a_line(answered, both):
    fse, dre = answered(*both)
    shares = [
        [(line[52:60], line[98:101], line[101:109]) for line in entities(content, "210")]
        for content in (fse, dre)
    ]
    assert shares == [
        [(b"00000600", b"000", b"00000000")] * 2,
        [(b"00000000", b"040", b"00000400")] * 2,
    ]


def test_the_lines_share_out_what_is_asked_of_a_split(answered, workshop):
    """OCT-EF-1."""
    complement = {"tp_complementaire": "1", "montant_complementaire": 600, "adherent": "M123"}
    sheet = workshop.Sheet(two={"type_contrat": "99"}, complement=complement, acts=2)
    (content,) = answered(workshop.Lot(sheets=(sheet,)))
    assert [(line[98:101], line[101:109]) for line in entities(content, "210")] == [
        (b"040", b"00000400"),
        (b"040", b"00000200"),
    ]


def test_a_deferred_sheet_has_lines_that_pay_nothing(answered, workshop):
    lot = workshop.Lot(sheets=(workshop.Sheet(third_party="3"),))
    (content,) = answered(lot, scenario=Scenario(deferred=frozenset({NIR})))
    (line,) = entities(content, "210")
    assert (line[52:60], line[98:109]) == (b"00000000", b"000" + b"00000000")


@pytest.mark.parametrize(
    ("third_party", "contract", "treatment"), [("3", "", b"C"), ("1", "", b" "), ("1", "99", b"F")]
)
def test_a_fse_says_what_became_of_its_amc_share(answered, workshop, third_party, contract, treatment):
    complement = {"tp_complementaire": "1", "montant_complementaire": 400} if contract else None
    two = {"type_contrat": contract} if contract else {}
    sheet = workshop.Sheet(third_party=third_party, two=two, complement=complement)
    (content,) = answered(workshop.Lot(sheets=(sheet,)))
    (invoice,) = entities(content, "102")
    assert invoice[36:37] == treatment


def test_a_dre_was_split_on_the_workstation_and_the_fse_beside_it_pays_no_amc_share(answered, both):
    fse, dre = answered(*both)
    assert [entities(content, "102")[0][36:37] for content in (fse, dre)] == [b" ", b"E"]


def test_what_is_held_back_is_negative_and_lowers_the_total(answered, workshop):
    scenario = Scenario(
        flat_payment=FlatPayment("00101", "FORFAIT TELETRANSMISSION", 28000, "260101", "261231"),
        retention=Retention("DETTE1", 1500, "260301"),
    )
    _, content = answered(workshop.Lot(), scenario=scenario)
    (held,) = entities(content, "250")
    assert (held[29:37], held[37:38]) == (b"00001500", b"N")
    assert content[-128:][85:97] == b"00000026500P"


def test_a_debt_is_told_with_its_movements_and_its_recovery_alone_counts(answered, workshop):
    scenario = Scenario(
        flat_payment=FlatPayment("00101", "FORFAIT TELETRANSMISSION", 28000, "260101", "261231"),
        retention=Retention("DETTE1", 1500, "260301", owed=4000),
    )
    _, content = answered(workshop.Lot(), scenario=scenario)
    told = [(one[26:29], one[29:37], one[37:38], one[38:46]) for one in entities(content, "250")]
    assert told == [
        (b"CIN", b"00004000", b"N", b"00004000"),
        (b"RPR", b"00001500", b"N", b"00002500"),
        (b"RDT", b"00002500", b"N", b"00000000"),
    ]
    assert content[-128:][85:97] == b"00000026500P"
