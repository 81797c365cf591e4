"""The image of the firmware: what is in it, how constants are folded, how it is packed."""

import json
import os
import runpy
from pathlib import Path

import pytest

from tournee.boards import build, cache
from tournee.boards.imagec.constant_folding import fold

ROOT = Path(__file__).parents[2]
UNIX = ROOT / "boards" / "unix"


def listed():
    """Modules of the manifest, as the image places them."""
    found = []
    runpy.run_path(
        str(ROOT / "firmware" / "manifest.py"),
        {"package": lambda name, files: found.extend(f"{name}/{file}" for file in files)},
    )
    return found


def test_manifest_holds_the_whole_reader():
    firmware = ROOT / "firmware"
    there = {str(place.relative_to(firmware)) for place in (firmware / "reader").rglob("*.py")}
    assert {name for name in listed() if name.startswith("reader/")} == there


def test_package_json_installs_what_the_manifest_freezes():
    package = json.loads((ROOT / "firmware" / "package.json").read_text())
    assert package["urls"] == [[name, name] for name in listed()]


def test_command_names_the_image_and_the_heap():
    command, runtime = build.start_command(UNIX, heap=50000)
    assert runtime == "micropython"
    assert command[-6] == "50000"
    assert command[-5].endswith(".romfs")


def test_same_sources_are_built_once():
    first = Path(build.start_command(UNIX)[0][-5])
    made = first.stat().st_ino
    second = Path(build.start_command(UNIX)[0][-5])
    assert (second, second.stat().st_ino) == (first, made)


@pytest.mark.parametrize("runtime", ["micropython", "cpython"])
def test_newest_images_of_a_board_alone_are_kept(tmp_path, monkeypatch, runtime):
    kept = tmp_path / "boards"
    make = build.flash_image if runtime == "micropython" else build.folder
    monkeypatch.setattr(cache, "CACHE", kept)
    made = []
    for number in range(7):
        made.append(make("new", {"main.py": b"x = %d\n" % number}))
        os.utime(made[-1], (number, number))
    other = make("other", {"main.py": b"x = 1\n"})
    assert set(kept.iterdir()) == {*made[-4:], other}


def test_image_that_was_asked_for_lately_is_kept(tmp_path, monkeypatch):
    make = build.flash_image
    monkeypatch.setattr(cache, "CACHE", tmp_path)
    made = [make("new", {"main.py": b"x = %d\n" % number}) for number in range(7)]
    assert set(tmp_path.iterdir()) == set(made)
    os.utime(made[0], (0, 0))
    os.utime(made[1], (0, 0))
    assert make("new", {"main.py": b"x = 1\n"}) == made[1]  # it may be starting
    made.append(make("new", {"main.py": b"x = 7\n"}))
    assert set(tmp_path.iterdir()) == set(made[1:])


def test_unknown_runtime_is_refused():
    with pytest.raises(ValueError, match="unknown runtime"):
        build.start_command(UNIX, runtime="jython")


def test_cpython_command_runs_the_sources():
    command, runtime = build.start_command(UNIX, runtime="cpython")
    assert runtime == "cpython"
    main = Path(command[-5])
    assert main.name == "main.py"
    assert (main.parent / "reader" / "core.py").read_bytes() == (
        ROOT / "firmware" / "reader" / "core.py"
    ).read_bytes()


def test_file_system_is_laid_out_as_micropython_reads_it():
    image = build.romfs({"a.mpy": b"A" * 200, "p/b.mpy": b"BC"})
    inner = bytes.fromhex("05 0a 05 62 2e 6d 70 79 02 02") + b"BC"
    folder = bytes.fromhex("04 0e 01 70") + inner
    file = bytes.fromhex("05 81 51 05 61 2e 6d 70 79 02 81 48") + b"A" * 200
    assert image == bytes.fromhex("d2 cd 31 80 81 64") + file + folder


def test_public_constant_is_folded_where_it_is_made_and_where_it_is_used():
    folded = fold(
        {
            "p/codes.py": "from p.port import const\nBAD = const(0xE1)\nLAST = BAD\n",
            "p/user.py": "from p import codes\nfrom p.codes import BAD, LAST\nx = codes.BAD + BAD + LAST\n",
        }
    )
    assert folded["p/codes.py"] == "from p.port import const\n_BAD = const(0xE1)\nLAST = _BAD\n"
    assert folded["p/user.py"] == "from p import codes\nfrom p.codes import LAST\nx = 0xE1 + 0xE1 + LAST\n"


def test_attributes_strings_and_comments_are_left_alone():
    text = "BAD = const(1)\nx.BAD = 'BAD'  # BAD\nself.codes.BAD\n"
    assert fold({"p/m.py": text})["p/m.py"] == text.replace("BAD =", "_BAD =", 1)


def test_lines_stay_where_they_were():
    sources = {name: (ROOT / "firmware" / name).read_text() for name in listed()}
    for name, text in fold(sources).items():
        assert text.count("\n") == sources[name].count("\n"), name
        compile(text, name, "exec")
