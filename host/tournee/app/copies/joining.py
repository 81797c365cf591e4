"""A device let in by a practice's server: its key kept, its configuration told, its first numbers had."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tomlkit

from tournee.app.copies.joined import given_ranges, server_of
from tournee.config import Config, load_config
from tournee.config.editing import join_practice, leave_practice
from tournee.config.practice_server import JoinedPractice
from tournee.errors import ConfigError, ExchangeError
from tournee.exchange.practice_server.client import PracticeServer
from tournee.exchange.practice_server.protocol import CarrierTo, JoiningLink, by_https
from tournee.files import write_whole
from tournee.french import reason
from tournee.placing import finish
from tournee.secrets import write_secret

KEY_NAME = "cabinet.cle"
_NAMED = ("mode", "address", "sender", "identifier", "sealing", "cipher", "arl_days", "revoked")
_KEYS = ("mode", "adresse", "expediteur", "identifiant", "scellement", "chiffre", "delai_arl", "revoques")
_PEM_MAX = 1 << 16


def enrol(
    link: JoiningLink, name: str, path: Path, carrier: CarrierTo = by_https
) -> tuple[JoinedPractice, str]:
    """Have this device let in, its key beside the configuration at `path`; how it is joined, and the key.
    Raises as `PracticeServer.enrol`; ConfigError when the key cannot be kept: it is then void.
    """
    joined = JoinedPractice(link.url, link.fingerprint, path.resolve().parent / KEY_NAME)
    joined.key.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    finish(joined.key.parent)
    enrolled = PracticeServer(carrier(link.url, link.fingerprint)).enrol(link.code, name)
    write_secret(joined.key, f"{enrolled.key}\n", "la clé de cet appareil", ConfigError)
    return joined, enrolled.key


def join(link: JoiningLink, name: str, path: Path, carrier: CarrierTo = by_https) -> Config:
    """Join the host whose configuration is at `path`, or is made now of what the practice says; it has its
    first numbers. The configuration as it is now.
    """
    joined, _ = enrol(link, name, path, carrier)
    server = server_of(joined, carrier)
    if not path.exists():
        _write_configuration(path, server.practice())
    config = join_practice(path, joined)
    given_ranges(config).keep(server.numbers("station"))
    return config


def leave(path: Path) -> Config:
    """Join this host to nothing: it has its own mail servers, or waits for them. ConfigError."""
    config = leave_practice(path)
    (path.resolve().parent / KEY_NAME).unlink(missing_ok=True)
    return config


def _write_configuration(path: Path, told: Mapping[str, Any]) -> None:
    """A configuration of what the practice says: its routes, their certificates; no reader yet."""
    home = path.resolve().parent
    try:
        routes: dict[str, Any] = {}
        for one in told["routes"]:
            name = str(one["name"])
            routes[name] = {
                key: one[word] for word, key in zip(_NAMED, _KEYS, strict=True) if one[word] not in ("", [])
            }
            _with_certificate(routes[name], one, f"{_clean(name)}.pem", home)
            for rank, insurer in enumerate(one["insurers"], 1):
                words = (("nom", "name"), ("type", "type"), ("numero", "number"), ("crf", "crf"))
                own = {key: insurer[word] for key, word in words if insurer[word]}
                own["adresse"] = insurer["address"]
                _with_certificate(own, insurer, f"{_clean(name)}-{rank}.pem", home)
                routes[name].setdefault("destinataire", []).append(own)
        document = {
            "journal": {"chemin": "journal.db"},
            "lecteur": {"port": ""},
            "envoi": {"route": str(told["active"]), "fuseau": str(told["zone"])},
            "cabinet": {"url": "https://a", "cle": KEY_NAME},
            "route": routes,
        }
        write_whole(path, tomlkit.dumps(document).encode())
        load_config(path)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ExchangeError("Le serveur du cabinet ne dit pas comme il faut ce qu’est le cabinet.") from error
    except OSError as error:
        raise ConfigError(f"La configuration {path} n’a pas pu être faite.", cause=reason(error)) from error


def _with_certificate(table: dict[str, Any], told: Mapping[str, Any], name: str, home: Path) -> None:
    text = str(told["certificate"])
    if not text:
        return
    if len(text) > _PEM_MAX or "-----BEGIN CERTIFICATE-----" not in text:
        raise ValueError("not a certificate")
    write_whole(home / name, text.encode("ascii"))
    table["certificat"] = name


def _clean(name: str) -> str:
    return "".join(one if one.isascii() and one.isalnum() else "-" for one in name)[:60]
