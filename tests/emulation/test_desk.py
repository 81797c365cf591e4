import json
import socket
import threading

import pytest
import serial

from tournee.emulation.board import EmulatedBoard
from tournee.emulation.control import ControlledBoard, ask, is_running
from tournee.errors import EmulationError


@pytest.fixture
def directory(tmp_path):
    with ControlledBoard(tmp_path) as desk:
        thread = threading.Thread(target=desk.serve)
        thread.start()
        yield tmp_path
        if is_running(tmp_path):
            ask(tmp_path, "stop")
        thread.join()


def test_reader_leads_to_the_link(directory):
    assert (directory / "reader").resolve().is_char_device()


def test_cards_are_put_in_and_taken_out(directory):
    ask(directory, "insert", slot="ps", card="infirmiere")
    ask(directory, "insert", slot="vitale", card="lambert", faults=["late at=B0 delay_ms=5"])
    assert ask(directory, "cards")["slots"] == {"ps": "infirmiere", "vitale": "lambert"}
    ask(directory, "remove", slot="ps")
    assert ask(directory, "cards")["slots"] == {"ps": None, "vitale": "lambert"}


def test_known_cards_are_listed_with_what_they_are(directory):
    known = {card["name"]: card for card in ask(directory, "cards")["known"]}
    assert known["kine"]["kind"] == "cps"
    assert known["moreau"]["about"].startswith("Famille MOREAU")


@pytest.mark.parametrize(
    ("command", "details", "message"),
    [
        ("insert", {"slot": "ps", "card": "lambert"}, "ne va pas dans cette fente"),
        ("insert", {"slot": "vitale", "card": "nobody"}, "inconnue"),
        ("insert", {"slot": "third", "card": "lambert"}, "Fente inconnue"),
        ("insert", {"slot": "vitale", "card": "lambert", "faults": ["explode at=atr"]}, "Défaut"),
        ("insert", {"slot": "ps"}, "incompréhensible"),
        ("dance", {}, "incompréhensible"),
    ],
)
def test_mistaken_command_is_answered_and_the_desk_goes_on(directory, command, details, message):
    with pytest.raises(EmulationError, match=message):
        ask(directory, command, **details)
    assert ask(directory, "cards")["slots"] == {"ps": None, "vitale": None}


def test_garbage_on_the_socket_does_not_stop_the_desk(directory):
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(str(directory / "desk.sock"))
        line.sendall(b"\xff\x00 garbage\n")
        assert not json.loads(line.recv(4096))["ok"]
    assert is_running(directory)


def test_caller_that_leaves_without_a_word_does_not_stop_the_desk(directory):
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(str(directory / "desk.sock"))
    assert ask(directory, "cards")


def test_second_desk_in_the_same_place_is_refused(directory):
    with pytest.raises(EmulationError, match="déjà"), ControlledBoard(directory):
        pass


def test_desk_whose_firmware_dies_says_so(tmp_path, echo_board):
    with ControlledBoard(tmp_path / "desk", EmulatedBoard(echo_board)) as desk:
        with serial.serial_for_url(desk.board.link_url) as link:
            link.write(b"die")
        with pytest.raises(EmulationError, match="told to die"):
            desk.serve()


def test_stopped_desk_leaves_nothing(tmp_path):
    with ControlledBoard(tmp_path) as desk:
        thread = threading.Thread(target=desk.serve)
        thread.start()
        ask(tmp_path, "stop")
        thread.join()
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_desk_left_is_taken_over(tmp_path):
    (tmp_path / "reader").symlink_to("/nowhere")
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(tmp_path / "desk.sock"))
    with ControlledBoard(tmp_path):
        assert (tmp_path / "reader").resolve().is_char_device()


def test_nobody_at_the_desk_is_told_with_the_next_step(tmp_path):
    with pytest.raises(EmulationError, match="tournee reader emulate"):
        ask(tmp_path, "cards")
