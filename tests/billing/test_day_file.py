"""The day file: what is read, and where each mistake is told."""

import json
from datetime import date
from pathlib import Path

import pytest

from tournee.billing.breach import place_of
from tournee.billing.dayfile.day import DayError, load_day
from tournee.billing.dayfile.schema import DAY_FORMAT
from tournee.billing.identity import Amc
from tournee.billing.nomenclature.table import packaged
from tournee.billing.visit import Accident, Act, Agreement, Passage, Prescription, Travel

HEAD = '[journee]\ndate = 2026-11-15\nps = "756000121"\nprofession = "IF"\n'
PRESCRIPTION = 'prescription = { date = 2026-11-02, rpps = "10100001071" }\n'
VISIT = f'[[visite]]\nnir = "2550699999001"\n{PRESCRIPTION}'
AMI = 'actes = [{ code = "AMI", coefficient = 4 }]\n'


def read(text, name="journee.toml"):
    return load_day(text.encode("utf-8"), name, packaged())


def visit_of(text):
    return read(HEAD + text).visits[0].visit


def mistakes(text, name="journee.toml"):
    with pytest.raises(DayError) as refusal:
        read(text, name)
    return [(mistake.line, place_of(mistake.path), mistake.text) for mistake in refusal.value.mistakes]


def test_every_mistake_is_told_at_once_with_its_line_and_place(vectors: Path):
    expected = []
    for line in (vectors / "journee_fautive.erreurs").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            number, place, text = line.split(" · ")
            expected.append((int(number), place, text))
    found = mistakes((vectors / "journee_fautive.toml").read_text(encoding="utf-8"))
    assert sorted(found) == sorted(expected)


def test_mistakes_come_in_the_order_of_the_file(vectors: Path):
    found = mistakes((vectors / "journee_fautive.toml").read_text(encoding="utf-8"))
    assert [line for line, _, _ in found] == sorted(line for line, _, _ in found)


def test_message_counts_the_mistakes_and_names_the_file():
    with pytest.raises(DayError, match=r"« tour\.toml » : 1 erreur, rien n’est facturé"):
        read(HEAD + VISIT, "tour.toml")


def test_head_is_read():
    day = read(HEAD + VISIT + AMI)
    assert (day.day, day.ps_number, day.profession) == (date(2026, 11, 15), "756000121", "IF")


def test_act_is_read_with_all_its_keys():
    line = (
        'actes = [{ code = "ami", coefficient = 1.25, date = 2026-11-08, heure = "7h30", complement = "F", '
        'honoraires = 30.5, qualificatif = "D" }, { acte = "Prise de sang", derogation = "prelev" }]\n'
    )
    first, second = visit_of(VISIT + line).passages
    assert first == Passage(
        date(2026, 11, 8), 450, (Act("AMI", 125, fee=3050, qualifier="D"),), majoration="F"
    )
    assert second == Passage(date(2026, 11, 15), acts=(Act("", act="Prise de sang", derogation="prelev"),))


def test_acts_of_one_day_and_hour_are_one_passage_and_each_has_its_travel():
    line = (
        'heure = "08:00"\nactes = [{ code = "AMI", coefficient = 4 }, { code = "AMI", coefficient = 1 }, '
        '{ code = "AMI", coefficient = 1, date = 2026-11-14 }, '
        '{ code = "AMI", coefficient = 1, heure = "19:00" }]\n'
        'deplacement = { indemnite = "IFA" }\n'
    )
    passages = visit_of(VISIT + line).passages
    assert [(one.day.day, one.minute, len(one.acts)) for one in passages] == [
        (15, 480, 2),
        (14, 480, 1),
        (15, 1140, 1),
    ]
    assert {one.travel for one in passages} == {Travel("IFA")}


def test_passages_told_one_by_one_keep_what_is_their_own():
    visit = visit_of(
        VISIT
        + 'foyer = "12 rue des Lilas"\n[[visite.passage]]\nheure = 08:15:00\nactes = [{ code = "BSB" }]\n'
        + 'deplacement = { indemnite = "IFI", kilometres = 9, terrain = "montagne" }\n'
        + '[[visite.passage]]\ndate = 2026-11-14\nlieu = "domicile"\nappel = "20 h 10"\nurgence = true\n'
        + 'majoration = "n"\nheure = "23:30"\nactes = [{ code = "AMX", coefficient = 1 }]\n'
    )
    first, second = visit.passages
    assert first == Passage(
        date(2026, 11, 15),
        495,
        (Act("BSB"),),
        Travel("IFI", kilometres=9, ground="montagne"),
        shared="12 rue des Lilas",
    )
    assert second == Passage(
        date(2026, 11, 14),
        1410,
        (Act("AMX", 100),),
        place="home",
        shared="12 rue des Lilas",
        majoration="N",
        called=1210,
        urgent=True,
    )


def test_what_a_visit_says_of_its_prescription_and_agreement_is_read():
    line = (
        'prescription = { date = 2026-10-02, rpps = "10100001071", seances = 15, faites = 2, duree_mois = 6, '
        "domicile = true, nuit = true, quotidien = true, renouvellement = true }\n"
        'accord = { demande = 2026-10-05, reponse = "accordé", le = 2026-10-12 }\n'
        "palliatif = true\nbilan = 2026-03-01\nsortie = 2026-11-01\nacces_direct = true\ngroupe = 3\n"
    )
    visit = visit_of('[[visite]]\nnir = "2550699999001"\n' + line + AMI)
    assert visit.prescription == Prescription(
        date(2026, 10, 2),
        rpps="10100001071",
        sessions=15,
        done=2,
        months=6,
        home=True,
        night=True,
        daily=True,
        renewal=True,
    )
    assert visit.agreement == Agreement(date(2026, 10, 5), "given", date(2026, 10, 12))
    assert (visit.palliative, visit.assessed, visit.discharged, visit.direct, visit.group) == (
        True,
        date(2026, 3, 1),
        date(2026, 11, 1),
        True,
        3,
    )


def test_full_rate_without_a_name_is_told_where_it_stands():
    line = 'actes = [{ code = "AMI", coefficient = 4, taux_plein = true }]\n'
    assert mistakes(HEAD + VISIT + line) == [
        (
            8,
            "visite 1, actes 1, taux_plein",
            'n’existe plus : nommer la dérogation, comme derogation = "5bis" ou "prelev"',
        )
    ]


def test_mistake_of_a_passage_is_told_at_the_passage():
    passage = '[[visite.passage]]\nheure = "25:00"\nactes = [{ code = "AMZ" }]\n'
    assert mistakes(HEAD + VISIT + passage) == [
        (9, "visite 1, passage 1, heure", 'une heure entre guillemets est attendue, comme "08:15"')
    ]
    assert mistakes(HEAD + VISIT + passage.replace("25:00", "08:00"))[0][:2] == (
        10,
        "visite 1, passage 1, actes 1, code",
    )


@pytest.mark.parametrize("number", ["1e5000", "1e9999999999", "-1e400", "1e12", "nan", "inf"])
def test_number_that_no_column_could_hold_is_told_where_it_stands(number):
    line = f'actes = [{{ code = "AMI", coefficient = {number} }}]\n'
    assert mistakes(HEAD + VISIT + line)[0] == (
        8,
        "visite 1, actes 1, coefficient",
        "un nombre d’au plus deux décimales est attendu",
    )


def test_travel_without_anything_is_told():
    found = mistakes(HEAD + VISIT + AMI + "deplacement = {}\n")
    assert found == [(9, "visite 1, deplacement, indemnite", "manque, ou des kilometres")]


def test_prescription_is_read():
    line = 'prescription = { date = "2026-11-01", prescripteur = "751000126", specialite = "22" }\n'
    visit = visit_of('[[visite]]\nnir = "2550699999001"\n' + line + AMI)
    assert visit.prescription == Prescription(date(2026, 11, 1), "751000126", "", "22")


def test_attestation_is_read():
    line = (
        'amc = { numero = "0099900009", adherent = "12", indicateur = "23", routage = "oc", hote = "001" }\n'
    )
    assert visit_of(VISIT + AMI + line).amc == Amc(
        "0099900009", member="12", indicator="23", routing="OC", host="001"
    )


def test_attestation_under_a_management_agreement_is_read():
    line = 'amc = { numero = "0020500018", accord_de_gestion = true, c2s = true }\n'
    amc = visit_of(VISIT + AMI + line).amc
    assert (amc.management, amc.c2s) == ("single", True)


def test_member_number_too_long_once_in_capitals_is_told():
    line = 'amc = { numero = "0099900009", adherent = "œœœœœœœœ" }\n'
    (only,) = mistakes(HEAD + VISIT + AMI + line)
    assert only[:2] == (9, "visite 1, amc, numero")
    assert "15 caractères au plus" in only[2]


def test_accident_is_read():
    line = 'nature = "Accident du Travail"\naccident = { numero = "123456789" }\n'
    assert visit_of(VISIT + AMI + line).accident == Accident("123456789")


def test_patient_typed_in_is_read():
    visit = visit_of(
        '[[visite]]\nnir = "155062A999001"\ncle = "41"\nnaissance = 1955-06-11\nrang_naissance = "2"\n'
        + PRESCRIPTION
        + AMI
        + '[visite.patient]\nmode = "sans carte"\nmotif = "oubliée"\nnom = "CASANOVA"\nprenom = "ANGE"\n'
        'regime = "01"\ncaisse = "041"\ncentre = "0000"\nrang = "002"\nqualite = "2"\nald = true\n'
    )
    typed = visit.typed
    assert (visit.mode, visit.reason) == ("01", "oubliée")
    assert (typed.nir, typed.born, typed.birth_rank, typed.beneficiary_rank) == (
        "155062A999001",
        "19550611",
        "2",
        "002",
    )
    assert typed.coverage_on("20261115").ald == "1"


def test_json_day_is_the_same_day():
    day = {
        "journee": {"date": "2026-11-15", "ps": "756000121", "profession": "IF"},
        "visite": [
            {
                "nir": "2550699999001",
                "prescription": {"date": "2026-11-02", "rpps": "10100001071"},
                "actes": [{"code": "AMI", "coefficient": 1.25}],
            }
        ],
    }
    same = HEAD + VISIT + 'actes = [{ code = "AMI", coefficient = 1.25 }]\n'
    assert read(json.dumps(day), "jour.JSON") == read(same)


def test_json_mistake_has_its_place_and_no_line():
    assert mistakes('{"journee": {"date": "2026-11-15"}, "visite": [{"nir": 1}]}', "jour.json") == [
        (0, "journee, ps", "manque"),
        (0, "journee, profession", "manque"),
        (0, "visite 1, nir", "un texte entre guillemets est attendu"),
    ]


def test_file_without_a_day_is_told():
    assert mistakes("") == [(0, "journee", "manque"), (0, "visite", "manque")]


def test_unknown_key_is_told_even_where_the_day_is_missing():
    assert (1, "x") in [(line, place) for line, place, _ in mistakes("[x]\n")]


def test_carer_whose_number_is_wrong_is_told_with_the_form_of_the_visits():
    text = HEAD.replace("756000121", "756000122") + VISIT.replace("2550699999001", "x")
    assert [(line, place) for line, place, _ in mistakes(text)] == [
        (3, "journee, ps"),
        (6, "visite 1, nir"),
    ]


def test_file_without_a_visit_is_told():
    assert mistakes(HEAD) == [(0, "visite", "manque")]


def test_empty_list_of_visits_is_told():
    assert mistakes("visite = []\n" + HEAD) == [(1, "visite", "aucune visite")]


def test_unknown_table_is_told_with_its_line():
    assert mistakes(HEAD + VISIT + AMI + "[[visites]]\n") == [
        (9, "visites", "clé inconnue ; peut-être visite")
    ]


def test_second_forfait_of_the_day_is_told_at_its_visit():
    visit = VISIT + 'actes = [{ code = "BSB" }]\n'
    ((line, place, text),) = mistakes(HEAD + visit + visit)
    assert (line, place) == (12, "visite 2, actes 1, code")
    assert "BSB est dans la visite 1 de « journee.toml »" in text


def test_example_of_the_help_is_a_valid_day():
    start = DAY_FORMAT.index("    [journee]")
    example = DAY_FORMAT[start : DAY_FORMAT.index("\n\nClés d’une visite")]
    day = read("\n".join(line[4:] for line in example.splitlines()))
    assert [line.code for line in day.visits[0].lines] == ["RAM", "IFD", "IK"]


def test_what_is_written_as_on_paper_is_read_as_it_is_meant():
    by_hand = (
        '[[visite]]\nnir = "2 55 06 99 999 001 23"\n'
        'prescription = { date = "02/11/2026", rpps = "10100001071" }\n'
        'actes = [{ code = "AMI", coefficient = "1,5", date = "08/11/2026" }]\n'
    )
    usual = (
        f'[[visite]]\nnir = "2550699999001"\ncle = "23"\n{PRESCRIPTION}'
        'actes = [{ code = "AMI", coefficient = 1.5, date = 2026-11-08 }]\n'
    )
    key = 97 - int("2550699999001") % 97
    assert visit_of(by_hand.replace("001 23", f"001 {key:02}")) == visit_of(
        usual.replace('"23"', f'"{key:02}"')
    )


def test_a_nurse_s_ifd_is_billed_as_ifa():
    for line in (
        AMI + 'deplacement = { indemnite = "IFD" }\n',
        'actes = [{ code = "AMI", coefficient = 4 }, { code = "IFD" }]\n',
    ):
        assert [one.code for one in read(HEAD + VISIT + line).visits[0].lines] == ["AMI", "IFA"]
