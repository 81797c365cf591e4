"""Installations outside the checkout: both distributions built, and environments with just what they ask for.

What they ask for is not fetched: the packages of this environment are linked in, those and no others that the
distributions' metadata names, in versions that it takes.
"""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import venv
from collections.abc import Iterable, Iterator
from email.message import Message
from email.parser import Parser
from importlib.machinery import SourceFileLoader
from importlib.metadata import Distribution, distribution
from pathlib import Path
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
OURS = {"tournee", "tournee-emulation"}


def build(folder: Path) -> dict[str, Path]:
    """Wheels of both distributions by name, beside their sdists: what `./tools/dev wheels` makes."""
    loader = SourceFileLoader("dev_to_build", str(ROOT / "tools" / "dev"))
    spec = importlib.util.spec_from_loader(loader.name, loader)
    assert spec is not None
    dev = importlib.util.module_from_spec(spec)
    loader.exec_module(dev)
    dev.BIN = Path(sys.executable).parent
    dev.pip_install = lambda profile: None  # this environment has it
    dev.say = lambda text: None
    assert dev.wheels([str(folder)]) == 0
    return {canonicalize_name(wheel.name.split("-")[0]): wheel for wheel in folder.glob("*.whl")}


def metadata(wheel: Path) -> Message:
    """What a wheel says of itself."""
    with ZipFile(wheel) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        return Parser().parsestr(archive.read(name).decode())


class Installation:
    """An environment outside the checkout: `tournee` with these extras, and packages of others beside."""

    def __init__(self, folder: Path, wheels: dict[str, Path], extras: Iterable[str] = ()) -> None:
        self.extras = set(extras)
        self.home = folder / "home"
        self.home.mkdir(parents=True)
        self.bin = folder / "venv" / "bin"
        venv.create(folder / "venv", with_pip=False)
        (self.packages,) = (folder / "venv").glob("lib/python*/site-packages")
        self._wheels = wheels
        asked: dict[str, set[str]] = {}
        self._ask(Requirement(f"tournee[{','.join(self.extras)}]"), asked)
        mine = [str(wheels[name]) for name in sorted(asked) if name in OURS]
        pip = [sys.executable, "-m", "pip", "--python", str(self.bin / "python"), "install", "--quiet"]
        pip += ["--no-deps", "--no-index", "--disable-pip-version-check"]
        subprocess.run([*pip, *mine], check=True)
        for name in asked:
            if name not in OURS:
                self._link(distribution(name))
        for name in STRANGERS:
            (self.packages / name).mkdir()
            (self.packages / name / "__init__.py").write_text(f"MINE = {name!r}\n")

    def _ask(self, requirement: Requirement, asked: dict[str, set[str]]) -> None:
        """Follow a requirement, in the versions that are here."""
        name = canonicalize_name(requirement.name)
        known = metadata(self._wheels[name]) if name in OURS else distribution(name).metadata
        assert known["Version"] in requirement.specifier, requirement
        extras = {""} | requirement.extras
        if extras <= asked.get(name, set()):
            return
        asked[name] = asked.get(name, set()) | extras
        for text in known.get_all("Requires-Dist") or []:
            one = Requirement(text)
            if one.marker is None or any(one.marker.evaluate({"extra": extra}) for extra in extras):
                self._ask(one, asked)

    def _link(self, package: Distribution) -> None:
        for top in {
            file.parts[0] for file in package.files or () if file.parts[0] not in ("..", "__pycache__")
        }:
            there = self.packages / top
            if not there.exists():
                there.symlink_to(Path(str(package.locate_file(top))))

    def run(self, program: str, *arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        """Run a program of the environment, away from the checkout."""
        return subprocess.run(
            [str(self.bin / program), *arguments],
            cwd=cwd or self.home,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=100,
        )

    @property
    def environment(self) -> dict[str, str]:
        """Nothing of this process's own."""
        return {"HOME": str(self.home), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}


#: Names that packages of others have, and that ours must neither take nor be taken by.
STRANGERS = ("reader", "sesam", "readers", "firmware", "boards", "imagec")


@pytest.fixture(scope="session")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Both wheels by the name of their distribution."""
    return build(tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="session")
def plain(tmp_path_factory: pytest.TempPathFactory, wheels: dict[str, Path]) -> Iterator[Installation]:
    """`pip install tournee`."""
    yield Installation(tmp_path_factory.mktemp("plain"), wheels)


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory, wheels: dict[str, Path]) -> Iterator[Installation]:
    """`pip install 'tournee[maker,emulation]'`."""
    yield Installation(tmp_path_factory.mktemp("whole"), wheels, ("maker", "emulation"))
