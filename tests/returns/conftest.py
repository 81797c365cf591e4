"""Reads vectors of returns: files of records between bars, one a line, comments after `#`."""

from collections.abc import Callable
from pathlib import Path

import pytest

VECTORS = Path(__file__).parents[1] / "vectors" / "returns"


@pytest.fixture
def vector() -> Callable[[str], bytes]:
    def read(name: str) -> bytes:
        lines = (VECTORS / name).read_text(encoding="ascii").splitlines()
        return b"".join(line[1:-1].encode("ascii") for line in lines if line.startswith("|"))

    return read
