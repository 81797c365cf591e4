"""A day with every service: each does its work, and one of each goes wrong."""

from __future__ import annotations

import re
from pathlib import Path

from tournee.emulation.practice import service_day
from tournee.emulation.services.scenes.day import SCENES


class Looking:
    def __init__(self) -> None:
        self.steps: list[str] = []

    def step(self, text: str) -> None:
        self.steps.append(text)


def test_every_service_does_its_work_and_tells_what_went_wrong(tmp_path: Path) -> None:
    looking = Looking()
    scenes = service_day(tmp_path / "p", looking)  # a socket in it: short
    assert len(scenes) == len(SCENES)
    assert looking.steps == [scene.title for scene in scenes]
    for scene in scenes:
        assert scene.done and all(scene.done), scene.title
        assert scene.wrong and all(scene.wrong), scene.title
    told = "\n".join(line for scene in scenes for line in (*scene.done, *scene.wrong))
    assert not re.search(r"\b[12]\d{12}\b", told)  # no NIR
