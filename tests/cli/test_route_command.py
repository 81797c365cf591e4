"""`tournee route`: the configuration file changed in place, whole or not at all; a route tried."""

from __future__ import annotations

import json
import os
import stat
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner

from tournee.cli.main import main
from tournee.config import load_config
from tournee.emulation.oct import make_mail_identity
from tournee.emulation.practice import practice
from tournee.exchange.route import Mode

CONFIGURATION = """\
# la mienne
[envoi]
route   =  "un"   # celle du moment
fuseau = "Europe/Paris"

[route.un]
adresse = "factures@un.example"
expediteur = "cabinet@soins.example"
identifiant = "732829320"
certificat = "cert.pem"

[route.un.envoi]
serveur = "localhost"
port = 1
securite = "tls"

[route.un.retours]
type = "maildir"   # relevé par mon logiciel
dossier = "retours"

[route.deux]
mode = "eclatement"
adresse = "factures@deux.example"
expediteur = "cabinet@soins.example"
identifiant = "1234"
certificat = "absent.pem"
scellement = "en-clair"
envoi = { serveur = "localhost", port = 2, securite = "tls" }
retours = { type = "maildir", dossier = "retours" }
"""


@dataclass(frozen=True)
class Done:
    """What a command left."""

    returncode: int
    stdout: str
    stderr: str


def run(config: Path, *arguments: str, typed: str = "") -> Done:
    """The command as it is typed, in this process."""
    status = 0
    with CliRunner().isolation(input=typed, env={"NO_COLOR": "1"}) as (out, err, _):
        try:
            main(["--config", str(config), "route", *arguments])
        except SystemExit as leave:
            status = int(leave.code or 0)
        return Done(status, out.getvalue().decode(), err.getvalue().decode())


@pytest.fixture(scope="module")
def identity(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("identity")
    make_mail_identity(directory, datetime(2026, 1, 2, tzinfo=ZoneInfo("Europe/Paris")), "OCT fictif")
    return directory / "cert.pem"


@pytest.fixture
def config(tmp_path: Path, identity: Path) -> Path:
    for part in ("cur", "new", "tmp"):
        (tmp_path / "retours" / part).mkdir(parents=True)
    (tmp_path / "cert.pem").write_bytes(identity.read_bytes())
    path = tmp_path / "tournee.toml"
    path.write_text(CONFIGURATION)
    return path


def test_list_shows_each_route_the_one_in_force_and_its_certificate(config: Path) -> None:
    # OCT-MODE-2
    told = json.loads(run(config, "list", "--json").stdout)
    one, two = told["routes"]
    assert (told["active"], one["name"], one["mode"]) == ("un", "un", "fichier-unique")
    assert (one["address"], one["certificate_ends"][:10]) == ("factures@un.example", "2028-12-31")
    assert (two["mode"], two["sealing"], two["certificate_ends"]) == ("eclatement", "en-clair", None)
    shown = run(config, "list").stdout
    assert "31/12/2028" in shown
    assert "EN CLAIR" in shown


def test_use_changes_one_word_of_the_file_and_nothing_else(config: Path) -> None:
    # OCT-MODE-2
    config.chmod(0o640)
    told = run(config, "use", "deux")
    assert (told.returncode, "EN CLAIR" in told.stdout) == (0, True)
    assert config.read_text() == CONFIGURATION.replace('route   =  "un" ', 'route   =  "deux" ')
    assert stat.S_IMODE(config.stat().st_mode) == 0o640
    assert sorted(path.name for path in config.parent.iterdir()) == ["cert.pem", "retours", "tournee.toml"]


def test_use_follows_a_link_and_leaves_it(config: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.toml"
    link.symlink_to(config)
    assert run(link, "use", "deux").returncode == 0
    assert link.is_symlink()
    assert load_config(config).active == "deux"


def test_use_puts_right_a_file_whose_route_is_none(config: Path) -> None:
    config.write_text(CONFIGURATION.replace('"un" ', '"perdue" '))
    assert run(config, "list").returncode == 3
    assert run(config, "use", "un").returncode == 0
    assert config.read_text() == CONFIGURATION


def test_use_of_a_route_that_is_none_names_those_there_are_and_changes_nothing(config: Path) -> None:
    told = run(config, "use", "trois")
    assert told.returncode == 3
    assert "un, deux" in told.stderr
    assert config.read_text() == CONFIGURATION


def test_a_file_that_would_not_be_right_is_left_as_it_was(config: Path) -> None:
    broken = CONFIGURATION.replace("port = 2", 'port = "deux"')
    config.write_text(broken)
    told = run(config, "use", "deux")
    assert (told.returncode, "[route.deux.envoi] port" in told.stderr) == (3, True)
    assert config.read_text() == broken


def test_a_folder_that_cannot_be_written_is_told(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tournee.config import editing
    from tournee.errors import ConfigError

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ConfigError, match="il est comme avant"):
        editing.choose_route(config, "deux")
    assert config.read_text() == CONFIGURATION
    assert sorted(path.name for path in config.parent.iterdir()) == ["cert.pem", "retours", "tournee.toml"]


def test_add_writes_a_route_after_all_that_stands_there(config: Path) -> None:
    # OCT-MODE-2
    options = ("--mode", "par-destinataire", "--sender", "cabinet@soins.example", "--like", "un")
    oct_ = ("--address", "factures@trois.example", "--identifier", "552100554")
    told = run(config, "add", "trois", *options, *oct_, "--certificate", str(config.parent / "cert.pem"))
    assert told.returncode == 0, told.stderr
    assert config.read_text().startswith(CONFIGURATION)
    made = load_config(config)
    route = made.routes["trois"]
    assert (made.active, route.mode, route.address) == ("un", Mode.PER_RECIPIENT, "factures@trois.example")
    assert route.certificate == config.parent / "cert.pem"
    assert 'certificat = "cert.pem"' in config.read_text().removeprefix(CONFIGURATION)
    assert (route.submission, route.mailbox) == (made.route.submission, made.route.mailbox)


def test_add_asks_for_what_is_not_given(config: Path) -> None:
    typed = "\n\nfactures@trois.example\n552100554\n" + str(config.parent / "cert.pem") + "\n\n"
    told = run(config, "add", "trois", typed=typed)
    assert told.returncode == 0, told.stderr
    route = load_config(config).routes["trois"]
    assert (route.mode, route.sender) == (Mode.SINGLE_FILE, "cabinet@soins.example")


def test_add_takes_servers_of_its_own(config: Path) -> None:
    options = ("--mode", "fichier-unique", "--sender", "cabinet@soins.example", "--user", "cabinet")
    oct_ = ("--address", "factures@trois.example", "--identifier", "552100554", "--password-file", "mdp")
    servers = ("--smtp", "smtp.example:587", "--returns", "pop3", "--returns-server", "pop.example:995")
    certificate = ("--certificate", str(config.parent / "cert.pem"))
    assert run(config, "add", "trois", *options, *oct_, *servers, *certificate).returncode == 0
    route = load_config(config).routes["trois"]
    assert (route.submission.address, route.submission.username) == ("smtp.example:587", "cabinet")
    assert route.mailbox.server is not None
    assert (route.mailbox.kind, route.mailbox.server.address) == ("pop3", "pop.example:995")


def test_add_makes_a_direct_route_with_its_insurers(config: Path) -> None:
    # OCT-MODE-1
    options = ("--mode", "direct", "--sender", "cabinet@soins.example", "--like", "un")
    certificate = str(config.parent / "cert.pem")
    insurers = (
        "CP",
        "1011021",
        "a@caisses.example",
        certificate,
        "OC",
        "99900009",
        "b@amc.example",
        certificate,
    )
    told = run(config, "add", "direct", *options, "--insurer", *insurers[:4], "--insurer", *insurers[4:])
    assert told.returncode == 0, told.stderr
    route = load_config(config).routes["direct"]
    assert [one.key for one in route.insurers] == ["CP 00000001011021", "OC 00000099900009"]
    assert run(config, "use", "direct").returncode == 0


@pytest.mark.parametrize(
    ("change", "status", "word"),
    [
        (("--identifier", "552100555"), 3, "SIREN"),
        (("--address", "pas une adresse"), 3, "adresse de messagerie"),
        (("--mode", "pigeon"), 3, "fichier-unique, eclatement, par-destinataire, direct"),
        (("--like", "nulle"), 3, "nulle"),
        (("--certificate", "tournee.toml"), 6, "n’est pas un certificat"),
    ],
)
def test_add_refuses_what_is_not_right_and_writes_nothing(
    config: Path, change: tuple[str, str], status: int, word: str
) -> None:
    good = {
        "--mode": "fichier-unique",
        "--sender": "cabinet@soins.example",
        "--address": "factures@trois.example",
        "--identifier": "552100554",
        "--certificate": str(config.parent / "cert.pem"),
        "--like": "un",
    }
    option, value = change
    good[option] = str(config) if option == "--certificate" else value
    told = run(config, "add", "trois", *(word for pair in good.items() for word in pair))
    assert (told.returncode, word in told.stderr) == (status, True), told.stderr
    assert config.read_text() == CONFIGURATION


def test_add_refuses_a_name_that_is_taken(config: Path) -> None:
    told = run(
        config, "add", "un", typed="\n\na@oct.example\n1234\n" + str(config.parent / "cert.pem") + "\n\n"
    )
    assert (told.returncode, "déjà une route « un »" in told.stderr) == (3, True)
    assert config.read_text() == CONFIGURATION


def test_test_says_what_is_wrong_line_by_line_and_by_its_exit_status(config: Path) -> None:
    told = run(config, "test")
    assert told.returncode == 6
    lines = told.stdout.splitlines()
    assert "✗ Serveur d’envoi : Le serveur de messagerie localhost:1 ne répond pas." in " ".join(lines)
    assert any(line.startswith("✓ Certificat de l’OCT un") for line in lines)
    as_json = json.loads(run(config, "test", "--json").stdout)
    assert (as_json["route"], as_json["ready"]) == ("un", False)
    assert [one["code"] for one in as_json["findings"] if one["state"] == "wrong"] == ["submission-reach"]
    assert run(config, "test", "trois").returncode == 3


def test_by_hand_both_routes_of_the_practice_are_ready_and_one_is_used_after_the_other(
    tmp_path: Path,
) -> None:
    # OCT-MODE-2
    with practice(tmp_path):
        config = tmp_path / "tournee.toml"
        for name in ("oct-emule", "direct-emule"):
            told = json.loads(run(config, "test", name, "--json").stdout)
            assert (told["ready"], len(told["findings"])) == (True, 8 if name == "oct-emule" else 30)
        assert run(config, "use", "direct-emule").returncode == 0
        assert load_config(config).route.is_direct
        assert list((tmp_path / "sent").glob("*")) == []
