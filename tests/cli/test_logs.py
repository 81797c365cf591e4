"""What is logged and diagnosed: what happens, at every level, and nothing of what it holds."""

from __future__ import annotations

import json
import logging
import re
import stat
import threading
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import tournee.emulation
from tournee import logs
from tournee.cli.main import main
from tournee.emulation.cards.content import TEST_PIN
from tournee.emulation.control import ask
from tournee.emulation.practice import CONFIG_NAME, practice
from tournee.emulation.world import PASSWORD, PS_ADDRESS
from tournee.errors import BillingError
from tournee.maker.main import maker

_EMULATION = Path(tournee.emulation.__file__).parent
_NIR = re.compile(r'"([12]\d{4}(?:\d\d|2A|2B)\d{6})"')


def run(*words: str, typed: str = "") -> Result:
    from tournee.cli.main import tournee as root

    return CliRunner().invoke(root, list(words), input=typed)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A desk with the nurse's card in, its configuration the one in force."""
    monkeypatch.setenv("TOURNEE_CONFIG", str(tmp_path / CONFIG_NAME))
    with practice(tmp_path) as desk:
        serving = threading.Thread(target=desk.serve)
        serving.start()
        try:
            ask(tmp_path, "insert", slot="ps", card="infirmiere")
            yield tmp_path
        finally:
            ask(tmp_path, "stop")
            serving.join()


def private_words() -> set[str]:
    """NIR, serials, names and addresses of every test card, NIR and names of the demonstration's days."""
    found: set[str] = set()
    for file in _EMULATION.glob("cards/data/*.toml"):
        card = tomllib.loads(file.read_text("utf-8"))
        found |= set(_NIR.findall(file.read_text("utf-8")))
        found |= {card["subject"][key] for key in ("surname", "given_name") if key in card["subject"]}
        for number, *fields in card["groups"]:
            if number == 101:
                found.add(fields[1])
            if number == 104:
                found |= {str(one) for one in fields[:8] if one}
            if number == 109:
                found.add(fields[1])
    for file in _EMULATION.glob("days/*.toml"):
        found |= set(_NIR.findall(file.read_text("utf-8")))
        found |= set(re.findall(r'^(?:nom|prenom|adresse) = "(.+)"', file.read_text("utf-8"), re.M))
    return found - {""}


def seen_in(text: str, words: set[str]) -> set[str]:
    """Those words that a text has, whole, in any case."""
    return {word for word in words if re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text, re.I)}


def secrets_of(home: Path) -> set[str]:
    """What no log may hold of this practice: its password, the journal's key, private keys, its address."""
    found = {PASSWORD, PS_ADDRESS}
    for file in (*home.rglob("*.key"), *home.rglob("*key.pem")):
        found |= {line for line in file.read_text("ascii").splitlines() if len(line) > 40}
    return found


def test_a_whole_day_logged_at_every_level_names_nobody(home: Path) -> None:
    log = home / "log"
    options = ("--log-level", "traffic", "--log-file", str(log))
    told = []

    def done(*words: str, typed: str = "") -> None:
        told.append(run(*words, *options, typed=typed))

    done("day", "import", str(_EMULATION / "days" / "infirmier.toml"))
    for card in ("moreau", "verdier", "martinez"):
        ask(home, "insert", slot="vitale", card=card)
        done("cards")
        done("certify", typed=f"{TEST_PIN.decode()}\n")
    for words in ("lot close", "file make", "send", "fetch", "status", "alerts", "day visits", "return list"):
        done(*words.split(), typed=f"{TEST_PIN.decode()}\n")
    for words in ("trace 1", "trace nothing", "route test", "opposition request", "opposition status"):
        done(*words.split())
    done("day", "import", str(home / CONFIG_NAME))  # no day: its errors quote it
    done("diagnose")
    done("diagnose", "--json")
    logged, diagnosed = log.read_text("utf-8"), told[-1].output + told[-2].output
    assert {one.exit_code for one in told[:2]} == {0}
    for name in (
        "reader.client",
        "reader.link.framing",
        "app.certify",
        "exchange.mail.submission",
        "app.inbound",
    ):
        assert f" tournee.{name}: " in logged, name
    assert "> CERTIFY, " in logged and "SMTP: AUTH, 235" in logged
    everything = logged + diagnosed + (home / "tournee.erreurs").read_text("utf-8")
    assert not seen_in(everything, private_words())
    assert not {word for word in secrets_of(home) if word in everything}
    assert not re.search(rf"(?<!\w){TEST_PIN.decode()}(?! bytes)(?!\w)", everything)
    assert not re.search(r"[A-Za-z0-9+/]{60}", everything)  # neither Base64 nor keys


def test_the_words_that_are_looked_for_would_be_seen() -> None:
    words = private_words()
    assert {"1820475113042", "155062A999001", "MOREAU", "SOPHIE", "MARTINEZ", "800000102"} <= words
    assert seen_in("visite de Sophie Moreau", words) == {"MOREAU", "SOPHIE"}


def test_nothing_is_told_on_stderr_unless_it_is_asked_for(config: Path) -> None:
    quiet = run("--config", str(config), "status")
    assert quiet.stderr == ""
    loud = run("--config", str(config), "status", "--log-level", "info")
    assert "INFO tournee.config.file: configuration read" in loud.stderr
    assert run("--config", str(config), "--log-level", "info", "status").stderr.count(
        "INFO"
    ) == loud.stderr.count("INFO")


def test_a_log_file_is_its_owners_and_grows(config: Path, tmp_path: Path) -> None:
    log = tmp_path / "log"
    for _ in range(2):
        run("--config", str(config), "--log-file", str(log), "status")
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    assert log.read_text().count("configuration read") == 2


def test_a_log_file_that_cannot_be_written_is_told(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--config", str(config), "status", "--log-file", "/nowhere/log"])
    assert "/nowhere/log : il n’existe pas" in capsys.readouterr().err


def test_the_makers_command_takes_the_logs_options(tmp_path: Path) -> None:
    log = tmp_path / "log"
    CliRunner().invoke(
        maker, ["identify", "--port", "/nowhere", "--log-level", "debug", "--log-file", str(log)]
    )
    assert log.exists()


def test_a_failure_is_kept_without_its_text_and_diagnosed(config: Path) -> None:
    run("--config", str(config), "trace", "MOREAU")
    told = run("--config", str(config), "diagnose", "--json")
    diagnosis = json.loads(told.stdout)
    (failure,) = diagnosis["failures"].values()
    assert re.search(r" trace: StoreError at app/[\w/]+\.py:\d+ < ", failure)
    assert "MOREAU" not in told.stdout
    assert diagnosis["configuration"]["active"] == "essai"
    assert diagnosis["route_essai"]["certificate_ends"] == "missing"
    assert diagnosis["journal"]["check"] == "ok"


def test_a_diagnosis_needs_no_configuration() -> None:
    told = run("--config", "/nowhere/tournee.toml", "diagnose")
    assert told.exit_code == 0
    assert re.search(r"Échec : ConfigFileError at .*config/file\.py:\d+", told.stdout)


def test_a_record_is_one_line_and_its_exception_has_no_text() -> None:
    try:
        raise BillingError("Le NIR 1820475113042 est faux.")
    except BillingError:
        import sys

        record = logging.LogRecord("tournee.x", logs.TRAFFIC, "x.py", 1, "a\nb %d", (3,), sys.exc_info())
    line = logs.Formatter().format(record)
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\dT[\d:.]+ TRAFFIC tournee\.x: a b 3 \(BillingError at test_logs\.py:\d+\)", line
    )
