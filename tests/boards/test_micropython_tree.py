"""Our port from a MicroPython tree given by hand, in place of the pinned sources."""

import shutil
import subprocess
import sys

import pytest

from tournee.boards import cross

VERSION = "#define MICROPY_VERSION_MAJOR 1\n#define MICROPY_VERSION_MINOR {}\n"


def build(folder, *arguments):
    command = [
        sys.executable,
        "-c",
        "from tournee.maker.main import main; main()",
        "build",
        *map(str, arguments),
    ]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_pinned_sources_given_as_a_tree_make_the_same_bytes(tmp_path):
    tree = tmp_path / "tree"
    tree.symlink_to(cross.sources())
    assert build(tmp_path, "lm3s", "--output", "pinned.img", "--elf", "pinned.elf").returncode == 0
    done = build(tmp_path, "lm3s", "--output", "given.img", "--micropython", tree)
    assert done.returncode == 0, done.stderr
    for kind in ("img", "elf"):
        assert (tmp_path / f"given.{kind}").read_bytes() == (tmp_path / f"pinned.{kind}").read_bytes()


def test_folder_that_is_no_micropython_is_refused_with_what_it_lacks(tmp_path):
    (tmp_path / "py").mkdir()
    (tmp_path / "py" / "py.mk").touch()
    done = build(tmp_path, "lm3s", "--micropython", tmp_path)
    assert done.returncode == 3
    assert f"{tmp_path} is no MicroPython tree: py/mkenv.mk," in done.stderr
    assert "shared/runtime/gchelper_thumb2.s missing" in done.stderr
    assert not list(tmp_path.glob("*.img"))


def test_changed_file_of_the_tree_is_another_origin(tmp_path):
    for name in ("py", "shared"):
        (tmp_path / name).mkdir()
    for name in cross._TREE:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("1")
    (tmp_path / "py" / "mpconfig.h").write_text(VERSION.format(27))
    before = cross.tree_digest(tmp_path)
    (tmp_path / "py" / "gc.c").write_text("2")
    assert cross.tree_digest(tmp_path) != before


@pytest.mark.parametrize("minor", [19, 26])
def test_micropython_that_is_too_old_is_told_before_anything_is_compiled(tmp_path, minor):
    tree = tmp_path / "tree"
    shutil.copytree(cross.sources(), tree)
    text = (tree / "py" / "mpconfig.h").read_text()
    assert "VERSION_MINOR 29" in text
    (tree / "py" / "mpconfig.h").write_text(text.replace("VERSION_MINOR 29", f"VERSION_MINOR {minor}"))
    done = build(tmp_path, "lm3s", "--micropython", tree)
    assert done.returncode == 3
    assert f"{tree} is MicroPython 1.{minor}: the port needs 1.27 or newer" in done.stderr
    assert not list(tmp_path.glob("*.img"))


@pytest.mark.parametrize("option", ["--elf", "--micropython"])
def test_board_of_another_port_has_no_elf(tmp_path, option):
    given = tmp_path / "it"
    given.mkdir()
    done = build(tmp_path, "unix", option, given / "unix.elf" if option == "--elf" else given)
    assert done.returncode == 3
    assert "La carte unix n’a pas notre portage" in done.stderr
