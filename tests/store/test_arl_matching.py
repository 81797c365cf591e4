"""An ARL is matched by the message's compostage and the bytes that were sent, not by numbers alone (profile,
ARL).
"""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from tournee.model import Effect, Outcome, Target
from tournee.store import DoubtState, FileState, LotState, SheetState
from tournee.store.numbering.numbers import TOLD

PS = "756000014"
STRANGE = "2026030218300547001"


@pytest.fixture
def accepted(journal, sent):
    """The two lots of the file that was sent, as an ARL of the OCT accepts them."""
    digest = hashlib.sha256(journal.files.get(sent).clear).hexdigest()[:16].upper()
    stamp = journal.messages.find()[0].compostage
    told = {"ps": PS, "file": "000001", "lot_date": "260302", "stamp": stamp, "digest": digest}
    return [Effect(Target.LOT, Outcome.ACCEPTED, lot=lot, **told) for lot in ("001", "002")]


def states(journal):
    return {sheet.state for sheet in journal.invoices.sheets()}


def doubts(journal):
    return [row.state for row in journal.doubts.waiting()]


def test_an_arl_of_our_message_and_bytes_settles_its_file(journal, settle, accepted):
    settle(*accepted)
    assert (states(journal), doubts(journal)) == ({SheetState.ACKNOWLEDGED}, [])


@pytest.mark.parametrize(
    "other",
    [
        {"digest": "0123456789ABCDEF"},
        {"file": "000002"},
        {"lot": "003"},
        {"lot_date": "260301"},
        {"ps": "751000027"},
        {"invoice": "000000009", "outcome": Outcome.REFUSED, "code": "0103"},
    ],
)
def test_what_does_not_fit_our_bytes_changes_nothing_and_is_an_alert(journal, settle, accepted, other):
    """Not even what would fit by itself: an ARL answers one file."""
    settle(accepted[0], replace(accepted[1], **other))
    assert (states(journal), doubts(journal)) == ({SheetState.SENT}, [DoubtState.UNMATCHED] * 2)


def test_an_arl_that_answers_no_message_of_ours_changes_nothing(journal, settle, accepted):
    """The very numbers and dates of our file: it was lost, and an older backup went on."""
    settle(*(replace(one, stamp=STRANGE) for one in accepted))
    assert (states(journal), doubts(journal)) == ({SheetState.SENT}, [DoubtState.UNMATCHED] * 2)


def test_without_a_compostage_lots_of_another_file_of_this_name_settle_nothing(journal, settle, accepted):
    bare = [replace(one, stamp="", digest="") for one in accepted]
    settle(bare[0], replace(bare[1], lot="007"))
    assert (states(journal), doubts(journal)) == ({SheetState.SENT}, [DoubtState.UNMATCHED] * 2)
    settle(*bare)
    assert states(journal) == {SheetState.ACKNOWLEDGED}


@pytest.mark.parametrize(
    "told",
    [
        Effect(Target.FILE, Outcome.ACCEPTED, ps=PS, file="000009"),
        Effect(Target.FILE, Outcome.ACCEPTED, ps=PS, file="000009", stamp=STRANGE),
        Effect(Target.INVOICE, Outcome.REMARK, ps=PS, invoice="000000099"),
    ],
)
def test_a_number_of_our_ranges_that_we_never_gave_ends_them(journal, settle, sent, told):
    settle(told)
    assert (doubts(journal), journal.numbers.standing().anew) == ([DoubtState.UNMATCHED], TOLD)


@pytest.mark.parametrize(
    "told",
    [
        Effect(Target.FILE, Outcome.ACCEPTED, ps=PS, file="470009", stamp=STRANGE),
        Effect(Target.INVOICE, Outcome.REMARK, ps=PS, invoice="470000099"),
    ],
)
def test_a_number_of_another_station_is_another_hosts(journal, settle, sent, told):
    settle(told)
    assert (doubts(journal), journal.numbers.standing().anew) == ([], "")


DUPLICATE = Effect(Target.FILE, Outcome.DUPLICATE, ps=PS, file="000001", code="0105", label="DEJA RECU")


def test_a_duplicate_of_our_own_message_changes_nothing(journal, settle, sent):
    stamp = journal.messages.find()[0].compostage
    settle(replace(DUPLICATE, taken_under=stamp))
    assert (states(journal), doubts(journal)) == ({SheetState.SENT}, [])
    assert not journal.remaking.was_taken_elsewhere(1)


def test_a_duplicate_of_a_message_of_another_journal_is_a_refusal(journal, settle, sent):
    settle(replace(DUPLICATE, taken_under=STRANGE))
    assert states(journal) == {SheetState.REFUSED}
    assert journal.files.get(sent).state is FileState.REFUSED
    assert journal.numbers.standing().anew == TOLD
    assert journal.remaking.was_taken_elsewhere(1)
    made = [journal.remaking.remake(1, ["000000001"], "ailleurs")]
    assert made[0].anew == ("000000001",)


def test_a_lot_that_another_journal_sent_is_refused_and_its_fellow_is_not(journal, settle, sent, accepted):
    taken = replace(accepted[0], outcome=Outcome.REFUSED, code="0105", taken_under=STRANGE)
    settle(taken, accepted[1])
    assert [lot.state for lot in journal.lots.find()] == [LotState.REFUSED, LotState.ACKNOWLEDGED]
    assert [journal.remaking.was_taken_elsewhere(lot) for lot in (1, 2)] == [True, False]


def test_what_was_accepted_and_is_said_to_be_anothers_waits_for_the_carer(journal, settle, sent, accepted):
    settle(*accepted)
    settle(replace(DUPLICATE, taken_under=STRANGE))
    assert (states(journal), doubts(journal)) == ({SheetState.ACKNOWLEDGED}, [DoubtState.CONTRADICTED])
