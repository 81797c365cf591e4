"""`[services.…]`: one table a service that is asked, none for one that is not."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from tournee.config.table import ConfigTable
from tournee.errors import ConfigError
from tournee.exchange.proofs_setting import ProofsSetting
from tournee.services.point import NAMES, ServicePoint

TABLE, PROOFS = "services", "scor"
_PORT = 443
_FINGERPRINT = re.compile(r"[0-9a-f]{64}")
_HOST = re.compile(r"[A-Za-z0-9.-]{1,253}|[0-9A-Fa-f:]{2,45}")
_PATH = re.compile(r"(?:/[A-Za-z0-9._~-]{0,60}){0,8}")
OWN_TEXTS: Mapping[str, tuple[str, ...]] = {}
"""By service, its own keys of the table beside where it is; each a text."""

OWN_FILES: Mapping[str, tuple[str, ...]] = {
    "amc": ("annuaire", "editeur"),
    "apcv": ("sceau", "sans_contact"),
}
"""By service, its own keys that name a file."""


@dataclass(frozen=True)
class ServiceChoice:
    """A service that is asked: where, and its own keys."""

    point: ServicePoint
    own: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Services:
    """Those that the configuration names; `proofs`: how pieces are sent, None where they are not."""

    chosen: Mapping[str, ServiceChoice] = field(default_factory=dict)
    proofs: ProofsSetting | None = None

    def has(self, service: str) -> bool:
        """Whether a service is asked here."""
        return service in self.chosen

    def of(self, service: str) -> ServiceChoice:
        """A service; ConfigError where it is off."""
        if service not in self.chosen:
            raise ConfigError(
                f"{NAMES[service]} n’est pas en service ici.",
                cause=f"la configuration n’a pas de table [{TABLE}.{service}]",
                next_step="ajoutez-la, ou continuez sans ce service",
            )
        return self.chosen[service]


NO_SERVICES = Services()


def read_services(table: ConfigTable, home: Path) -> Services:
    """`[services]`, its tables by name; ConfigError with the key at fault."""
    chosen = {}
    for service in NAMES:
        if table.has(service):
            chosen[service] = _read(service, table.section(service), home)
    proofs = _read_proofs(table.section(PROOFS)) if table.has(PROOFS) else None
    table.finish()
    return Services(chosen, proofs)


def _read_proofs(table: ConfigTable) -> ProofsSetting:
    """`[services.scor]`: pieces go by mail, where their lot goes: it has no address."""
    since, per_invoice = table.day("depuis", required=True), table.flag("par_facture", False)
    table.finish()
    assert since is not None
    return ProofsSetting(since, per_invoice)


def _read(service: str, table: ConfigTable, home: Path) -> ServiceChoice:
    url, print_ = table.text("adresse", required=True), table.text("empreinte")
    host, port, path = _address(table, url)
    if print_ and not _FINGERPRINT.fullmatch(print_):
        table.wrong("empreinte", "64 chiffres hexadécimaux minuscules sont attendus")
    authority = table.file("autorites", home)
    if print_ and authority:
        table.wrong("empreinte", "autorites et empreinte ne vont pas ensemble")
    certificate, key = table.file("certificat", home), table.file("cle", home)
    if (certificate is None) != (key is None):
        table.wrong("certificat", "certificat et cle vont ensemble")
    own = {name: table.text(name) for name in OWN_TEXTS.get(service, ()) if table.has(name)}
    files = {name: table.file(name, home) for name in OWN_FILES.get(service, ())}
    own |= {name: str(file) for name, file in files.items() if file is not None}
    table.finish()
    return ServiceChoice(ServicePoint(service, host, port, path, authority, print_, certificate, key), own)


def _address(table: ConfigTable, url: str) -> tuple[str, int, str]:
    """Host, port and path of an address; it is read whole or not at all."""
    try:
        told = urlsplit(url)
        host, port = told.hostname or "", told.port or _PORT
    except ValueError:
        table.wrong("adresse", "le port est faux")
    plain = not (told.query or told.fragment or told.username or told.password)
    if told.scheme != "https" or not plain or not _HOST.fullmatch(host) or not _PATH.fullmatch(told.path):
        table.wrong("adresse", "une adresse comme https://droits.example/service est attendue")
    return host, port, told.path or "/"
