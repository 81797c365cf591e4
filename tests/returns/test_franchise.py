"""The franchise of 1 € an act, held back by a caisse: told, and never taken for money that is missing."""

import pytest

from tournee.model import Outcome
from tournee.returns.effects import effects_of
from tournee.returns.rsp.content import Part, SettledAct, SheetReturn
from tournee.returns.rsp.franchise import franchise_of
from tournee.returns.rsp.reading import read_rsp


def act(code="AMI", date="261119", quantity=1):
    return SettledAct("01", date, code, "", quantity, 400, 1260, 756, 504)


def sheet(asked, paid, *lines, state="P", kind="F"):
    amo = Part(asked, paid, state)
    return SheetReturn("000000041", kind, "001", "261122", "", "", amo, None, tuple(lines), (), (), "")


TWO_ACTS = (act(), act(), act("IFA"), act("IK", quantity=9), act("MAU"))


@pytest.mark.parametrize(
    ("told", "cents"),
    [
        (sheet(1512, 1512, *TWO_ACTS), 0),
        (sheet(1512, 1412, *TWO_ACTS), 100),
        (sheet(1512, 1312, *TWO_ACTS), 200),
        (sheet(1512, 1212, *TWO_ACTS), 0),
        (sheet(1512, 1462, *TWO_ACTS), 0),
        (sheet(1512, 1612, *TWO_ACTS), 0),
        (sheet(4000, 3600, *[act()] * 6), 400),
        (sheet(4000, 3500, *[act()] * 6), 0),
        (sheet(4000, 3400, *[act(date=day) for day in ("261117", "261118", "261119")] * 2), 600),
        (sheet(1512, 1312), 200),
        (sheet(100, 0, act()), 0),
        (sheet(1512, 1412, *TWO_ACTS, state="D"), 0),
        (sheet(1512, 1412, *TWO_ACTS, kind="D"), 0),
    ],
    ids=[
        "paid in full",
        "one act's",
        "each act's",
        "more than the acts bear",
        "no whole euro",
        "more than asked",
        "four a day",
        "five a day",
        "four a day, three days",
        "no act told",
        "nothing paid",
        "deferred",
        "a DRE",
    ],
)
def test_whole_euros_that_the_acts_bear_are_the_franchise(told, cents):
    assert franchise_of(told) == cents


def test_rsp_that_holds_it_back_says_so_and_leaves_nothing_to_claim(vector):
    content = vector("rsp_576.txt").replace(b"1980500001512P00001512P", b"1980500001512P00001312P")
    first = effects_of(read_rsp(content))[0]
    assert (first.outcome, first.asked, first.paid, first.franchise) == (Outcome.PAID, 1512, 1312, 200)
    assert first.label == "franchise de 2,00 € retenue, que le patient doit à sa caisse"


def test_regime_local_s_part_of_an_act_is_the_caisse_s_too(vector):
    """A 210 whose 60 % and 30 % stand apart: 7.56 and 3.78."""
    line = b"006000000756PAMI  0010040000000001260  000000000000400000050400001260@"
    apart = b"006000000756PAMI  0010040000000001260  030000003780000000000000000000@"
    content = vector("rsp_576.txt")
    assert content.count(line) == 2
    acts = read_rsp(content.replace(line, apart, 1)).sheets[0].lines
    assert [one.amo for one in acts] == [1134, 756]
