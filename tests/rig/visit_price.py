"""`tournee visit price`, run in process: what it answers for day files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from tournee.cli.main import tournee as root


def visit_price(*paths: Path) -> tuple[int, dict[str, Any]]:
    """The exit status and the answer, for files in this order."""
    told = CliRunner().invoke(root, ["visit", "price", *map(str, paths), "--json"])
    if told.exception is not None and not isinstance(told.exception, SystemExit):
        raise told.exception
    return told.exit_code, json.loads(told.stdout)


def visits(answer: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The visits of all files."""
    for file in answer["files"]:
        yield from file["visits"]


def refusals(answer: dict[str, Any]) -> list[dict[str, Any]]:
    """All that is refused, of visits and of files."""
    found = [refusal for visit in visits(answer) for refusal in visit["refusals"]]
    return found + [error for file in answer["files"] for error in file["errors"]]


def rules(told: list[dict[str, Any]]) -> set[str]:
    """The rules that these refusals or remarks name."""
    return {one["rule"] for one in told}
