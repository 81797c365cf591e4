"""`[services.…]`: what a service's table says, and each mistake by its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from tournee.config import first_text, parse_config
from tournee.errors import ConfigError

HOME = Path("/tmp")


def read(text: str):
    return parse_config(first_text() + text, HOME / "tournee.toml").services


def test_a_service_without_a_table_is_off():
    with pytest.raises(ConfigError, match=r"n’est pas en service") as told:
        read("").of("droits")
    assert "[services.droits]" in told.value.cause


def test_where_a_service_is_and_by_what_both_know_each_other():
    point = (
        read(
            """
[services.droits]
adresse = "https://droits.example:8443/v1/droits"
autorites = "ca.pem"
certificat = "poste.pem"
cle = "poste.key"
"""
        )
        .of("droits")
        .point
    )
    assert (point.host, point.port, point.path) == ("droits.example", 8443, "/v1/droits")
    assert (point.authority, point.certificate, point.key) == (
        *(HOME / "ca.pem", HOME / "poste.pem", HOME / "poste.key"),
    )
    assert point.label == "Le service des droits"


@pytest.mark.parametrize(
    ("lines", "fault"),
    [
        ('adresse = "http://droits.example"', "https"),
        ('adresse = "https://droits.example/?nir=1"', "adresse"),
        ('adresse = "https://qui:quoi@droits.example"', "adresse"),
        ('adresse = "https://droits.example:99999"', "port"),
        ('adresse = "https://a b"', "adresse"),
        ('adresse = "https://droits.example"\nempreinte = "AB"', "empreinte"),
        ('adresse = "https://droits.example"\ncertificat = "a.pem"', "certificat"),
        ('adresse = "https://droits.example"\nville = "x"', "ville"),
        ("", "adresse"),
    ],
)
def test_a_mistake_is_told_by_its_key(lines, fault):
    with pytest.raises(ConfigError, match=fault):
        read(f"\n[services.droits]\n{lines}\n")


def test_a_service_that_nobody_knows_is_told():
    with pytest.raises(ConfigError, match="bourse"):
        read('\n[services.bourse]\nadresse = "https://a.example"\n')
