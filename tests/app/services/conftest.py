"""Services of these tests, under one certificate authority."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from phone_bench import phone_bench

from tournee.emulation.services.standing import own_tls


@pytest.fixture(scope="session")
def service_tls(tmp_path_factory):
    return own_tls(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def phones(tmp_path, service_tls):
    with phone_bench(tmp_path, service_tls, tmp_path / "apcv", tmp_path / "journal.db") as bench:
        yield bench
