"""The world of the demonstration: returns sealed for the PS's mail, and what its insurers tell."""

import base64
import email
import subprocess
from datetime import UTC, datetime

import pytest

from tournee.config import load_config
from tournee.emulation.practice import CONFIG_NAME, practice
from tournee.emulation.world import PS_ADDRESS, World
from tournee.exchange.route import Sealing
from tournee.exchange.sealing.unsealing import UnsealError
from tournee.returns.classify import take_in

NOW = datetime(2026, 11, 16, 19, 30, tzinfo=UTC)
UNREADABLE = f"From: {PS_ADDRESS}\r\nSubject: SV140700\r\n\r\nno attachment\r\n".encode()


@pytest.fixture
def world(tmp_path):
    return World(tmp_path, lambda: NOW, seal_returns=True)


def test_its_returns_come_sealed_and_the_world_opens_them(world):
    art, arl = world.oct.receive(UNREADABLE)
    assert take_in(art).kind == "ART"
    assert take_in(arl).content.where == "descellement"
    opened = take_in(arl, world.unseal)
    assert (opened.kind, opened.envelope.description, opened.notes) == ("ARL", "ARL/SV/ZK", ())


def test_openssl_opens_its_returns_with_the_files_it_leaves(world, tmp_path):
    _, arl = world.oct.receive(UNREADABLE)
    sealed = email.message_from_bytes(arl).get_payload(decode=True)
    files = ["-inkey", str(tmp_path / "ps" / "key.pem"), "-recip", str(tmp_path / "ps" / "cert.pem")]
    command = ["openssl", "cms", "-decrypt", "-binary", "-inform", "DER", *files]
    clear = subprocess.run(command, input=sealed, stdout=subprocess.PIPE, check=True).stdout
    assert clear.startswith(b"\x1f\x8b")


def test_its_key_of_the_ps_is_read_by_its_owner_alone(world, tmp_path):
    assert (tmp_path / "ps" / "key.pem").stat().st_mode & 0o777 == 0o600


def test_it_opens_nothing_that_is_sealed_for_another(world, tmp_path):
    command = ["openssl", "cms", "-encrypt", "-binary", "-aes256", "-outform", "DER"]
    made = subprocess.run(
        [*command, str(tmp_path / "oct" / "cert.pem")], input=b"clear", stdout=subprocess.PIPE, check=True
    )
    with pytest.raises(UnsealError):
        world.unseal(made.stdout)


def test_without_a_mail_certificate_returns_come_in_clear(tmp_path):
    _, arl = World(tmp_path, lambda: NOW).oct.receive(UNREADABLE)
    assert base64.b64decode(arl.partition(b"\r\n\r\n")[2]).startswith(b"000OT")
    assert take_in(arl).kind == "ARL"


def test_the_practice_is_configured_to_open_its_returns(tmp_path):
    with practice(tmp_path):
        config = load_config(tmp_path / "tournee.toml")
    assert (config.return_certificate, config.return_key) == (
        tmp_path / "ps" / "cert.pem",
        tmp_path / "ps" / "key.pem",
    )


def test_the_practice_begun_again_keeps_what_was_changed_by_hand(tmp_path):
    config = tmp_path / CONFIG_NAME
    with practice(tmp_path):
        config.write_text(
            "# à moi\n" + config.read_text().replace('scellement = "K"', 'scellement = "ZK"', 1)
        )
    with practice(tmp_path):
        again = load_config(config)
    assert config.read_text().startswith("# à moi\n")
    assert again.route.sealing is Sealing.ZK
    assert again.route.submission.port == load_config(config).routes["direct-emule"].submission.port
