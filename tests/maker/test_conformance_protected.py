"""The conformance kit on a reader with a secret: a sound one conforms, each flaw is found by its check."""

import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "bluetooth"))

import protected_board
from protected_board import ProtectedBoard

from sesam import codes, frame
from tournee.emulation.bluetooth.air import Air
from tournee.emulation.board import EmulatedBoard
from tournee.emulation.cards import load_card
from tournee.maker import board_checks, channel_checks, conformance
from tournee.maker.main import main
from tournee.maker.raw_link import RawLink
from tournee.reader import codec
from tournee.reader.failures import Refused
from tournee.reader.label import printed_code
from tournee.reader.maker import MakerReader
from tournee.reader.transports.bluetooth import BluetoothTransport, pair

SECRET = bytes(range(32))
USELESS = "trames sans usage refusées ou passées, la suivante lue"
FIELDS = "chaque champ trop court, trop long, d’un autre type ou absent : refusé"


@pytest.fixture(scope="module")
def board(tmp_path_factory):
    flash = tmp_path_factory.mktemp("board") / "flash"
    with EmulatedBoard(flash=flash) as board:
        board.provision("TO-000001", SECRET)
        board.insert("ps", load_card("infirmiere"))
        board.insert("vitale", load_card("moreau"))
        yield board


def test_reader_with_its_secret_conforms_and_is_unchanged(board, tmp_path):
    label, report = tmp_path / "label", tmp_path / "report.json"
    label.write_text(printed_code(SECRET))
    label.chmod(0o600)
    with MakerReader.open(board.link_url, SECRET) as reader:
        before = reader.state()
    asked = ["conform", "--port", board.link_url, "--test-cards", "1234", "--json", str(report)]
    with pytest.raises(SystemExit) as left:
        main(["--secret-file", str(label), *asked])
    findings = {finding["name"]: finding for finding in json.loads(report.read_text())["findings"]}
    assert left.value.code == 0, [one for one in findings.values() if not one["good"]]
    assert set(channel_checks.CHECKS) < set(findings)
    with MakerReader.open(board.link_url, SECRET) as reader:
        after = reader.state()
    assert (after.serial, after.signatures - before.signatures) == ("TO-000001", 3)


def test_reader_with_its_secret_conforms_over_bluetooth(board):
    with Air() as air:
        address = air.add_reader(board.link_url)
        pair(address, air.radio)
        findings = list(conformance.check(lambda: BluetoothTransport(address, air.radio), SECRET))
    assert [one for one in findings if not one.good] == []


@pytest.mark.parametrize(
    ("secret", "status"), [(None, codes.UNPROTECTED), (bytes(32), codes.PROOF)], ids=["none", "another"]
)
def test_who_has_no_secret_is_told_so_at_once(secret, status):
    with ProtectedBoard(SECRET) as board, pytest.raises(Refused) as refused:
        list(conformance.check(board.link_url, secret))
    assert refused.value.status == status


def test_secret_for_a_reader_that_has_none_is_told_so():
    with EmulatedBoard() as board, pytest.raises(Refused) as refused:
        list(conformance.check(board.link_url, SECRET))
    assert refused.value.status == codes.NO_SECRET


def _replays(guard, link):
    inner = guard.open

    def opened(*at):
        guard._next = 0
        return inner(*at)

    guard.open = opened


def _clear(guard, link):
    guard.wanted = lambda: False


def _any_proof(guard, link):
    inner = guard._prove

    def prove(message, writer):
        guard._prove_by(b"host")
        message.buf[message.offset(1) : message.offset(1) + 16] = guard._proof[:16]
        guard._asking = True
        return inner(message, writer)

    guard._prove = prove


def _any_suite(guard, link):
    inner = guard.greet
    guard.greet = lambda *asked: codes.PROOF if (status := inner(*asked)) == codes.SUITE else status


def _never_busy(guard, link):
    inner = guard._protect

    def protect(*asked):
        guard._used -= 20_000
        return inner(*asked)

    guard._protect = protect


def _no_tag(guard, link):
    inner = guard._ccm.decrypt
    guard._ccm.decrypt = lambda *record: inner(*record) or True


def _wrong_parts(guard, link):
    sender = link.sender
    inner = sender._send

    def send(kind, number, end):
        sender._control[end - 1] ^= kind == frame.PART
        inner(kind, number, end)

    sender._send = send


def _keeps_nothing_it_says(guard, link):
    link._reorder.put = lambda buf, n, last: None
    link._reorder.behind = lambda last: 1


def _never_whole(guard, link):
    link._reorder.whole = lambda: False


def _silent_to_a_maker(guard, link):
    service, sender = link._service, link.sender
    handle, keep = service.handle, sender.keep
    asked = []

    def heard(message, writer):
        asked[:] = [message.number]
        handle(message, writer)

    def kept(number):
        if asked != [codec.number_of("STATE")]:
            keep(number)
        del asked[:]

    service.handle = heard
    sender.keep = kept


def _takes_one_byte_more(guard, link):
    link._message_max += 1


FLAWS = {
    _silent_to_a_maker: {"chaque message du protocole : répondu"},
    _keeps_nothing_it_says: {"enregistrements venus trop tôt : gardés comme il le dit"},
    _never_whole: {"demande passée en morceaux"},
    _replays: {"enregistrement rejoué refusé", "enregistrement en retard refusé"},
    _clear: {"rien n’est accepté en clair"},
    _any_proof: {
        "hôte qui n’a pas le secret refusé",
        "poignée de main enregistrée et rejouée refusée",
        "messages sans celui qui les précède refusés",
    },
    _takes_one_byte_more: {"longueurs qui mentent refusées, la plus grande lue"},
    _any_suite: {"autre version ou autre chiffre refusés"},
    _never_busy: {"second hôte refusé tant que le premier est là"},
    _wrong_parts: {"réponse redemandée en morceaux"},
    _no_tag: {"sceau d’enregistrement altéré refusé", "contenu d’enregistrement altéré refusé"},
}


@pytest.mark.parametrize("flaw", FLAWS, ids=lambda flaw: flaw.__name__.strip("_"))
def test_flaw_is_found_by_its_check_and_no_other(flaw, monkeypatch):
    monkeypatch.delitem(conformance._LINK, USELESS)  # these two take longest, and are tried above
    monkeypatch.delitem(conformance._MESSAGES, FIELDS)
    with ProtectedBoard(SECRET) as board:
        flaw(board._core.link._protection, board._core.link)
        found = {one.name for one in conformance.check(board.link_url, SECRET) if not one.good}
    assert found == FLAWS[flaw]


BOARD_FILE = {
    "link": {"message": protected_board._MESSAGE, "early": protected_board._EARLY},
    "slots": {"names": ["ps", "vitale"]},
    "image": {"without": []},
}
OTHER_FILES = {
    "message": {"link": {"message": 1024, "early": 1}},
    "fentes": {"slots": {"names": ["ps"]}},
    "STATE": {"image": {"without": ["reader/maker.py"]}},
    "LOAD_OPPOSITION": {"opposition": {"filter": 512}},
    "trop tôt": {"image": {"without": ["reader/link/reorder_buffer.py"]}},
}


def test_reader_that_is_not_as_its_board_file_says_is_found(monkeypatch):
    with ProtectedBoard(SECRET) as board:
        link = RawLink(board.link_url, SECRET)
        for word, change in (("carte", {}), *OTHER_FILES.items()):
            monkeypatch.setattr(board_checks, "_board", lambda name, change=change: BOARD_FILE | change)
            assert link.hello() == codes.OK
            good, seen = board_checks.matches(link)
            assert (good, word in seen) == (not change, True), seen
        link.close()
