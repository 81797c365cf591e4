"""A replacement as a day file tells it, and the visits that it covers."""

from datetime import date

import pytest
import tomlkit

from tournee.billing.breach import place_of
from tournee.billing.dayfile.day import DayError, load_day
from tournee.billing.dayfile.replacement import replacement_table
from tournee.billing.nomenclature.table import packaged
from tournee.billing.replacement import Replacement, ReplacementSession

HEAD = '[journee]\ndate = 2026-11-15\nps = "756000121"\nprofession = "IF"\n'
VISIT = """[[visite]]
nir = "2550699999001"
prescription = { date = 2026-11-02, rpps = "10100001071" }
actes = [{ code = "AMI", coefficient = 4 }]
"""
DATES = "du = 2026-11-09\nau = 2026-11-22\n"
WHO = 'nom_remplace = "Claire LEFEBVRE"\nrpps = "10100000040"\nnom = "Inès FAURE"\n'
TABLE = f"[remplacement]\n{WHO}"


def read(text):
    return load_day(text.encode(), "journee.toml", packaged())


def mistakes(text):
    with pytest.raises(DayError) as refusal:
        read(text)
    return [(one.line, place_of(one.path), one.text) for one in refusal.value.mistakes]


def replaced(table):
    day = read(HEAD + table + VISIT)
    return day, day.visits[0].visit.replacement


def test_it_says_who_replaces_whom_and_when():
    day, told = replaced(TABLE + DATES)
    sessions = (ReplacementSession(date(2026, 11, 9), date(2026, 11, 22)),)
    assert told == Replacement("756000121", "Claire LEFEBVRE", "10100000040", "Inès FAURE", sessions)
    assert day.ps_number == "756000121"


def test_who_gives_her_own_number_bills_under_the_one_that_she_replaces():
    day, told = replaced(f'{TABLE}remplace = "697000230"\n{DATES}')
    assert day.ps_number == told.replaced == "697000230"


def test_weekdays_are_words_and_a_day_that_is_none_of_them_is_refused():
    assert replaced(TABLE + DATES + 'jours = ["dimanche", "Lundis"]\n')[1].sessions[0].weekdays == (1, 7)
    ((_, _, text),) = mistakes(HEAD + TABLE + DATES + 'jours = ["mardi"]\n' + VISIT)
    assert "le 15/11/2026, Inès FAURE ne remplace pas Claire LEFEBVRE" in text
    assert "du 09/11/2026 au 22/11/2026, les mardis" in text


def test_a_visit_outside_its_dates_is_refused_with_both_names():
    ((_, _, text),) = mistakes(HEAD + TABLE + "du = 2026-11-16\nau = 2026-11-22\n" + VISIT)
    assert "Inès FAURE" in text and "Claire LEFEBVRE" in text and "16/11/2026" in text


def test_sessions_may_be_several():
    spans = "{ du = 2026-11-01, au = 2026-11-02 }, { du = 2026-11-14, au = 2026-11-15 }"
    told = replaced(f"{TABLE}sessions = [{spans}]\n")[1]
    assert [told.holds(date(2026, 11, day)) for day in (1, 3, 15, 16)] == [True, False, True, False]


@pytest.mark.parametrize(
    "table, place, text",
    [
        (TABLE, "remplacement, du", "manque"),
        (TABLE + "du = 2026-11-22\nau = 2026-11-09\n", "remplacement, au", "avant"),
        (TABLE + DATES + 'jours = ["lundredi"]\n', "remplacement, jours", "jour de la semaine"),
        (TABLE.replace("040", "041") + DATES, "remplacement, rpps", "clé"),
        (TABLE + DATES + 'remplace = "756000122"\n', "remplacement, remplace", "clé"),
        (TABLE + DATES + "sessions = []\n", "remplacement, du", "sessions"),
    ],
)
def test_a_mistake_in_it_is_told_at_its_place(table, place, text):
    found = mistakes(HEAD + table + VISIT)
    assert any(where == place and text in said for _, where, said in found), found


@pytest.mark.parametrize(
    "dates",
    [
        DATES,
        DATES + 'jours = ["samedi", "dimanche"]\n',
        "sessions = [{ du = 2026-11-01, au = 2026-11-02 }, "
        '{ du = 2026-11-14, au = 2026-11-15, jours = ["dimanche"] }]\n',
    ],
)
def test_it_is_written_back_as_it_was_read(dates):
    _, told = replaced(TABLE + dates)
    again = HEAD + tomlkit.dumps({"remplacement": replacement_table(told)}) + VISIT
    assert read(again).visits[0].visit.replacement == told
