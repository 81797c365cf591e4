"""The core on a desktop's readers: pcscd, vpcd, our virtual cards; the same bytes as on the unix board."""

import os
import select
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import reader_sheets as sheets
from main import open_slots, serve
from pcsc_service import READERS, SOCKET_NAME
from smartcard import scard

from tournee.emulation.board import EmulatedBoard
from tournee.emulation.cards import load_card
from tournee.emulation.cards.content import card_content
from tournee.emulation.cards.terminal import Terminal
from tournee.maker import conformance
from tournee.maker.card_checks import CardChecks
from tournee.reader import Reader
from tournee.reader.failures import CardAbsent, CardFailed, Locked, WrongCode
from tournee.reader.transports.pcsc import PcscUnavailable
from tournee.reader.transports.streams import SocketTransport

CONFIGURATION = """
[lecteur]
port = "pcsc:"
[envoi]
route = "essai"
[route.essai]
adresse = "factures@oct.example"
expediteur = "cabinet@ville.example"
identifiant = "732829320"
scellement = "en-clair"
[route.essai.envoi]
serveur = "smtp.example"
port = 587
securite = "starttls"
[route.essai.retours]
type = "maildir"
dossier = "retours"
"""


@pytest.fixture
def both(readers):
    """The nurse's card in the first reader, the Moreau family's in the second."""
    readers.hold(Terminal(load_card("infirmiere")), Terminal(load_card("moreau")))
    return readers


def whole_flow(url):
    """Both cards read, an invoice and a lot certified: everything that the cards and the reader gave."""
    with Reader.open(url) as reader:
        ps, vitale = reader.read_ps_card(), reader.read_vitale()
        reader.unlock("1234")
        invoice = reader.certify_invoice(sheets.invoice(1), kind="FSE", mode="03", total=sheets.FEE)
        lot = reader.certify_lot(sheets.lot(12), kind="FSE", mode="03", invoices=12, total=12 * sheets.FEE)
        return ps, vitale, invoice, lot


def test_desktop_readers_give_the_same_bytes_as_the_unix_board(both):
    with EmulatedBoard() as board:
        board.insert("ps", load_card("infirmiere"))
        board.insert("vitale", load_card("moreau"))
        assert whole_flow("pcsc:") == whole_flow(board.link_url)


def test_desktop_readers_conform(both):
    findings = [*conformance.check("pcsc:"), *CardChecks("pcsc:", "1234")]
    assert [one for one in findings if not one.good] == []
    assert len(findings) > 35


def test_each_card_is_read_in_as_many_commands_as_on_a_line_of_our_own(readers):
    terminals = [Terminal(load_card("infirmiere")), Terminal(load_card("moreau"))]
    asked = [[], []]
    for terminal, commands in zip(terminals, asked, strict=True):
        transmit = terminal.transmit
        terminal.transmit = lambda command, seen=commands, to=transmit: (
            seen.append(command[1]),
            to(command),
        )[1]
    readers.hold(*terminals)
    with Reader.open("pcsc:") as reader:
        reader.read_ps_card()
        reader.read_vitale()
    assert [len(commands) for commands in asked] == [13, 19]


@pytest.mark.parametrize(
    "url", ["pcsc:", f"pcsc:{READERS[1]}|{READERS[0]}", "pcsc:00 01|00 00"], ids=["found", "named", "part"]
)
def test_reader_of_each_card_is_found_by_its_card_or_its_name(readers, url):
    readers.hold(Terminal(load_card("moreau")), Terminal(load_card("infirmiere")))
    with Reader.open(url) as reader:
        assert reader.read_ps_card().zone == card_content("infirmiere").zone
        assert reader.read_vitale().zone == card_content("moreau").zone


def test_empty_reader_is_told(readers):
    readers.hold(Terminal(load_card("moreau")), None)
    with Reader.open("pcsc:") as reader:
        assert reader.cards().ps.name == "ABSENT"
        with pytest.raises(CardAbsent, match="professionnel de santé est absente"):
            reader.read_ps_card()
        assert reader.read_vitale().zone == card_content("moreau").zone


def test_wrong_code_costs_one_try_and_the_right_one_unlocks(both):
    with Reader.open("pcsc:") as reader:
        with pytest.raises(WrongCode) as wrong:
            reader.unlock("0000")
        assert wrong.value.tries_left == 2
        assert reader.unlock("1234") == 3


def test_card_that_another_program_holds_is_told(both):
    _, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
    _, card, _ = scard.SCardConnect(
        context, READERS[0], scard.SCARD_SHARE_SHARED, scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1
    )
    with Reader.open("pcsc:") as reader:
        with pytest.raises(CardFailed, match="occupée par un autre logiciel") as held:
            reader.read_ps_card()
        assert held.value.name == "IN_USE"
        scard.SCardDisconnect(card, scard.SCARD_LEAVE_CARD)
        assert reader.read_ps_card().zone == card_content("infirmiere").zone
    scard.SCardReleaseContext(context)


def test_unlocked_card_is_no_other_program_s_and_is_locked_when_the_reader_closes(both):
    with Reader.open("pcsc:") as reader:
        reader.unlock("1234")
        _, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
        result, _, _ = scard.SCardConnect(
            context, READERS[0], scard.SCARD_SHARE_SHARED, scard.SCARD_PROTOCOL_T0
        )
        assert result == scard.SCARD_E_SHARING_VIOLATION
        scard.SCardReleaseContext(context)
    with Reader.open("pcsc:") as reader, pytest.raises(Locked):
        reader.certify_invoice(sheets.invoice(1), kind="FSE", mode="03", total=sheets.FEE)


def test_card_swapped_while_open_is_seen(both):
    with Reader.open("pcsc:") as reader:
        reader.unlock("1234")
        both.hold(Terminal(load_card("kine")), Terminal(load_card("moreau")))
        assert reader.cards().ps.name != "UNLOCKED"
        assert reader.read_ps_card().zone == card_content("kine").zone


class Leaving:
    """A virtual card that is pulled out as the `nth` command of an instruction reaches it."""

    def __init__(self, name, ins, leave, nth=1):
        self.terminal, self.ins, self.leave, self.left = Terminal(load_card(name)), ins, leave, nth
        self.power, self.off = self.terminal.power, self.terminal.off

    def transmit(self, command):
        self.left -= command[1] == self.ins
        if not self.left:
            self.leave()
            return b""
        return self.terminal.transmit(command)


@pytest.mark.parametrize("ins", [0xA4, 0xB0, 0x20], ids=["SELECT", "READ BINARY", "VERIFY"])
def test_card_pulled_out_in_a_command_is_told_and_another_serves(readers, ins):
    readers.hold(Leaving("infirmiere", ins, lambda: readers.pull(0)), Terminal(load_card("moreau")))
    with Reader.open("pcsc:") as reader:
        with pytest.raises(CardAbsent) as gone:
            reader.unlock("1234")
        assert gone.value.name == "CARD_REMOVED"
        readers.hold(Terminal(load_card("infirmiere")), Terminal(load_card("moreau")))
        assert reader.unlock("1234") == 3


def in_this_process():
    """The board in a thread: what a test alters of it is altered."""
    ours, theirs = socket.socketpair()
    thread = threading.Thread(target=serve, args=(theirs, open_slots()))
    thread.start()
    return SocketTransport("pcsc:", ours, thread.join)


def test_card_that_never_answers_is_given_up_and_the_service_goes_on(readers, monkeypatch):
    monkeypatch.setattr("readers._PATIENCE", 2)
    never = threading.Event()
    stuck = Leaving("infirmiere", 0xB0, never.wait)
    readers.hold(stuck, Terminal(load_card("moreau")))
    try:
        with Reader(in_this_process) as reader:
            with pytest.raises(CardFailed) as silent:
                reader.read_ps_card()
            assert silent.value.name == "CARD_SILENT"
            assert reader.read_vitale().zone == card_content("moreau").zone
    finally:
        never.set()


def test_cps4_and_vitale_1_are_what_they_are_by_pc_sc_too(readers):
    readers.hold(Terminal(load_card("infirmiere-cps4")), Terminal(load_card("vitale1")))
    with Reader.open("pcsc:") as reader:
        assert reader.read_ps_card().zone == card_content("infirmiere-cps4").zone
        with pytest.raises(CardFailed, match="Vitale 1"):
            reader.read_vitale()


def test_command_line_reads_both_cards_by_pc_sc(both, tmp_path):
    config = tmp_path / "tournee.toml"
    config.write_text(CONFIGURATION)
    done = subprocess.run(
        [Path(sys.executable).with_name("tournee"), "--config", str(config), "cards"],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "CLAIRE LEFEBVRE" in done.stdout
    assert "MOREAU" in done.stdout


def test_name_that_is_no_reader_s_is_told_with_those_that_are(pcsc_service):
    with pytest.raises(PcscUnavailable, match="introuvable") as unknown:
        Reader.open("pcsc:Vital'Act")
    assert all(name in unknown.value.cause for name in READERS)


def test_name_that_is_two_readers_is_told(pcsc_service):
    with pytest.raises(PcscUnavailable, match="plusieurs"):
        Reader.open("pcsc:Virtual")


def test_service_that_is_not_there_ends_the_command_in_french(tmp_path):
    config = tmp_path / "tournee.toml"
    config.write_text(CONFIGURATION)
    done = subprocess.run(
        [Path(sys.executable).with_name("tournee"), "--config", str(config), "cards"],
        env={SOCKET_NAME: str(tmp_path / "nobody"), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 4
    assert "Le service PC/SC ne répond pas" in done.stdout + done.stderr


@pytest.mark.parametrize("reader", [0, 1])
def test_opensc_and_pcsc_tools_see_our_cards(both, reader):
    atr = ("3b:ac:00:40:2a:00:12:25:00:64:80:00:03:10:00:90:00", "3b:75:13:00:00:43:09:ea:90:00")[reader]
    shown = subprocess.run(["opensc-tool", "-r", str(reader), "-a"], capture_output=True, text=True).stdout
    assert shown.strip() == atr
    scan = subprocess.run(["pcsc_scan", "-c"], capture_output=True, text=True).stdout
    assert READERS[reader] in scan
    assert atr.replace(":", " ").upper() in scan


def test_opensc_selects_our_application(both):
    answer = subprocess.run(
        ["opensc-tool", "-r", "1", "-s", "00A4040C0BD25000000256495441 4C45".replace(" ", "")],
        capture_output=True,
        text=True,
    ).stdout
    assert "SW1=0x90, SW2=0x00" in answer


def test_installation_without_pyscard_is_told_what_to_install(monkeypatch, tmp_path):
    (tmp_path / "smartcard").mkdir()
    (tmp_path / "smartcard" / "__init__.py").touch()
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(PcscUnavailable) as missing:
        Reader.open("pcsc:")
    assert str(missing.value).endswith("exécutez pip install 'tournee[pcsc]'")


def test_reader_and_sesam_that_others_installed_are_not_taken_for_the_board_s(both, monkeypatch, tmp_path):
    for name in ("reader", "sesam", "readers"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('somebody else's')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    with Reader.open("pcsc:") as reader:
        assert reader.read_vitale().zone == card_content("moreau").zone


def board_processes():
    """Process ids of boards that this process started."""
    children = Path(f"/proc/{os.getpid()}/task").glob("*/children")
    found = {int(child) for file in children for child in file.read_text().split()}
    return {child for child in found if b"pcsc/launch.py" in Path(f"/proc/{child}/cmdline").read_bytes()}


def test_board_s_process_ends_with_its_link(both):
    with Reader.open("pcsc:") as reader:
        reader.read_vitale()
        (board,) = board_processes()
    assert not Path(f"/proc/{board}").exists()


def test_board_s_process_dies_with_the_host_and_leaves_the_cards_to_others(both):
    script = "import sys; from tournee.reader import Reader; Reader.open('pcsc:').unlock('1234')"
    script += "; print(flush=True); sys.stdin.read()"
    host = subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    host.stdout.readline()
    children = Path(f"/proc/{host.pid}/task/{host.pid}/children").read_text().split()
    ends = [os.pidfd_open(int(child)) for child in children]
    host.kill()
    host.communicate()
    assert len(ends) == 1
    for end in ends:
        assert select.select([end], [], [], 10)[0]
        os.close(end)
    with Reader.open("pcsc:") as reader, pytest.raises(Locked):
        reader.certify_invoice(sheets.invoice(1), kind="FSE", mode="03", total=sheets.FEE)
