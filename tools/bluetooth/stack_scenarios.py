"""How the stack itself behaves, as our driver and the tests' fake have it; and what the air's path takes of
the heap."""

from __future__ import annotations

import sys
from pathlib import Path

from rigs import Rig, holds

from tournee.reader import Reader

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests" / "reader"))
import reader_sheets as sheets

_WRITE, _GET_SECRET, _SET_SECRET = 3, 29, 30
_OWN = 10  # the kind of the stack's own secret
_STARTING = 3
_SINGLES = 40
_VIEW = 32  # bytes of a view on 64 bits: one block of the heap
_OBJECT = 2 * _VIEW  # most bytes of what a read gives, over its content: its head, and the rest of a block
_ASKING = 512  # bytes that the harness's own answers take


def on_its_way_up(rig: Rig) -> str:
    """while `active(True)` runs, the stack asks for its own secret, and has it kept where there was none"""
    first = rig.board.events()
    rig.board.events()  # it has read by then, and kept what it was told
    rig.restart()
    again = rig.board.events()
    for events in (first, again):
        asked = [where for event, about, where, _ in events if event == _GET_SECRET and about == _OWN]
        holds(asked == [_STARTING], f"it asks for its own secret at {asked}")
    kept = [
        sum(1 for event, about, *_ in events if (event, about) == (_SET_SECRET, _OWN | 128))
        for events in (first, again)
    ]
    holds(kept == [1, 0], f"it has its own secret kept {kept} times, at two starts")
    return "asked at both starts, kept at the first"


def forgetting(rig: Rig) -> str:
    """a secret is forgotten over and over until it hears that nothing was there"""
    rig.host().pair()
    rig.host().forget()
    rig.board.events()
    rig.host().pair()
    events = rig.board.events()
    asked = [
        (about, answer) for event, about, _, answer in events if event == _SET_SECRET and not about & 128
    ]
    by_kind = {kind: [answer for about, answer in asked if about == kind] for kind in (1, 2)}
    for kind, answers in by_kind.items():
        holds(answers == [2, 1], f"kind {kind} is forgotten with answers {answers}: True (2), then False (1)")
    return "each kind twice: True, then False"


def events_at_any_jump(rig: Rig) -> str:
    """events come while the reader works, reads or writes; the lot is whole all the same"""
    rig.host().pair()
    with Reader.open(rig.host().open) as reader:
        reader.unlock("1234")
        rig.board.events()
        reader.certify_lot(sheets.lot(10), kind="FSE", mode="03", invoices=10, total=10 * sheets.FEE)
        writes = [where for event, _, where, _ in rig.board.events() if event == _WRITE]
    names = ("at work", "in read", "in write", "at the start")
    counted = {name: writes.count(where) for where, name in enumerate(names) if writes.count(where)}
    holds(len(counted) > 1, f"all came {', '.join(counted)}")
    return ", ".join(f"{count} writes {name}" for name, count in counted.items())


def memory(rig: Rig) -> str:
    """of the heap a read takes only what the stack hands out, a notification a view where it is short"""
    rig.host().pair()
    with Reader.open(rig.host().open) as reader:
        reader.unlock("1234")
        certify = lambda: reader.certify_lot(  # noqa: E731
            sheets.lot(1), kind="FSE", mode="03", invoices=1, total=sheets.FEE
        )
        certify()
        rig.board.count()
        for _ in range(_SINGLES):
            certify()
        whole, read, stack, came, reads, written, notified = rig.board.counted()
    holds(read == stack, f"the driver's reads took {read - stack} bytes of their own")
    holds(stack <= came + _OBJECT * reads, f"{stack} bytes for {came} in {reads} reads of the stack")
    holds(written <= _VIEW * notified, f"{written} bytes in {notified} notifications")
    rest = whole - read - written
    holds(rest < _ASKING, f"{rest} bytes in events")
    return (
        f"{_SINGLES} lots of one, nothing collected: {whole} bytes; of these {stack} are the stack's, for "
        f"{came} bytes in {reads} reads, 0 the driver's reads', {written} views in {notified} notifications, "
        f"{rest} this question's"
    )


memory.needs = {"heap": 1_500_000}  # type: ignore[attr-defined]
SCENARIOS = (on_its_way_up, forgetting, events_at_any_jump, memory)
