"""`tournee web --demo`: a practice that stands by itself, its cards moved from the page."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect
from watched_page import OpenPage

_RUN = "from tournee.cli.main import main; main()"


@pytest.fixture
def link() -> Iterator[str]:
    """Of the demonstration's page; everything of it is gone afterwards."""
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        port = asked.getsockname()[1]
    command = [sys.executable, "-c", _RUN, "web", "--demo", "--no-open", "--port", str(port)]
    host = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"COLUMNS": "200"},
        start_new_session=True,
    )
    assert host.stdout is not None
    try:
        yield next(one.group() for line in host.stdout if (one := re.search(r"http://\S+", line)))
    finally:
        host.send_signal(signal.SIGINT)
        host.wait(30)
        host.stdout.close()


def test_the_demonstrations_cards_are_moved_from_the_page(link: str, open_page: OpenPage):
    page = open_page()
    page.enter(link)
    page.page.get_by_role("link", name="Cartes d’essai").click()
    expect(page.page.get_by_text("Simulation.")).to_be_visible()
    page.page.locator("button.row", has_text="Claire LEFEBVRE, infirmière libérale").first.click()
    expect(page.page.locator(".status .lock")).to_be_visible()
    page.page.locator("button.row", has_text="Yvonne LAMBERT").first.click()
    expect(page.page).to_have_url(re.compile("#/(visite|carte)"))
    page.show("/cartes-d-essai")
    page.page.get_by_role("button", name="Retirer la carte Vitale").click()
    expect(page.page.get_by_role("button", name="Retirer la carte Vitale")).to_have_count(0)
    assert page.axe() == []
