"""`tournee` as it is installed: away from the checkout, with what it asks for, beside others' packages."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from installation import STRANGERS, Installation
from makers_walk import FIRST_IMAGE, Shell, judge

ROOT = Path(__file__).parents[2]
PROGRAM = ROOT / "tests" / "vectors" / "packaging" / "program.py"
SIMULATION = "SIMULATION"


def lines(done: subprocess.CompletedProcess[str]) -> list[str]:
    """What a command says on standard error, but for the mark of the simulation."""
    return [line for line in done.stderr.splitlines() if not line.startswith(SIMULATION)]


def test_main_job_runs_away_from_the_checkout(whole: Installation) -> None:
    done = whole.run("tournee", "demo", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert len(told["invoices"]) == 17
    assert "MicroPython" in told["reader"]["runtime"]
    assert (whole.home / ".cache" / "tournee" / "boards").is_dir()


@pytest.mark.timeout(300)  # builds and installs both wheels, then a dozen commands
def test_maker_builds_flashes_and_provisions_an_emulated_board(whole: Installation, tmp_path: Path) -> None:
    environment = whole.environment
    shell = Shell(tmp_path, {**environment, "PATH": f"{whole.bin}:{environment['PATH']}"})
    try:
        shell.type("(umask 077; echo unused > pin.txt; openssl genrsa -out maker.pem 2048 2> /dev/null)")
        shell.type_all(["KEY=maker.pem", *FIRST_IMAGE])
    finally:
        shell.leave()
    judge(tmp_path, shell.said, "0.1.0")


def test_packages_of_others_with_names_like_ours_are_left_alone(whole: Installation) -> None:
    names = ", ".join(STRANGERS)
    done = whole.run(
        "python", "-c", f"import tournee.reader, {names}; print({'.MINE, '.join(STRANGERS)}.MINE)"
    )
    assert done.stdout.split() == list(STRANGERS), done.stderr


def test_strict_types_of_a_users_program_pass(whole: Installation, tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(PROGRAM.read_text())
    mypy = [sys.executable, "-m", "mypy", "--strict", "--config-file=", "--cache-dir=cache"]
    done = subprocess.run(
        [*mypy, "--python-executable", str(whole.bin / "python"), "program.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("command", "extra"),
    [
        (("tournee", "demo"), "emulation"),
        (("tournee", "reader", "emulate", "folder"), "emulation"),
        (("tournee-maker", "build", "unix"), "maker"),
        (("tournee-maker", "provision", "--port", "x", "--register", "x", "A-1"), "maker"),
        (("tournee-maker", "flash", "esp32s3", "--port", "x"), "maker"),
        (("tournee-maker", "emulate", "unix", "/dev/null", "link"), "emulation"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else str(value),
)
def test_plain_installation_says_in_one_line_what_a_command_lacks(
    plain: Installation, command: tuple[str, ...], extra: str
) -> None:
    done = plain.run(*command)
    assert done.returncode == 3, done.stderr
    assert len(lines(done)) == 1, done.stderr
    assert lines(done)[0].endswith(f"exécutez pip install 'tournee[{extra}]'")


@pytest.mark.parametrize(
    ("command", "status"),
    [
        (("tournee", "--version"), 0),
        (("tournee", "config"), 0),
        (("tournee", "status"), 3),
        (("tournee-maker", "--help"), 0),
        (("tournee-maker", "identify", "--port", "/nowhere"), 4),
        (("tournee-maker", "conform", "--port", "/nowhere"), 4),
        (("tournee-maker", "flash", "lm3s"), 3),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else str(value),
)
def test_plain_installation_runs_what_needs_no_extra(
    plain: Installation, command: tuple[str, ...], status: int
) -> None:
    done = plain.run(*command)
    assert done.returncode == status, done.stderr
    assert "Traceback" not in done.stderr


def test_desktop_readers_without_pyscard_are_told_in_one_line(plain: Installation) -> None:
    code = "from tournee.reader import Reader; Reader.open('pcsc:')"
    done = plain.run("python", "-c", code)
    assert done.stderr.splitlines()[-1].endswith("exécutez pip install 'tournee[pcsc]'")
