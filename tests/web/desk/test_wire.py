"""The reader over the page's WebSocket: what is kept, what ends, who is refused, which segment is found."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from page_end import HostLoop, PageEnd, PageRadio

from tournee.config.readers import ReaderChoice
from tournee.emulation.board import EmulatedBoard
from tournee.emulation.cards import load_card
from tournee.errors import ReaderError
from tournee.reader import PS_UNLOCKED, LinkLost, Reader, TransportClosed
from tournee.reader.label import printed_code
from tournee.web.desk import page_readers
from tournee.web.desk.page_readers import PageReaders, open_page_reader
from tournee.web.desk.wire import PageWire
from tournee.web.ports import PageUnlinked
from tournee.web.segments import SegmentTrial

SECRET = bytes(range(32))

Open = Callable[..., PageEnd]


@pytest.fixture
def host() -> Iterator[HostLoop]:
    host = HostLoop()
    yield host
    host.close()


@pytest.fixture
def readers() -> PageReaders:
    return PageReaders(lambda: "page:TRN-01")


@pytest.fixture
def come(host: HostLoop, readers: PageReaders) -> Iterator[Open]:
    """A page that has come in and heard what is wanted."""
    pages = []

    def page() -> PageEnd:
        pages.append(PageEnd(host, readers))
        assert pages[-1].hear() == {"t": "wanted", "wanted": True, "name": "TRN-01"}
        return pages[-1]

    yield page
    for one in pages:
        one.leave(1001)
        one.served.result(10)


def linked(page: PageEnd, readers: PageReaders, **told: object) -> PageWire:
    """The wire once the host has it."""
    before = readers.here
    page.say(**{"t": "linked", "link": "ble", "name": "TRN-01"} | told)
    with readers._changed:
        assert readers._changed.wait_for(lambda: readers.here not in (None, before), 10)
    wire = readers.here
    assert wire is not None
    return wire


@pytest.fixture
def board(tmp_path: Path) -> Iterator[EmulatedBoard]:
    with EmulatedBoard(flash=tmp_path / "flash") as board:
        board.insert("ps", load_card("infirmiere"))
        board.insert("vitale", load_card("moreau"))
        yield board


def choice(port: str, label: Path | None = None) -> ReaderChoice:
    return ReaderChoice(port, label.name if label else "", (), label.parent if label else Path())


def test_bytes_go_both_ways_and_a_write_waits_for_the_radio(come: Open, readers: PageReaders):
    page = come()
    wire = linked(page, readers, link="serial")
    page.bring(b"from the ")
    page.bring(b"reader")
    got = b""
    while len(got) < 15:
        got += wire.read(5000)
    assert got == b"from the reader"
    writing = threading.Thread(target=wire.write, args=(b"to the reader",))
    writing.start()
    assert page.hear() == b"to the reader"
    assert writing.is_alive()
    page.say(t="sent")
    writing.join(10)
    assert not writing.is_alive()


def test_a_reader_that_was_never_linked_is_not_waited_for(readers: PageReaders):
    with pytest.raises(PageUnlinked, match="n’est pas relié à cette page"):
        readers.open()


def test_another_reader_than_the_configured_one_is_not_used(come: Open, readers: PageReaders):
    linked(come(), readers, name="TRN-02")
    with pytest.raises(PageUnlinked):
        readers.open("TRN-01")
    assert readers.open("") is readers.here


def test_a_reader_out_of_range_ends_the_stream_and_is_waited_for(come: Open, readers: PageReaders):
    page = come()
    wire = linked(page, readers)
    page.say(t="gone", why="range")
    with pytest.raises(TransportClosed):
        while True:
            wire.read(5000)
    found: list[object] = []
    waiting = threading.Thread(target=lambda: found.append(readers.open("TRN-01")))
    waiting.start()
    back = linked(page, readers)
    waiting.join(10)
    assert found == [back]


def test_a_reader_that_stays_away_is_told_lost(
    come: Open, readers: PageReaders, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(page_readers, "AWAY_S", 0.01)
    page = come()
    wire = linked(page, readers)
    page.say(t="gone", why="range")
    with pytest.raises(TransportClosed):
        wire.read(5000)
    with pytest.raises(TransportClosed):
        readers.open()


def test_a_reader_that_the_carer_unlinked_is_not_waited_for(come: Open, readers: PageReaders):
    page = come()
    wire = linked(page, readers)
    page.say(t="gone", why="user")
    with pytest.raises(TransportClosed):
        wire.read(5000)
    with pytest.raises(PageUnlinked):
        readers.open()


@pytest.mark.parametrize(("code", "error"), [(1006, TransportClosed), (1001, PageUnlinked)])
def test_a_line_that_breaks_is_waited_for_and_a_page_that_goes_is_not(
    host: HostLoop,
    readers: PageReaders,
    monkeypatch: pytest.MonkeyPatch,
    code: int,
    error: type[LinkLost] | type[TransportClosed],
):
    monkeypatch.setattr(page_readers, "AWAY_S", 0.01)
    page = PageEnd(host, readers)
    linked(page, readers)
    page.leave(code)
    page.served.result(10)
    with pytest.raises(error):
        readers.open()


def test_the_last_page_has_the_wire_and_the_one_before_is_told(come: Open, readers: PageReaders):
    first = come()
    wire = linked(first, readers)
    second = come()
    assert first.hear() == 4409
    with pytest.raises(TransportClosed):
        wire.read(5000)
    first.say(t="linked", link="ble", name="TRN-09")
    first.bring(b"stale")
    fresh = linked(second, readers)
    assert (fresh.name, fresh.read(0)) == ("TRN-01", b"")


@pytest.mark.parametrize(
    "text",
    [
        "no JSON",
        "[" * 60_000,
        "3",
        "{}",
        '{"t": "other"}',
        '{"t": "linked", "link": "usb", "name": "x"}',
        '{"t": "linked", "link": "ble", "name": 4}',
        '{"t": "linked", "link": "ble", "name": "' + "x" * 65 + '"}',
        '{"t": "linked", "link": "ble", "name": "x", "segment": 513}',
        '{"t": "linked", "link": "ble", "name": "x", "segment": true}',
    ],
)
def test_what_is_no_message_ends_the_wire(come: Open, readers: PageReaders, text: str):
    page = come()
    page.say_text(text)
    assert page.hear() == 1007
    assert readers.here is None


def test_a_page_that_floods_is_cut_off(come: Open, readers: PageReaders):
    page = come()
    linked(page, readers)
    for _ in range(5):
        page.bring(bytes(65_536))
    assert page.hear() == 1009


def test_a_page_that_does_not_say_sent_is_gone(
    come: Open, readers: PageReaders, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(page_readers, "_SENT_S", 0.01)
    wire = linked(come(), readers)
    with pytest.raises(TransportClosed):
        wire.write(b"x")


def test_a_segment_is_tried_once_the_reader_is_heard_and_kept_once_it_answered():
    trial = SegmentTrial()
    assert trial.fill(b"hello") == (b"hello", 20)
    assert trial.fill(b"hello") == (b"hello", 20)
    trial.heard()
    assert trial.fill(b"ask") == (bytes(241) + b"ask", 244)
    trial.heard()
    assert trial.fill(b"ask") == (b"ask", 244)
    assert trial.fill(b"ask") == (b"ask", 244)


def test_a_segment_that_is_not_answered_is_given_up_for_a_smaller_one():
    trial = SegmentTrial()
    trial.heard()
    assert trial.fill(b"a")[1] == 244
    assert trial.fill(b"a") == (bytes(181) + b"a", 182)
    assert trial.fill(b"a") == (b"a", 20)
    trial.heard()
    assert trial.fill(b"a") == (b"a", 20)


def test_a_segment_that_the_page_knows_is_not_tried():
    trial = SegmentTrial(150)
    trial.heard()
    assert trial.fill(b"a") == (b"a", 150)


@pytest.mark.parametrize(("carries", "largest"), [(512, 244), (200, 182), (100, 20)])
def test_both_cards_are_read_over_a_radio_that_cuts_long_writes(
    board: EmulatedBoard, come: Open, readers: PageReaders, carries: int, largest: int
):
    page = come()
    with PageRadio(page, board.link_url, carries) as radio:
        linked(page, readers)
        with open_page_reader(readers, choice("page:TRN-01")) as reader:
            reader.read_ps_card()
            reader.read_vitale()
            settled = len(radio.segments)
            reader.read_vitale()
    assert max(radio.segments[settled:]) <= largest
    assert max(radio.segments) == 244


def test_over_the_protected_channel_the_session_outlives_the_stream(
    board: EmulatedBoard, come: Open, readers: PageReaders, tmp_path: Path
):
    board.provision("TRN-01", SECRET)
    board.insert("ps", load_card("infirmiere"))
    label = tmp_path / "secret"
    label.write_text(printed_code(SECRET))
    label.chmod(0o600)
    page = come()
    reach: list[bool] = []
    with PageRadio(page, board.link_url):
        linked(page, readers)
        with open_page_reader(readers, choice("page:TRN-01", label), reach.append) as reader:
            reader.unlock("1234")
            page.say(t="gone", why="range")
            linked(page, readers)
            assert reader.cards().ps is PS_UNLOCKED
    assert reach == [False, True]


def test_a_reader_in_clear_that_is_not_emulated_is_refused(
    board: EmulatedBoard, come: Open, readers: PageReaders, monkeypatch: pytest.MonkeyPatch
):
    page = come()
    real = Reader.identify
    monkeypatch.setattr(Reader, "identify", lambda reader: replace(real(reader), board="esp32"))
    with PageRadio(page, board.link_url):
        linked(page, readers)
        with pytest.raises(ReaderError, match="code de son étiquette"):
            open_page_reader(readers, choice("page:TRN-01"))
