"""Who is let in: digits right, wrong and refused, pairings that none may, bonds lost, one host too many."""

from __future__ import annotations

import time

from rigs import BONDS, Host, Rig, holds, settled

from tournee.reader import Reader, TransportClosed
from tournee.reader.transports.bluetooth import NotPaired

_STAYS_S = 90
_ENCRYPTION, _SET_SECRET, _PASSKEY = 28, 30, 31


def refused(host: Host, what: str) -> None:
    """The reader takes nothing from this host."""
    try:
        stream = host.open()
    except (NotPaired, TransportClosed):
        return
    try:  # connected and encrypted; does it answer?
        Reader.open(lambda: stream).close()
    except Exception:
        return
    finally:
        stream.close()
    holds(False, f"{what}: the reader serves it")


def served(host: Host) -> str:
    """The reader serves this host; which board it says it is."""
    with Reader.open(host.open) as reader:
        return reader.identify().board


def paired(host: Host) -> bool:
    """Whether a pairing came to an end as it is to."""
    try:
        host.pair()
    except NotPaired:
        return False
    return True


def pairing(rig: Rig) -> str:
    """a host without a pairing is refused; by the six digits it pairs, and is served"""
    refused(rig.host(), "before pairing")
    holds(paired(rig.host()), "the right digits pair nothing")
    board = served(rig.host())
    return f"six digits shown {len(rig.digits)} time(s), then served by “{board}”"


def wrong_digits(rig: Rig) -> str:
    """wrong digits pair nothing, and the right ones afterwards do"""
    rig.types = lambda shown: (shown + 1) % 1_000_000
    holds(not paired(rig.host()), "wrong digits pair")
    refused(rig.host(), "after wrong digits")
    rig.types = lambda shown: shown
    holds(paired(rig.host()), "right digits after wrong ones pair nothing")
    served(rig.host())
    fresh = len(set(rig.digits)) == len(rig.digits)
    holds(fresh, "the same digits twice")
    return f"{len(rig.digits)} times six digits, none twice"


def refused_digits(rig: Rig) -> str:
    """who types nothing is not paired, and may try again"""
    rig.types = lambda shown: None
    holds(not paired(rig.host()), "no digits pair")
    rig.types = lambda shown: shown
    holds(paired(rig.host()), "it cannot try again")
    return "the second time it was typed"


def pairing_as_none_may(rig: Rig) -> str:
    """without digits, without Secure Connections, with a bond or without: nothing is taken, nothing kept"""
    rig.host(1).pair()
    kinds = ("just works", "legacy", "legacy without a bond", "legacy without keys")
    for kind in kinds:
        host = rig.host()
        holds(not host.answered_as(kind), f"it answers a host that has paired as {kind}")
        refused(host, f"as {kind}, at its next connection")
        host.forget()
    served(rig.host(1))
    rig.restart()
    served(rig.host(1))
    return f"refused: {', '.join(kinds)}; who was paired before still is"


def bond_over_starts(rig: Rig) -> str:
    """a bond outlives connections and the reader's power, without digits"""
    rig.host().pair()
    shown = len(rig.digits)
    for _ in range(3):
        served(rig.host())
    rig.restart()
    served(rig.host())
    holds(len(rig.digits) == shown, "digits were shown again")
    return "three connections, a start, one more"


def lost_bond_of_the_host(rig: Rig) -> str:
    """a host that has lost its bond pairs again and again, and is one host for the reader"""
    for _ in range(3):
        holds(paired(rig.host()), "a host that has forgotten its bond does not pair again")
        served(rig.host())
        rig.host().forget()
    events = rig.board.events()
    deleted = sum(1 for event, about, _, _ in events if event == _SET_SECRET and not about & 128)
    return f"paired three times; the stack had secrets forgotten {deleted} time(s)"


def lost_bonds_of_the_reader(rig: Rig) -> str:
    """a reader that has lost its bonds refuses, and pairs again"""
    rig.host().pair()
    rig.lose_bonds()
    refused(rig.host(), "with a bond that the reader has lost")
    rig.host().forget()
    holds(paired(rig.host()), "it does not pair again")
    served(rig.host())
    return "refused, then paired anew"


def four_hosts_and_a_fifth(rig: Rig) -> str:
    """so many hosts stay paired; one more takes the place of the oldest, which pairs again"""
    for rank in range(BONDS):
        holds(paired(rig.host(rank)), f"host {rank + 1} does not pair")
    for rank in range(BONDS):
        served(rig.host(rank))
    holds(paired(rig.host(BONDS)), "the fifth does not pair")
    served(rig.host(BONDS))
    refused(rig.host(0), "the oldest, whose place is taken")
    for rank in range(1, BONDS + 1):
        served(rig.host(rank))
    rig.restart()
    refused(rig.host(0), "the oldest, after a start")
    for rank in range(1, BONDS + 1):
        served(rig.host(rank))
    rig.host(0).forget()
    holds(paired(rig.host(0)), "the oldest does not pair again")
    served(rig.host(0))
    return f"{BONDS} of {BONDS + 1} kept, over a start too; the oldest has paired again"


def order_of_events(rig: Rig) -> str:
    """of a pairing come the digits, the encryption, then both secrets"""
    rig.board.events()
    rig.host().pair()
    found = [one for one, *_ in rig.board.events() if one in (_PASSKEY, _ENCRYPTION, _SET_SECRET)]
    holds(found == [_PASSKEY, _ENCRYPTION, _SET_SECRET, _SET_SECRET], f"they came as {found}")
    return "PASSKEY, ENCRYPTION, SET_SECRET, SET_SECRET"


def after_a_failed_pairing(rig: Rig) -> str:
    """who fails to pair under a known host's address takes nothing from that host's bond"""
    rig.host().pair()
    kept = rig.host().forget()
    rig.types = lambda shown: (shown + 1) % 1_000_000
    holds(not paired(rig.host()), "wrong digits pair")
    holds(not rig.host().answered_as("just works"), "it is served without digits")
    rig.host().remember(kept)
    served(rig.host())
    rig.restart()
    served(rig.host())
    holds(settled(lambda: rig.scan() == ["TRN-01"]), "it does not advertise")
    return "wrong digits, then none: the bond holds, over a start too"


def stranger_that_stays(rig: Rig) -> str:
    """who connects and does not pair is sent away within the minute, and another finds the reader"""
    rig.host(1).pair()
    began = time.monotonic()
    holds(rig.host().stay(_STAYS_S), f"it is still connected after {_STAYS_S} s")
    took = time.monotonic() - began
    served(rig.host(1))
    return f"sent away after {took:.0f} s; another is served"


SCENARIOS = (
    pairing,
    wrong_digits,
    refused_digits,
    pairing_as_none_may,
    bond_over_starts,
    lost_bond_of_the_host,
    lost_bonds_of_the_reader,
    four_hosts_and_a_fifth,
    order_of_events,
    after_a_failed_pairing,
    stranger_that_stays,
)
