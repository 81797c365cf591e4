"""A day with every service: each does its work, and one of each goes wrong."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tournee.emulation.practice import service_day
from tournee.emulation.services.scenes.day import SCENES

NIR = re.compile(rb"(?<!\d)[12]\d{4}(?:\d\d|2[AB])\d{6}(?:\d\d)?(?!\d)")


class Looking:
    def __init__(self) -> None:
        self.steps: list[str] = []

    def step(self, text: str) -> None:
        self.steps.append(text)


def test_every_service_does_its_work_and_tells_what_went_wrong(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    looking = Looking()
    with caplog.at_level("DEBUG"):
        scenes = service_day(tmp_path / "p", looking)  # a socket in it: short
    assert len(scenes) == len(SCENES)
    assert looking.steps == [scene.title for scene in scenes]
    for scene in scenes:
        assert scene.done and all(scene.done), scene.title
        assert scene.wrong and all(scene.wrong), scene.title
    told = "\n".join(line for scene in scenes for line in (*scene.done, *scene.wrong))
    log = "\n".join(one.getMessage() for one in caplog.records if one.name.startswith("tournee."))
    assert not NIR.search(f"{told}\n{log}".encode())
    stands_nowhere_else(tmp_path / "p")


def stands_nowhere_else(folder: Path) -> None:
    """Who was asked about stands in what services received and in a card's memory alone: in no name, subject,
    journal or other file.
    """
    files = [path.relative_to(folder) for path in folder.rglob("*") if path.is_file()]
    received = [path for path in files if path.parts[0] in ("services", "cartes-vitale")]
    known = {found for path in received for found in NIR.findall((folder / path).read_bytes())}
    assert len(known) >= 3
    for path in files:
        assert not NIR.search(str(path).encode())
        content = b"" if path in received else (folder / path).read_bytes()
        assert not any(nir in content for nir in known), path
