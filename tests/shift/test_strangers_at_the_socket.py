"""What else may come to the agent's socket: other users, other versions, garbage, silence. It goes on."""

from __future__ import annotations

import json
import os
import socket
import stat
import struct
import threading
from contextlib import ExitStack
from datetime import UTC
from pathlib import Path

import pytest
from shift_rig import CONFIG, Shift

from tournee.reader import Reader
from tournee.shift import agent, joining, paths
from tournee.shift.endings import TOLD, Ending, Reason, ShiftEnded, read_note, write_note
from tournee.shift.frames import PAYLOAD_MAX, FrameKind, LocalLine
from tournee.shift.joining import join, shift_status
from tournee.shift.opening import Opening, open_shift
from tournee.shift.paths import ShiftPaths, ShiftUnavailable
from tournee.shift.terms import Terms

GREETING = {"protocol": 1, "version": "0.1.0", "purpose": "reader", "config": CONFIG, "command": "x"}


def frame(kind: int, payload: bytes, length: int | None = None) -> bytes:
    return struct.pack(">BI", kind, len(payload) if length is None else length) + payload


def said(shift: Shift, *sent: bytes) -> bytes:
    """All that the agent says to this, to its end."""
    heard = b""
    with shift.line() as line:
        for data in sent:
            line.sendall(data)
        line.shutdown(socket.SHUT_WR)
        try:
            while part := line.recv(4096):
                heard += part
        except ConnectionResetError:
            pass
    return heard


def serves(shift: Shift) -> bool:
    with Reader.over(shift.join()) as reader:
        return reader.cards().ps.name == "UNLOCKED"


def test_socket_and_its_folder_are_their_users_alone(shift: Shift) -> None:
    found = ShiftPaths.of(shift.port)
    assert [stat.S_IMODE(one.stat().st_mode) for one in (found.folder, found.socket)] == [0o700, 0o600]


def test_another_user_is_refused_and_closes_nothing(shift: Shift, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agent, "is_ours", lambda line: False)
    heard = said(shift, frame(FrameKind.CLOSE, b"{}"))
    assert json.loads(heard[5:]) == {"why": "user"}
    assert shift.agent.ending is None


def test_users_are_told_by_the_system_and_not_by_what_they_say() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        assert paths.peer_of(ours) == (os.getpid(), os.getuid())


def test_agent_of_another_user_is_no_shift(shift: Shift, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(joining, "is_ours", lambda line: False)
    assert join(shift.port, CONFIG, "tournee certify") is None


def test_command_of_another_version_is_told_which_one_opened_it(
    shift: Shift, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(joining, "__version__", "9.9")
    with pytest.raises(ShiftUnavailable, match="autre version de Tournée \\(0\\.1\\.0\\)"):
        shift.join()


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"\0" * 5,
        b"GET / HTTP/1.1\r\n\r\n",
        frame(FrameKind.GREET, b"", PAYLOAD_MAX + 1),
        frame(FrameKind.GREET, b"", 0xFFFFFFFF),
        frame(FrameKind.GREET, b"[" * PAYLOAD_MAX),
        frame(FrameKind.GREET, b"[]"),
        frame(FrameKind.GREET, b'{"a":{}}'),
        frame(FrameKind.GREET, b"\xff"),
        frame(FrameKind.GREET, json.dumps({"protocol": 1e308}).encode()),
        frame(FrameKind.ASK, b"\xa1\x00\x09"),
        frame(FrameKind.HERE, b"{}"),
        frame(FrameKind.GREET, json.dumps(GREETING).encode()) + frame(FrameKind.ASK, b""),
        frame(FrameKind.GREET, json.dumps(GREETING).encode()) + frame(FrameKind.ASK, b"\xff" * 1000),
        frame(FrameKind.GREET, json.dumps(GREETING).encode()) + frame(FrameKind.ASK, b"\xa1\x00\x15"),
        frame(FrameKind.GREET, json.dumps(GREETING).encode()) + frame(FrameKind.STREAM, b'{"size":-1}'),
        frame(FrameKind.GREET, json.dumps(GREETING).encode()) + frame(FrameKind.STREAM, b'{"size":1e9}'),
        frame(FrameKind.GREET, json.dumps(GREETING).encode())
        + frame(FrameKind.STREAM, b'{"size":128,"chunk":4,"ahead":0}')
        + frame(FrameKind.RECORDS, b"\0" * 129),
        frame(FrameKind.GREET, json.dumps(GREETING).encode()) + frame(FrameKind.KEEP, b'{"name":1}'),
        frame(FrameKind.GREET, json.dumps(GREETING).encode()) + frame(FrameKind.CODE, b"1234"),
    ],
)
def test_what_is_no_frame_of_a_command_ends_its_line_and_nothing_else(shift: Shift, sent: bytes) -> None:
    said(shift, sent)
    assert serves(shift)
    assert shift.agent.ending is None


def test_connections_that_say_nothing_keep_nobody_out_of_its_close(shift: Shift) -> None:
    silent = [shift.line() for _ in range(4)]
    assert serves(shift)
    for line in silent:
        line.close()


def test_agent_that_answers_with_garbage_is_a_shift_that_is_over(runtime_folder: Path) -> None:
    found = ShiftPaths.of("/dev/none")
    found.make()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(str(found.socket))
        listener.listen()

        def answer() -> None:
            caller, _ = listener.accept()
            with caller:
                LocalLine(caller).receive(5)
                caller.sendall(b"\xff" * 100)

        thread = threading.Thread(target=answer)
        thread.start()
        with pytest.raises(ShiftEnded, match="s’est arrêté sans prévenir"):
            join("/dev/none", CONFIG, "tournee certify")
        thread.join()


@pytest.mark.parametrize("at", ["1e300", "-1e300", "NaN", "Infinity", '"x"', "null"])
def test_note_of_a_time_that_is_none_is_a_note_or_none(runtime_folder: Path, at: str) -> None:
    found = ShiftPaths.of("/dev/none")
    found.make()
    found.note.write_text(f'{{"shift":"0","reason":"card","at":{at}}}')
    ending = read_note(found.note, "0")
    assert ending is None or ending.told(UTC) == "La vacation a pris fin : " + TOLD[Reason.CARD] + "."


def test_socket_that_nobody_listens_to_is_no_shift(runtime_folder: Path) -> None:
    found = ShiftPaths.of("/dev/none")
    found.make()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(str(found.socket))
    assert join("/dev/none", CONFIG, "tournee certify") is None
    assert shift_status("/dev/none", CONFIG) is None


@pytest.mark.parametrize("spoil", ["shared", "link", "file"])
def test_folder_that_others_may_enter_is_refused(runtime_folder: Path, spoil: str) -> None:
    folder = runtime_folder / "tournee"
    if spoil == "shared":
        folder.mkdir(mode=0o755)
    elif spoil == "link":
        (runtime_folder / "real").mkdir(mode=0o700)
        folder.symlink_to(runtime_folder / "real")
    else:
        folder.write_bytes(b"")
    opening = Opening("/dev/none", None, CONFIG, Terms())
    with pytest.raises(ShiftUnavailable):
        open_shift(opening, lambda card: bytearray(b"1234"))
    assert join("/dev/none", CONFIG, "tournee certify") is None


def test_system_without_local_sockets_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(socket, "AF_UNIX")
    opening = Opening("COM3", None, CONFIG, Terms())
    with pytest.raises(ShiftUnavailable, match="Ce système ne permet pas de vacation"):
        open_shift(opening, lambda card: bytearray(b"1234"))
    assert join("COM3", CONFIG, "tournee certify") is None


def test_command_behind_an_ending_waits_until_the_reader_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    places = ShiftPaths.of("port")
    places.make()
    write_note(places.note, "s", Ending(Reason.CARD))
    looked = []
    with ExitStack() as ending:
        assert ending.enter_context(places.locked())

        def let_go(_: float) -> None:
            looked.append(True)
            ending.close()

        monkeypatch.setattr(joining.time, "sleep", let_go)
        assert join("port", "config", "tournee") is None
    assert looked == [True]
