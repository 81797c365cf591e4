"""What is flashed on boards of an official MicroPython: a maker's build, its runtime, what is erased."""

import hashlib
import subprocess
import sys

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tournee.boards import BOARDS, image, romfs
from tournee.errors import ConfigError
from tournee.maker import official_boards, uploading
from tournee.maker.main import maker

BOARDS_OF_MICROPYTHON = ["rp2040", "rp2350w", "esp32s3"]
RUN = "import sys; from micropython_module import run_main; sys.exit(run_main(sys.argv[1:]))"
DEVELOPMENT = image.modulus(image.public_key(image.DEVELOPMENT_KEY))


def micropython(code, folder):
    """What MicroPython's unix port prints, run in a folder."""
    command = [sys.executable, "-I", "-c", RUN, "micropython", "-X", "heapsize=1m", "-c", code]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout


@pytest.fixture(scope="module")
def key(tmp_path_factory):
    made = rsa.generate_private_key(65537, 2048)
    file = tmp_path_factory.mktemp("key") / "maker.pem"
    file.touch(0o600)
    file.write_bytes(made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return file


@pytest.fixture(scope="module", params=BOARDS_OF_MICROPYTHON)
def produced(request, key, tmp_path_factory):
    """A board's name and its image, built as a maker does for production."""
    file = tmp_path_factory.mktemp("image") / "made.img"
    command = ["build", request.param, "--key", str(key), "--production", "--version", "1.4.0"]
    done = CliRunner().invoke(maker, [*command, "--output", str(file)])
    assert done.exit_code == 0, done.output
    return request.param, file


def test_production_image_has_no_development_key_and_says_whose_it_is(produced, key, tmp_path):
    _, file = produced
    data = file.read_bytes()
    own = image.modulus(image.public_key(key))
    for one in (DEVELOPMENT, DEVELOPMENT[::-1], DEVELOPMENT[:32], DEVELOPMENT[-32:]):
        assert one not in data
    assert own in data
    files = romfs.files_of(image.parse(data).payload)
    (tmp_path / "sesam").mkdir()
    for part in ("release.mpy", "sesam/port.mpy"):
        (tmp_path / part).write_bytes(files[part])
    said = micropython("import release; print(release.PRODUCTION, release.KEY.hex())", tmp_path)
    assert said.split() == ["True", own.hex()]
    assert b"1.4.0" in files["reader/__init__.mpy"]


def test_what_flash_puts_on_is_the_image_file_by_file(produced, key):
    name, file = produced
    folder = official_boards.modules_of(name, file, str(key))
    there = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*.*")}
    assert there == romfs.files_of(image.parse(file.read_bytes()).payload)
    assert {"usb_main.py", "board.mpy", "reader/core.mpy"} <= set(there)
    assert not any(DEVELOPMENT[:32] in data for data in there.values())
    asked = [command[3:] for command in uploading.commands("P", folder, "usb_main", official_boards.ERASE)]
    assert asked[1] == ["run", str(official_boards.ERASE)]
    copies = [f":{file}" for file in there if not file.endswith("_main.py")]
    assert sorted(word for word in asked[3] if word.startswith(":")) == sorted(copies)
    assert asked[4] == ["fs", "cp", str(folder / "usb_main.py"), ":main.py", "+", "reset"]


def test_same_key_and_version_make_the_same_bytes(produced, key, tmp_path):
    name, file = produced
    again = image.built(BOARDS / name, "1.4.0", key, production=True)
    assert again == file.read_bytes()


def test_image_of_another_key_board_or_that_is_damaged_is_not_put_on(produced, key, tmp_path):
    name, file = produced
    other = next(one for one in BOARDS_OF_MICROPYTHON if one != name)
    with pytest.raises(ConfigError, match="n’est pas de cette clé"):
        official_boards.modules_of(name, file, str(image.DEVELOPMENT_KEY))
    with pytest.raises(ConfigError, match=f"celle de {name}"):
        official_boards.modules_of(other, file, str(key))
    (tmp_path / "bad.img").write_bytes(file.read_bytes()[:-300])
    with pytest.raises(ConfigError):
        official_boards.modules_of(name, tmp_path / "bad.img", str(key))


def test_runtime_is_the_pinned_file_and_no_other(tmp_path):
    file = tmp_path / "mp.uf2"
    file.write_bytes(b"UF2\n" * 128)
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    pinned = {"version": "1.27.0", "file": "RPI_PICO.uf2", "sha256": digest}
    board = {"name": "rp2040", "runtime": pinned}
    assert official_boards.check_runtime(board, file) == digest
    file.write_bytes(b"UF2\n" * 127 + b"UF2.")
    with pytest.raises(ConfigError, match=r"n’est pas le MicroPython 1\.27\.0 attendu") as refused:
        official_boards.check_runtime(board, file)
    assert digest in refused.value.cause and "RPI_PICO.uf2" in refused.value.next_step
    other = hashlib.sha256(file.read_bytes()).hexdigest()
    assert official_boards.check_runtime(board, file, other.upper()) == other


def test_runtime_that_nothing_names_is_not_flashed(tmp_path):
    file = tmp_path / "mp.uf2"
    file.touch()
    board = {"name": "rp2040", "runtime": {"version": "1.27.0", "file": "RPI_PICO.uf2"}}
    with pytest.raises(ConfigError, match="Rien ne dit quel MicroPython") as refused:
        official_boards.check_runtime(board, file)
    assert "--firmware-sha256" in refused.value.next_step
    with pytest.raises(ConfigError, match="pas une empreinte"):
        official_boards.check_runtime(board, file, "beef")


def test_wrong_runtime_stops_flashing_before_its_first_step(tmp_path):
    file = tmp_path / "mp.bin"
    file.write_bytes(b"other")
    command = ["flash", "esp32s3", "--port", "P", "--firmware", str(file), "--dry-run"]
    done = CliRunner().invoke(maker, command)
    assert isinstance(done.exception, ConfigError)
    assert "esptool" not in done.output


def test_old_modules_go_and_what_the_reader_keeps_stays(tmp_path):
    for name in ("main.py", "boot.py", "old.py", "reader/core.py", "reader/link/old.mpy", "reader/journal0"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    kept = {"journal0", "journal1", "bonds", "last_word"}
    for name in kept:
        (tmp_path / name).write_text(name)
    micropython(official_boards.CLEAN.read_text(), tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == kept


def test_files_that_are_kept_are_those_that_the_drivers_write():
    drivers = "".join((BOARDS / "drivers" / "official" / f"{name}.py").read_text() for name in
                      ("assembly", "air_link", "startup"))  # fmt: skip
    for name in ("journal", "bonds", "last_word"):
        assert f'= "{name}"' in drivers


def test_erased_board_holds_no_byte_of_its_secret_and_takes_files(tmp_path):
    (tmp_path / "erase.py").write_text(official_boards.ERASE.read_text())
    said = micropython(
        """
import os, sys, vfs
text = open("erase.py").read()
class Nor:
    def __init__(self): self.data = bytearray(64 * 4096)
    def readblocks(self, n, buf, at=0): buf[:] = self.data[n * 4096 + at : n * 4096 + at + len(buf)]
    def writeblocks(self, n, buf, at=None):
        if at is None: self.ioctl(6, n)
        self.data[n * 4096 + (at or 0) : n * 4096 + (at or 0) + len(buf)] = buf
    def ioctl(self, op, n):
        if op == 4: return 64
        if op == 5: return 4096
        if op == 6: self.data[n * 4096 : n * 4096 + 4096] = b"\\xff" * 4096; return 0
nor = Nor()
class Chip: Flash = staticmethod(lambda: nor)
sys.modules["rp2"] = Chip
vfs.umount("/")
vfs.VfsLfs2.mkfs(nor, progsize=256)
vfs.mount(vfs.VfsLfs2(nor, progsize=256), "/")
with open("journal0", "w") as file: file.write("SECRET" * 900)
os.remove("journal0")
print(b"SECRETSECRET" in nor.data)
exec(text)
print(b"SECRET" in nor.data, os.listdir("/"))
with open("main.py", "w") as file: file.write("new")
print(open("main.py").read())
""",
        tmp_path,
    )
    told = [line for line in said.split("\n") if not line.startswith("erased ")]  # how far it is
    assert told[:3] == ["True", "False []", "new"]


@pytest.mark.parametrize("at", [0, 3, 4, 20, 200])
def test_file_system_that_is_no_such_thing_is_refused(at):
    whole = romfs.romfs({"main.py": b"x" * 300, "reader/core.mpy": b"y"})
    assert romfs.files_of(whole + b"\xff" * 7) == {"main.py": b"x" * 300, "reader/core.mpy": b"y"}
    with pytest.raises(ValueError, match=r"ROMFS|record|number|name|file"):
        romfs.files_of(whole[:at])


@pytest.mark.parametrize("name", ["../main.py", "/etc/x", "a b.py", "", "."])
def test_name_that_leads_elsewhere_is_refused(name):
    with pytest.raises(ValueError, match="name"):
        romfs.files_of(romfs.romfs({name.replace("/", "\\"): b""}))
