"""The table of states: complete, labelled, without a way back once something has left."""

import pytest

from tournee.store import FileState, LotState, MessageState, ReturnState, SheetState, VisitState
from tournee.store.states import (
    LABELS,
    MOVES,
    CorrectionState,
    DossierState,
    DoubtState,
    ProofState,
    RequestState,
)

CLASSES = [
    *(VisitState, SheetState, LotState, FileState, MessageState, ReturnState),
    *(CorrectionState, DoubtState, DossierState, RequestState, ProofState),
]
ALL = [state for one in CLASSES for state in one]


def test_every_state_has_a_label_and_its_moves_and_nothing_else_has():
    assert set(LABELS) == set(MOVES) == set(ALL)


@pytest.mark.parametrize("state", ALL, ids=str)
def test_a_state_leads_only_to_states_of_the_same_thing(state):
    assert all(type(following) is type(state) for following in MOVES[state])


def reachable(state, closed=()):
    found, waiting = set(), {state}
    while waiting:
        found |= waiting
        waiting = {following for one in waiting if one not in closed for following in MOVES[one]} - found
    return found


@pytest.mark.parametrize("sent", [SheetState.SENT, LotState.SENT, FileState.SENT, MessageState.SENT])
def test_nothing_that_was_sent_can_be_made_or_sent_again_but_a_sheet_refused(sent):
    told = {"made", "certified", "in_lot", "in_file", "abandoned", "transmitting", "uncertain", "failed"}
    refused = {SheetState.REFUSED, SheetState.PAYMENT_REFUSED}  # a DRE put right is made again, alone
    assert not told & {state.value for state in reachable(sent, refused)}


def test_a_message_that_began_to_leave_never_leaves_again():
    begun = reachable(MessageState.TRANSMITTING) - {MessageState.TRANSMITTING}
    assert all(MessageState.TRANSMITTING not in MOVES[state] for state in begun)


def test_states_of_the_same_name_keep_their_own_label():
    assert (SheetState.ABANDONED.label, LotState.ABANDONED.label) == ("abandonnée", "abandonné")
