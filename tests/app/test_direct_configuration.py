"""Direct routes as the configuration says them: insurers there or in a file, each mistake by its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from tournee.config import load_config
from tournee.errors import ConfigError

ROUTE = """
[envoi]
route = "caisses"

[route.caisses]
mode = "direct"
expediteur = "cabinet@ville.example"
{more}
[route.caisses.envoi]
serveur = "smtp.example"
port = 465
securite = "tls"

[route.caisses.retours]
type = "maildir"
dossier = "retours"
"""
CPAM = """
[[{where}]]
nom = "CPAM fictive"
type = "CP"
numero = "1011021"
adresse = "a@caisse.example"
certificat = "caisse.pem"
"""
AMC = """
[[{where}]]
crf = "D0099900009"
adresse = "b@amc.example"
"""
HERE = "route.caisses.destinataire"


def load(tmp_path: Path, more: str = "", here: str = ""):
    path = tmp_path / "tournee.toml"
    path.write_text(ROUTE.format(more=more) + here)
    return load_config(path).route


def test_insurers_stand_in_the_route_or_in_a_file_of_their_own_or_both(tmp_path: Path) -> None:
    # OCT-MODE-1: paths are those of the file in which they stand
    folder = tmp_path / "listes"
    folder.mkdir()
    (folder / "caisses.toml").write_text(CPAM.format(where="destinataire"))
    route = load(tmp_path, 'destinataires = "listes/caisses.toml"', AMC.format(where=HERE))
    assert [one.key for one in route.insurers] == ["D0099900009", "CP 00000001011021"]
    cpam = route.insurers[1]
    assert (cpam.label, cpam.certificate) == ("CPAM fictive (CP 00000001011021)", folder / "caisse.pem")
    assert (route.is_direct, route.per_recipient) == (True, True)
    assert load(tmp_path, here=CPAM.format(where=HERE)).insurers[0].certificate == tmp_path / "caisse.pem"


@pytest.mark.parametrize(
    ("more", "here", "told"),
    [
        ("", "", "[route.caisses] destinataire : en envoi direct, il faut au moins un destinataire"),
        ('adresse = "oct@oct.example"', CPAM, "[route.caisses] adresse : clé inconnue"),
        ("", CPAM + CPAM, "Le destinataire CP 00000001011021 est indiqué 2 fois"),
        ("", CPAM.replace('"CP"', '"caisse"'), "type « caisse »"),
        ("", CPAM.replace('"1011021"', '"0101102100000000"'), "numéro « 0101102100000000 »"),
        ("", AMC.replace("D0099900009", "99900009"), "Le CRF « 99900009 »"),
        ("", AMC + 'type = "OC"', "va sans type ni numero"),
        ("", CPAM.replace("a@caisse.example", "caisse"), "n’est pas une adresse"),
        ("", CPAM + "telephone = 1", "[route.caisses.destinataire n° 1] telephone : clé inconnue"),
        ("destinataire = [1]", "", "[route.caisses] destinataire n° 1 : une table est attendue"),
        ('destinataires = "absent.toml"', "", "absent.toml ne peut pas être lue"),
        ('destinataires = "."', "", "ne peut pas être lue"),
        ('destinataires = "tournee.toml"', "", "envoi : clé inconnue"),
    ],
)
def test_what_is_not_right_is_told_by_its_place(tmp_path: Path, more: str, here: str, told: str) -> None:
    with pytest.raises(ConfigError) as refused:
        load(tmp_path, more, here.format(where=HERE))
    assert told in str(refused.value)


def test_a_list_that_is_no_toml_is_told_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "liste.toml").write_text("[[destinataire")
    with pytest.raises(ConfigError, match=r"liste.toml n’est pas du TOML"):
        load(tmp_path, 'destinataires = "liste.toml"')
    (tmp_path / "liste.toml").write_text(CPAM.format(where="destinataire") + "telephone = 1")
    with pytest.raises(ConfigError, match=r"liste.toml : .*destinataire n° 1. telephone"):
        load(tmp_path, 'destinataires = "liste.toml"')


def test_a_route_leads_to_each_insurer_by_its_own_address(tmp_path: Path) -> None:
    # OCT-SS-3
    route = load(tmp_path, here=CPAM.format(where=HERE) + AMC.format(where=HERE))
    towards = route.towards("CP", "00000001011021", "F01021011")
    assert (towards.address, towards.certificate) == ("a@caisse.example", tmp_path / "caisse.pem")
    assert route.towards("OC", "00000099900009", "D0099900009").address == "b@amc.example"
    with pytest.raises(ConfigError, match="MA 00000002350351"):
        route.towards("MA", "00000002350351", "F02351350")
