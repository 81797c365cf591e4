"""Images signed by a file with a password, by a token, and away from the desk; openssl and SoftHSM2 judge."""

import hashlib
import json
import os
import subprocess
import sys

import pytest

from sesam import codes
from tournee.boards import BOARDS, image_keys
from tournee.boards import image as images
from tournee.emulation.board import EmulatedBoard
from tournee.maker import flashing
from tournee.reader import Refused
from tournee.reader.maker import MakerReader

MODULE = "/usr/lib/softhsm/libsofthsm2.so"
PIN = "20261130"
PAIR = ("maker", "next")


def openssl(*arguments, **options):
    command = ["openssl", *map(str, arguments)]
    return subprocess.run(command, check=True, capture_output=True, **options).stdout


def run_tool(*arguments, **environment):
    """What `tournee-maker` does, in a process of its own: a PKCS#11 module belongs to one."""
    command = [sys.executable, "-c", "from tournee.maker.main import main; main()", *map(str, arguments)]
    told = {**os.environ, **environment}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=told)


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    """A maker's folder: a key, the same with a password, its public half, the password's file."""
    folder = tmp_path_factory.mktemp("keys")
    openssl("genrsa", "-out", folder / "maker.pem", "2048")
    locked = ("rsa", "-aes256", "-passout", f"pass:{PIN}", "-in", folder / "maker.pem")
    openssl(*locked, "-out", folder / "locked.pem")
    openssl("rsa", "-pubout", "-in", folder / "maker.pem", "-out", folder / "maker.pub.pem")
    openssl("genrsa", "-out", folder / "next.pem", "2048")
    openssl("rsa", "-pubout", "-in", folder / "next.pem", "-out", folder / "next.pub.pem")
    (folder / "pin").write_text(PIN + "\n")
    (folder / "pin").chmod(0o600)
    return folder


@pytest.fixture(scope="module")
def unsigned(keys):
    """A unix image that waits for the maker's signature, its key known by its public half alone."""
    file = keys / "unix.unsigned"
    asked = ["build", "unix", "--version", "1.0.0", "--production", "--unsigned", "--output", file]
    given = ["--key", keys / "maker.pub.pem", "--next-key", keys / "next.pub.pem", "--counter", "7"]
    done = run_tool(*asked, *given)
    assert done.returncode == 0, done.stderr
    assert hashlib.sha256(file.read_bytes()).hexdigest() in done.stdout
    return file


@pytest.fixture(scope="module")
def token(keys):
    """A SoftHSM2 token that holds the same key: its URI, and the environment that finds it."""
    (keys / "tokens").mkdir()
    (keys / "softhsm.conf").write_text(f"directories.tokendir = {keys}/tokens\n")
    found = {"SOFTHSM2_CONF": str(keys / "softhsm.conf")}
    environment = {**os.environ, **found}
    init = ["softhsm2-util", "--init-token", "--free", "--label", "maker", "--pin", PIN, "--so-pin", PIN]
    openssl("pkcs8", "-topk8", "-nocrypt", "-in", keys / "maker.pem", "-out", keys / "maker.p8")
    put = ["softhsm2-util", "--import", keys / "maker.p8", "--token", "maker", "--label", "firmware"]
    for command in (init, [*put, "--id", "01", "--pin", PIN]):
        subprocess.run(command, check=True, capture_output=True, env=environment)
    return f"pkcs11:token=maker;object=firmware;id=%01?module-path={MODULE}&pin-source={keys}/pin", found


def verified(file, keys, tmp_path):
    """What openssl alone says of an image."""
    data = file.read_bytes()
    (tmp_path / "signed").write_bytes(data[:-256])
    (tmp_path / "signature").write_bytes(data[-256:])
    told = ["-verify", keys / "maker.pub.pem", "-signature", tmp_path / "signature", tmp_path / "signed"]
    return openssl("dgst", "-sha256", *told)


def test_file_with_a_password_signs_and_openssl_agrees(keys, unsigned, tmp_path):
    out = tmp_path / "made.img"
    asked = ["sign", unsigned, "--key", keys / "locked.pem", "--output", out]
    done = run_tool(*asked, "--password-file", keys / "pin")
    assert done.returncode == 0, done.stderr
    assert verified(out, keys, tmp_path) == b"Verified OK\n"


def test_token_signs_the_same_bytes_as_the_file(keys, unsigned, token, tmp_path):
    out, other = tmp_path / "token.img", tmp_path / "file.img"
    uri, environment = token
    done = run_tool("sign", unsigned, "--key", uri, "--output", out, **environment)
    assert done.returncode == 0, done.stderr
    assert run_tool("sign", unsigned, "--key", keys / "maker.pem", "--output", other).returncode == 0
    assert out.read_bytes() == other.read_bytes()
    assert verified(out, keys, tmp_path) == b"Verified OK\n"


def test_digest_goes_out_and_a_signature_that_openssl_made_comes_back(keys, unsigned, tmp_path):
    digest, signature, out = (tmp_path / name for name in ("digest", "signature", "made.img"))
    assert run_tool("sign", unsigned, "--digest", digest).returncode == 0
    given = ["-inkey", keys / "maker.pem", "-pkeyopt", "digest:sha256", "-in", digest, "-out", signature]
    openssl("pkeyutl", "-sign", *given)
    taken = ["sign", unsigned, "--signature", signature, "--key", keys / "maker.pub.pem", "--output", out]
    done = run_tool(*taken, "--json")
    assert done.returncode == 0, done.stderr
    ders = [openssl("pkey", "-pubin", "-in", keys / f"{name}.pub.pem", "-outform", "DER") for name in PAIR]
    told = json.loads(done.stdout)
    assert [told["key"], told["next_key"]] == [hashlib.sha256(der).hexdigest() for der in ders]
    assert (told["board"], told["version"], told["counter"]) == ("unix", "1.0.0", 7)
    assert told["signed_sha256"] == digest.read_bytes().hex()
    assert told["file_sha256"] == openssl("dgst", "-sha256", "-r", out)[:64].decode()
    assert verified(out, keys, tmp_path) == b"Verified OK\n"


WRONG = {
    "no module": ("pkcs11:token=maker?module-path=/nowhere.so&pin-source={keys}/pin", "ne se charge pas"),
    "no token": ("pkcs11:token=other?module-path={module}&pin-source={keys}/pin", "aucun module"),
    "no key": ("pkcs11:token=maker;object=x?module-path={module}&pin-source={keys}/pin", "pas cette clé"),
    "another PIN": ("pkcs11:token=maker?module-path={module}&pin-source={keys}/bad", "bloquent"),
}
NO_URI = {
    "PIN that others read": ("pkcs11:token=maker?module-path={module}&pin-source={keys}/open", "chmod 600"),
    "PIN in the URI": ("pkcs11:token=maker?module-path={module}&pin-value=1", "pin-source"),
    "no library": ("pkcs11:token=maker", "module-path"),
    "twice the same": ("pkcs11:token=a;token=b?module-path={module}", "n’en est pas une"),
    "not UTF-8": ("pkcs11:token=%ff?module-path={module}", "UTF-8"),
}


@pytest.mark.parametrize(("uri", "told"), NO_URI.values(), ids=NO_URI)
def test_address_that_is_none_is_refused_before_any_module_is_asked(keys, uri, told):
    (keys / "open").write_text(PIN)
    (keys / "open").chmod(0o644)
    with pytest.raises(images.ImageError, match=told):
        images.signer(uri.format(keys=keys, module="/nowhere.so"))


@pytest.mark.parametrize(("uri", "told"), WRONG.values(), ids=WRONG)
def test_key_that_cannot_be_reached_is_told_and_nothing_is_written(
    keys, unsigned, token, tmp_path, uri, told
):
    (keys / "bad").write_text("0000")
    (keys / "bad").chmod(0o600)
    asked = ["sign", unsigned, "--key", uri.format(keys=keys, module=MODULE)]
    done = run_tool(*asked, "--output", tmp_path / "x.img", **token[1])
    assert done.returncode == 3
    assert told in done.stderr
    assert not (tmp_path / "x.img").exists()


@pytest.mark.parametrize("name", ["maker", "locked"])
@pytest.mark.parametrize("mode", [0o644, 0o640, 0o602])
def test_private_key_that_others_can_read_or_change_signs_nothing(keys, tmp_path, name, mode):
    file = tmp_path / "open.pem"
    file.write_bytes((keys / f"{name}.pem").read_bytes())
    file.chmod(mode)
    for use in (images.signer, images.public_key):
        with pytest.raises(images.ImageError, match="chmod 600"):
            use(file, lambda what: PIN)
    file.chmod(0o600)
    assert images.signer(file, lambda what: PIN).public.key_size == 2048


def test_development_key_is_everybodys_and_a_public_key_too(keys, tmp_path):
    file = tmp_path / "open.pem"
    for known in (images.DEVELOPMENT_KEY, keys / "maker.pub.pem"):
        file.write_bytes(known.read_bytes())
        file.chmod(0o644)
        assert images.public_key(file).key_size == 2048


def test_password_is_read_without_a_terminal_and_nothing_english_is_said(keys, unsigned, tmp_path):
    command = [sys.executable, "-c", "from tournee.maker.main import main; main()", "sign", unsigned]
    command += ["--key", keys / "locked.pem", "--output", tmp_path / "x.img"]
    for given, status in ((PIN + "\n", 0), ("", 3)):
        done = subprocess.run(command, input=given, capture_output=True, text=True, check=False)
        assert (done.returncode, "Warning" in done.stderr) == (status, False), done.stderr
    assert "--password-file" in done.stderr


def test_password_that_is_another_one_is_refused(keys, tmp_path):
    with pytest.raises(images.ImageError, match="mot de passe est autre"):
        image_keys.private_key(keys / "locked.pem", lambda what: "another")
    with pytest.raises(images.ImageError, match="a un mot de passe"):
        image_keys.private_key(keys / "locked.pem")


def test_signature_that_comes_back_of_something_else_is_refused(keys, unsigned, tmp_path):
    (tmp_path / "signature").write_bytes(bytes(256))
    (tmp_path / "short").write_bytes(bytes(255))
    for name, told in (("signature", "n’est pas de cette clé"), ("short", "256 octets")):
        taken = ["sign", unsigned, "--signature", tmp_path / name, "--key", keys / "maker.pub.pem"]
        done = run_tool(*taken, "--output", tmp_path / "x.img")
        assert (done.returncode, told in done.stderr) == (3, True), done.stderr
    assert not (tmp_path / "x.img").exists()


def test_image_without_its_signature_is_shown_as_none(unsigned, keys):
    done = run_tool("show", unsigned, "--key", keys / "maker.pub.pem")
    assert done.returncode == 3


def test_image_tells_the_key_of_the_next_one_as_its_code_holds_it():
    made = images.built(BOARDS / "mps2", "0.2.0", images.DEVELOPMENT_KEY, production=False)
    assert images.parse(made).next_key == images.public_key(images.DEVELOPMENT_KEY)


def test_board_that_takes_no_update_has_no_next_key():
    made = images.built(BOARDS / "lm3s", "0.2.0", images.DEVELOPMENT_KEY, production=False)
    assert images.parse(made).next_key is None


def test_change_of_key_on_a_reader(keys, unsigned, tmp_path):
    """It runs what the maker's key signed, takes what the next key signed, and nothing else any more."""
    key, following = (image_keys.FileSigner(image_keys.private_key(keys / f"{name}.pem")) for name in PAIR)
    first = images.sign(unsigned.read_bytes(), key)
    second = images.sign(
        images.unsigned(BOARDS / "unix", "1.1.0", following.public, production=True, counter=7), following
    )
    payload = images.parse(second).payload
    again = images.to_sign(payload, "unix", images.version_number("1.2.0"), development=False, counter=7)
    below = images.to_sign(payload, "unix", images.version_number("9.0.0"), development=False, counter=6)
    flashing.flash_file("unix", images.parse(first), tmp_path / "flash")
    with EmulatedBoard(flash=tmp_path / "flash") as board, MakerReader.open(board.link_url) as reader:
        assert (reader.identify().firmware, reader.state().production) == ("1.0.0", True)
        assert refusal(reader, first) == codes.IMAGE_UNSIGNED  # its own image: the key has changed with it
        reader.load(second)
        reader.restart()
        reader.confirm()
        assert reader.identify().firmware == "1.1.0"
        assert refusal(reader, images.sign(again, key)) == codes.IMAGE_UNSIGNED
        assert refusal(reader, images.sign(below, following)) == codes.IMAGE_WITHDRAWN
        reader.load(images.sign(again, following))


def refusal(reader, image):
    with pytest.raises(Refused) as refused:
        reader.load(image)
    return refused.value.status
