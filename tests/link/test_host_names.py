"""The names of a host's sessions: drawn, and the same only for as long as the reader lets no other in."""

import os
from pathlib import Path

import pytest
from secure_channel_rig import SECRET, SecureRig

from sesam import frame, messages
from tournee.reader import Reader, codec
from tournee.reader.host_names import NAME, HostNames
from tournee.reader.link.framing import FrameReader

OTHER = bytes(32)


class Hand:
    """Time that the test moves."""

    def __init__(self) -> None:
        self.at = 1_000_000.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def hand():
    return Hand()


@pytest.fixture
def process(hand, tmp_path):
    """Makes the names of one more process of this host."""
    return lambda: HostNames(lambda: tmp_path, hand)


def left(folder) -> Path:
    (file,) = folder.iterdir()
    return file


def test_name_stays_for_twenty_seconds_after_its_last_use_and_is_another_then(hand, process):
    names = process()
    first = names.take(SECRET)
    assert len(first) == NAME
    hand.at += 19
    names.used(SECRET)
    hand.at += 19
    assert names.take(SECRET) == first
    hand.at += 21
    assert names.take(SECRET) != first


def test_names_for_two_readers_have_nothing_in_common(process):
    names = process()
    assert names.take(SECRET) != names.take(OTHER)
    names.leave(OTHER)
    assert process().take(SECRET) != names.take(OTHER)


def test_next_process_goes_on_under_the_name_that_was_left_while_the_reader_waits_for_it(
    hand, process, tmp_path
):
    first = process()
    name = first.take(SECRET)
    first.leave(SECRET)
    assert left(tmp_path).stat().st_mode & 0o777 == 0o600
    hand.at += 19
    assert process().take(SECRET) == name


def test_name_left_longer_ago_is_not_taken_up(hand, process):
    first = process()
    name = first.take(SECRET)
    first.leave(SECRET)
    hand.at += 22
    assert process().take(SECRET) != name


def test_name_that_was_left_is_taken_by_one_process_alone(process):
    first = process()
    name = first.take(SECRET)
    first.leave(SECRET)
    taken = [process().take(SECRET) for _ in range(3)]
    assert taken[0] == name
    assert name not in taken[1:]


@pytest.mark.parametrize("words", [b"", b"\xff" * 20, b"a b", b"00 5", b"0011223344556677 nan", b"x" * 100])
def test_whatever_lies_where_the_name_was_left_a_name_is_drawn(process, tmp_path, words):
    first = process()
    first.take(SECRET)
    first.leave(SECRET)
    left(tmp_path).write_bytes(words)
    assert len(process().take(SECRET)) == NAME


def test_name_is_neither_left_nor_taken_through_a_link_and_a_pipe_is_not_waited_for(process, tmp_path):
    first = process()
    name = first.take(SECRET)
    first.leave(SECRET)
    kept, aim = left(tmp_path), tmp_path / "aim"
    kept.rename(aim)
    kept.symlink_to(aim)
    assert process().take(SECRET) != name
    aim.unlink()
    first.leave(SECRET)
    assert not aim.exists()
    kept.unlink()
    os.mkfifo(kept)
    assert process().take(SECRET) != name


def test_folder_that_is_not_there_leaves_each_process_its_own_name(hand, tmp_path):
    first, second = (HostNames(lambda: tmp_path / "none", hand) for _ in range(2))
    name = first.take(SECRET)
    first.leave(SECRET)
    assert second.take(SECRET) != name


def test_names_that_a_listener_hears_on_two_days_have_nothing_in_common(monkeypatch, hand, process):
    monkeypatch.setattr("tournee.reader.client.HOST_NAMES", process())
    rig = SecureRig()
    for _ in range(2):
        reader = Reader(rig.connect, clock=rig.clock, secret=SECRET)
        reader.cards()
        reader.close()
        hand.at += 86_400
        rig.clock.now += 86_400_000
    heard = [one for said in rig.said for one in FrameReader(4096).feed(said) if one.kind == frame.HELLO]
    told = [codec.decode(one.payload) for one in heard]
    names = [one.data("session") for one in told if one.number == messages.PROTECT]
    assert len(set(names)) == 2


def test_next_command_of_this_host_is_let_in_at_once(monkeypatch, process):
    rig = SecureRig()
    for _ in range(2):
        monkeypatch.setattr("tournee.reader.client.HOST_NAMES", process())
        reader = Reader(rig.connect, clock=rig.clock, secret=SECRET)
        assert reader.cards().ps == 1
        reader.close()
    assert rig.clock.now == 0
