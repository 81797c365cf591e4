"""A patient's phone on the page: shown by who is trusted, taken up once its half hour is over."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "desk"))
sys.path.insert(0, str(Path(__file__).parents[1] / "setting_up"))

from loopback import bound, serving
from screens_asked import Screens
from test_rights_screens import run

from tournee.app.bedside.care_visit import new_key
from tournee.app.context import open_office
from tournee.app.practice.patients import find_patient
from tournee.config import load_config
from tournee.emulation.control import ask
from tournee.emulation.practice import CONFIG_NAME, practice
from tournee.emulation.services.phone import phone_in
from tournee.services.qr_codes import png_of
from tournee.web.desk.server import desk


@pytest.fixture(scope="module")
def at_work(tmp_path_factory) -> Iterator[tuple[Path, Screens]]:
    """The carer's code is given; Garnier and Lambert have a file."""
    folder = tmp_path_factory.mktemp("cabinet")
    with practice(folder, with_services=True) as board:
        serving_cards = threading.Thread(target=board.serve)
        serving_cards.start()
        try:
            ask(folder, "insert", slot="ps", card="infirmiere")
            for card in ("garnier", "lambert"):
                ask(folder, "insert", slot="vitale", card=card)
                run(folder, "patient", "card")
                ask(folder, "remove", slot="vitale")
            listener, port = bound()
            made = desk(folder / CONFIG_NAME, port)
            try:
                with serving(made.app, listener) as served:
                    page = Screens(served, made, folder)
                    page.post("/code", code="1234")
                    yield folder, page
            finally:
                asyncio.run(made.ports.close())
        finally:
            ask(folder, "stop")
            serving_cards.join()


def visit_of(folder: Path, name: str) -> str:
    with open_office(load_config(folder / CONFIG_NAME)) as office:
        return f"/visite/{new_key(find_patient(office, (name,)).id, office.clock().date())}"


def code(folder: Path, name: str, of: str = "") -> bytes:
    return png_of(phone_in(folder, name).text(datetime.now(UTC), of=of))


def test_who_shows_the_phone_in_her_patients_place_is_named(at_work) -> None:
    """ACV-3."""
    folder, page = at_work
    visit = visit_of(folder, "garnier")
    page.show(visit)
    refused = page.send("/telephone/photo", code(folder, "lambert", "garnier"))
    assert "délégation de ce téléphone est finie" in refused.text
    phone_in(folder, "garnier").trust("lambert", datetime.now(UTC) + timedelta(hours=1))
    assert page.send("/telephone/photo", code(folder, "lambert", "garnier")).status == 204
    told = page.show(f"{visit}/verifier").text
    assert "Montré par " in told
    assert "Lambert" in told
    page.post("/telephone/ranger")


def test_a_reading_that_is_over_is_taken_up_by_the_same_person_alone(at_work, monkeypatch) -> None:
    """ACV-4."""
    folder, page = at_work
    visit = visit_of(folder, "lambert")
    page.show(visit)
    assert "est passée" not in page.show("/telephone").text
    assert page.send("/telephone/photo", code(folder, "lambert")).status == 204
    page.post("/telephone/ranger")
    monkeypatch.setattr("tournee.services.phone_card.context.PhoneContext.left", lambda *_: 0)
    page.show(visit)
    told = page.show("/telephone").text
    assert "La demi-heure de Yvonne Lambert est passée." in told
    refused = page.send("/telephone/photo", code(folder, "garnier"))
    assert "celui d’une autre personne" in refused.text
    other = page.show("/telephone?autre=1").text
    assert "est passée" not in other
    assert 'data-camera="/telephone/photo?autre=1"' in other
    assert page.send("/telephone/photo?autre=1", code(folder, "garnier")).status == 204
    page.post("/telephone/ranger")
    page.show(visit)
    assert page.send("/telephone/photo", code(folder, "lambert")).status == 204
