"""The names of a host's sessions: drawn, and the same only for as long as the reader lets no other in."""

import os

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


def process(hand) -> HostNames:
    """The names of one more process of this host."""
    return HostNames(hand)


def test_name_stays_for_twenty_seconds_after_its_last_use_and_is_another_then(hand):
    names = process(hand)
    first = names.take(SECRET)
    assert len(first) == NAME
    hand.at += 19
    names.used(SECRET)
    hand.at += 19
    assert names.take(SECRET) == first
    hand.at += 21
    assert names.take(SECRET) != first


def test_names_of_two_readers_have_nothing_in_common(hand):
    names = process(hand)
    assert names.take(SECRET) != names.take(OTHER)


def test_next_process_goes_on_under_the_name_that_was_left_while_the_reader_waits_for_it(hand, tmp_path):
    kept = tmp_path / "name"
    first = process(hand)
    name = first.take(SECRET, kept)
    first.leave(SECRET, kept)
    assert kept.stat().st_mode & 0o777 == 0o600
    hand.at += 19
    assert process(hand).take(SECRET, kept) == name


def test_name_left_longer_ago_is_not_taken_up(hand, tmp_path):
    kept = tmp_path / "name"
    first = process(hand)
    name = first.take(SECRET, kept)
    first.leave(SECRET, kept)
    hand.at += 22
    assert process(hand).take(SECRET, kept) != name


def test_name_that_was_left_is_taken_by_one_process_alone(hand, tmp_path):
    kept = tmp_path / "name"
    first = process(hand)
    name = first.take(SECRET, kept)
    first.leave(SECRET, kept)
    taken = [process(hand).take(SECRET, kept) for _ in range(3)]
    assert taken[0] == name
    assert name not in taken[1:]


def test_name_left_for_another_reader_is_not_taken_up(hand, tmp_path):
    kept = tmp_path / "name"
    first = process(hand)
    name = first.take(OTHER, kept)
    first.leave(OTHER, kept)
    assert process(hand).take(SECRET, kept) != name


@pytest.mark.parametrize("left", [b"", b"\xff" * 20, b"a b c", b"0 0 nan", b"x" * 100, b"1 2 3 4"])
def test_whatever_lies_where_the_name_was_left_a_name_is_drawn(hand, tmp_path, left):
    kept = tmp_path / "name"
    kept.write_bytes(left)
    assert len(process(hand).take(SECRET, kept)) == NAME


def test_name_is_left_nowhere_through_a_link_or_in_a_folder_that_is_not_there(hand, tmp_path):
    aim = tmp_path / "aim"
    os.symlink(aim, tmp_path / "link")
    names = process(hand)
    names.take(SECRET)
    names.leave(SECRET, tmp_path / "link")
    names.leave(SECRET, tmp_path / "none" / "name")
    assert list(tmp_path.iterdir()) == [tmp_path / "link"]


def test_names_that_a_listener_hears_on_two_days_have_nothing_in_common(monkeypatch, hand):
    monkeypatch.setattr("tournee.reader.client.HOST_NAMES", HostNames(hand))
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


def test_next_command_of_this_host_is_let_in_at_once_and_another_hosts_is_not(monkeypatch, hand, tmp_path):
    rig = SecureRig()
    for names in (HostNames(hand), HostNames(hand)):
        monkeypatch.setattr("tournee.reader.client.HOST_NAMES", names)
        reader = Reader(rig.connect, clock=rig.clock, secret=SECRET, kept=tmp_path / "name")
        assert reader.cards().ps == 1
        reader.close()
    assert rig.clock.now == 0
