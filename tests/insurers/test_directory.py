"""The directory of insurers: believed by its signature, dated, its age told (AMC-8)."""

import subprocess
from dataclasses import replace
from datetime import date, timedelta

import pytest
from insured import INSURER

from tournee.app.alerts import AlertKind, alerts
from tournee.app.services.insurers.listed import held_directory, listed, take_directory
from tournee.config.services import Services
from tournee.emulation.services.amc import DIRECTORY, EDITOR, SIGNATURE, EmulatedAmc
from tournee.errors import ConfigError
from tournee.services.insurers.directory import DirectoryError, read_directory

TODAY = date(2026, 11, 16)
ROW = '[[organisme]]\nnumero = "0081234567"\nnom = "Mutuelle fictive"\n'
HEAD = 'version = 1\ndate = 2026-11-15\nediteur = "ici"\n'


@pytest.fixture
def own(desk, tmp_path):
    """An editor of its own, whose directory this practice has none of yet."""
    editor = EmulatedAmc(tmp_path, desk.office.clock)
    chosen = desk.office.services.of("amc")
    files = {"annuaire": str(tmp_path / "held.toml"), "editeur": str(tmp_path / EDITOR)}
    desk.office.services = Services({"amc": replace(chosen, own=files)})
    return editor


def take(desk, tmp_path):
    return take_directory(desk.office, tmp_path / DIRECTORY, tmp_path / SIGNATURE)


def test_a_signed_directory_is_taken_and_tells_its_age(desk, own, tmp_path):
    """AMC-8."""
    assert held_directory(desk.office) is None
    assert take(desk, tmp_path).said(TODAY) == "annuaire du 16/11/2026 (version 1, 0 jour)"
    assert listed(desk.office, INSURER).clc == "/clc"


def test_openssl_verifies_the_same_signature(desk, own, tmp_path):
    """AMC-8: judged by a stranger."""
    words = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", EDITOR, "-rawin", "-in", DIRECTORY]
    done = subprocess.run([*words, "-sigfile", SIGNATURE], cwd=tmp_path, capture_output=True, text=True)
    assert "Verified Successfully" in done.stdout


@pytest.mark.parametrize("name", [DIRECTORY, SIGNATURE, EDITOR])
def test_a_directory_of_another_editor_or_a_changed_one_is_refused(desk, own, tmp_path, name):
    (tmp_path / "other").mkdir()
    EmulatedAmc(tmp_path / "other", desk.office.clock)
    content = (tmp_path / "other" / name).read_bytes()
    (tmp_path / name).write_bytes(content + b"\n# x" if name == DIRECTORY else content)
    with pytest.raises(DirectoryError, match="signature"):
        take(desk, tmp_path)
    assert held_directory(desk.office) is None


def test_an_older_directory_does_not_replace_a_newer_one(desk, own, tmp_path):
    own.write_directory(version=3)
    take(desk, tmp_path)
    own.write_directory(version=2)
    with pytest.raises(DirectoryError, match="plus ancien"):
        take(desk, tmp_path)
    assert held_directory(desk.office).version == 3


def test_a_directory_changed_in_place_is_not_believed_and_the_invoice_goes_without(desk, own, tmp_path):
    take(desk, tmp_path)
    place = tmp_path / "held.toml"
    place.write_bytes(place.read_bytes().replace(b"0099900009", b"0099900008"))
    assert desk.bill(desk.note()).sheets[0].amc > 0
    assert AlertKind.INSURER_DIRECTORY in [one.kind for one in alerts(desk.office)]


def test_an_old_directory_is_an_alert_and_a_fresh_one_is_none(desk, own, tmp_path):
    """AMC-8."""
    take(desk, tmp_path)
    kinds = [one.kind for one in alerts(desk.office)]
    assert AlertKind.INSURER_DIRECTORY not in kinds
    desk.practice.days[0] += timedelta(days=93)
    (one,) = [one for one in alerts(desk.office) if one.kind is AlertKind.INSURER_DIRECTORY]
    assert "93 jours" in one.text


def test_without_a_key_nothing_is_believed(desk, own, tmp_path):
    chosen = desk.office.services.of("amc")
    desk.office.services = Services({"amc": replace(chosen, own={"annuaire": str(tmp_path / "held.toml")})})
    with pytest.raises(ConfigError, match="éditeur"):
        take(desk, tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "version =",
        HEAD.replace("1\n", '"1"\n', 1) + ROW,
        HEAD.replace("15", "17") + ROW,
        HEAD + ROW + ROW,
        HEAD + ROW.replace("0081234567", "81"),
        HEAD + ROW + 'idb = "http://a.example/idb"\n',
        HEAD + ROW + 'clc = "https://a.example/clc?nir=1"\n',
        HEAD + ROW + "prime = 1\n",
        HEAD + ROW.replace("fictive", "\\u001b[31m"),
        HEAD + "organisme = 3\n",
    ],
)
def test_what_is_no_directory_is_refused_with_its_place(text):
    with pytest.raises(DirectoryError):
        read_directory(text.encode(), TODAY)
