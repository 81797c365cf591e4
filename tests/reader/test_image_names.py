"""The names of the firmware's image: replaced by names that the runtime already has, and by those alone."""

import ast
import subprocess
import sys
import tomllib

import pytest

from tournee.boards import BOARDS, build
from tournee.boards.imagec.mangling import rename

NAMES = (BOARDS / "unix" / "names.txt").read_text().split()
ASK = """
import micropython
class Any: pass
for name in {names}:
    getattr(Any, name, None)
micropython.qstr_info(1)
"""


def renamed_firmware():
    unix = BOARDS / "unix"
    board = tomllib.loads((unix / "board.toml").read_text())
    sources = {name: text.decode() for name, text in build.sources_of(unix, board).items()}
    folded = build.fold(sources)
    return folded, rename(folded, NAMES)


def test_runtime_has_every_name_of_the_list(tmp_path):
    script = tmp_path / "ask.py"
    script.write_text(ASK.format(names=tuple(NAMES)))
    start = "from micropython_module import run_main; run_main(['m', '-X', 'heapsize=1m', {!r}])"
    command = [sys.executable, "-I", "-c", start.format(str(script))]
    made = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    # Only the script's own words are new to the runtime.
    assert "Q(Any)" in made
    assert not {line[2:-1] for line in made.splitlines() if line.startswith("Q(")} & set(NAMES)


def test_names_made_here_are_replaced_everywhere_and_others_are_left():
    sources = {
        "p/a.py": "import gc\n\nclass Big:\n  def act(self, far):\n    self.near = far\n    gc.collect()\n",
        "p/b.py": "from p.a import Big\n\nBig().act(far=1)  # act\n'act'\n",
    }
    assert rename(sources, ["x", "collect", "yy", "zz", "vv", "self"]) == {
        "p/a.py": "import gc\n\nclass x:\n  def vv(self, yy):\n    self.zz = yy\n    gc.collect()\n",
        "p/b.py": "from p.a import x\n\nx().vv(yy=1)  # act\n'act'\n",
    }


def test_names_of_modules_stay():
    sources = {"link.py": "def link(link):\n    return link\n"}
    assert rename(sources, ["x"]) == sources


def test_names_for_which_no_known_one_is_left_stay():
    made = rename({"m.py": "def far(near):\n    pass\n"}, ["x"])
    assert made == {"m.py": "def x(near):\n    pass\n"}


def test_functions_own_variables_stay():
    sources = {"m.py": "def near():\n    far = 1\n    return far\n"}
    assert rename(sources, ["x", "y"]) == {"m.py": "def x():\n    far = 1\n    return far\n"}


@pytest.mark.parametrize("word", ["f'{far}'", "rf'{far}'"])
def test_f_string_is_refused_with_its_place(word):
    with pytest.raises(ValueError, match=r"m\.py:2"):
        rename({"m.py": f"far = 1\nnear = {word}\n"}, ["x", "y"])


def test_firmware_keeps_its_lines_and_its_shape():
    before, after = renamed_firmware()
    for name, text in after.items():
        assert text.count("\n") == before[name].count("\n"), name
        shapes = [[type(node) for node in ast.walk(ast.parse(source))] for source in (before[name], text)]
        assert shapes[0] == shapes[1], name
