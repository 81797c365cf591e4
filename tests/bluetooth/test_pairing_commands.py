"""`tournee reader scan|pair|list|use|forget` over real Bluetooth stacks without a radio."""

from __future__ import annotations

import json
import os
import stat
from dataclasses import dataclass
from pathlib import Path

import keyring
import pytest
from bumble.pairing import PairingConfig, PairingDelegate
from click.testing import CliRunner
from keyring.backend import KeyringBackend
from keyring.backends import null
from protected_board import ProtectedBoard

from tournee.cli.main import main
from tournee.config import load_config
from tournee.emulation.bluetooth.air import Air
from tournee.reader.label import Label, printed_code, scanned_text

SECRET = bytes(range(32))
CODE = printed_code(SECRET)
ADDRESS = "E0:E1:E2:E3:E4:E5"
FOREIGN = """
[lecteur]
port = "/dev/ttyACM0"   # le filaire
"""
REST = """
[envoi]
route = "un"

[route.un]
adresse = "factures@un.example"
expediteur = "cabinet@soins.example"
identifiant = "732829320"
scellement = "en-clair"
envoi = { serveur = "localhost", port = 2, securite = "tls" }
retours = { type = "maildir", dossier = "retours" }
"""


@dataclass(frozen=True)
class CommandEnd:
    """What a command left."""

    status: int
    out: str
    err: str


class Tablet:
    """A tablet with its configuration, and who types at it."""

    def __init__(self, config: Path, air: Air) -> None:
        self.config = config
        self.air = air

    def run(self, *arguments: str, typed: str = "") -> CommandEnd:
        status = 0
        with CliRunner().isolation(input=typed, env={"NO_COLOR": "1"}) as (out, err, _):
            try:
                main(["--config", str(self.config), "reader", *arguments], radio=self.air.radio)
            except SystemExit as leave:
                status = int(leave.code or 0)
            return CommandEnd(status, out.getvalue().decode(), err.getvalue().decode())

    def told(self, *arguments: str) -> dict:
        return json.loads(self.run(*arguments, "--json").out)

    def pair(self, *options: str, typed: str = f"{CODE}\n") -> CommandEnd:
        return self.run("pair", "TRN-01", "--seconds", "0.1", *options, typed=typed)


@pytest.fixture
def desk(tmp_path):
    before = keyring.get_keyring()
    keyring.set_keyring(null.Keyring())
    config = tmp_path / "tournee.toml"
    config.write_text(FOREIGN + REST)
    with ProtectedBoard(SECRET) as board, Air() as air:
        air.add_reader(board.link_url)
        yield Tablet(config, air)
    keyring.set_keyring(before)


def test_scan_shows_what_is_in_range(desk):
    shown = desk.run("scan", "--seconds", "0.1")
    assert [word in shown.out for word in ("TRN-01", ADDRESS, "-50 dBm", "87 %")] == [True] * 4
    assert desk.told("scan", "--seconds", "0.1")["readers"] == [
        {"address": ADDRESS, "name": "TRN-01", "signal": -50, "battery": 87}
    ]


def test_paired_reader_is_in_use_over_the_protected_channel(desk):
    done = desk.pair()
    assert (done.status, "jumelé et en service" in done.out) == (0, True), done.err
    assert desk.told("identify")["board"] == "test"
    assert desk.run("date").status == 0  # at once, by another process: no wait for the first to be silent


def test_pairing_changes_the_configuration_in_place(desk):
    assert desk.pair().status == 0
    text = desk.config.read_text()
    assert f'port = "ble:{ADDRESS}"   # le filaire' in text
    assert text.endswith(REST) or REST in text
    assert load_config(desk.config).reader.find("trn-01").address == ADDRESS


def test_secret_is_kept_in_a_file_of_the_owner_alone_and_nowhere_else(desk):
    done = desk.pair()
    file = desk.config.parent / load_config(desk.config).reader.find("TRN-01").secret
    assert (stat.S_IMODE(file.stat().st_mode), file.read_text()) == (0o600, CODE + "\n")
    assert CODE not in done.out + done.err + desk.config.read_text()


def test_secret_is_kept_in_the_keyring_where_there_is_one(desk):
    class Ring(KeyringBackend):
        priority = 1

        def __init__(self):
            super().__init__()
            self.kept = {}

        def get_password(self, service, username):
            return self.kept.get((service, username))

        def set_password(self, service, username, password):
            self.kept[service, username] = password

        def delete_password(self, service, username):
            del self.kept[service, username]

    ring = Ring()
    keyring.set_keyring(ring)
    assert desk.pair().status == 0
    assert list(ring.kept.values()) == [CODE]
    assert sorted(path.name for path in desk.config.parent.iterdir()) == ["tournee.toml"]
    assert desk.told("identify")["board"] == "test"
    assert desk.run("forget", "TRN-01").status == 0
    assert ring.kept == {}


def test_secret_is_taken_from_a_file_of_the_owner_alone(desk):
    file = desk.config.parent / "etiquette"
    file.write_text(scanned_text(Label(SECRET, "2026-0001")))
    file.chmod(0o644)
    done = desk.pair("--secret-file", str(file), typed="")
    assert (done.status, "chmod 600" in done.err) == (3, True)
    file.chmod(0o600)
    assert desk.pair("--secret-file", str(file), typed="").status == 0
    assert desk.told("identify")["board"] == "test"


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        (printed_code(bytes(32)), "secret"),
        ("", "secret"),
        (CODE[:-1] + ("0" if CODE[-1] != "0" else "1"), "groupes 11 à 14"),
    ],
)
def test_wrong_secret_remembers_nothing(desk, typed, says):
    done = desk.pair(typed=f"{typed}\n")
    assert (done.status, says in done.err) == (4, True), done.err
    assert desk.config.read_text() == FOREIGN + REST
    failures = desk.config.with_suffix(".erreurs")  # where a command failed, for `tournee diagnose`
    assert sorted(os.listdir(desk.config.parent)) == [failures.name, "tournee.toml"]
    assert typed.replace(" ", "")[:8] not in failures.read_text().replace(" ", "") or not typed


def test_wrong_digits_remember_nothing_and_say_what_to_do(desk):
    desk.air.types = lambda shown: (shown + 1) % 1_000_000
    done = desk.pair()
    assert (done.status, "six chiffres" in done.err) == (4, True)
    assert desk.config.read_text() == FOREIGN + REST


def test_pairing_without_digits_is_refused(desk):
    desk.air.tablet.pairing_config_factory = lambda _: PairingConfig(
        sc=True,
        mitm=False,
        bonding=True,
        delegate=PairingDelegate(PairingDelegate.IoCapability.NO_OUTPUT_NO_INPUT),
        identity_address_type=PairingConfig.AddressType.RANDOM,
    )
    assert desk.pair().status == 4
    assert desk.config.read_text() == FOREIGN + REST


def test_reader_out_of_range_is_told_with_those_in_range(desk):
    done = desk.run("pair", "TRN-99", "--seconds", "0.1")
    assert done.status == 4
    assert f"TRN-01 ({ADDRESS})" in done.err


def test_list_shows_readers_paired_or_not_with_or_without_secret(desk):
    wired = {"name": "", "address": "/dev/ttyACM0", "in_use": True, "paired": False, "secret": False}
    assert desk.told("list")["readers"] == [wired]
    desk.pair()
    paired = {"name": "TRN-01", "address": ADDRESS, "in_use": True, "paired": True, "secret": True}
    assert desk.told("list")["readers"] == [paired]
    shown = desk.run("list").out
    assert [word in shown for word in ("→", "TRN-01", ADDRESS, "oui")] == [True] * 4


def test_forgotten_reader_leaves_no_bond_no_secret_and_no_line(desk):
    desk.pair()
    assert desk.air.tablet.keystore.all_keys
    assert desk.told("forget", "TRN-01") == {
        "profile": "open-1",
        "simulation": True,
        "address": ADDRESS,
        "unpaired": True,
    }
    assert desk.air.tablet.keystore.all_keys == {}
    assert sorted(os.listdir(desk.config.parent)) == ["tournee.toml"]
    assert ADDRESS not in desk.config.read_text()
    done = desk.run("identify")
    assert (done.status, "tournee reader pair" in done.err) == (3, True)


def test_known_reader_is_taken_back_into_use(desk):
    desk.pair()
    desk.config.write_text(desk.config.read_text().replace(f'port = "ble:{ADDRESS}"', 'port = "COM3"'))
    assert desk.run("use", ADDRESS.lower()).status == 0
    assert load_config(desk.config).reader.port == f"ble:{ADDRESS}"
    assert desk.run("use", "TRN-99").status == 3


@pytest.mark.parametrize("side", ["tablet", "reader"])
def test_bond_lost_on_one_side_is_told_with_the_way_out(desk, side):
    desk.pair()
    getattr(desk.air, side).keystore.all_keys.clear()
    done = desk.run("identify")
    assert (done.status, "tournee reader pair" in done.err) == (4, True)
    assert desk.pair().status == 0
    assert desk.told("identify")["board"] == "test"
