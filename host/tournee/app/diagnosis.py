"""What support asks for first: versions, configuration, reader, routes, journal, last failures.

Fit to be sent as it is: no NIR, name, code, password, secret, address nor number of a professional is in it,
and what failed is told by its class and place, for an error's text may name a patient.
"""

from __future__ import annotations

import importlib.metadata
import locale
import platform
import sqlite3
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path

from tournee import __version__, logs
from tournee.app.alerts import alerts
from tournee.app.context import Office, ReturnKey
from tournee.app.opposition.in_force import list_state
from tournee.app.route_trial import certificate_ends
from tournee.config import Config
from tournee.config.readers import BLUETOOTH
from tournee.errors import TourneeError
from tournee.exchange.route import Route
from tournee.exchange.sealing.recipient import CertificateError
from tournee.extras import MODULES
from tournee.reader import Reader

READER_WAIT_S = 10.0
"""How long a reader may take to answer."""

_LIBRARIES = (
    *("asn1crypto", "bleak", "bumble", "cbor2", "click", "cryptography", "keyring"),
    *("pyscard", "pyserial", "rich", "tomlkit"),
)


@dataclass(frozen=True)
class Fact:
    """One thing found: `code` is stable, for programs; `what` and `value` are for who reads."""

    code: str
    what: str
    value: str | int | bool | None


@dataclass(frozen=True)
class Section:
    """Facts of one kind, in the order they are read."""

    code: str
    title: str
    facts: tuple[Fact, ...]


def installation() -> Section:
    """What is installed here, and on what."""
    return Section("installation", "Installation", tuple(_installation()))


def configuration(config: Config) -> Section:
    """What the configuration says, without its secrets, accounts and addresses."""
    return Section("configuration", "Configuration", tuple(_configuration(config)))


def routes(config: Config, now: datetime) -> Iterator[Section]:
    """Each route: where it goes, how it is sealed, until when; `now` (aware) judges the certificates."""
    for name, route in config.routes.items():
        active = name == config.active
        yield Section(f"route_{name}", f"Route {name}", tuple(_route(route, active, now)))


def reader(open_it: Callable[[], Reader], wait_s: float = READER_WAIT_S) -> Section:
    """Who the reader is and how its memory stands, if it answers within `wait_s`."""
    found: list[Fact] = []

    def ask() -> None:
        try:
            with open_it() as link:
                found.extend(_identity(link))
        except TourneeError as error:
            found.append(_failed(error))

    asking = threading.Thread(target=ask, name="diagnosis", daemon=True)
    asking.start()
    asking.join(wait_s)
    facts = tuple(found) or (Fact("silent", "Sans réponse après", f"{wait_s:.0f} s"),)
    return Section("reader", "Lecteur", facts)


def journal(office: Office) -> Section:
    """How the journal stands: version, size, pages, rows by state, what awaits the carer."""
    return Section("journal", "Journal", tuple(_journal(office)))


def failures(lines: Iterable[str]) -> Section:
    """The last failures, as they were kept or logged."""
    facts = tuple(Fact(str(rank), str(rank), line) for rank, line in enumerate(lines, 1))
    return Section("failures", "Dernières erreurs", facts)


def failed(code: str, title: str, error: TourneeError) -> Section:
    """A section that could not be made."""
    return Section(code, title, (_failed(error),))


def _failed(error: TourneeError) -> Fact:
    return Fact("failed", "Échec", logs.where(error))


def _installation() -> Iterator[Fact]:
    yield Fact("version", "Tournée", __version__)
    yield Fact("python", "Python", platform.python_version())
    yield Fact("platform", "Système", platform.platform())
    yield Fact("machine", "Machine", platform.machine())
    yield Fact("encoding", "Codage des textes", locale.getpreferredencoding(do_setlocale=False))
    yield Fact("sqlite", "SQLite", sqlite3.sqlite_version)
    yield Fact("openssl", "OpenSSL", ssl.OPENSSL_VERSION)
    for name in _LIBRARIES:
        yield Fact(name, name, _version(name))
    for extra, (module, *_) in MODULES.items():
        yield Fact(f"extra_{extra}", f"Complément {extra}", find_spec(module) is not None)


def _version(distribution: str) -> str | None:
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return None


def _configuration(config: Config) -> Iterator[Fact]:
    yield Fact("file", "Fichier", _short(config.path))
    yield Fact("journal", "Journal", _short(config.journal))
    yield Fact("zone", "Fuseau", str(config.zone))
    yield Fact("station", "Poste", config.station)
    yield Fact("active", "Route en vigueur", config.active)
    choice = config.reader
    kind = "Bluetooth" if choice.port.startswith(BLUETOOTH) else choice.port
    yield Fact("reader", "Port du lecteur", _short(Path(kind)) if kind.startswith("/") else kind or None)
    secret = {one.port: one.secret for one in choice.known}.get(choice.port) or choice.secret
    yield Fact("protected", "Secret du lecteur", bool(secret))
    yield Fact("known", "Lecteurs connus", len(choice.known))
    key = ReturnKey.of(config)
    if key is not None:
        yield from _return_key(key)


def _return_key(key: ReturnKey) -> Iterator[Fact]:
    try:
        key.check()
    except TourneeError as error:
        yield Fact("return_key", "Clé des retours", logs.where(error))
    else:
        yield Fact("return_key", "Clé des retours", True)


def _route(route: Route, active: bool, now: datetime) -> Iterator[Fact]:
    yield Fact("active", "En vigueur", active)
    yield Fact("mode", "Mode", str(route.mode))
    yield Fact("sealing", "Scellement", str(route.sealing))
    yield Fact("insurers", "Destinataires", len(route.insurers) if route.is_direct else 1)
    if route.submission is None or route.mailbox is None:
        yield Fact("submission", "Envoi", "serveur du cabinet")
    else:
        yield Fact("submission", "Envoi", f"{route.submission.address}, {route.submission.security}")
        server = route.mailbox.server
        mailbox = "" if server is None else f" {server.address}, {server.security}"
        yield Fact("mailbox", "Retours", f"{route.mailbox.kind}{mailbox}")
    yield Fact("arl_days", "Délai d’ARL", route.arl_days)
    if not route.is_clear:
        yield _certificate(route, now)


def _certificate(route: Route, now: datetime) -> Fact:
    try:
        return Fact("certificate_ends", "Certificat jusqu’au", f"{certificate_ends(route, now):%Y-%m-%d}")
    except CertificateError as error:
        return Fact("certificate_ends", "Certificat", error.flaw.value)


def _identity(link: Reader) -> Iterator[Fact]:
    identity = link.identify()
    for code, what, value in (
        ("firmware", "Logiciel", identity.firmware),
        ("board", "Carte électronique", identity.board),
        ("profile", "Profil", identity.profile),
        ("heap_size", "Mémoire, octets", identity.heap_size),
        ("heap_used", "Mémoire occupée", identity.heap_used),
        ("heap_peak", "Mémoire, au plus", identity.heap_peak),
        ("slots", "Fentes", identity.slots),
        ("date", "Horloge", identity.date),
    ):
        yield Fact(code, what, value)


def _journal(office: Office) -> Iterator[Fact]:
    health = office.journal.health
    yield Fact("schema", "Version", health.schema_version)
    if office.journal.path is not None:
        yield Fact("bytes", "Octets", office.journal.path.stat().st_size)
    yield Fact("check", "Contrôle", " ; ".join(health.check()) or "ok")
    for table, states in health.counts().items():
        for state, count in states.items():
            yield Fact(f"{table}_{state}", f"{table} {state}", count)
    kinds = [one.kind.value for one in alerts(office)]
    for kind in sorted(set(kinds)):
        yield Fact(f"alert_{kind}", f"alerte {kind}", kinds.count(kind))
    try:
        listed = list_state(office)
    except TourneeError as error:
        yield Fact("opposition_list", "Liste d’opposition", logs.where(error))
    else:
        yield Fact("opposition_list", "Liste d’opposition", listed.number)
        yield Fact("opposition_list_age", "Âge de la liste, jours", listed.age)


def _short(path: Path) -> str:
    """A path without the name of who works here."""
    home = Path.home()
    return f"~/{path.relative_to(home)}" if path.is_relative_to(home) else str(path)
