"""What is frozen into an official MicroPython, and what mip installs beside one. Never run on hardware."""

import functools
import http.server
import json
import shutil
import subprocess
import sys
import threading
import urllib.request
from pathlib import Path

import pytest
from hardware_board import power

from tournee.boards import BOARDS, FIRMWARE, build, new_board, schema

DRIVERS = BOARDS / "drivers" / "official"


def frozen(manifest):
    """Files by the name of their module, of a manifest and those that it includes, but for the port's own."""
    found = {}

    def package(name, files, base_path="."):
        found.update({f"{name}/{file}": manifest.parent / base_path / name / file for file in files})

    def module(name, base_path="."):
        found[name] = manifest.parent / base_path / name

    def include(path):
        if not path.startswith("$(PORT_DIR)"):
            found.update(frozen(manifest.parent / path))

    words = {"package": package, "module": module, "include": include}
    exec(compile(manifest.read_text(), str(manifest), "exec"), words)
    return found


@pytest.fixture
def tree(tmp_path):
    """The two folders that a manifest names, with the values of a board."""
    shutil.copytree(FIRMWARE, tmp_path / "firmware")
    shutil.copytree(BOARDS / "drivers", tmp_path / "boards" / "drivers")
    assert new_board.main(["values", "rp2350w", str(tmp_path / "boards" / "drivers" / "official")]) == 0
    return tmp_path


def test_frozen_is_all_that_flash_puts_on_the_board(tree):
    there = frozen(tree / "boards" / "drivers" / "official" / "manifest.py")
    assert [name for name, file in there.items() if not file.is_file()] == []
    sources = build.sources_of(BOARDS / "rp2350w", schema.read(BOARDS / "rp2350w"))
    assert set(sources) <= set(there)
    assert {name: there[name].read_bytes() for name in ("board.py", "release.py")} == {
        name: sources[name] for name in ("board.py", "release.py")
    }


def test_package_of_the_drivers_installs_what_is_frozen_but_the_boards_own(tree):
    package = json.loads((DRIVERS / "package.json").read_text())
    modules = {name for name in frozen(DRIVERS / "manifest.py") if "/" not in name}
    assert {name for name, _ in package["urls"]} == modules - {"board.py", "release.py"}
    assert [url for _, url in package["urls"] if not (DRIVERS / url).is_file()] == []


def test_production_values_want_a_makers_key(tmp_path, capsys):
    assert new_board.main(["values", "rp2350w", str(tmp_path), "--production"]) == 3
    assert "clé de son fabricant" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def address():
    """This checkout, served over loopback HTTP."""
    handler = functools.partial(Quiet, directory=str(BOARDS.parent))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Tells nothing of what it serves."""

    def log_message(self, *_):
        pass


def test_mip_installs_the_drivers_over_http(address, tmp_path):
    board = power("rp2350w", "micropython", "usb_main", tmp_path / "flash", tmp_path, usb=True, held=True)
    running = board.start()
    command = [sys.executable, "-m", "mpremote", "connect", running.link_url]
    package = f"{address}/boards/drivers/official/package.json"
    try:
        subprocess.run([*command, "mip", "install", "--target", ".", package], check=True)
        for name in ("../native_sha256.py", "contacts.py", "air_main.py"):
            read = [*command, "fs", "cat", f":{Path(name).name}"]
            there = subprocess.run(read, check=True, stdout=subprocess.PIPE).stdout
            assert there == (DRIVERS / name).read_bytes(), name
    finally:
        board.stop()


def test_package_of_the_firmware_is_where_its_package_json_says(address):
    package = json.loads((FIRMWARE / "package.json").read_text())
    for name, url in package["urls"]:
        with urllib.request.urlopen(f"{address}/firmware/{url}") as answer:
            assert answer.read() == (FIRMWARE / name).read_bytes()
