"""The manual's ways to open a backup without Tournée, run as they stand there."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from by_hand import unpack, unseal
from whole_practice import PHRASE, Practice

from tournee.app.backup.sealed_stream import SealedHead

MANUAL = (Path(__file__).parents[2] / "host" / "docs" / "backup.md").read_text()


def block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", MANUAL, re.DOTALL)
    assert found is not None
    return found[1]


@pytest.fixture
def backed_up(practice: Practice) -> Practice:
    practice.back_up(make_head=SealedHead)  # as a carer's is
    return practice


def test_python_opens_it_by_hand(backed_up: Practice, tmp_path: Path) -> None:
    script = tmp_path / "open.py"
    script.write_text(block("python"))
    command = [sys.executable, str(script), str(backed_up.file)]
    done = subprocess.run(
        command, input=PHRASE, text=True, cwd=tmp_path, capture_output=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    _, files = unpack(unseal(backed_up.file.read_bytes(), PHRASE.encode()))
    there = (path for path in (tmp_path / "ouvert").rglob("*") if path.is_file())
    assert {path.relative_to(tmp_path / "ouvert").as_posix(): path.read_bytes() for path in there} == files


def test_openssl_opens_it_by_hand(backed_up: Practice, tmp_path: Path) -> None:
    assert shutil.which("openssl")
    command = ["sh", "-c", block("sh"), "sh", str(backed_up.file), PHRASE]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    content = unseal(backed_up.file.read_bytes(), PHRASE.encode())
    assert (tmp_path / "content").read_bytes() == content
    assert json.loads(done.stdout) == unpack(content)[0]
