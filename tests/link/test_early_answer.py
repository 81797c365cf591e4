"""An answer that was under way when the link was cut comes first over the next one, before WELCOME.

Its record opens but once, and what it says is taken, for the reader has no other to send.
"""

import pytest
from faulty_wire import TO_HOST, FaultyWire
from secure_channel_rig import SecureRig, quiet
from test_cuts import NO_FAULT, dialogue

ANSWERS = (4, 6, 8, 18, 20, 22)
"""Ranks, of the frames to the host, of answers that are kept as they were protected."""


class HeldBack(FaultyWire):
    """The frame of this rank to the host is held back by a cut, and comes over the next connection."""

    def __init__(self, rig: SecureRig, rank: int) -> None:
        super().__init__(rig.board, rig.clock, quiet)
        self._rank, self._held = rank, b""

    def connect(self) -> FaultyWire:
        wire = super().connect()
        self.incoming += self._held
        self._held = b""
        return wire

    def _spoil(self, direction: str, data: bytes) -> bytes:
        if (direction, self.counts[TO_HOST]) != (TO_HOST, self._rank):
            return super()._spoil(direction, data)
        self.counts[TO_HOST] += 1
        self._held, self.alive = data, False
        return b""


@pytest.mark.parametrize("rank", ANSWERS)
def test_what_was_on_its_way_when_the_link_was_cut_is_taken_at_once(rank: int):
    rig = SecureRig()
    rig.wire = HeldBack(rig, rank)
    assert dialogue(rig.host()) == NO_FAULT["answers"]
    assert rig.service.steps == NO_FAULT["steps"]
    assert (rig.service.signatures, rig.service.tries, rig.service.sessions) == (1, 3, 1)
    assert rig.clock.now < 4_000
