"""What a command loads before it acts: no more than it needs, for each start is paid by the carer."""

from __future__ import annotations

import json
import os
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


def test_a_list_for_a_program_draws_nothing(config: Path) -> None:
    assert "rich.table" not in loaded_by("status", "--json", config=config)
    assert "rich" not in loaded_by("alerts", "--json", config=config)


def test_the_wallet_is_read_without_certificates(config: Path) -> None:
    loaded = loaded_by("cards", config=config)
    assert not loaded & {*_CRYPTO, "rich.progress", "tournee.exchange.certificates", "tomlkit"}
