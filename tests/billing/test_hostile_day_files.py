"""What no day file is: texts that do not parse, and visits made to break their reader."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tournee.billing.dayfile.day import DayError, load_day
from tournee.billing.nomenclature.table import packaged
from tournee.errors import BillingError

HEAD = '[journee]\ndate = 2026-11-15\nps = "756000121"\nprofession = "IF"\n'
VISIT = '[[visite]]\nnir = "2550699999001"\nprescription = { date = 2026-11-02, rpps = "10100001071" }\n'
AMI = 'actes = [{ code = "AMI", coefficient = 4 }]\n'


def read(text, name="journee.toml"):
    return load_day(text.encode("utf-8"), name, packaged())


@pytest.mark.parametrize(
    ("text", "name", "cause"),
    [
        ("date = x\n", "a.toml", "ligne 1"),
        ('{"a": 1,}', "a.json", "ligne 1"),
        ('{"a": 1, "a": 2}', "a.json", "clé répétée : a"),
        ('{"a": NaN}', "a.json", "nombre interdit : NaN"),
        ("[]", "a.json", "n’est pas une table"),
        ('{"visite": [{"patient": {"motif": "\\ud800"}}]}', "a.json", "caractère impossible"),
        ('{"a": 1e99999999999999999999}', "a.json", "un nombre est trop grand"),
        ("a = 1e99999999999999999999", "a.toml", "un nombre est trop grand"),
        ("a = " + "9" * 5000, "a.toml", "trop de chiffres"),
        ("[" * 100_000, "a.json", "32 niveaux"),
    ],
)
def test_file_that_cannot_be_parsed_is_refused_with_the_cause(text, name, cause):
    with pytest.raises(BillingError, match="ne se lit pas") as refusal:
        read(text, name)
    assert cause in refusal.value.cause


def test_file_that_is_not_utf_8_is_refused():
    with pytest.raises(BillingError, match="ne se lit pas"):
        load_day(b"[journee]\nmotif = '\xe9'\n", "a.toml", packaged())


def test_windows_line_ends_and_byte_order_mark_are_read():
    text = HEAD + VISIT + AMI
    assert load_day(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode(), "a.toml", packaged()) == read(text)


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=4)
    | st.sampled_from(["AMI", "2026-11-15", "99"]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(["code", "date", "mode", "numero", "rpps", "kilometres"]), inner, max_size=3
        )
    ),
    max_leaves=4,
)
VISIT_KEYS = [
    *(
        "nir",
        "cle",
        "naissance",
        "patient",
        "actes",
        "deplacement",
        "prescription",
        "tiers_payant",
        "documents",
    ),
    *("contrat", "nature", "accident", "ald", "amc", "rang_naissance", "tiers_payant_complementaire"),
    *("passage", "heure", "lieu", "foyer", "accord", "majoration", "appel", "urgence", "groupe", "ceam"),
]


@given(st.lists(st.dictionaries(st.sampled_from(VISIT_KEYS), VALUES, max_size=6), min_size=1, max_size=2))
def test_hostile_visits_are_refused_by_mistakes_and_nothing_else(visits):
    day = {"journee": {"date": "2026-11-15", "ps": "756000121", "profession": "IF"}, "visite": visits}
    with pytest.raises(DayError) as refusal:
        read(json.dumps(day), "a.json")
    assert refusal.value.mistakes
