"""The client over real streams: pyserial on the pseudo-terminal of an emulated board, and TCP."""

import hashlib
import os
import socket
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Iterator

import pytest
from link_rig import VECTORS, CountingService, LinkBoard, ManualClock

from sesam import codes, frame
from tournee.emulation.board import EmulatedBoard
from tournee.emulation.cards import load_card
from tournee.errors import ReaderError
from tournee.reader import LinkLost, Reader, ReaderInUse, Refused, TransportClosed
from tournee.reader.link.framing import encode_frame
from tournee.reader.transports.hold import Hold
from tournee.reader.transports.open import connect
from tournee.reader.transports.streams import SerialTransport

LOT = b"".join(line.removesuffix("|").encode() for line in (VECTORS / "lot.txt").read_text().splitlines()[1:])
CONFIRMED = {"kind": "FSE", "mode": "03", "invoices": 3, "total": 3000}


class ImpatientClock:
    """The machine's time, without pauses between connections."""

    def now_ms(self) -> int:
        return time.monotonic_ns() // 1_000_000

    def pause(self, seconds: float) -> None:
        pass


@pytest.fixture(scope="module")
def emulated() -> Iterator[EmulatedBoard]:
    with EmulatedBoard() as board:
        board.insert("ps", load_card("infirmiere"))
        board.insert("vitale", load_card("moreau"))
        yield board


def test_lot_is_certified_over_a_pseudo_terminal_by_the_reader_on_micropython(emulated):
    with Reader.open(emulated.link_url) as reader:
        assert reader.unlock("1234") == 3
        assert reader.certify_lot(LOT, **CONFIRMED).digest == hashlib.sha256(LOT).digest()


def test_port_closed_and_opened_again_between_requests_goes_on_in_the_same_session(emulated):
    with Reader.open(emulated.link_url) as reader:
        reader.unlock("1234")
        first = reader.certify_lot(LOT, **CONFIRMED)
        before = emulated.cards["ps"].signatures
        reader.close()
        assert reader.cards().ps == 2
        assert reader.certify_lot(LOT, **CONFIRMED) == first
        assert emulated.cards["ps"].signatures == before


def test_reader_is_in_step_after_garbage_on_its_port(emulated):
    stream = SerialTransport(emulated.link_url)
    stream.write(os.urandom(5000) + b"\0\0" + bytes(range(256)) * 8)
    stream.close()
    with Reader.open(emulated.link_url) as reader:
        assert reader.identify().profile == "open-1"


def test_port_that_is_not_there_is_lost_after_a_bounded_number_of_attempts():
    attempts = []

    def opener():
        attempts.append(1)
        return connect("/dev/no-such-port")

    with pytest.raises(LinkLost):
        Reader(opener, clock=ImpatientClock()).cards()
    assert len(attempts) == 6


def test_port_that_vanishes_as_it_is_opened_is_told_as_closed(monkeypatch):
    def vanished(*given):
        raise termios.error(5, "Input/output error")

    master, slave = os.openpty()
    try:
        monkeypatch.setattr(termios, "tcsetattr", vanished)
        with pytest.raises(TransportClosed):
            SerialTransport(os.ttyname(slave))
    finally:
        os.close(master)
        os.close(slave)


def test_link_left_by_one_that_was_killed_never_leads_to_the_terminal_of_another(tmp_path):
    ours, theirs = os.openpty()
    link = tmp_path / "reader"
    link.symlink_to(os.ttyname(theirs))
    try:
        connect(str(link)).close()
        os.utime(link, (0, 0), follow_symlinks=False)
        with pytest.raises(TransportClosed):
            connect(str(link))
    finally:
        os.close(ours)
        os.close(theirs)


def test_reader_that_another_program_uses_is_told_at_once_and_is_free_when_that_ends(emulated):
    attempts = []

    def opener():
        attempts.append(1)
        return connect(emulated.link_url)

    with Reader.open(emulated.link_url) as reader:
        with pytest.raises(ReaderInUse, match="Un autre programme utilise le lecteur"):
            Reader(opener, clock=ImpatientClock()).cards()
        assert len(attempts) == 1
        assert reader.identify().profile == "open-1"
    with Reader(opener) as reader:
        assert reader.identify().profile == "open-1"


def test_reader_of_a_program_that_was_killed_is_free(emulated):
    program = (
        "import sys; from tournee.reader.transports.streams import SerialTransport; "
        "held = SerialTransport(sys.argv[1]); print(flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, emulated.link_url], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        with pytest.raises(ReaderInUse, match=f"processus {holder.pid}\\) de l’utilisateur "):
            connect(emulated.link_url)
        holder.kill()
    with Reader.open(emulated.link_url) as reader:
        assert reader.identify().profile == "open-1"


def test_address_on_the_air_is_one_programs_until_it_lets_it_go():
    held = Hold("ble:F0:01:02:03:04:05")
    with pytest.raises(ReaderInUse, match=f"processus {os.getpid()}\\) de l’utilisateur "):
        Hold("ble:f0:01:02:03:04:05")
    Hold("ble:F0:01:02:03:04:06").release()
    held.release()
    Hold("ble:F0:01:02:03:04:05").release()


def test_reader_that_dies_is_lost_and_says_so():
    with pytest.raises(LinkLost), EmulatedBoard() as board:
        reader = Reader(lambda: connect(board.link_url), clock=ImpatientClock())
        reader.identify()
        board.stop()
        reader.identify()


@pytest.fixture
def tcp_reader() -> Iterator[str]:
    """A reader behind a TCP port that hangs up after every 700 bytes it has read."""
    listener = socket.create_server(("127.0.0.1", 0))
    board = LinkBoard(CountingService(), ManualClock())

    def serve() -> None:
        while True:
            try:
                line, _ = listener.accept()
            except OSError:
                return
            with line:
                left = 700
                while left > 0 and (data := line.recv(left)):
                    left -= len(data)
                    line.sendall(board.feed(data))

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield f"socket://127.0.0.1:{listener.getsockname()[1]}"
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join(5)


def test_lot_is_certified_over_tcp_that_hangs_up_again_and_again(tcp_reader):
    with Reader(lambda: connect(tcp_reader), clock=ImpatientClock()) as reader:
        assert reader.certify_lot(LOT, **CONFIRMED).digest == hashlib.sha256(LOT).digest()


def test_tcp_address_is_one_programs_by_whatever_name_until_it_lets_it_go(tcp_reader):
    named = tcp_reader.replace("127.0.0.1", "localhost")
    held = connect(tcp_reader)
    for url in (tcp_reader, named):
        with pytest.raises(ReaderInUse, match=f"processus {os.getpid()}\\) de l’utilisateur "):
            connect(url)
    held.close()
    connect(named).close()


def test_tcp_port_where_nobody_listens_is_told_as_closed():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(TransportClosed, match=str(port)):
        connect(f"socket://127.0.0.1:{port}")


def test_reader_that_refuses_the_session_is_not_kept_connected():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(5)
        lines = []

        def refuse() -> None:
            line, _ = listener.accept()
            lines.append(line)
            line.settimeout(5)
            line.recv(4096)
            line.sendall(encode_frame(frame.NAK, 1, codes.MALFORMED.to_bytes(2, "big")))

        thread = threading.Thread(target=refuse)
        thread.start()
        with pytest.raises(Refused) as refused:
            Reader.open(f"socket://127.0.0.1:{listener.getsockname()[1]}")
        thread.join(5)
    with lines[0] as line:
        assert (refused.value.name, line.recv(1)) == ("MALFORMED", b"")


@pytest.mark.parametrize(
    "url",
    [
        "nonsense://",
        "socket://host:99999",
        "socket://host:port",
        "socket://[::1",
        f"socket://{'a' * 64}.example:1",
    ],
)
def test_url_that_makes_no_sense_is_told_as_closed(url):
    with pytest.raises(TransportClosed):
        connect(url)


def test_a_reader_of_the_page_is_told_at_once_to_a_command() -> None:
    with pytest.raises(ReaderError, match="relié par la page"):
        Reader.open("page:TRN-01")
