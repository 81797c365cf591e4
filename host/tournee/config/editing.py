"""The configuration file changed in place: all else in it kept, checked before, whole or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from tournee.config.file import FILE, NEXT, Config, parse_config
from tournee.config.page import PageChoice
from tournee.config.practice_server import JoinedPractice
from tournee.config.readers import KnownReader
from tournee.errors import ConfigError
from tournee.exchange.route import Insurer, Mode, Route, Sealing
from tournee.files import write_whole
from tournee.french import reason
from tournee.tables.document import load

Values = dict[str, str | int]


@dataclass(frozen=True)
class NewRoute:
    """A route to write; paths as the file is to have them. `submission` and `mailbox` are the keys of its
    tables `envoi` and `retours`. In direct mode there are `insurers`, or the file `insurers_file`, in place
    of address, identifier and certificate.
    """

    name: str
    mode: Mode
    sender: str
    submission: Values
    mailbox: Values
    sealing: Sealing = Sealing.ZK
    address: str = ""
    identifier: str = ""
    certificate: str = ""
    insurers: Sequence[Insurer] = ()
    insurers_file: str = ""


def choose_route(path: Path, name: str) -> Config:
    """Make `name` the route in force, `[envoi] route` (`OCT-MODE-2`); gives the configuration as it is now.

    ConfigError when there is no such route, or when the file would not be right: then nothing is changed.
    """
    document = _document(path)
    routes = list(document.get("route", {}))
    if name not in routes:
        raise ConfigError(
            f"Il n’y a pas de route « {name} » dans {path}.",
            cause=f"routes configurées : {', '.join(routes) or 'aucune'}",
            next_step="choisissez l’une d’elles, ou ajoutez celle-ci",
            remedy="add-route",
        )
    document.setdefault("envoi", tomlkit.table())["route"] = name
    return _replace(path, tomlkit.dumps(document))


def check_new_route(path: Path, new: NewRoute) -> Route:
    """The route as it will be once written; ConfigError when there is one of that name or it is not right."""
    return parse_config(_with_route(path, new), path).routes[new.name]


def add_route(path: Path, new: NewRoute) -> Config:
    """Write a route at the end of the file; gives the configuration as it is now.

    ConfigError when there is one of that name, or when the route is not right: then nothing is changed.
    """
    return _replace(path, _with_route(path, new))


def remember_reader(path: Path, reader: KnownReader) -> Config:
    """Write a reader among those remembered, and make it the one in use; ConfigError: nothing is changed."""
    document = _document(path)
    table = document.setdefault("lecteur", tomlkit.table())
    table["port"] = reader.port
    known = table.setdefault("connus", tomlkit.table(is_super_table=True))
    own = known.setdefault(reader.address, tomlkit.table())
    own["nom"] = reader.name
    if reader.secret:
        own["secret"] = reader.secret
    else:
        own.pop("secret", None)
    return _replace(path, tomlkit.dumps(document))


def choose_reader(path: Path, reader: KnownReader) -> Config:
    """Make a remembered reader the one in use; ConfigError: nothing is changed."""
    document = _document(path)
    document["lecteur"]["port"] = reader.port
    return _replace(path, tomlkit.dumps(document))


def use_port(path: Path, port: str, secret: str = "") -> Config:
    """Put the reader of this port in use, with where its secret is; ConfigError: nothing is changed."""
    document = _document(path)
    table = document.setdefault("lecteur", tomlkit.table())
    table["port"] = port
    if secret:
        table["secret"] = secret
    else:
        table.pop("secret", None)
    return _replace(path, tomlkit.dumps(document))


def choose_page(path: Path, choice: PageChoice) -> Config:
    """Write when the page locks and how long the code is kept; ConfigError: nothing is changed."""
    document = _document(path)
    table = document.setdefault("page", tomlkit.table())
    table["verrou_minutes"], table["code_heures"] = choice.lock_minutes, choice.code_hours
    return _replace(path, tomlkit.dumps(document))


def forget_reader(path: Path, reader: KnownReader) -> Config:
    """Take a reader out of those remembered, and out of use; ConfigError: nothing is changed."""
    document = _document(path)
    table = document["lecteur"]
    table["connus"].pop(reader.address)
    if not table["connus"]:
        table.pop("connus")
    if table.get("port") == reader.port:
        table["port"] = ""
    return _replace(path, tomlkit.dumps(document))


def join_practice(path: Path, joined: JoinedPractice) -> Config:
    """Write `[cabinet]`: all goes by that server from now on; ConfigError: nothing is changed."""
    document = _document(path)
    table = tomlkit.table()
    table["url"] = joined.url
    if joined.fingerprint:
        table["empreinte"] = joined.fingerprint
    table["cle"] = joined.key.name
    document["cabinet"] = table
    return _replace(path, tomlkit.dumps(document))


def leave_practice(path: Path) -> Config:
    """Take `[cabinet]` away; ConfigError, as for a route without mail servers: nothing is changed."""
    document = _document(path)
    document.pop("cabinet", None)
    return _replace(path, tomlkit.dumps(document))


def _with_route(path: Path, new: NewRoute) -> str:
    document = _document(path)
    if new.name in document.get("route", {}):
        raise ConfigError(
            f"Il y a déjà une route « {new.name} » dans {path}.",
            next_step="donnez un autre nom, ou changez celle-ci dans le fichier",
        )
    text = tomlkit.dumps(document)
    return f"{text.rstrip()}\n\n{tomlkit.dumps(_written(new))}"


def route_values(path: Path, name: str) -> tuple[Values, Values]:
    """The keys of tables `envoi` and `retours` of a route, as the file has them; ConfigError when it has
    none.
    """
    route = _document(path).unwrap().get("route", {}).get(name)
    if not isinstance(route, dict) or not {"envoi", "retours"} <= set(route):
        raise ConfigError(f"Il n’y a pas de route « {name} » complète dans {path}.")
    return dict(route["envoi"]), dict(route["retours"])


def _written(new: NewRoute) -> tomlkit.TOMLDocument:
    """The tables of a route, by themselves."""
    is_direct = new.mode is Mode.DIRECT
    own: dict[str, Any] = {"mode": str(new.mode), "expediteur": new.sender}
    if not is_direct:
        own |= {"adresse": new.address, "identifiant": new.identifier}
    if new.certificate:
        own["certificat"] = new.certificate
    if new.insurers_file:
        own["destinataires"] = new.insurers_file
    own["scellement"] = str(new.sealing)
    if new.insurers:
        own["destinataire"] = [_insurer(insurer) for insurer in new.insurers]
    own |= {"envoi": dict(new.submission), "retours": dict(new.mailbox)}
    document = tomlkit.document()
    routes = tomlkit.table(is_super_table=True)
    routes.add(new.name, tomlkit.item(own))
    document.add("route", routes)
    return document


def _insurer(insurer: Insurer) -> Values:
    named = {"nom": insurer.name, "type": insurer.type, "numero": insurer.number, "crf": insurer.crf}
    values: Values = {key: value for key, value in named.items() if value}
    values["adresse"] = insurer.address
    if insurer.certificate is not None:
        values["certificat"] = str(insurer.certificate)
    return values


def _document(path: Path) -> tomlkit.TOMLDocument:
    text = load(path, FILE, ConfigError, NEXT).text
    try:
        return tomlkit.parse(text)
    except TOMLKitError as error:
        raise ConfigError(f"{FILE} {path} n’est pas du TOML.", cause=str(error)) from error


def _replace(path: Path, text: str) -> Config:
    """Check the text, then put it in the file's place in one step, under the file's own rights."""
    config = parse_config(text, path)
    real = path.resolve()
    try:
        write_whole(real, text.encode(), real.stat().st_mode & 0o777)
    except OSError as error:
        raise ConfigError(
            f"Le fichier de configuration {path} n’a pas pu être changé ; il est comme avant.",
            cause=reason(error),
            next_step="vérifiez les droits du dossier et la place libre",
        ) from error
    return config
