"""Updates of real boards, over their links: the unix board and QEMU's mps2, killed and cut wherever."""

import pytest

from sesam import codes
from tournee.boards import BOARDS
from tournee.boards import image as images
from tournee.emulation.board import EmulatedBoard
from tournee.reader import Refused
from tournee.reader.maker import MakerReader

PROBE = BOARDS / "probes" / "verify.py"
MOST_MS = 5000  # of emulated time
SHIFT = 6  # 64 ns an instruction, about 16 million a second


def built(board, version="0.2.0"):
    return images.built(BOARDS / board, version, images.DEVELOPMENT_KEY, production=False)


on_both = pytest.mark.parametrize("name", ["unix", "mps2"])
on_unix = pytest.mark.parametrize("name", ["unix"])


@pytest.fixture
def flash(tmp_path):
    return tmp_path / "flash"


@pytest.fixture
def start(name, flash):
    """Start the board and connect to it."""
    boards = []

    def started():
        stop()
        board = EmulatedBoard(BOARDS / name, flash=flash).start()
        boards.append((board, MakerReader.open(board.link_url)))
        return boards[0][1]

    def stop():
        for board, reader in boards:
            reader.close()
            board.stop()
        boards.clear()

    yield started
    stop()


def firmware(reader):
    return reader.identify().firmware, reader.state().running, reader.state().confirmed


@on_both
def test_update_is_tried_confirmed_and_stays(name, start):
    reader = start()
    assert firmware(reader) == ("0.1.0", 0, True)
    told = []
    reader.load(built(name), lambda done, of: told.append((done, of)))
    assert told[0][0] == 64
    assert told[-1][0] == told[-1][1]
    reader.restart()
    assert firmware(reader) == ("0.2.0", 1, False)
    reader.confirm()
    assert firmware(start()) == ("0.2.0", 1, True)


@on_unix
def test_update_that_is_not_confirmed_is_gone_after_the_next_start(name, start):
    reader = start()
    reader.load(built(name))
    reader.restart()
    assert firmware(reader) == ("0.2.0", 1, False)
    assert firmware(start()) == ("0.1.0", 0, True)


class Cut(Exception):  # noqa: N818
    """Whoever was bringing the image has gone."""


def until(share):
    def on_progress(done, of):
        if done >= of * share:
            raise Cut

    return on_progress


@pytest.mark.parametrize(("name", "share"), [("unix", 0.1), ("unix", 0.9), ("mps2", 0.3)])
def test_reader_killed_within_an_update_starts_on_its_old_image_and_takes_it_again(name, start, share):
    with pytest.raises(Cut):
        start().load(built(name), until(share))
    reader = start()
    assert firmware(reader) == ("0.1.0", 0, True)
    reader.load(built(name))
    reader.restart()
    assert firmware(reader)[0] == "0.2.0"


@on_unix
def test_host_that_comes_back_goes_on_where_it_was(name, start):
    reader = start()
    with pytest.raises(Cut):
        reader.load(built(name), until(0.5))
    taken = reader.state().taken
    assert taken > len(built(name)) // 3
    told = []
    reader.load(built(name), lambda done, of: told.append(done))
    assert told[0] == taken


@on_unix
def test_images_that_are_not_for_this_reader_are_refused_and_it_goes_on(name, start):
    reader = start()
    good = built(name)
    damaged = bytearray(good)
    damaged[len(good) // 2] ^= 1
    for image, status in (
        (built("lm3s"), codes.IMAGE_BOARD),
        (built(name, "0.0.9"), codes.IMAGE_OLDER),
        (bytes(damaged), codes.IMAGE_DAMAGED),
        (good[:-256] + bytes(256), codes.IMAGE_UNSIGNED),
    ):
        with pytest.raises(Refused) as refused:
            reader.load(image)
        assert refused.value.status == status
    assert firmware(start()) == ("0.1.0", 0, True)


@on_unix
def test_serial_number_survives_an_update_and_is_given_once(name, start):
    reader = start()
    reader.load(built(name))
    reader.restart()
    reader.confirm()
    reader.provision("TO-000042", bytes(range(32)))
    assert reader.state().serial == "TO-000042"
    with pytest.raises(Refused) as refused:
        reader.provision("TO-000043", bytes(32))
    assert refused.value.status == codes.PROVISIONED


def test_image_is_judged_in_less_than_five_seconds_of_emulated_time():
    with EmulatedBoard(BOARDS / "mps2", script=PROBE, options=["-icount", f"shift={SHIFT}"]) as running:
        digests, signature = map(int, running.console().split()[-2:])
    assert signature < 1000
    assert digests + signature < MOST_MS
