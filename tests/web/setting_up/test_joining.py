"""A device joined to a practice's server from its page, and a lost one rebuilt from there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from days import MOMENT
from screens_asked import OpenDevice, Screens
from serving_rig import Served

from tournee.app.context import open_office
from tournee.app.practice.patients import add_patient, find_patients
from tournee.config import load_config
from tournee.emulation.world import World
from tournee.exchange.practice_server.protocol import JoiningLink
from tournee.practice.patient_file import PatientFile


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    (tmp_path / "world").mkdir()
    with World(tmp_path / "world", lambda: MOMENT) as world:
        server = Served(tmp_path / "serveur", world.route())
        server.start()
        yield server
        server.kill()


def link(served: Served, replaces: str = "") -> str:
    return str(JoiningLink(f"https://127.0.0.1:{served.port}", served.code(replaces), served.print_))


def until(page: Screens, address: str, words: str) -> str:
    """What a screen says once it says that; between two looks something happened by itself."""
    number = page.news("-")
    while words not in (text := page.show(address).text):
        before, number = number, page.news(number)
        assert number != before, text
    return text


def joined(page: Screens, served: Served) -> str:
    """The device joined, its copy made; its recovery code."""
    answer = page.post("/cabinet/relier", lien=link(served), nom="une")
    assert answer.at == "/cabinet/relie", answer.text
    assert page.post("/cabinet/secours").at == "/cabinet/secours"
    told = page.show("/cabinet/secours").text
    assert told == page.show("/cabinet/secours").text  # whatever happens meanwhile, until it is on paper
    assert page.post("/cabinet/secours/note").at == "/cabinet"
    assert "recovery" not in page.show("/cabinet/secours").text
    return "-".join(re.findall(r"<span>([A-Z2-7]{4})</span>", told))


def with_patient(page: Screens) -> None:
    with open_office(load_config(page.home / "tournee.toml")) as office:
        add_patient(
            office,
            PatientFile(name="Houdin", first_name="Odile", nir="2550675999001", key="31", born="19550612"),
        )


def test_a_new_device_is_joined_its_copy_follows_and_another_one_is_rebuilt_from_it(
    served: Served, open_device: OpenDevice
):
    page = open_device("une")
    assert "Reprendre une tablette perdue" in page.show("/cabinet").text
    code = joined(page, served)
    assert len(code) == len("XXXX") * 7 + 6
    with_patient(page)
    told = until(page, "/cabinet", "La copie est à jour")
    assert f"127.0.0.1:{served.port}" in told
    assert "Poste 00" in told
    assert "Copie à jour" in page.show("/reglages").text

    other = open_device("neuve")
    assert other.show("/cabinet/reprendre").status == 200
    rebuilt = other.post("/cabinet/reprendre", lien=link(served, "une"), nom="neuve", secours=code.lower())
    assert rebuilt.at == "/cabinet/relie", rebuilt.text
    assert "Le cabinet est de retour" in other.show("/cabinet/relie").text
    with open_office(load_config(other.home / "tournee.toml")) as office:
        assert [one.told.name for one in find_patients(office)] == ["Houdin"]
    until(other, "/cabinet", "La copie est à jour")
    with_other = page.post("/cabinet/secours")
    assert "Un autre appareil a repris" in with_other.text
    until(page, "/cabinet", "Le serveur ne prend plus la copie")
    until(page, "/envoi", "N’envoyez rien")


def test_a_server_that_is_away_is_said_where_she_sends_and_the_copy_goes_on_when_it_is_back(
    served: Served, open_device: OpenDevice
):
    page = open_device("une")
    joined(page, served)
    until(page, "/cabinet", "La copie est à jour")
    served.kill()
    with_patient(page)
    until(page, "/envoi", "Ce qui est fait depuis la dernière copie n’est qu’ici")
    assert "Copie en retard" in page.show("/reglages").text
    served.start()
    assert page.post("/cabinet/copier").at == "/cabinet"
    until(page, "/cabinet", "La copie est à jour")
    until(page, "/reglages", "Copie à jour")


@pytest.mark.parametrize(
    ("lien", "said"),
    [
        ("", "Ce n’est pas un lien"),
        ("ABCDEFGHIJKLMNOP", "Ce n’est pas un lien"),
        ("https://127.0.0.1:1/#ABCDEFGHIJKLMNOP", "ne répond pas"),
    ],
)
def test_what_is_no_link_or_leads_nowhere_joins_nothing(open_device: OpenDevice, lien: str, said: str):
    page = open_device("une")
    for address in ("/cabinet/relier", "/cabinet/reprendre"):
        assert said in page.post(address, lien=lien, nom="une", secours="").text
    assert not (page.home / "tournee.toml").exists()


def test_a_wrong_recovery_code_rebuilds_nothing(served: Served, open_device: OpenDevice):
    page = open_device("une")
    code = joined(page, served)
    other = open_device("neuve")
    wrong = other.post("/cabinet/reprendre", lien=link(served, "une"), nom="neuve", secours=code[:-1])
    assert "mal tapé" in wrong.text
    assert not (other.home / "tournee.toml").exists()
    assert not (other.home / "journal.db").exists()
    until(page, "/cabinet", "La copie est à jour")
