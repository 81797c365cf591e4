"""The day file's keys of who pays: what each is read as, and what each mistake is told."""

from datetime import date

import pytest

from tournee.billing.dayfile.day import read_day
from tournee.billing.entitlement import Entitlement
from tournee.billing.identity import Period
from tournee.billing.visit import Accident, Agreement

HEAD = '[journee]\ndate = 2026-10-15\nps = "756000121"\nprofession = "IF"\n[[visite]]\n'
ACT = 'actes = [{ code = "AMI", coefficient = 4 }]\n'
CARD = f'nir = "1620506088054"\n{ACT}'
TYPED = f'{CARD}cle = "53"\nnaissance = 1962-05-02\n'
PATIENT = (
    '[visite.patient]\nnom = "MARTINEZ"\nprenom = "PAUL"\nregime = "01"\ncaisse = "041"\ncentre = "0000"\n'
)
DEGRADED = 'mode = "dégradé"\nmotif = "puce"\n'


def read(text: str):
    return read_day((HEAD + text).encode(), "jour.toml")


def visit_of(text: str):
    day = read(text)
    assert day.mistakes == ()
    return day.visits[0].draft.visit


def mistakes_of(text: str) -> list[str]:
    return [str(one).partition(", visite 1, ")[2] or str(one) for one in read(text).mistakes]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('exoneration = "5"', Entitlement(exemption="5")),
        ("regime_local = true", Entitlement(local_scheme=True)),
        (
            "maternite = { accouchement = 2027-01-10 }",
            Entitlement(maternity=Period("20260910", "20270122")),
        ),
        (
            "maternite = { debut = 2026-09-01, fin = 2027-01-15 }",
            Entitlement(maternity=Period("20260901", "20270115")),
        ),
        ("", Entitlement()),
    ],
)
def test_what_a_visit_says_of_who_pays_is_read(line, told):
    assert visit_of(f"{CARD}{line}\n").entitlement == told


def test_exemption_of_one_act_is_that_act_s():
    acts = (
        'actes = [{ code = "AMI", coefficient = 2.4, exoneration = "7" }, { code = "AMI", coefficient = 4 }]'
    )
    visit = visit_of(f'nir = "1620506088054"\n{acts}\n')
    assert [act.exemption for act in visit.passages[0].acts] == ["7", ""]


def test_attestation_of_ame_stands_for_mode_reason_and_third_party():
    """CEAM-4."""
    visit = visit_of(TYPED + PATIENT + "ame = { debut = 2026-03-01, fin = 2027-02-28 }\n")
    assert visit.entitlement.state_aid == Period("20260301", "20270228")
    assert (visit.mode, visit.reason, visit.third_party) == ("01", "attestation d’AME", 1)


def test_what_is_said_beside_an_attestation_of_ame_wins():
    aid = "ame = { debut = 2026-03-01, fin = 2027-02-28 }\n"
    visit = visit_of(f'{TYPED}tiers_payant = "total"\n{PATIENT}{DEGRADED}{aid}')
    assert (visit.mode, visit.reason, visit.third_party) == ("05", "puce", 3)


def test_typed_c2s_is_the_caisse_s_and_paid_directly():
    visit = visit_of(TYPED + PATIENT + DEGRADED + "c2s = true\n")
    assert (visit.typed.amc.c2s, visit.typed.amc.management, visit.third_party) == (True, "single", 3)


@pytest.mark.parametrize(
    ("word", "letter"), [("ville", "V"), ("établissement", "E"), ("infirmier", "I"), ("accès direct", "D")]
)
def test_origin_of_a_prescription_is_read(word, letter):
    line = f'prescription = {{ date = 2026-10-02, prescripteur = "751000126", origine = "{word}" }}\n'
    assert visit_of(CARD + line).prescription.origin == letter


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("accord = { demande = 2026-10-01 }", Agreement(date(2026, 10, 1))),
        ('accord = { demande = 2026-10-01, reponse = "silence" }', Agreement(date(2026, 10, 1))),
        (
            'accord = { demande = 2026-10-01, reponse = "accordé", le = 2026-10-10, numero = "DAP 1" }',
            Agreement(date(2026, 10, 1), "given", date(2026, 10, 10), "DAP 1"),
        ),
        (
            'accord = { demande = 2026-10-01, reponse = "refusé", le = 2026-10-10 }',
            Agreement(date(2026, 10, 1), "refused", date(2026, 10, 10)),
        ),
    ],
)
def test_prior_agreement_is_read(line, told):
    assert visit_of(f"{CARD}{line}\n").agreement == told


@pytest.mark.parametrize("number", ["26091401", "026091401"])
def test_number_of_an_accident_has_eight_digits_on_the_card_and_nine_in_a_record(number):
    line = f'nature = "accident du travail"\naccident = {{ numero = "{number}" }}\n'
    assert visit_of(CARD + line).accident == Accident(number)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (
            "maternite = { debut = 2026-09-01 }",
            "maternite, fin : manque ; debut et fin vont ensemble",
        ),
        (
            "maternite = { accouchement = 2027-01-10, debut = 2026-09-01, fin = 2027-01-15 }",
            "maternite, accouchement : la date de l’accouchement, prévue ou réelle, ou debut et fin",
        ),
        ("maternite = { debut = 2027-01-15, fin = 2026-09-01 }", "maternite, fin : avant le début"),
        ("regime_local = 1", "regime_local : true ou false est attendu"),
        ('exoneration = "35"', "exoneration : 2 caractères, 1 au plus"),
        (
            'accord = { demande = 2026-10-10, reponse = "accordé", le = 2026-10-01 }',
            "accord, le : une réponse avant la demande",
        ),
        (
            'accident = { numero = "1234" }',
            "accident, numero : 8 ou 9 chiffres entre guillemets sont attendus",
        ),
    ],
)
def test_each_mistake_is_told_at_its_place(line, told):
    assert mistakes_of(f"{CARD}{line}\n") == [told]


def test_attestation_of_ame_has_both_its_days():
    assert mistakes_of(f"{TYPED}{PATIENT}ame = {{ debut = 2026-03-01 }}\n") == ["patient, ame, fin : manque"]
