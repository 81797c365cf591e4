"""What is in the two distributions, and what they ask for."""

from __future__ import annotations

import subprocess
import tarfile
from pathlib import Path
from zipfile import ZipFile

import pytest
from installation import metadata
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
KEYS = {".pem", ".key", ".der", ".p12"}
EMULATION = "host/tournee/emulation/"
PACKAGED = {"firmware/": "tournee/firmware/", "boards/": "tournee/boards/", "host/tournee/": "tournee/"}


def files(wheel: Path) -> set[str]:
    """A wheel's files, but for what describes it."""
    with ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if ".dist-info/" not in name}


def tracked(*folders: str) -> set[str]:
    listing = subprocess.run(
        ["git", "ls-files", "-z", *folders], cwd=ROOT, capture_output=True, text=True, check=True
    )
    names = {name for name in listing.stdout.split("\0") if (ROOT / name).is_file()}
    return {name for name in names if not (ROOT / name).is_symlink()}


def test_one_name_is_taken_and_it_is_tournee(wheels: dict[str, Path]) -> None:
    for wheel in wheels.values():
        assert {name.split("/")[0] for name in files(wheel)} == {"tournee"}


def test_wheel_holds_host_firmware_boards_and_manuals_and_no_more(wheels: dict[str, Path]) -> None:
    expected = {
        packaged + name.removeprefix(folder)
        for folder, packaged in PACKAGED.items()
        for name in tracked(folder)
        if not name.startswith(EMULATION)
    }
    manuals = {name.replace("host/", "tournee/manuals/", 1) for name in tracked("host/*.md", "host/docs")}
    manuals = {name for name in manuals if "/emulation/" not in name}
    assert files(wheels["tournee"]) == expected | manuals


def test_plain_wheel_holds_no_key_but_the_development_one_no_card_and_no_emulation(
    wheels: dict[str, Path],
) -> None:
    there = files(wheels["tournee"])
    assert {name for name in there if Path(name).suffix in KEYS} == {
        "tournee/boards/keys/development.pem",
        "tournee/boards/keys/development.pub.pem",
    }
    assert not [name for name in there if "emulation" in name or "/cards/data/" in name]


def test_wheel_of_the_emulation_holds_all_of_it(wheels: dict[str, Path]) -> None:
    beside = {EMULATION + name for name in ("pyproject.toml", "README.md")}
    expected = {name.removeprefix("host/") for name in tracked(EMULATION) - beside}
    assert files(wheels["tournee-emulation"]) == expected


def test_sdists_hold_real_files_and_what_the_wheels_hold(wheels: dict[str, Path]) -> None:
    for name, folder in {"tournee": "host/", "tournee-emulation": ""}.items():
        (sdist,) = wheels[name].parent.glob(f"{name.replace('-', '_')}-0*.tar.gz")
        with tarfile.open(sdist) as archive:
            assert all(member.isfile() or member.isdir() for member in archive)
            there = {member.name.partition("/")[2] for member in archive if member.isfile()}
        inside = {file.removeprefix("" if folder else "tournee/emulation/") for file in files(wheels[name])}
        assert {folder + file for file in inside} <= there


@pytest.mark.parametrize(("platform", "asked"), [("linux", True), ("win32", True), ("android", False)])
def test_bluetooth_is_asked_for_where_its_library_is_whole(
    wheels: dict[str, Path], platform: str, asked: bool
) -> None:
    wanted = [Requirement(text) for text in metadata(wheels["tournee"]).get_all("Requires-Dist") or []]
    (bleak,) = [one for one in wanted if one.name == "bleak" and "extra" not in str(one.marker)]
    assert bleak.marker is not None
    assert bleak.marker.evaluate({"sys_platform": platform}) is asked


def test_wheel_says_that_it_is_typed(wheels: dict[str, Path]) -> None:
    assert "tournee/py.typed" in files(wheels["tournee"])
    assert "Typing :: Typed" in (metadata(wheels["tournee"]).get_all("Classifier") or [])
