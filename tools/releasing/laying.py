"""What a release holds, laid out in a folder: images, wheels, bills, licences, changelog, digests."""

from __future__ import annotations

import contextlib
import json
import os
import platform
import re
import shutil
import subprocess
from pathlib import Path

import image_parts
import package_parts
from bill import bill_of
from licences import licences_of
from part import NotReleased, Part, digest_of

from tournee import __version__
from tournee.boards import build
from tournee.maker.images import build_image

ROOT = Path(__file__).resolve().parents[2]
CHANGELOG = ROOT / "host" / "docs" / "changelog.md"
OLDEST = 315532800  # 1980: no archive tells an earlier time


def epoch() -> int:
    """The time that the release tells, in seconds: SOURCE_DATE_EPOCH, else the last commit's."""
    if told := os.environ.get("SOURCE_DATE_EPOCH"):
        if not told.isascii() or not told.isdigit():
            raise NotReleased(f"SOURCE_DATE_EPOCH is seconds, and not {told!r}")
        return max(int(told), OLDEST)
    return int(_git("log", "-1", "--format=%ct") or OLDEST)


def changes(text: str, version: str) -> str:
    """The changelog of a version, and before it what came since. NotReleased when it is not there."""
    parts = re.findall(r"^## .*?(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    wanted = [part for part in parts if part.split()[1] in ("Unreleased", version) and part.count("\n") > 2]
    if not wanted:
        raise NotReleased(f"{CHANGELOG.name} says nothing of {version}")
    return "\n".join(part.rstrip() + "\n" for part in wanted)


def put_images(folder: Path, names: list[str], options: list[str], time: int) -> list[Part]:
    """Each board's image, on our own port with its MicroPython, and the bill of both; all their parts."""
    folder.mkdir(parents=True)
    parts: list[Part] = []
    for name in names:
        file = folder / f"{name}-{build.VERSION}.img"
        elf = ["--elf", str(file.with_suffix(".elf"))] if image_parts.has_our_port(name) else []
        with contextlib.redirect_stdout(None):  # it tells a folder that is not the last one
            build_image.main([name, "--output", str(file), *elf, *options], standalone_mode=False)
        held = image_parts.image_parts(name, file.read_bytes())
        whole = Part(
            f"tournee-{name}", build.VERSION, "firmware", "MIT", sha256=digest_of(file), about="image"
        )
        file.with_suffix(".cdx.json").write_text(bill_of(whole, held, time))
        parts += held
    return parts


def put_wheels(folder: Path, made: Path, time: int) -> list[Part]:
    """The wheels and sdists of a folder, the pins, the bills of both and of the page; all their parts."""
    folder.mkdir()
    for file in sorted(made.glob("tournee*")):
        shutil.copyfile(file, folder / file.name)
    shutil.copyfile(package_parts.PINS, folder / "requirements.txt")
    asked = {
        "tournee": package_parts.wheel_parts(),
        "tournee_emulation": package_parts.wheel_parts(ROOT / "host" / "tournee" / "emulation"),
    }
    for name, parts in asked.items():
        (wheel,) = folder.glob(f"{name}-*.whl")
        dashed = name.replace("_", "-")
        purl = f"pkg:pypi/{dashed}@{__version__}"
        whole = Part(dashed, __version__, "application", "MIT", purl, digest_of(wheel))
        (folder / f"{name}-{__version__}.cdx.json").write_text(bill_of(whole, parts, time))
    held = package_parts.page_parts()
    page = Part("tournee-page", __version__, "application", "MIT", about="the tablet's page")
    (folder / f"page-{__version__}.cdx.json").write_text(bill_of(page, held, time))
    return [*asked["tournee"], *asked["tournee_emulation"], *held]


def put(folder: Path, wheels: Path, names: list[str], options: list[str], time: int) -> None:
    """Lay out the whole release in a new folder; without names, every board with an image. NotReleased."""
    there = image_parts.boards()
    if unknown := sorted(set(names) - set(there)):
        raise NotReleased(f"no image for {', '.join(unknown)}: choose among {', '.join(there)}")
    names = names or there
    parts = put_images(folder / "images", names, options, time)
    parts += put_wheels(folder / "python", wheels, time)
    (folder / "THIRD-PARTY.txt").write_text(licences_of(parts))
    shutil.copyfile(ROOT / "LICENSE", folder / "LICENSE")
    (folder / "CHANGES.txt").write_text(changes(CHANGELOG.read_text(), __version__))
    told = {"version": __version__, "commit": _git("rev-parse", "HEAD"), "time": time}
    told |= {"changed_since": bool(_git("status", "--porcelain")), "profile": "open-1"}
    told |= {"python": platform.python_version()}
    (folder / "release.json").write_text(json.dumps(told, indent=1) + "\n")
    files = sorted(file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file())
    sums = "".join(f"{digest_of(folder / name)}  {name}\n" for name in files)
    (folder / "SHA256SUMS").write_text(sums)
    for file in (folder, *sorted(folder.rglob("*"))):
        file.chmod(0o755 if file.is_dir() else 0o644)


def _git(*words: str) -> str:
    """What git says, empty outside a clone."""
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""
