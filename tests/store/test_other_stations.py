"""What returns say of another station's numbers is told as that: kept, counted, and ended by one word."""

from __future__ import annotations

import pytest

from tournee.errors import StoreError
from tournee.model import Effect, Outcome, Target
from tournee.store import OTHER_STATION, DoubtState

PS = "756000014"
STAMP = "2026030218300047001"
INVOICE = {"ps": PS, "invoice": "470000099"}
FILE = {"ps": PS, "file": "470009", "stamp": STAMP}


def doubts(journal):
    return [(row.state, row.station) for row in journal.doubts.waiting()]


@pytest.mark.parametrize(
    "told",
    [
        Effect(Target.INVOICE, Outcome.PAID, paid=600, **INVOICE),
        Effect(Target.INVOICE, Outcome.PAID, paid=-600, **INVOICE),
        Effect(Target.INVOICE, Outcome.REJECTED, code="0043", **INVOICE),
        Effect(Target.INVOICE, Outcome.DEFERRED, **INVOICE),
        Effect(Target.LOT, Outcome.REFUSED, lot="470", code="0102", **FILE),
        Effect(Target.LOT, Outcome.REFUSED, lot="470", file="470009"),
        Effect(Target.LOT, Outcome.REFUSED, lot="470", code="0103", invoice="470000099", **FILE),
        Effect(Target.FILE, Outcome.REFUSED, code="0106", **FILE),
        Effect(Target.FILE, Outcome.REMARK, stamp=STAMP),
    ],
)
def test_money_and_refusals_of_another_station_wait_as_its_own(journal, settle, sent, told):
    (row,) = settle(told)
    assert (row.effect, row.applied, row.note) == (told, False, OTHER_STATION)
    assert doubts(journal) == [(DoubtState.OTHER_STATION, 47)]
    assert journal.numbers.standing().anew == ""


@pytest.mark.parametrize(
    "told",
    [
        Effect(Target.LOT, Outcome.ACCEPTED, lot="470", **FILE),
        Effect(Target.FILE, Outcome.ACCEPTED, **FILE),
        Effect(Target.FILE, Outcome.DUPLICATE, code="0105", taken_under=STAMP, **FILE),
        Effect(Target.INVOICE, Outcome.REMARK, **INVOICE),
    ],
)
def test_what_another_station_need_not_see_to_is_kept_and_no_alert(journal, settle, sent, told):
    """A duplicate of what it sent says nothing of our numbers, so that they go on."""
    (row,) = settle(told)
    assert (row.applied, row.note) == (False, OTHER_STATION)
    assert (doubts(journal), journal.numbers.standing().anew) == ([], "")


@pytest.mark.parametrize(
    "told",
    [
        Effect(Target.INVOICE, Outcome.PAID, ps=PS, paid=600, invoice="000000099"),
        Effect(Target.INVOICE, Outcome.PAID, ps=PS, paid=600, invoice="47000009"),
        Effect(Target.INVOICE, Outcome.PAID, ps=PS, paid=600, invoice="ABC"),
        Effect(Target.LOT, Outcome.REFUSED, ps=PS, lot="470"),
        Effect(Target.LOT, Outcome.REFUSED, lot="470", code="0103", invoice="000000001", **FILE),
        Effect(Target.FILE, Outcome.REMARK, stamp="2026030218300000999"),
    ],
)
def test_what_may_be_ours_waits_by_itself(journal, settle, sent, told):
    settle(told)
    assert doubts(journal) == [(DoubtState.UNMATCHED, None)]


def test_the_ranges_that_this_journal_had_stay_its_own(open_journal, make, settle, sent):
    journal = open_journal(station=5)
    make.invoice(journal)
    assert journal.numbers.standing().station == 5
    settle(Effect(Target.INVOICE, Outcome.PAID, ps=PS, paid=600, invoice="000000099"))
    assert doubts(journal) == [(DoubtState.UNMATCHED, None)]


def test_one_word_ends_all_of_a_station_until_a_return_says_more(journal, settle, sent):
    other = {**INVOICE, "invoice": "480000001"}
    settle(Effect(Target.INVOICE, Outcome.PAID, paid=600, **INVOICE))
    settle(Effect(Target.LOT, Outcome.REFUSED, lot="470", **FILE))
    settle(Effect(Target.INVOICE, Outcome.PAID, paid=600, **other))
    assert journal.doubts.station_seen(47, "l’autre tablette") == 2
    assert doubts(journal) == [(DoubtState.OTHER_STATION, 48)]
    with pytest.raises(StoreError, match="du poste 47"):
        journal.doubts.station_seen(47, "l’autre tablette")
    settle(Effect(Target.INVOICE, Outcome.REJECTED, **INVOICE))
    assert doubts(journal) == [(DoubtState.OTHER_STATION, 48), (DoubtState.OTHER_STATION, 47)]
