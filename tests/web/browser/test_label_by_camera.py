"""A reader is put in use by its label, as it is printed, before the camera: nothing of the code is typed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from filmed import DETECTOR, camera, read_frame, show, show_picture
from PIL import Image
from playwright.sync_api import Browser, Playwright, expect
from practice_desk import CHROMIUM, PracticeDesk
from watched_page import OpenPage

from tournee.config import load_config
from tournee.emulation.board import EmulatedBoard
from tournee.maker.shipping.label import write_label
from tournee.maker.shipping.label_forms import label_form

SECRET = bytes(range(100, 132))


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the browser's camera shows."""
    path = tmp_path_factory.mktemp("film") / "camera.mjpeg"
    show(path, "https://ailleurs.example/")
    return path


@pytest.fixture(scope="module")
def browser(driver: Playwright, film: Path) -> Iterator[Browser]:
    """A browser whose camera is a film."""
    browser = driver.chromium.launch(executable_path=CHROMIUM, args=camera(film))
    yield browser
    browser.close()


@pytest.fixture
def bought(tmp_path: Path) -> Iterator[EmulatedBoard]:
    """A reader as it comes from its maker."""
    with EmulatedBoard(flash=tmp_path / "flash") as board:
        board.provision("TO-000007", SECRET)
        yield board


def test_label_before_the_camera_puts_its_reader_in_use(
    desk: PracticeDesk, open_page: OpenPage, film: Path, bought: EmulatedBoard, tmp_path: Path
) -> None:
    page = open_page(permissions=["camera"])
    page.page.context.expose_function("readFrame", read_frame)
    page.page.context.add_init_script(DETECTOR)
    page.enter(desk.link)
    page.show("/jumeler")
    says, code = page.page.locator("[data-scan-says]"), page.page.get_by_label("Code de l’étiquette")
    page.page.get_by_label("Autre port").fill(bought.link_url)
    page.touch("Lire l’étiquette par la caméra")
    expect(says).to_have_text("Ce n’est pas l’étiquette d’un lecteur.")
    expect(code).to_have_value("")
    assert page.axe() == []

    printed, _ = write_label(tmp_path, "TO-000007", SECRET, label_form("60x40"))
    show_picture(film, Image.open(printed).convert("RGB"))
    page.show("/reglages")
    page.show("/jumeler")
    page.page.get_by_label("Autre port").fill(bought.link_url)
    page.touch("Lire l’étiquette par la caméra")
    expect(says).to_have_text("Le code est lu.")
    expect(code).not_to_have_value("")
    page.touch("Relier par le câble")
    expect(page.title).not_to_have_text("Jumeler un lecteur")
    assert load_config(desk.config).reader.port == bought.link_url
