"""Whatever the order in which returns come, all ends in the same state."""

import random
import shutil
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tournee.model import Effect, Outcome, Target
from tournee.store import Cipher, Journal, SheetState

KEY = bytes(range(32))
NIR = "2550699999001"
NOW = datetime(2026, 3, 2, 18, 30, 5)

codes = st.sampled_from(["0103", "0105", "0106"])
told = st.sampled_from([Outcome.ACCEPTED, Outcome.REFUSED, Outcome.DUPLICATE])
effects = st.lists(
    st.one_of(
        st.builds(Effect, st.just(Target.FILE), told, file=st.just("000001"), code=codes),
        st.builds(
            Effect,
            st.just(Target.LOT),
            told,
            file=st.just("000001"),
            lot=st.sampled_from(["001", "002"]),
            lot_date=st.sampled_from(["", "260302", "260303"]),
            code=codes,
        ),
        st.builds(
            Effect,
            st.just(Target.INVOICE),
            st.sampled_from([Outcome.ACCEPTED, Outcome.REFUSED, *Outcome]),
            invoice=st.sampled_from(["000000001", "000000002", "000000009"]),
            share=st.sampled_from(["AMO", "AMC"]),
            asked=st.sampled_from([0, 0, 600, 700]),
            nir=st.sampled_from(["", NIR, "1000000000000"]),
            paid=st.sampled_from([0, 200, 400, 600, -600]),
        ),
    ),
    max_size=7,
)


@pytest.fixture(scope="module")
def sent(tmp_path_factory, make):
    """A closed journal with two invoices sent, each an FSE and a DRE."""
    path = tmp_path_factory.mktemp("sent") / "journal.db"
    with Journal(path, Cipher(KEY), lambda: NOW, station=0) as journal:
        make.day(journal, 2)
        make.invoice(journal, "FSE", "DRE")
        make.invoice(journal, "FSE", "DRE")
        make.sent_file(journal)
    return path


def amiss(reason):
    """What is said of the money: a refusal's reason is that of the last one told."""
    return [part for part in reason.split(" ; ") if part.startswith(("payé", "demandé"))]


def settled(sent, effects):
    """Where all stands after these effects, one return each."""
    path = sent.with_name("copy.db")
    shutil.copy(sent, path)
    with Journal(path, Cipher(KEY), lambda: NOW, station=0) as journal:
        for rank, effect in enumerate(effects):
            journal.returns.settle(journal.returns.take(b"%d" % rank, "test"), "X", "", [effect])
        states = (
            [sheet.state for sheet in journal.invoices.sheets()],
            [lot.state for lot in journal.lots.find()],
            [file.state for file in journal.files.find()],
            [row.paid for row in journal.overview()[::-1]],
            len(journal.effects.unmatched()),
            [amiss(sheet.reason) for sheet in journal.invoices.sheets()],
        )
    path.unlink()
    return states


@settings(max_examples=25, deadline=None)
@given(effects, st.randoms(use_true_random=False))
def test_the_order_of_returns_is_of_no_consequence(sent, told, shuffler: random.Random):
    other = list(told)
    shuffler.shuffle(other)
    assert settled(sent, other) == settled(sent, told)


@settings(max_examples=25, deadline=None)
@given(effects)
def test_what_was_sent_never_goes_back_to_be_sent(sent, told):
    before = {SheetState.MADE, SheetState.CERTIFIED, SheetState.IN_LOT, SheetState.ABANDONED}
    assert not before & set(settled(sent, told)[0])
