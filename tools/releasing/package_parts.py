"""What the wheel asks for and what the page holds: Python packages, with their pinned versions and licences.

All platforms and extras are followed, by what the installed packages say of themselves; a package of another
platform is not here, and is listed by its pin alone.
"""

from __future__ import annotations

import json
import re
import sys
import tomllib
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from itertools import product
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from part import ELSEWHERE, OPTIONAL, REQUIRED, NotReleased, Part

ROOT = Path(__file__).resolve().parents[2]
PINS = ROOT / "tools" / "requirements" / "test.txt"
OURS = {"tournee", "tournee-emulation"}
NOT_SHIPPED = {"dev", "docs", "attack", "emulation"}
"""Extras of who develops, or of a wheel of its own."""

FETCHED = ("pyodide", "@noble/ciphers", "@noble/hashes", "cbor2")
"""What the page holds of `tools/page/packages.toml`; the rest is for tests."""

_PIN = re.compile(r"^([A-Za-z0-9][^\\\n]*)", re.MULTILINE)
_LICENCE_FILE = re.compile(r"(licen[cs]e|copying|notice|copyright)[^/]*$", re.IGNORECASE)
_PLATFORMS = (("linux", "Linux", "x86_64"), ("darwin", "Darwin", "arm64"), ("win32", "Windows", "AMD64"))
_PYTHONS = ("3.11", "3.12", "3.13", "3.14")
_BY_CLASSIFIER = {
    "MIT License": "MIT",
    "Apache Software License": "Apache-2.0",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
    "ISC License (ISCL)": "ISC",
    "The Unlicense (Unlicense)": "Unlicense",
}


def pinned() -> dict[str, str]:
    """The versions of `tools/requirements`, by name: those of this Python where others have others."""
    lines = [Requirement(line) for line in _PIN.findall(PINS.read_text())]
    lines.sort(key=lambda one: one.marker is None or one.marker.evaluate())
    return {canonicalize_name(one.name): str(one.specifier).removeprefix("==") for one in lines}


def wheel_parts(folder: Path = ROOT) -> list[Part]:
    """What the distribution of a folder asks for, itself and by its extras, with all that this asks for."""
    project = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
    extras: dict[str, list[str]] = project.get("optional-dependencies", {})
    needed = _closure([Requirement(text) for text in project["dependencies"]])
    wanted = [text for extra, texts in extras.items() if extra not in NOT_SHIPPED for text in texts]
    more = _closure([Requirement(text) for text in wanted])
    versions = pinned()
    scopes = dict.fromkeys(more, OPTIONAL) | needed
    return [_package(name, scope, versions) for name, scope in sorted(scopes.items())]


def page_parts() -> list[Part]:
    """What the tablet's page holds of others."""
    sys.path.insert(0, str(ROOT / "tools" / "page"))
    from contents import LIBRARIES
    from fetched import TABLE, fetch

    versions = pinned()
    found = [_package(canonicalize_name(name), REQUIRED, versions) for name in LIBRARIES if name != "cbor2"]
    table = tomllib.loads(TABLE.read_text())
    for name in FETCHED:
        folder, row = fetch(name), table[name]
        told, licence = folder / "package.json", ""
        texts = [
            file for file in sorted(folder.rglob("*")) if _LICENCE_FILE.search(file.name) and file.is_file()
        ]
        kind = "npm" if told.is_file() else "pypi"
        if told.is_file():
            licence = json.loads(told.read_text())["license"]
        else:
            (about,) = folder.glob("*.dist-info/METADATA")
            licence = "".join(re.findall(r"^License-Expression: (.*)$", about.read_text(), re.MULTILINE))
        found.append(
            Part(
                name,
                row["version"],
                licence=licence,
                purl=f"pkg:{kind}/{name.replace('@', '%40')}@{row['version']}",
                sha256=row["sha256"],
                texts=tuple(file.read_text("utf-8", "replace") for file in texts),
                about="fetched by its hash when the page is built",
            )
        )
    lock = json.loads((fetch("pyodide") / "pyodide-lock.json").read_text())
    psf = _package("typing-extensions", REQUIRED, versions).texts  # of the same licence
    python = Part("cpython", lock["info"]["python"], licence="PSF-2.0", about="in pyodide", texts=psf)
    return sorted([*found, python])


def _closure(wanted: list[Requirement]) -> dict[str, str]:
    """Packages by name with their scope: what other platforms alone need is optional."""
    found: dict[str, str] = {}
    asked: set[tuple[str, str]] = set()
    rest = [(one, REQUIRED) for one in wanted]
    while rest:
        requirement, scope = rest.pop()
        if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
            scope = OPTIONAL
        name = canonicalize_name(requirement.name)
        if name in OURS:
            continue
        if found.get(name) != REQUIRED:
            found[name] = scope
        known = _installed(name)
        for extra in ("", *sorted(requirement.extras)):
            if known is None or (name, f"{extra} {scope}") in asked:
                continue
            asked.add((name, f"{extra} {scope}"))
            for text in known.requires or ():
                one = Requirement(text)
                if one.marker is None or any(one.marker.evaluate(each) for each in _environments(extra)):
                    here = one.marker is None or one.marker.evaluate({"extra": extra})
                    rest.append((one, scope if here else OPTIONAL))
    return found


def _environments(extra: str) -> list[dict[str, str]]:
    return [
        {"extra": extra, "sys_platform": one, "platform_system": name, "platform_machine": machine}
        | {"python_version": python, "python_full_version": f"{python}.0"}
        | {"os_name": "nt" if one == "win32" else "posix"}
        for (one, name, machine), python in product(_PLATFORMS, _PYTHONS)
    ]


def _installed(name: str) -> Distribution | None:
    try:
        return distribution(name)
    except PackageNotFoundError:
        return None


def _package(name: str, scope: str, versions: dict[str, str]) -> Part:
    """A package as it is pinned. NotReleased when another version is installed, whose licence may differ."""
    if name not in versions:
        raise NotReleased(f"{name} is asked for, and {PINS.name} has no pin of it: ./tools/dev lock")
    version, known = versions[name], _installed(name)
    purl = f"pkg:pypi/{name}@{version}"
    if known is None:
        return Part(name, version, purl=purl, scope=scope, about=ELSEWHERE)
    if known.version != version:
        raise NotReleased(
            f"{name} {known.version} is installed, {version} is pinned: ./tools/dev test sets up"
        )
    texts = [
        file
        for file in known.files or ()
        if ".dist-info/licenses/" in str(file)  # PEP 639, whatever their names are
        or (".dist-info/" in str(file) and _LICENCE_FILE.search(file.name))
    ]
    return Part(
        name,
        version,
        licence=_licence(known),
        purl=purl,
        scope=scope,
        about=known.metadata["Summary"] or "",
        texts=tuple(Path(str(file.locate())).read_text("utf-8", "replace") for file in sorted(texts)),
    )


def _licence(known: Distribution) -> str:
    """What it says of its licence, in SPDX's words where it can be told."""
    told = known.metadata
    if expression := told["License-Expression"]:
        return str(expression)
    classified = [
        line.split(" :: ")[-1] for line in told.get_all("Classifier") or [] if line.startswith("License")
    ]
    spdx = [_BY_CLASSIFIER.get(name, name) for name in classified if name != "OSI Approved"]
    plain = (told["License"] or "").strip()
    if len(spdx) == 1 and spdx[0] in _BY_CLASSIFIER.values():
        return spdx[0]
    return plain if plain and "\n" not in plain and len(plain) < 60 else " OR ".join(spdx)
