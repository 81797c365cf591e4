"""`tournee recipient`: the caisses and insurers that are known, and those that a carer adds."""

from __future__ import annotations

import json
import stat
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner

from tournee.cli.main import tournee as root
from tournee.config import load_config
from tournee.config.payers import FILE_NAME, recipients_with
from tournee.emulation.oct import make_mail_identity
from tournee.errors import BillingError, ConfigError

CAISSE = ("01-671", "--name", "CPAM du Bas-Rhin", "--organisme", "671", "--computing-centre", "670")
AMC = ("0099900017", "--name", "Mutuelle fictive", "--address", "factures@mutuelle.example")
PARIS = ZoneInfo("Europe/Paris")


@pytest.fixture
def run(config):
    def type_in(*words: str):
        return CliRunner().invoke(root, ["--config", str(config), "recipient", *words])

    return type_in


@pytest.fixture
def told(run):
    def read(*words: str):
        done = run(*words, "--json")
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)["recipients"]

    return read


def test_table_that_comes_with_tournee_is_listed(told):
    first = told("list")[0]
    assert (first["number"], first["organisme"], first["own"]) == ("01-011", "011", False)
    assert told("list", "--own") == []


def test_caisse_that_is_added_is_known_from_then_on_and_marked(run, told, config):
    with pytest.raises(BillingError):
        recipients_with(load_config(config).payers).of("01", "671", "0000", date(2026, 11, 15))
    assert run("add", *CAISSE).exit_code == 0
    (one,) = told("show", "01671")
    assert (one["kind"], one["name"], one["own"], one["computing_centre"]) == (
        "caisse",
        "CPAM du Bas-Rhin",
        True,
        "670",
    )
    assert one["added"] == f"{datetime.now(PARIS):%Y-%m-%d}"
    found = recipients_with(load_config(config).payers).of("01", "671", "0000", date(2026, 11, 15))
    assert (found.organisme, found.computing_centre) == ("671", "670")


def test_file_is_the_owner_s_alone_and_beside_the_configuration(run, config):
    run("add", *CAISSE)
    file = config.parent / FILE_NAME
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "[[caisse]]" in file.read_text()


def test_adding_one_again_replaces_it_and_no_other(run, told):
    run("add", *CAISSE)
    run("add", *AMC)
    run("add", *CAISSE[:-1], "672")
    own = {one["number"]: one for one in told("list", "--own")}
    assert sorted(own) == ["0099900017", "01-671"]
    assert own["01-671"]["computing_centre"] == "672"


def test_one_centre_of_a_caisse_can_be_another_s(run, told):
    run("add", *CAISSE)
    run("add", "01-671-0042", *CAISSE[1:-1], "673")
    assert [one["number"] for one in told("show", "01-671")] == ["01-671", "01-671-0042"]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("01-011", *CAISSE[1:]), "déjà connue de Tournée"),
        (("671", *CAISSE[1:]), "n’est ni une caisse, ni un organisme complémentaire"),
        (("01-671", "--name", "X", "--organisme", "671"), "le centre informatique n’est pas donné"),
        (("01-671", "--name", "X", "--organisme", "67", "--computing-centre", "670"), "l’organisme"),
        (("0099900017", "--name", "X", "--organisme", "671"), "ni organisme destinataire"),
        (("0099900017", "--name", "X", "--address", "personne"), "personne"),
    ],
)
def test_what_cannot_be_right_is_refused_and_nothing_is_written(run, config, words, why):
    done = run("add", *words)
    assert done.exit_code != 0
    assert why in str(done.exception)
    assert not (config.parent / FILE_NAME).exists()


def test_certificate_that_is_past_is_refused(run, config):
    make_mail_identity(config.parent / "amc", datetime(2001, 1, 1, tzinfo=PARIS), "Mutuelle fictive")
    file = next((config.parent / "amc").rglob("*cert*.pem"))
    done = run("add", *AMC, "--certificate", str(file))
    assert done.exit_code != 0
    assert "périmé" in str(done.exception)


def test_number_that_nobody_knows_is_said_so(run):
    done = run("show", "0099900017")
    assert done.exit_code != 0
    assert "n’est pas connu" in str(done.exception)


def test_direct_route_goes_to_what_was_added_with_an_address(run, config):
    text = config.read_text().replace('adresse = "factures@oct.example"\n', 'mode = "direct"\n')
    text = text.replace('identifiant = "732829320"\ncertificat = "oct.pem"\n', "")
    listed = '[[route.essai.destinataire]]\ncrf = "F01011016"\nadresse = "cp@caisses.example"\n'
    config.write_text(f"{text}\n{listed}")
    run("add", *AMC)
    run("add", *CAISSE)
    route = load_config(config).route
    assert [one.key for one in route.insurers] == ["F01011016", "D0099900017"]
    assert route.towards("OC", "0099900017", "D0099900017").address == "factures@mutuelle.example"


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("caisse = 1", "caisse"),
        ('[[caisse]]\nnom = "X"\najoute = 2026-11-30\nregime = "1"', "ligne 4"),
        ('[[amc]]\nnom = "X"\najoute = 2026-11-30\nnumero = "1"', "ligne 4"),
        ('[[amc]]\nnom = "X"\najoute = 2026-11-30\nnumero = "0099900017"\nville = "Y"', "ville"),
        ("[[amc]", FILE_NAME),
    ],
)
def test_list_that_was_changed_by_hand_is_told_by_its_place(config, text, where):
    (config.parent / FILE_NAME).write_text(text)
    with pytest.raises(ConfigError, match=where):
        load_config(config)
