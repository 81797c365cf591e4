"""Commands of the practice's file, typed."""

import json

import pytest
from click.testing import CliRunner

from tournee.cli.main import tournee as root


@pytest.fixture
def run(config):
    def type_in(*words: str, status: int = 0):
        done = CliRunner().invoke(root, ["--config", str(config), *words])
        assert done.exit_code == status, (done.output, done.exception)
        return done.stdout

    return type_in


@pytest.fixture
def told(run):
    return lambda *words: json.loads(run(*words, "--json"))


@pytest.fixture
def refused(config):
    def type_in(*words: str) -> str:
        done = CliRunner().invoke(root, ["--config", str(config), *words])
        assert done.exit_code
        return f"{done.stderr}{done.exception}"

    return type_in
