"""Power cut at every half of every programming and erasure under a board's files, on a real littlefs
(MicroPython). Prints how many cuts each part went through; whatever does not hold is an exception.

cut_power.py SOURCES
"""

import os
import sys

sys.path.insert(1, sys.argv[1])

import vfs
from disk import Disk, PowerCut, mount
from journal_files import JournalFiles
from whole_file import WholeFile

from reader.storage.journal import IDENTITY, INTENT, SIGNED, Journal

PAGE = 2048
LENGTHS = {IDENTITY: 48, INTENT: 40, SIGNED: 560}
DONE = 10_000


def on(disk, act):
    """Do `act` with this disk as the file system; whether power lasted."""
    try:
        mount(disk)
        act()
        return True
    except (PowerCut, OSError):
        if not disk.dead:
            raise
        return False
    finally:
        disk.dead = True
        os.chdir("/")
        try:
            vfs.umount("/flash")
        except OSError:
            pass


def cut_everywhere(data, act, check):
    """Do `act` on copies of a disk, power failing ever later; `check` each. How often, and the disk as it is
    when nothing fails."""
    for budget in range(DONE):
        disk = Disk(bytearray(data))
        disk.budget = budget
        lasted = on(disk, act)
        after = Disk(bytearray(disk.data))
        assert on(after, lambda: check(lasted)), budget
        if lasted:
            return budget, disk.data
    raise ValueError("it never ends")


def journal():
    return Journal(JournalFiles("journal", PAGE))


def payload(kind, number):
    return bytes((number + i) & 255 for i in range(LENGTHS[kind]))


def write(one, kind, number):
    data = payload(kind, number)
    assert one.begin(kind, len(data))
    for at in range(0, len(data), 40):
        one.add(data[at : at + 40])
    assert one.end()


def held(one, kind):
    at = one.find(kind)
    if not at:
        return None
    buf = bytearray(LENGTHS[kind])
    one.load(at, buf)
    return bytes(buf)


def state(one):
    return [held(one, kind) for kind in LENGTHS]


def cut_journal():
    """Ten certifications written down, page after page, each cut everywhere: the old state or the new one."""
    _, data = cut_everywhere(Disk().data, journal, lambda lasted: journal())
    there = Disk(bytearray(data))
    assert on(there, journal)
    assert not there.halves, "a start writes nothing"
    total = 0
    states = [[None, None, None]]
    steps = [(IDENTITY, 7)] + [(kind, number) for number in range(5) for kind in (INTENT, SIGNED)]
    for kind, number in steps:
        before = states[-1]
        new = list(before)
        new[list(LENGTHS).index(kind)] = payload(kind, number)
        if kind == SIGNED:
            new[list(LENGTHS).index(INTENT)] = None

        def check(lasted):
            one = journal()
            found = state(one)
            assert found == new or (not lasted and found == before), (kind, number)
            write(one, SIGNED, 99)  # and it goes on
            assert held(journal(), SIGNED) == payload(SIGNED, 99)
            assert held(journal(), IDENTITY) == found[list(LENGTHS).index(IDENTITY)]

        cuts, data = cut_everywhere(data, lambda: write(journal(), kind, number), check)
        states.append(new)
        total += cuts
    print("journal", total)


def cut_bonds():
    """Bonds saved over others: those or these."""
    total = 0
    data, before = Disk().data, b""
    for length in (0, 90, 360, 360, 5000, 90):
        new = bytes(length + i & 255 for i in range(length))

        def check(lasted):
            found = WholeFile("bonds").load()
            assert found == new or (not lasted and found == before)

        cuts, data = cut_everywhere(data, lambda: WholeFile("bonds").save(new), check)
        before = new
        total += cuts
    print("bonds", total)


cut_journal()
cut_bonds()
