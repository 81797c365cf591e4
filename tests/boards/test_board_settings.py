"""A `board.toml`: what is wrong in it is told by line, key and bounds; a new one is made out of another."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import cbor2
import pytest

from tournee.boards import BOARDS, image, new_board, schema
from tournee.emulation.board import EmulatedBoard
from tournee.reader import Reader

ALL = sorted(file.parent.name for file in BOARDS.glob("*/board.toml"))
CHANGED = [
    ("lm3s", "heap = 49152", "heap = 49152\nheep = 3", "[memory] heep : clé inconnue ; peut-être heap"),
    ("lm3s", "[memory]", "[memori]", "memori : clé inconnue ; peut-être memory"),
    ("lm3s", "heap = 49152", "heap = 4096", "[memory] heap : 4096 au lieu de 16384 à 268435456"),
    ("lm3s", "heap = 49152", 'heap = "48k"', "[memory] heap : un nombre entier est attendu"),
    ("lm3s", "heap = 49152", "heap = true", "[memory] heap : un nombre entier est attendu"),
    ("lm3s", "heap = 49152\n", "", "[memory] heap : manque"),
    ("lm3s", "ram = 0x10000", "ram = 0xE000", "[memory] heap : 62464 octets avec les piles"),
    ("lm3s", "ring = 2048", "ring = 2000", "[link] ring : 2000 n’est pas une puissance de deux"),
    ("lm3s", "message = 656", "message = 70000", "[link] message : 70000 au lieu de 559 à 65535"),
    ("lm3s", "\nat = 0x20000", "\nat = 0x1F000", "[image] at : 0x1f000 est dans la flash du portage"),
    ("lm3s", 'kind = "pl011"', 'kind = "pl012"', "[uart] kind : 'pl012' au lieu de pl011 ou cmsdk ou stm32"),
    ("lm3s", "interrupts = [5, 6, 33]", "interrupts = [5, 6]", "[uart] interrupts : 2 au lieu de 3"),
    ("lm3s", "interrupts = [5, 6, 33]", "interrupts = [5, 6, 333]", "interrupts : 333 au lieu de 0 à 239"),
    ("lm3s", '"slots.py"', '"slot.py"', "[image] modules : slot.py n’est ni dans le dossier de la carte"),
    ("lm3s", '"reader/maker.py"', '"reader/make.py"', "without : reader/make.py n’est pas du micrologiciel"),
    ("lm3s", '"sesam.cobs"', '"sesam.cob"', "[image] native : sesam.cob n’est pas du micrologiciel"),
    ("lm3s", 'name = "lm3s"', 'name = "lm3t"', "name : « lm3t » n’est pas le nom du dossier, lm3s"),
    ("lm3s", 'name = "lm3s"', 'name = "LM3S"', "name : « LM3S » n’est pas fait de minuscules"),
    ("lm3s", 'name = "lm3s"', 'name = ""', "name : un texte entre guillemets est attendu"),
    ("lm3s", "fd={link}", "fd={links}", "[emulator] qemu : {links} n’est rien"),
    ("lm3s", "fd={ps}", "fd=9", "[emulator] qemu : {ps} manque"),
    ("lm3s", "fd={ps}", "fd={ps", "[emulator] qemu : une accolade n’est pas fermée"),
    ("lm3s", '"vitale"]', '"ps"]', "[slots] names : deux noms différents"),
    ("lm3s", "flat = true", "flat = 1", "[image] flat : true ou false est attendu"),
    ("lm3s", "filter = 1024", "", "[opposition] filter : manque"),
    ("lm3s", "clock_khz = 4000", "clock_khz = 40", "[slots] clock_khz : 40 au lieu de 1000 à 5000"),
    ("mps2", "boot = 0x2000", "boot = 0x1000", "[nor] boot : 4096 au lieu de deux pages, 8192"),
    ("mps2", "banks = 0x20000", "banks = 0x20010", "[nor] banks : 131088 ne fait pas des pages de 4096"),
    ("mps2", "emulated = 0x1000000", "emulated = 4096", "[nor] emulated : 4096 au lieu de 278528 au moins"),
    ("mps2", "size = 0x20000", "size = 0x10000", "[image] at : l’image est dans la première banque de [nor]"),
    ("unix", "boot = 0x2000", "", "[flash] banks : banks, boot et store vont ensemble"),
    ("unix", 'names = "names.txt"', 'names = "nom.txt"', "[image] names : nom.txt n’est pas dans le dossier"),
    ("unix", 'method = "file"', 'method = "files"', "[flashing] method : 'files' au lieu de file ou uf2"),
    ("unix", 'method = "file"', 'method = "uf2"', "[flashing] steps : manque"),
    ("rp2350w", "clock = 10", "clock = 2", "[pins n° 2] clock : 2 sert déjà"),
    ("rp2350w", "button = 14", "button = 13", "[service] button : la broche 13 est celle d’un"),
    ("rp2350w", "clock_khz = 3750", "clock_khz = 4000", "clock_khz : 150000 n’en est pas un multiple"),
    ("rp2350w", 'name = "TRN-01"', 'name = "TOURNEE-1"', "[bluetooth] name : 9 caractères, 8 au plus"),
    ("rp2350w", "[[pins]] # Vitale", "[[pin]]", "pin : clé inconnue ; peut-être pins"),
    ("esp32s3", 'mpy = "xtensawin"', 'mpy = "xtensa2"', "[core] mpy : 'xtensa2' au lieu de x86 ou"),
    ("esp32s3", "switch = 7\n", "", "[pins n° 1] switch : manque"),
    ("esp32s3", 'sha256 = "f5', 'sha256 = "F5', "[runtime] sha256 : il faut 64 chiffres hexadécimaux"),
    ("rp2040", 'version = "1.27.0"\n', "", "[runtime] version : manque"),
    ("pcsc", "[link]", "[links]", "link : manque"),
    ("lm3s", "interrupts = [5, 6, 33]", "interrupts = [5, 5, 5]", "[uart] interrupts : 5 y est deux fois"),
    ("lm3s", "0x4000D000", "0x4000C000", "[uart] bases : 0x4000c000 y est deux fois"),
    ("lm3s", '"main.py", "slots.py"', '"main.py", "main.py", "slots.py"', "main.py y est deux fois"),
    ("lm3s", '"sesam.cobs"', '"sesam.octets"', "[image] native : sesam.octets y est deux fois"),
    ("rp2040", "switch = 13", "switch = 30", "[pins n° 2] switch : RP2040 n’a pas de broche 30"),
    ("rp2040", "uart = 1", "uart = 2", "[pins n° 2] uart : RP2040 n’a pas d’UART 2 ; il a 0, 1"),
    ("rp2040", "tx = 8", "tx = 15", "[pins n° 2] tx : la broche 15 de RP2040 n’est pas le tx de son UART 1"),
    ("rp2040", "rx = 9", "rx = 17", "[pins n° 2] rx : la broche 17 de RP2040 n’est pas le rx de son UART 1"),
    ("rp2040", "button = 14", "button = 99", "[service] button : RP2040 n’a pas de broche 99"),
    ("esp32s3", "clock = 4", "clock = 22", "[pins n° 1] clock : ESP32S3 n’a pas de broche 22"),
]  # fmt: skip


def changed(folder, name, old, new):
    """A board's folder in which a line is otherwise; and the number of that line."""
    board = Path(shutil.copytree(BOARDS / name, folder / name))
    text = (board / "board.toml").read_text()
    assert old in text
    (board / "board.toml").write_text(text.replace(old, new, 1))
    return board, text[: text.index(old)].count("\n") + 1


@pytest.mark.parametrize("name", ALL)
def test_every_board_that_there_is_is_right(name):
    assert schema.read(BOARDS / name) == tomllib.loads((BOARDS / name / "board.toml").read_text())


@pytest.mark.parametrize(("name", "old", "new", "told"), CHANGED, ids=range(len(CHANGED)))
def test_fault_is_told_by_its_key_and_bounds(tmp_path, name, old, new, told):
    board, _ = changed(tmp_path, name, old, new)
    with pytest.raises(schema.BoardError) as wrong:
        schema.read(board)
    assert told in wrong.value.cause


@pytest.mark.parametrize("place", [2, 12, 17, 29])
def test_fault_is_told_by_its_line(tmp_path, place):
    cases = {
        2: ("name =", "nom ="),
        12: ("heap =", "heap = 1 #"),
        17: ("kind =", "sort ="),
        29: ("filter", "sieve"),
    }
    board, line = changed(tmp_path, "lm3s", *cases[place])
    with pytest.raises(schema.BoardError, match=f"ligne {line}, "):
        schema.read(board)


def test_file_that_is_no_toml_is_told_by_its_line(tmp_path):
    board, line = changed(tmp_path, "lm3s", "[memory]", "[memory")
    with pytest.raises(schema.BoardError, match=f"n’est pas du TOML.*\n.*ligne {line}, "):
        schema.read(board)


def test_many_faults_are_told_together_and_counted(tmp_path):
    board, _ = changed(tmp_path, "lm3s", "[core]", "".join(f"x{n} = 1\n" for n in range(9)) + "[core]")
    with pytest.raises(schema.BoardError, match=r"x5 : clé inconnue.*et 3 de plus"):
        schema.read(board)


@pytest.mark.parametrize("name", [*ALL, "nowhere", "../keys"])
@pytest.mark.parametrize("place", ["new/deep", "file", "."])
def test_values_of_a_board_are_written_or_it_is_said_why_not(tmp_path, capsys, name, place):
    (tmp_path / "file").write_text("")
    status = new_board.main(["values", name, str(tmp_path / place)])
    good = place != "file" and name in ALL and name != "pcsc"
    assert (status, (tmp_path / place / "board.py").is_file()) == (0 if good else 3, good)
    assert ("." in capsys.readouterr().err) != good


def test_smallest_message_holds_the_longest_answer():
    signed = {0: 71, 1: bytes(256), 2: bytes(256), 3: bytes(32)}
    assert len(cbor2.dumps(signed)) == schema.LONGEST_ANSWER


def test_wrong_board_is_neither_built_nor_started(tmp_path):
    board, _ = changed(tmp_path, "unix", "heap = 65536", "heap = 6")
    with pytest.raises(schema.BoardError, match="heap : 6 au lieu de"):
        image.built(board, None, image.DEVELOPMENT_KEY, production=False)
    with pytest.raises(schema.BoardError, match="heap : 6 au lieu de"), EmulatedBoard(board):
        pass


@pytest.fixture
def boards(tmp_path):
    for name in ("unix", "lm3s", "pcsc"):
        shutil.copytree(BOARDS / name, tmp_path / name)
    return tmp_path


def test_new_board_starts_at_once_under_its_own_name(boards):
    place = new_board.make("atelier", "unix", boards)
    with EmulatedBoard(place) as board, Reader.open(board.link_url) as reader:
        assert reader.identify().board == "atelier"


def test_new_board_like_lm3s_builds_at_once(boards):
    place = new_board.make("atelier2", "lm3s", boards)
    made = image.parse(image.built(place, None, image.DEVELOPMENT_KEY, production=False))
    assert made.board == "atelier2"
    assert (place / "board.toml").read_text().splitlines()[1] == 'name = "atelier2"'


@pytest.mark.parametrize(
    ("name", "like", "told"),
    [
        ("unix", "lm3s", "est déjà là"),
        ("Atelier", "lm3s", "n’est pas un nom de carte"),
        ("../atelier", "lm3s", "n’est pas un nom de carte"),
        ("a" * 17, "lm3s", "n’est pas un nom de carte"),
        ("atelier", "lm4s", "choisissez parmi : lm3s, pcsc, unix"),
        ("atelier", "pcsc", "ne prend pas d’image"),
    ],
)
def test_new_board_that_cannot_be_made_leaves_nothing(boards, name, like, told):
    with pytest.raises(schema.BoardError, match=told):
        new_board.make(name, like, boards)
    assert sorted(one.name for one in boards.iterdir()) == ["lm3s", "pcsc", "unix"]


def test_boards_are_checked_by_a_command():
    command = [sys.executable, "-m", "tournee.boards.new_board", "check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.split(" : juste\n")) == (0, [*ALL, ""])
