"""A configuration that is wrong, whatever is wrong in it, ends in one French error that tells where."""

from pathlib import Path

import pytest

from tournee.config import load_config
from tournee.config.file import model
from tournee.errors import ConfigError

RIGHT = model().replace("\n# destinataires", "\n#")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "tournee.toml"


def told(path: Path, text: str | bytes) -> str:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ConfigError) as refusal:
        load_config(path)
    return str(refusal.value)


@pytest.mark.parametrize(
    "zone",
    [
        "Europe",
        "a" * 5000,
        "../..",
        "/etc/passwd",
        "Europe/Paris/",
        ".",
        "é",
        "Europe/Paris\\u0000",
        "\\u0007",
    ],
)
def test_a_time_zone_that_is_none_is_told_by_its_line(path, zone):
    text = told(path, RIGHT.replace('"Europe/Paris"', f'"{zone}"'))
    assert "Configuration, ligne 13, [envoi] fuseau : " in text
    assert len(text) < 300


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ('chemin = "journal.db"', 'chemin = "a\\u0000b"', "ligne 4, [journal] chemin : un caractère"),
        ('chemin = "journal.db"', f'chemin = "{"a" * 5000}"', "ligne 4, [journal] chemin : 5000 caractères"),
        (
            'chemin = "journal.db"',
            f'chemin = "{"é" * 128}"',
            "[journal] chemin : un nom de fichier a plus de 255",
        ),
        (
            'certificat = "oct.pem"',
            f'certificat = "{"a" * 256}"',
            "[route.mon-oct] certificat : un nom de fichier",
        ),
        ("port = 587", "port = 0x" + "f" * 9999, "[route.mon-oct.envoi] port : un nombre entier"),
        ("port = 587", "port = 70000", "[route.mon-oct.envoi] port : un nombre de 1 à 65535"),
        (
            "port = 587",
            "port = 587\ndelai = 999999999",
            "[route.mon-oct.envoi] delai : un nombre de 1 à 3600",
        ),
        ("delai_arl = 3", "delai_arl = 99999999999", "[route.mon-oct] delai_arl : un nombre de 0 à 366"),
        ("delai_arl = 3", "delai_arl = true", "[route.mon-oct] delai_arl : un nombre entier"),
        ('mode = "fichier-unique"', "mode = [[[]]]", "[route.mon-oct] mode : un texte entre guillemets"),
        ("revoques = []", "revoques = [1]", "[route.mon-oct] revoques : une liste de textes"),
        ("[envoi]", "[[envoi]]", "envoi : une table est attendue"),
        ("[lecteur]", "[lecteur.connus]\nx = 1\n[lecteur]", "[lecteur.connus] x : une table est attendue"),
        ("[envoi]", f'[envoi]\n"{"k" * 9999}" = 1', "clé inconnue"),
        ('route = "mon-oct"', 'route = "absente"', "[envoi] route : aucune table [route.absente]"),
    ],
)
def test_a_wrong_value_is_told_by_its_place(path, old, new, place):
    assert old in RIGHT
    text = told(path, RIGHT.replace(old, new, 1))
    assert place in text
    assert len(text) < 600


@pytest.mark.parametrize(
    "data", [b"a=" + b"[" * 10_000, b"a=" + b"9" * 5000, b"\xff\xfe", b"a = 1e999999999999999999999", b"x"]
)
def test_a_text_that_is_no_toml_is_told_by_its_file(path, data):
    text = told(path, data)
    assert f"{path} n’est pas du TOML" in text
    assert len(text) < 400


def test_a_folder_and_a_device_are_no_configuration(tmp_path):
    for path in (tmp_path, Path("/dev/zero")):
        with pytest.raises(ConfigError, match="ne peut pas être lu"):
            load_config(path)
