"""One name, one thing: no two public classes of the host share a name, nor two of the reader's firmware."""

import ast
from collections import defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HOST = ROOT / "host" / "tournee"
FIRMWARE = ROOT / "firmware"


def modules(root: Path) -> list[Path]:
    return [
        path
        for path in sorted(root.rglob("*.py"))
        if FIRMWARE not in path.resolve().parents or root is FIRMWARE
    ]


def public_classes(root: Path) -> dict[str, list[str]]:
    """Where each public class of these modules stands, by name."""
    found = defaultdict(list)
    for path in modules(root):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                found[node.name].append(str(path.relative_to(ROOT)))
    return found


@pytest.mark.parametrize("root", [HOST, FIRMWARE], ids=["host", "firmware"])
def test_no_two_public_classes_of_one_name_stand_for_different_things(root):
    assert {name: where for name, where in public_classes(root).items() if len(where) > 1} == {}
