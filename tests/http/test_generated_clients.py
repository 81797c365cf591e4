"""A client generated from the description alone, in two languages, does an editor's day.

The generator in JavaScript is fetched as `clients/package-lock.json` pins it: names, versions, SHA-512.
"""

import base64
import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from editor import blood_taken, day

ROOT = Path(__file__).parents[2]
CLIENTS = Path(__file__).with_name("clients")
sys.path.insert(0, str(ROOT / "tools" / "page"))

import fetched  # noqa: E402

AMI_1_5, IFA = 503, 275  # cents: 1.5 × 3.35 €, rounded up, and 2.75 €
WITHOUT_COLOURS = {**os.environ, "NO_COLOR": "1", "TERM": "dumb"}


def run(*command, **options):
    done = subprocess.run(
        [str(word) for word in command],
        capture_output=True,
        text=True,
        timeout=100,
        env=WITHOUT_COLOURS,
        **options,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def packages():
    """The folder of what generates and compiles TypeScript, fetched once."""
    lock = (CLIENTS / "package-lock.json").read_bytes()
    kept = ROOT / ".cache" / "clients" / hashlib.sha256(lock).hexdigest()[:12]
    if not kept.is_dir():
        kept.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=kept.parent) as folder:
            for name in ("package.json", "package-lock.json"):
                shutil.copy(CLIENTS / name, folder)
            npm = fetched.NODE.parents[1] / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
            run(fetched.NODE, npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", cwd=folder)
            with contextlib.suppress(OSError):  # another process was first
                kept.mkdir()
                (Path(folder) / "node_modules").rename(kept / "node_modules")
    return kept / "node_modules"


def in_python(description, folder):
    generator = [sys.executable, "-m", "openapi_python_client", "generate", "--meta", "none"]
    told = run(*generator, "--path", description, "--output-path", folder / "client", cwd=folder)
    assert "WARNING" not in told, told
    shutil.copy(CLIENTS / "day.py", folder)
    return [sys.executable, folder / "day.py"]


def in_typescript(description, folder):
    tools = packages()
    generator = tools / "@hey-api" / "openapi-ts" / "bin" / "run.js"
    options = ["--input", description, "--output", folder / "client", "--client", "@hey-api/client-fetch"]
    run(fetched.NODE, generator, *options, "--no-log-file", cwd=folder)
    shutil.copy(CLIENTS / "day.ts", folder)
    compiler = [tools / "typescript" / "bin" / "tsc", "--strict", "--module", "commonjs"]
    sources = ["--lib", "es2022,dom,dom.iterable", "--target", "es2022", "day.ts"]
    run(fetched.NODE, *compiler, *sources, cwd=folder)
    return [fetched.NODE, folder / "day.js"]


@pytest.mark.parametrize("made", [in_python, in_typescript], ids=["python", "typescript"])
def test_a_generated_client_does_an_editors_day(at_bedside, tmp_path, made):
    description = tmp_path / "openapi.json"
    description.write_bytes(at_bedside.client.get("/openapi.json").content)
    program = made(description, tmp_path)
    token = at_bedside.client.headers["authorization"].removeprefix("Bearer ")
    days = [day(blood_taken("mine-1")), day(blood_taken("mine-2"), on="2026-11-14")]
    command = [*map(str, program), at_bedside.url, token]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as client:
        print(json.dumps(days, default=str), file=client.stdin, flush=True)
        message = json.loads(client.stdout.readline())
        returns = at_bedside.editor.oct().receive(message.encode())
        print(json.dumps([base64.b64encode(one).decode() for one in returns]), file=client.stdin, flush=True)
        seen = json.loads(client.stdout.readline())
    assert seen == {
        "priced": [AMI_1_5 + IFA],
        "taken": [["mine-1", "new"]],
        "replayed": [None, "true"],
        "begun": 202,
        "location": True,
        "events": ["visit", "visit", "done"],
        "certified": [AMI_1_5 + IFA] * 2,
        "lots": ["FSE", "DRE"],
        "files": ["oct"],
        "noted": "sent",
        "settled": len(returns),
        "pages": ["paid", "paid"],
        "problem": [400, "urn:tournee:problem:store"],
    }
