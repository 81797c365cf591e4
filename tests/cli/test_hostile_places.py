"""Files, terminals and numbers as they should not be: one line in French, an exit status, no traceback."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tournee.app.context import ReturnKey
from tournee.config import password_source
from tournee.errors import ConfigError

TOURNEE = Path(sys.executable).with_name("tournee")
LETTER = b"Subject: RSP/1/2\r\nContent-Type: Application/EDI-consent\r\n\r\n\xc9t\xe9\r\n"


def run(config: Path, *words: str, **places: object) -> subprocess.CompletedProcess[bytes]:
    environment = {"PATH": os.environ["PATH"], "NO_COLOR": "1", "TOURNEE_CONFIG": str(config)}
    environment |= places.pop("environment", {})  # type: ignore[arg-type]
    given = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **places}
    return subprocess.run([str(TOURNEE), *words], check=False, env=environment, timeout=60, **given)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory, configured: Callable[[Path], Path]) -> Path:
    """A configuration whose journal has one return, set aside."""
    config = configured(tmp_path_factory.mktemp("kept"))
    (config.parent / "retours" / "new" / "1").write_bytes(LETTER)
    assert run(config, "fetch").returncode == 0
    return config


def told(done: subprocess.CompletedProcess[bytes]) -> str:
    text = done.stderr.decode()
    assert "Traceback" not in text
    return text


def test_return_is_written_for_its_owner_alone_and_over_no_file(kept: Path) -> None:
    out = kept.parent / "lettre"
    assert run(kept, "return", "show", "1", "--out", str(out)).returncode == 0
    assert (out.read_bytes(), stat.S_IMODE(out.stat().st_mode)) == (LETTER, 0o600)
    again = run(kept, "return", "show", "1", "--out", str(out))
    assert (again.returncode, "existe déjà" in told(again)) == (8, True)


@pytest.mark.parametrize("where", ["none/lettre", "tournee.toml/lettre", "retours"])
def test_return_cannot_be_written_where_no_file_can_be(kept: Path, where: str) -> None:
    done = run(kept, "return", "show", "1", "--out", str(kept.parent / where))
    assert done.returncode in (2, 8)
    assert told(done)


@pytest.mark.parametrize(
    "words",
    [
        ("return", "show"),
        ("return", "seen", "--reason", "vu"),
        ("trace",),
        ("day", "abandon", "--reason", "non"),
        ("day", "reopen", "--reason", "oui"),
    ],
    ids=" ".join,
)
def test_number_that_no_row_has_is_told_as_such(kept: Path, words: tuple[str, ...]) -> None:
    done = run(kept, *words, "9" * 23)
    assert done.returncode in (2, 8)
    assert told(done).startswith("tournee : ")


@pytest.mark.parametrize(
    "words", [("status",), ("alerts",), ("return", "list"), ("diagnose",), ("journal", "check")]
)
def test_terminal_that_knows_ascii_alone_is_told_all_by_the_nearest_letters(
    kept: Path, words: tuple[str, ...]
) -> None:
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = run(kept, *words, environment=plain)
    assert done.returncode == 0, done.stderr
    assert (done.stdout + done.stderr).isascii()
    assert b"SIMULATION - profil open-1" in done.stdout


def test_json_for_an_ascii_terminal_loses_no_letter(kept: Path) -> None:
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = run(kept, "return", "show", "1", "--json", environment=plain)
    assert done.stdout.isascii()
    assert json.loads(done.stdout) == json.loads(run(kept, "return", "show", "1", "--json").stdout)
    assert json.loads(done.stdout)["return"]["message"].encode("latin-1") == LETTER


@pytest.mark.parametrize("words", [("status",), ("status", "--json"), ("config",), ("--help",)])
def test_full_disk_behind_standard_output_is_told(kept: Path, words: tuple[str, ...]) -> None:
    with open("/dev/full", "wb") as full:
        done = run(kept, *words, stdout=full)
    assert done.returncode == 1
    assert "plus de place" in told(done)


def test_status_is_the_same_where_even_errors_cannot_be_written(kept: Path) -> None:
    with open("/dev/full", "wb") as full:
        assert run(kept, "nonsense", stderr=full).returncode == 2
        assert run(kept, "return", "show", "7", stdout=full, stderr=full).returncode == 8
        assert run(kept, "status", stdout=full, stderr=full).returncode == 1


def test_name_of_a_file_that_is_no_text_is_shown_by_marks(config: Path) -> None:
    done = run(config, "day", "import", os.fsdecode(b"jour\xff.toml"))
    assert (done.returncode, "n’existe pas" in told(done)) == (2, True)


def test_letter_whose_name_is_no_text_is_taken(config: Path) -> None:
    new = os.fsencode(config.parent / "retours" / "new")
    with open(new + b"/bad\xff\xfe", "wb") as file:
        file.write(LETTER)
    assert run(config, "fetch").returncode == 0
    assert len(json.loads(run(config, "return", "list", "--json").stdout)["returns"]) == 1


@pytest.mark.parametrize("words", [("day", "import"), ("visit", "price")])
def test_device_or_pipe_in_place_of_a_day_is_refused_at_once(config: Path, words: tuple[str, ...]) -> None:
    os.mkfifo(config.parent / "pipe")
    for place in ("/dev/zero", str(config.parent / "pipe")):
        done = run(config, *words, place)
        assert done.returncode in (1, 2, 5)
        assert "Traceback" not in done.stderr.decode()


def test_journal_that_is_empty_beside_its_key_is_not_begun_anew(config: Path) -> None:
    assert run(config, "status").returncode == 0
    (config.parent / "journal.db").write_bytes(b"")
    done = run(config, "status")
    assert (done.returncode, "manque ou est vide" in told(done)) == (8, True)


@pytest.mark.parametrize("kind", ["latin-1", "pipe", "absent", "open to others"])
def test_password_file_that_is_none_is_told_without_its_content(tmp_path: Path, kind: str) -> None:
    file = tmp_path / "mot-de-passe"
    if kind == "pipe":
        os.mkfifo(file, 0o600)
    elif kind != "absent":
        file.write_bytes(b"caf\xe9-secret\n" if kind == "latin-1" else b"secret\n")
        file.chmod(0o644 if kind == "open to others" else 0o600)
    with pytest.raises(ConfigError) as caught:
        password_source("cabinet", "mail.example", file)()
    assert (str(file) in caught.value.message, "secret" in str(caught.value)) == (True, False)
    assert caught.value.__context__ is None


@pytest.mark.parametrize("part", ["cle", "certificat"])
def test_pipe_in_place_of_a_key_or_certificate_of_returns_is_refused_at_once(
    tmp_path: Path, part: str
) -> None:
    vectors = Path(__file__).parents[1] / "vectors" / "exchange"
    files = {"certificat": vectors / "recipient-cert.pem", "cle": vectors / "recipient-key.pem"}
    os.mkfifo(tmp_path / "pipe")
    files[part] = tmp_path / "pipe"
    with pytest.raises(ConfigError, match="pipe"):
        ReturnKey(files["certificat"], files["cle"]).check()
