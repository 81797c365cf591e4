"""The page of a patient's rights on line: asked, what differs, chosen; without the code porteur it waits."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

sys.path.insert(0, str(Path(__file__).parents[1] / "desk"))
sys.path.insert(0, str(Path(__file__).parents[1] / "setting_up"))

from loopback import bound, serving
from screens_asked import Screens

from tournee import extras
from tournee.app.bedside.care_visit import new_key
from tournee.app.context import open_office
from tournee.app.practice.patients import add_patient
from tournee.billing.identity import Amc
from tournee.cli.main import tournee as root
from tournee.config import load_config
from tournee.emulation.control import ask
from tournee.emulation.practice import CONFIG_NAME, practice
from tournee.practice.patient_file import PatientFile
from tournee.web.desk.server import desk
from tournee.web.screens.services.insurers import asked_at_signing

HERE = "/patients/1/droits"


@pytest.fixture(scope="module")
def at_work(tmp_path_factory) -> Iterator[tuple[Path, Screens]]:
    folder = tmp_path_factory.mktemp("cabinet")
    with practice(folder, with_services=True) as board:
        serving_cards = threading.Thread(target=board.serve)
        serving_cards.start()
        try:
            ask(folder, "insert", slot="ps", card="infirmiere")
            ask(folder, "insert", slot="vitale", card="martinez")
            run(folder, "patient", "card")
            listener, port = bound()
            made = desk(folder / CONFIG_NAME, port)
            try:
                with serving(made.app, listener) as served:
                    yield folder, Screens(served, made, folder)
            finally:
                asyncio.run(made.ports.close())
        finally:
            ask(folder, "stop")
            serving_cards.join()


def run(folder: Path, *words: str) -> str:
    done = CliRunner().invoke(root, ["--config", str(folder / CONFIG_NAME), *words], input="1234\n")
    assert done.exit_code == 0, done.output
    return done.output


def test_rights_are_asked_shown_beside_the_card_and_chosen(at_work):
    """DRT-6, DRT-7."""
    _, page = at_work
    assert "interrogé" in page.show(HERE).text
    asked = page.post(f"{HERE}/demander?visite=n1-20261130")
    assert asked.at == "/code?vers=%2Fpatients%2F1%2Fdroits%3Fvisite%3Dn1-20261130"
    told = page.show(HERE).text
    assert "La demande attend." in told
    assert "attend son code" in told
    assert page.post("/droits/demander").at == "/code?vers=/droits"
    came_back = page.post(asked.at, code="1234").at
    assert came_back == f"{HERE}?visite=n1-20261130"
    told = page.show(came_back).text
    assert "maintenant son code" in told
    assert "#/visite/n1-20261130/carte" in told
    assert page.post(f"{HERE}/demander").at == HERE
    told = page.show(HERE).text
    for words in (
        "simulation",
        "Ce qui diffère",
        "terminés le 31/12/2024",
        "ouverte jusqu’au 31/12/2027",
        "Prendre le service",
    ):
        assert words in told
    assert "Carte à mettre à jour" in told
    page.post(f"{HERE}/choisir", choix="service")
    page.post(f"{HERE}/demander")  # to be sure: it wipes nothing
    told = page.show(HERE).text
    assert "Choisie" in told
    assert "Choisissez" not in told


def test_what_waits_has_a_page(at_work):
    assert "Aucune demande n’attend" in page_text(at_work, "/droits")


def test_the_patient_s_insurer_is_asked_from_the_screen_of_the_mutuelle(at_work):
    """AMC-2."""
    folder, page = at_work
    file = PatientFile("LAMBERT", "YVONNE", "19560612", nir="2560699999024", key="87")
    with open_office(load_config(folder / CONFIG_NAME)) as office:
        known = add_patient(office, replace(file, amc=Amc("0099900009", member="ADH1")))
        key = new_key(known.id, office.clock().date())
        assert "dira à la signature ce qu’elle paie" in asked_at_signing(office, known.told)
        assert asked_at_signing(office, file) == ""
    here = f"/visite/{key}/mutuelle"
    assert "Demander à la mutuelle" in page.show(here).text
    assert page.post(f"{here}/demander").at == here
    told = page.show(here).text
    assert "droits ouverts" in told
    assert "(IDB)" in told


def test_a_choice_that_is_none_is_refused(at_work):
    _, page = at_work
    assert page.post(f"{HERE}/choisir", choix="rien").status >= 400


def test_where_the_libraries_lack_the_request_waits_and_the_phone_is_not_offered(at_work, monkeypatch):
    """DRT-6: as in a tablet's own page."""
    folder, page = at_work
    monkeypatch.setitem(extras.MODULES, "services", ("no_such_module",))
    file = PatientFile("PEREIRA", "ANTONIO", "19590218", nir="1590299351044", key="43")
    with open_office(load_config(folder / CONFIG_NAME)) as office:
        here = f"/patients/{add_patient(office, file).id}/droits"
    assert "ne peut pas interroger le service lui-même" in page.show(here).text
    assert page.post(f"{here}/demander").at == here
    told = page.show(here).text
    assert "La demande attend." in told
    assert "sur l’ordinateur du cabinet" in told
    assert "Redemander" not in told
    assert "Redemander" not in page_text(at_work, "/droits")
    refused = page.show("/telephone")
    assert refused.status == 409
    assert "passez sans carte" in refused.text


def page_text(at_work, address: str) -> str:
    return at_work[1].show(address).text
