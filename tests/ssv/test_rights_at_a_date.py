"""SSV_LireDroitsVitale: what a date leaves of a card (domain 1.3; host/SSV.md)."""

import pytest

from tournee.formats.zones import make
from tournee.ssv.codes import SsvError
from tournee.ssv.rights import read_date, rights_on

ALWAYS = ("202401010000", "204912310000")
ENDED = ("202001010000", "202312310000")
NOT_YET = ("202701010000", "000000000000")
NO_END = ("202401010000", "")
DAY = "20261115"

INSURED = make(
    101, "T", "800000102", "", "", "", "", "A", "1820475113042", "45", "01", "021", "0210", "10", ""
)


def person(name: str):
    address = [""] * 5
    return make(104, name, name, "A", *address, "", "", "", "198204120000", "1", "0", "00", "", "", "")


def amc(period):
    return make(109, "0099900009", "", "1", "23", *period, "OC", "001", "", "", "", "")


ONE, TWO = person("UN"), person("DEUX")


@pytest.mark.parametrize("period", [ALWAYS, NO_END, ("202611150000", "202611150000")])
@pytest.mark.parametrize("number", [105, 106, 108])
def test_right_in_force_that_day_stays(number, period):
    group = make(number, *period, "0", "0100") if number == 106 else make(number, *period)
    assert rights_on([INSURED, ONE, group], DAY) == [INSURED, ONE, group]


@pytest.mark.parametrize("period", [ENDED, NOT_YET, ("202611160000", "")])
def test_right_that_is_over_or_to_come_is_left_out(period):
    cover, service = make(106, *period, "1", "0100"), make(102, "0", *period)
    assert rights_on([INSURED, service, ONE, make(105, *ALWAYS), cover, amc(period)], DAY) == [
        INSURED,
        ONE,
        make(105, *ALWAYS),
    ]


def test_closed_amo_rights_stay_where_no_other_is_open():
    groups = [INSURED, ONE, make(105, *ENDED), TWO, make(105, *ENDED), make(105, *ALWAYS)]
    assert rights_on(groups, DAY) == [INSURED, ONE, make(105, *ENDED), TWO, make(105, *ALWAYS)]


def test_mutual_goes_with_its_last_right():
    mutual = make(107, "20500018", "01020304", "01", "", "", "")
    assert rights_on([INSURED, ONE, mutual, make(108, *ENDED)], DAY) == [INSURED, ONE]
    kept = [INSURED, ONE, mutual, make(108, *ENDED), make(108, *ALWAYS)]
    assert rights_on(kept, DAY) == [INSURED, ONE, mutual, make(108, *ALWAYS)]
    assert rights_on([INSURED, ONE, mutual], DAY) == [INSURED, ONE, mutual]


def test_without_a_date_nothing_is_left_out():
    groups = [INSURED, ONE, make(105, *ENDED), make(105, *NOT_YET)]
    assert rights_on(groups, "") == groups


@pytest.mark.parametrize(
    ("text", "day"),
    [("", ""), ("000000000000", ""), ("00000000", ""), ("20261115", DAY), ("202611152359", DAY)],
)
def test_date_is_read_as_its_day(text, day):
    assert read_date(text) == day


@pytest.mark.parametrize("text", ["2026111", "20261315", "202611152460", "2026-11-15", "２０２６１１１５"])
def test_date_that_cannot_be_is_refused(text):
    with pytest.raises(SsvError, match="AAAAMMJJHHMM"):
        read_date(text)
