"""What a command loads before it acts: no more than it needs, for each start is paid by the carer."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

_RUN = """
import json, sys
from tournee.cli.main import main
try:
    main(sys.argv[1:])
except SystemExit:
    pass
print(json.dumps(sorted(sys.modules)), file=sys.stderr)
"""
_READER = {"tournee.reader", "cbor2", "serial", "bleak"}
_CRYPTO = {"cryptography.x509", "asn1crypto"}
_CERTIFICATE = Path(__file__).parent.parent / "vectors" / "exchange" / "recipient-cert.pem"
_JOURNAL = {"sqlite3", "tournee.store", "tournee.config"}


def loaded_by(*arguments: str, config: Path) -> set[str]:
    """The modules that are there once `tournee ARGUMENTS` has run."""
    done = subprocess.run(
        [sys.executable, "-c", _RUN, *arguments],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "TOURNEE_CONFIG": str(config)},
        timeout=60,
    )
    return set(json.loads(done.stderr.splitlines()[-1]))


@pytest.mark.parametrize("option", ["--version", "--help"])
def test_help_and_version_load_no_command(option: str, config: Path) -> None:
    loaded = loaded_by(option, config=config)
    assert not loaded & {*_READER, *_CRYPTO, *_JOURNAL, "cryptography", "rich", "importlib.metadata"}
    assert not [name for name in loaded if name.startswith("tournee.cli.commands.")]


@pytest.mark.parametrize(
    "command", [("status",), ("trace", "52"), ("alerts",), ("day", "visits")], ids=" ".join
)
def test_what_only_reads_the_journal_loads_neither_reader_nor_certificates(
    command: tuple[str, ...], config: Path
) -> None:
    loaded = loaded_by(*command, config=config)
    assert "tournee.store" in loaded
    assert not loaded & {*_READER, *_CRYPTO, "stdnum", "tournee.billing", "rich.progress", "tomlkit"}
    assert "tournee.api" not in loaded


def test_a_certificate_with_years_to_go_is_not_read_whole(config: Path) -> None:
    shutil.copyfile(_CERTIFICATE, config.parent / "oct.pem")
    assert not loaded_by("alerts", config=config) & _CRYPTO


def test_an_act_is_looked_up_without_the_journal_the_reader_or_certificates(config: Path) -> None:
    loaded = loaded_by("acts", "genou", "--json", config=config)
    assert "tournee.billing.nomenclature.table" in loaded
    assert not loaded & {*_READER, *_CRYPTO, *_JOURNAL, "rich", "tomlkit", "tournee.billing.judging"}


def test_a_list_for_a_program_draws_nothing(config: Path) -> None:
    assert "rich.table" not in loaded_by("status", "--json", config=config)
    assert "rich" not in loaded_by("alerts", "--json", config=config)


def test_the_wallet_is_read_without_certificates(config: Path) -> None:
    loaded = loaded_by("cards", config=config)
    assert not loaded & {*_CRYPTO, "rich.progress", "tournee.exchange.certificates", "tomlkit"}


_WITHOUT = """
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in sys.argv[1].split(",") or name in sys.argv[1].split(","):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Absent())
from tournee.cli.main import main
main(sys.argv[2:])
"""


@pytest.mark.parametrize(
    ("absent", "extra", "command"),
    [
        ("tournee.emulation", "emulation", ("demo",)),
        ("tournee.emulation", "emulation", ("reader", "emulate", "nowhere")),
        ("tournee.emulation", "emulation", ("reader", "insert", "nowhere", "ps", "infirmiere")),
        ("tournee.emulation", "emulation", ("reader", "test-cards")),
        ("aiosmtpd", "emulation", ("demo",)),
        ("bleak", "bluetooth", ("reader", "scan")),
        ("bleak", "bluetooth", ("cards",)),
    ],
)
def test_a_part_that_is_not_installed_is_one_french_line(
    absent: str, extra: str, command: tuple[str, ...], config: Path
) -> None:
    config.write_text(config.read_text() + '[lecteur]\nport = "ble:00:11:22:33:44:55"\n')
    done = subprocess.run(
        [sys.executable, "-c", _WITHOUT, absent, "--config", str(config), *command],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 3
    (line,) = done.stderr.splitlines()
    assert line.startswith("tournee : Il manque ") and line.endswith(
        f"exécutez pip install 'tournee[{extra}]'"
    )
