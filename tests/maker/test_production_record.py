"""The production record: what it holds of a reader, and that openssl alone verifies it."""

import json
import re
import subprocess

import pytest

from tournee.boards import BOARDS
from tournee.boards import image as images
from tournee.emulation.board import EmulatedBoard
from tournee.emulation.cards import load_card
from tournee.maker import conformance, flashing
from tournee.maker.card_checks import CheckResult, Family
from tournee.maker.main import main
from tournee.maker.proof.record import status_of
from tournee.reader import Reader

NUMBER = re.compile(r"trame abîmée|[0-9a-f]{2} [0-9a-f]{2}( carte, \d+ octets|( [0-9a-f]+)?)")


def openssl(*arguments):
    return subprocess.run(["openssl", *map(str, arguments)], check=False, capture_output=True).stdout


def conform(*arguments):
    with pytest.raises(SystemExit) as left:
        main(["conform", *map(str, arguments)])
    return left.value.code


@pytest.fixture(scope="module")
def station(tmp_path_factory):
    """A folder with the station's key and a unix image; a board that runs it, a patient's card in it."""
    folder = tmp_path_factory.mktemp("station")
    openssl("genrsa", "-out", folder / "station.pem", "2048")
    openssl("rsa", "-pubout", "-in", folder / "station.pem", "-out", folder / "station.pub.pem")
    image = images.built(BOARDS / "unix", "0.2.0", images.DEVELOPMENT_KEY, production=False)
    (folder / "unix.img").write_bytes(image)
    (folder / "runtime").write_bytes(b"what the board runs on")
    flashing.flash_file("unix", images.parse(image), folder / "flash")
    with EmulatedBoard(flash=folder / "flash") as board:
        board.insert("vitale", load_card("moreau"))
        given = ["--image", folder / "unix.img", "--runtime", folder / "runtime"]
        signed = ["--record", folder / "records", "--sign-key", folder / "station.pem"]
        assert conform("--port", board.link_url, *given, *signed) == 0
        yield folder, board.link_url


def record_in(folder, kind):
    (found,) = (folder / "records").glob(f"*.{kind}")
    return found


@pytest.mark.parametrize("kind", ["json", "pdf"])
def test_openssl_alone_verifies_the_record_and_refuses_a_changed_one(station, tmp_path, kind):
    folder, _ = station
    record = record_in(folder, kind)
    told = ["dgst", "-sha256", "-verify", folder / "station.pub.pem", "-signature", f"{record}.sig"]
    assert openssl(*told, record) == b"Verified OK\n"
    changed = bytearray(record.read_bytes())
    changed[len(changed) // 2] ^= 1
    (tmp_path / "changed").write_bytes(changed)
    assert openssl(*told, tmp_path / "changed") == b"Verification failure\n"


def test_record_holds_reader_digests_memory_counters_and_all_that_came(station):
    folder, _ = station
    record = json.loads(record_in(folder, "json").read_text())
    image = images.parse((folder / "unix.img").read_bytes())
    (folder / "signed").write_bytes(image.signed)
    assert (
        openssl("dgst", "-sha256", "-r", folder / "signed")[:64].decode() == record["image"]["signed_sha256"]
    )
    assert (
        openssl("dgst", "-sha256", "-r", folder / "runtime")[:64].decode()
        == (record["files"]["runtime"]["file_sha256"])
    )
    assert record["tool"]["name"] == "tournee-maker"
    assert (record["reader"]["board"], record["reader"]["firmware"]) == ("unix", "0.2.0")
    assert record["reader"]["heap_size"] > record["reader"]["heap_peak"] > 0
    assert (record["state"]["banks"], record["state"]["signatures"], record["image"]["counter"]) == (2, 0, 0)
    assert record["good"] == len(record["findings"]) > 30
    tried = [one for one in record["findings"] if one["family"] in ("LINK", "MESSAGES", "CHANNEL")]
    assert all(one["received"] for one in tried)
    assert all(NUMBER.fullmatch(frame) for one in tried for frame in one["received"])


def test_nothing_of_a_card_is_in_the_record(station):
    text = record_in(station[0], "json").read_text()
    assert re.search(r"carte, \d{3} octets", text)
    with EmulatedBoard() as board, Reader.open(board.link_url) as reader:
        board.insert("vitale", load_card("moreau"))
        zone = reader.read_vitale().zone
    assert not [at for at in range(len(zone) - 12) if zone[at : at + 12].hex() in text]


def test_paper_says_which_reader_and_that_it_conforms(station):
    folder, _ = station
    paper = subprocess.run(
        ["pdftotext", "-layout", record_in(folder, "pdf"), "-"], capture_output=True, check=True
    )
    text = paper.stdout.decode()
    record = json.loads(record_in(folder, "json").read_text())
    for part in ("CONFORME", "SIMULATION", record["image"]["signed_sha256"], record["signed_by"]):
        assert part in text
    assert "NON CONFORME" not in text
    assert text.count(" ok") == len(record["findings"])


def test_reader_that_has_another_image_is_at_fault_in_its_state(station, tmp_path):
    folder, url = station
    data = images.parse((folder / "unix.img").read_bytes())
    key = images.private_key(images.DEVELOPMENT_KEY)
    other = images.make(data.payload + b"\xff" * 8, "unix", data.version, key, development=True)
    (tmp_path / "other.img").write_bytes(other)
    assert conform("--port", url, "--image", tmp_path / "other.img", "--json", tmp_path / "r.json") == 25
    faults = [one for one in json.loads((tmp_path / "r.json").read_text())["findings"] if not one["good"]]
    assert [one["name"] for one in faults] == ["le lecteur a l’image donnée"]


def test_file_that_is_no_image_is_refused_before_anything_is_asked(tmp_path):
    (tmp_path / "no.img").write_bytes(b"TOUR")
    assert conform("--port", "/nowhere", "--image", tmp_path / "no.img") == 3


def test_record_without_a_key_is_refused_before_anything_is_asked(tmp_path):
    assert conform("--port", "/nowhere", "--record", tmp_path / "r") == 2
    assert not (tmp_path / "r").exists()


def test_status_is_that_of_the_lowest_family_at_fault():
    def one(family, good):
        return CheckResult("", good, "", 0, family)

    assert status_of([one(family, True) for family in Family]) == 0
    assert status_of([one(Family.LINK, True), one(Family.STATE, False), one(Family.CHANNEL, False)]) == 23


@pytest.mark.parametrize("name", ["lm3s", "mps2", "netduino"])
def test_every_emulated_board_conforms_with_what_it_does_without(name):
    with EmulatedBoard(BOARDS / name) as board:
        findings = list(conformance.check(board.link_url))
    assert [one for one in findings if not one.good] == []
