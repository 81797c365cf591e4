"""The application image: its bytes, its signature as openssl judges it, and what is refused."""

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from tournee.boards import build, cache
from tournee.boards import image as images

ROOT = Path(__file__).parents[2]
KEYS = ROOT / "boards" / "keys"
REFUSED = images.ImageError
PAYLOAD = bytes(range(256)) * 3


@pytest.fixture(scope="module")
def maker_key(tmp_path_factory):
    """A maker's own key, as openssl makes it."""
    file = tmp_path_factory.mktemp("key") / "maker.pem"
    subprocess.run(["openssl", "genrsa", "-out", file, "2048"], check=True, capture_output=True)
    return file


def made(key=images.DEVELOPMENT_KEY, *, development=True, version="1.2.3"):
    number = images.version_number(version)
    return images.make(PAYLOAD, "lm3s", number, images.private_key(key), development=development)


def run_tool(*arguments):
    command = [sys.executable, "-c", "from tournee.maker.main import main; main()", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_header_is_laid_out_as_written_down():
    header = made()[:64]
    assert header[:32] == bytes.fromhex(
        "544f5552 01 01 0000 00030000 03020100 6c6d3373 00000000 00000000 00000000".replace(" ", "")
    )
    assert header[32:] == hashlib.sha256(PAYLOAD).digest()


def test_payload_follows_the_header_and_256_bytes_of_signature_end_the_image():
    image = made()
    assert image[64:-256] == PAYLOAD


@pytest.mark.parametrize("own", [True, False])
def test_signature_is_what_openssl_accepts(tmp_path, maker_key, own):
    key = maker_key if own else KEYS / "development.pem"
    image = made(key, development=not own)
    (tmp_path / "signed").write_bytes(image[:-256])
    (tmp_path / "signature").write_bytes(image[-256:])
    public = ["openssl", "rsa", "-in", key, "-pubout", "-out", tmp_path / "public.pem"]
    subprocess.run(public, check=True, capture_output=True)
    verify = ["openssl", "dgst", "-sha256", "-verify", "public.pem", "-signature", "signature", "signed"]
    done = subprocess.run(verify, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout == "Verified OK\n"


def test_whole_image_is_read_back():
    image = images.parse(made())
    assert (image.board, image.version_text, image.development) == ("lm3s", "1.2.3", True)
    assert image.payload == PAYLOAD


@pytest.mark.parametrize("place", [0, 3, 4, 5, 8, 11, 16, 21, 32, 63, 64, 800])
def test_any_damage_that_the_header_can_tell_is_refused(place):
    image = bytearray(made())
    image[place] ^= 0x80
    with pytest.raises(REFUSED):
        images.parse(bytes(image))


@pytest.mark.parametrize("place", [6, 7, 12, 13, 14, 15, -256, -1])
def test_any_other_damage_breaks_the_signature(place):
    image = bytearray(made())
    image[place] ^= 1
    with pytest.raises(REFUSED, match="signature"):
        images.verify(images.parse(bytes(image)), images.public_key(KEYS / "development.pub.pem"))


@pytest.mark.parametrize("length", [0, 1, 63, 319, 320, 1087, 1089])
def test_image_of_another_length_is_refused(length):
    with pytest.raises(REFUSED):
        images.parse(made()[:length].ljust(length, b"\0"))


@pytest.mark.parametrize("text", ["", "1.2", "1.2.3.4", "1.2.256", "16384.0.0", "a.b.c", "-1.0.0"])
def test_version_that_is_none_is_refused(text):
    with pytest.raises(REFUSED, match="n’est pas une version"):
        images.version_number(text)


@pytest.mark.parametrize("board", ["", "a-name-of-seventeen"])
def test_board_name_that_does_not_fit_is_refused(board):
    key = images.private_key(images.DEVELOPMENT_KEY)
    with pytest.raises(REFUSED, match="ne tient pas en 16 caractères"):
        images.make(PAYLOAD, board, 1, key, development=True)


@pytest.mark.parametrize("command", [["genrsa", "1024"], ["ecparam", "-genkey", "-name", "prime256v1"]])
def test_key_of_another_kind_is_refused(tmp_path, command):
    file = tmp_path / "key.pem"
    file.write_bytes(subprocess.run(["openssl", *command], check=True, capture_output=True).stdout)
    with pytest.raises(REFUSED, match="clé RSA de 2048 bits"):
        images.private_key(file)


def test_public_half_of_the_development_key_is_that_of_the_private_one():
    modulus, public = images.modulus, images.public_key
    assert modulus(public(KEYS / "development.pub.pem")) == modulus(public(KEYS / "development.pem"))
    assert build.development().modulus == modulus(public(KEYS / "development.pem"))


def test_firmware_is_built_twice_to_the_same_bytes(tmp_path, monkeypatch):
    built = []
    for folder in ("one", "two"):
        monkeypatch.setattr(cache, "CACHE", tmp_path / folder)
        built.append(
            images.built(ROOT / "boards" / "unix", "0.2.0", KEYS / "development.pem", production=False)
        )
    assert built[0] == built[1]
    assert b"0.2.0" in built[0]


def test_command_makes_a_marked_development_image_and_shows_it(tmp_path):
    file = tmp_path / "unix.img"
    done = run_tool("build", "unix", "--output", file)
    assert done.returncode == 0, done.stderr
    assert "clé de développement" in done.stdout
    assert file.read_bytes()[5] == 1
    assert run_tool("show", file).stdout == done.stdout


def test_production_image_needs_a_key_of_its_own(tmp_path, maker_key):
    file = tmp_path / "unix.img"
    done = run_tool("build", "unix", "--production", "--output", file)
    assert done.returncode == 3
    assert "ne se signe pas de la clé de développement" in done.stderr
    assert not file.exists()
    assert run_tool("build", "unix", "--production", "--key", maker_key, "--output", file).returncode == 0
    assert file.read_bytes()[5] == 0
    assert "n’est pas de cette clé" in run_tool("show", file).stderr


def test_unknown_board_is_refused(tmp_path):
    done = run_tool("build", "nowhere", "--output", tmp_path / "x.img")
    assert (done.returncode, done.stdout) == (3, "")
    assert "Carte électronique inconnue : nowhere" in done.stderr
