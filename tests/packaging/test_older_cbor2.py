"""The host's codec with older versions of cbor2: what its own tests hold, they hold with these."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PINS = re.findall(
    r"^(cbor2==\S+) \\\n +(\S+)$", (ROOT / "tools/requirements/cbor2-older.txt").read_text(), re.MULTILINE
)
ANY_PYTHON = ["--only-binary=:all:", "--implementation=py", "--abi=none", "--platform=any"]
RUN = "import cbor2, pytest, sys; print(cbor2.__file__); sys.exit(pytest.main(sys.argv[1:]))"


def installed(pin: str, digest: str) -> Path:
    """The folder of that version, fetched once by its hash into the cache of the checkout."""
    place = ROOT / ".cache" / pin.replace("==", "-")
    if not place.exists():
        place.parent.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=place.parent) as folder:
            wanted = Path(folder, "wanted.txt")
            wanted.write_text(f"{pin} {digest}\n")
            pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
            pip += ["--no-deps", "--require-hashes", *ANY_PYTHON]
            subprocess.run([*pip, "--target", f"{folder}/new", "--requirement", str(wanted)], check=True)
            try:
                Path(folder, "new").rename(place)
            except OSError:  # another process was first
                shutil.rmtree(Path(folder, "new"))
    return place


def test_the_oldest_version_tried_is_the_oldest_that_the_project_takes() -> None:
    asked = re.search(r'"cbor2>=([0-9.]+)"', (ROOT / "pyproject.toml").read_text())
    assert asked is not None
    assert PINS[0][0] == f"cbor2=={asked[1]}.0"


@pytest.mark.parametrize(("pin", "digest"), PINS, ids=[pin for pin, _ in PINS])
def test_codec_takes_and_refuses_the_same_with_an_older_cbor2(pin: str, digest: str) -> None:
    place = installed(pin, digest)
    tests = ROOT / "tests" / "link" / "test_codecs.py"
    done = subprocess.run(
        [sys.executable, "-c", RUN, "-q", "-p", "no:cacheprovider", "-p", "no:xdist", str(tests)],
        cwd=ROOT,
        env={"PATH": "", "PYTHONPATH": str(place)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith(str(place))
    assert re.search(r"^[0-9]{3,} passed", done.stdout, re.MULTILINE)
