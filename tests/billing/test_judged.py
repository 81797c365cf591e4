"""A visit kept as it was judged: it comes back equal, and its bytes are stable."""

import importlib.resources
import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tournee.billing.dayfile.day import DayError, load_day
from tournee.billing.identity import Amc, Coverage, Patient, Period
from tournee.billing.kept.judged import read_judged, write_judged
from tournee.billing.nomenclature.table import packaged
from tournee.billing.pricing.line import PricedLine
from tournee.billing.visit import (
    Accident,
    Act,
    Agreement,
    JudgedVisit,
    Passage,
    Prescription,
    Travel,
    Visit,
)
from tournee.errors import BillingError

VECTORS = Path(__file__).parents[1] / "vectors" / "billing"
DAYS = [path for path in sorted(VECTORS.glob("*.toml")) if path.stem != "journee_fautive"]
BUILT_IN = [
    entry
    for entry in importlib.resources.files("tournee.emulation").joinpath("days").iterdir()
    if entry.name.endswith(".toml")
]
SMALLEST = JudgedVisit(
    "756000121",
    "IF",
    Visit(date(2026, 11, 15), "2550699999001", "", (Passage(date(2026, 11, 15), acts=(Act("AMI", 150),)),)),
)


@pytest.mark.parametrize("path", [*DAYS, *BUILT_IN], ids=lambda path: path.name)
def test_every_visit_of_a_day_comes_back_as_it_was_judged(path):
    day = load_day(path.read_bytes(), path.name, packaged())
    assert [read_judged(write_judged(visit)) for visit in day.visits] == list(day.visits)
    assert all(visit.lines for visit in day.visits)


def test_the_form_of_a_visit_is_the_one_written_down():
    assert write_judged(SMALLEST).decode() == (
        '{"profession":"IF","ps_number":"756000121","schema":2,"visit":{"day":"2026-11-15","key":"",'
        '"nir":"2550699999001","passages":[{"acts":[{"code":"AMI","coefficient":150}],"day":"2026-11-15"}]}}'
    )


def test_every_form_of_the_first_version_is_still_read(vectors):
    """Its acts become passages of their day; what it billed is judged anew."""
    for form in (vectors / "visites_1.jsonl").read_bytes().splitlines():
        told = json.loads(form)["visit"]["acts"]
        read = read_judged(form)
        assert read.lines == ()
        assert [
            (passage.day.isoformat(), act.code, act.coefficient)
            for passage in read.visit.passages
            for act in passage.acts
        ] == sorted(
            ((act["day"], act["code"], act.get("coefficient")) for act in told),
            key=lambda one: [act["day"] for act in told].index(one[0]),
        )
        assert read_judged(write_judged(read)) == read


def test_the_same_visit_by_toml_and_by_json_has_the_same_form():
    toml = (
        '[journee]\ndate = 2026-11-15\nps = "756000121"\nprofession = "IF"\n'
        '[[visite]]\nnir = "2550699999001"\n'
        'actes = [{ code = "ami", coefficient = 1.50 }]\n'
        'prescription = { rpps = "10100001071", date = "2026-11-02" }\n'
    )
    value = {
        "visite": [
            {
                "actes": [{"coefficient": 1.5, "code": "AMI", "quantite": 1}],
                "prescription": {"date": "2026-11-02", "rpps": "10100001071"},
                "nir": "2550699999001",
            }
        ],
        "journee": {"profession": "IF", "ps": "756000121", "date": "2026-11-15"},
    }
    days = (
        load_day(toml.encode(), "a.toml", packaged()),
        load_day(json.dumps(value).encode(), "a.json", packaged()),
    )
    first, second = (day.visits[0] for day in days)
    assert write_judged(first) == write_judged(second)


def test_a_day_file_of_one_visit_that_a_journal_of_before_kept_is_read():
    old = {
        "journee": {"date": "2026-11-15", "ps": "756000121", "profession": "IF"},
        "visite": [
            {
                "nir": "2550699999001",
                "actes": [{"code": "AMX", "coefficient": 1.15, "taux_plein": True}],
                "prescription": {"date": "2026-11-02", "rpps": "10100001071"},
            }
        ],
    }
    read = read_judged(json.dumps(old).encode())
    assert (read.ps_number, read.profession) == ("756000121", "IF")
    assert read.visit.passages == (Passage(date(2026, 11, 15), acts=(Act("AMX", 115),)),)
    assert read_judged(write_judged(read)) == read


FORM = json.loads(write_judged(SMALLEST))


@pytest.mark.parametrize(
    "kept",
    [
        b"",
        b"\xff",
        b"[]",
        b"{}",
        b"[" * 9999,
        json.dumps({**FORM, "schema": 3}).encode(),
        json.dumps({**FORM, "more": 1}).encode(),
        json.dumps({**FORM, "profession": "XX"}).encode(),
        json.dumps({**FORM, "visit": {**FORM["visit"], "day": "2026-02-30"}}).encode(),
        json.dumps({**FORM, "visit": {**FORM["visit"], "third_party": True}}).encode(),
        json.dumps({**FORM, "visit": {**FORM["visit"], "passages": {"code": "AMI"}}}).encode(),
        json.dumps({**FORM, "visit": {"nir": "2550699999001"}}).encode(),
    ],
)
def test_what_is_no_form_of_this_version_is_refused(kept):
    with pytest.raises(BillingError):
        read_judged(kept)


DATES = st.dates(date(1900, 1, 1), date(2100, 12, 31))
TEXTS = st.text(max_size=12)
CENTS = st.none() | st.integers(0, 10**14)
PERIODS = st.builds(Period, st.sampled_from(["", "20260101"]), st.sampled_from(["", "20261231"]))
AMCS = st.builds(
    Amc,
    st.from_regex(r"[0-9]{10}", fullmatch=True),
    st.sampled_from(["separate", "single"]),
    member=st.text("ABC0é", max_size=7),
    indicator=TEXTS,
    period=PERIODS,
    routing=st.text("AB", max_size=2),
    c2s=st.booleans(),
)
PATIENTS = st.builds(
    Patient,
    st.just("155062A999001"),
    st.just("41"),
    st.just("01"),
    st.just("041"),
    st.just("0000"),
    st.sampled_from(["19550611", "19550000"]),
    TEXTS,
    TEXTS,
    coverage=st.lists(st.builds(Coverage, ald=st.sampled_from("01"), period=PERIODS), max_size=2).map(tuple),
    rights=st.lists(PERIODS, max_size=2).map(tuple),
    amc=st.none() | AMCS,
    test=st.booleans(),
)
ACTS = st.builds(
    Act,
    TEXTS,
    CENTS,
    TEXTS,
    TEXTS,
    st.integers(),
    fee=CENTS,
    qualifier=st.sampled_from(["", "D", "E"]),
    weighted=st.booleans(),
)
MINUTES = st.none() | st.integers(0, 1439)
PASSAGES = st.builds(
    Passage,
    DATES,
    MINUTES,
    st.lists(ACTS, max_size=2).map(tuple),
    st.none() | st.builds(Travel, TEXTS, st.sampled_from([1, 100]), st.integers(0, 900)),
    st.sampled_from(["", "home", "remote"]),
    TEXTS,
    st.sampled_from(["", "N", "F"]),
    MINUTES,
    st.booleans(),
)
LINES = st.builds(
    PricedLine,
    st.integers(0, 9),
    st.sampled_from(["act", "majoration", "travel"]),
    TEXTS,
    st.integers(0, 10**6),
    TEXTS,
    st.sampled_from(["official", "two sources", "one source", "inferred"]),
    announced=st.booleans(),
    coefficient=st.integers(1, 3000),
    rate=st.sampled_from([0, 50, 100]),
    quantity=st.integers(1, 400),
    band=st.sampled_from(["", "23-05"]),
    fee=CENTS,
    rounded=CENTS,
)
VISITS = st.builds(
    Visit,
    DATES,
    TEXTS,
    TEXTS,
    st.lists(PASSAGES, min_size=1, max_size=3).map(tuple),
    prescription=st.none() | st.builds(Prescription, DATES, TEXTS, TEXTS, TEXTS, st.integers(0, 99)),
    agreement=st.none() | st.builds(Agreement, DATES, st.sampled_from(["", "given"]), st.none() | DATES),
    born=st.none() | DATES,
    birth_rank=TEXTS,
    typed=st.none() | PATIENTS,
    amc=st.none() | AMCS,
    mode=st.sampled_from(["03", "05", "01"]),
    reason=TEXTS,
    third_party=st.integers(0, 3),
    complementary_third_party=st.booleans(),
    documents=st.none() | st.frozensets(st.sampled_from(["FSE", "DRE"])),
    contract99=st.booleans(),
    nature=st.sampled_from(["10", "30", "41"]),
    accident=st.none() | st.builds(Accident, TEXTS, st.none() | DATES),
    exempt=st.booleans(),
    discharged=st.none() | DATES,
    group=st.integers(0, 3),
)


@given(
    st.builds(
        JudgedVisit,
        TEXTS,
        st.sampled_from(["IF", "MK"]),
        VISITS,
        st.lists(LINES, max_size=2).map(tuple),
        TEXTS,
    )
)
def test_any_visit_comes_back_equal_from_stable_bytes(visit):
    form = write_judged(visit)
    assert read_judged(form) == visit
    assert write_judged(read_judged(form)) == form


WRITTEN = st.fixed_dictionaries(
    {"nir": st.sampled_from(["2550699999001", "155062A999001"])},
    optional={
        "actes": st.lists(
            st.fixed_dictionaries(
                {"code": st.sampled_from(["AMI", "ami", "IK", "TLD"])},
                optional={
                    "coefficient": st.sampled_from([1, 1.5, 4, 2.02]),
                    "quantite": st.integers(1, 3),
                    "date": st.sampled_from(["2026-11-14", "2026-11-15"]),
                    "honoraires": st.sampled_from([30, 30.5]),
                    "qualificatif": st.sampled_from(["d", "E"]),
                },
            ),
            min_size=1,
            max_size=3,
        ),
        "tiers_payant": st.sampled_from(["non", "AMO", "total"]),
        "ald": st.booleans(),
        "naissance": st.just("1955-06-11"),
        "deplacement": st.fixed_dictionaries({"kilometres": st.integers(0, 30)}),
        "amc": st.just({"numero": "0099900009", "adherent": "12"}),
        "documents": st.sampled_from([["FSE"], ["FSE", "DRE"], ["DRE", "FSE"]]),
    },
)


@given(st.lists(WRITTEN, min_size=1, max_size=3))
def test_any_visit_that_the_day_reader_accepts_comes_back_equal(visits):
    prescription = {"date": "2026-11-02", "rpps": "10100001071"}
    value = {
        "journee": {"date": "2026-11-15", "ps": "756000121", "profession": "IF"},
        "visite": [{**visit, "prescription": prescription} for visit in visits],
    }
    try:
        day = load_day(json.dumps(value).encode(), "jour.json", packaged())
    except DayError:
        return
    for judged in day.visits:
        assert read_judged(write_judged(judged)) == judged


def test_two_visits_that_differ_have_two_forms():
    other = replace(SMALLEST, visit=replace(SMALLEST.visit, exempt=False))
    assert write_judged(other) != write_judged(SMALLEST)
