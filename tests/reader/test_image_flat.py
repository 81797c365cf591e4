"""The modules of an image joined into one: it does what they did, and takes less of the heap."""

import ast
import tomllib
from pathlib import Path

import pytest

from tournee.boards import BOARDS, build
from tournee.boards.imagec.bundling import flatten

# Every way of taking a name from another module, and of having one of one's own: `=== path`, then its text.
_, *PARTS = (Path(__file__).parents[1] / "vectors" / "reader" / "modules.txt").read_text().split("=== ")
MODULES = dict(part.split("\n", 1) for part in PARTS)


def test_one_module_does_what_the_modules_did():
    made = {}
    exec(compile(flatten(MODULES), "flat", "exec"), made)
    assert made["run"]() == ("p", [4, 6], [2, 3], 40, [20], ["late", 2, 5], 3)


def test_what_was_made_is_named_by_its_module_and_main_keeps_its_names():
    made = flatten(MODULES)
    assert "COUNT__low = 2" in made
    assert "def call__middle(COUNT):\n    CALLS__middle.append(COUNT)" in made
    assert "class Thing:" in made
    assert "low__" not in made


def test_two_modules_whose_names_end_alike_are_refused():
    with pytest.raises(ValueError, match="two modules of one name"):
        flatten({"main.py": "from p import a\nfrom q.a import b\n", "p/a.py": "", "q/a.py": "b = 1\n"})


def test_modules_stand_in_the_order_of_their_imports_and_others_imports_stay():
    lines = flatten(MODULES).splitlines()
    places = [line for line in lines if line.startswith("# ")]
    assert places == ["# p/__init__.py", "# p/low.py", "# p/middle.py", "# p/late.py", "# main.py"]
    assert "import sys" in lines
    assert not [line for line in lines if "p." in line and "import" in line]


def test_module_left_out_of_the_image_is_still_asked_for():
    text = "try:\n    from q import far\nexcept ImportError:\n    far = None\n"
    assert flatten({"main.py": text}) == "# main.py\n" + text


def test_firmware_in_one_module_imports_nothing_of_its_own():
    unix = BOARDS / "unix"
    board = tomllib.loads((unix / "board.toml").read_text())
    sources = {name: text.decode() for name, text in build.sources_of(unix, board).items()}
    imported = set()
    for node in ast.walk(ast.parse(flatten(build.fold(sources)))):
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add(node.module)
    assert imported == {"array", "cryptolib", "gc", "os", "select", "sys", "time"}
