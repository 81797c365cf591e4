"""The page's wire to its reader (`wire.js`), under node: no write on it is waited for without end."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tools" / "page"))

import fetched  # noqa: E402

BEGUN = """
import { mock } from "node:test";
import { Wire } from "./wire.js";
mock.timers.enable({ apis: ["setTimeout"] });
const wire = new Wire(() => {});
const linked = () => wire.heard({ kind: "link", there: true, link: "ble", segment: 20 });
linked();
const write = () => wire.write(new Uint8Array(1), 20);
const told = async (...written) => console.log(JSON.stringify(await Promise.all(written)));
"""


@pytest.mark.parametrize(
    ("then", "told"),
    (
        ("const one = write(); wire.heard({ kind: 'sent', well: true }); told(one);", [True]),
        ("const one = write(); mock.timers.tick(10_000); told(one);", [False]),
        ("const one = write(); wire.heard({ kind: 'link', there: false }); told(one);", [False]),
        (
            "const one = write(); linked(); const two = write(); wire.heard({ kind: 'sent', well: true });"
            " told(one, two);",
            [False, True],
        ),
    ),
    ids=("sent", "never told", "link gone", "another link in its place"),
)
def test_a_write_ends(then: str, told: list[bool], tmp_path: Path):
    shutil.copy(ROOT / "host" / "tournee" / "web" / "tablet" / "page" / "wire.js", tmp_path)
    (tmp_path / "package.json").write_text('{"type": "module"}')
    (tmp_path / "run.js").write_text(BEGUN + then)
    command = [fetched.NODE, tmp_path / "run.js"]
    ran = subprocess.run([str(one) for one in command], check=True, timeout=60, capture_output=True)
    assert json.loads(ran.stdout) == told
