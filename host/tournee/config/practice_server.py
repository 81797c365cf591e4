"""The two ends of a practice's server as the configuration says them: `[cabinet]` of a host that is joined to
one, `[serveur]` of the one that serves.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from tournee.config.table import ConfigTable
from tournee.errors import ConfigError
from tournee.secrets import read_secret

_FINGERPRINT = re.compile(r"[0-9a-f]{64}")
_URL = re.compile(r"https://[A-Za-z0-9.:\[\]-]{1,260}")
_KEY = re.compile(r"[0-9a-f]{16}\.[A-Za-z0-9_-]{20,80}")
_JOIN = "reliez de nouveau cet appareil au cabinet"
PORT = 8743
STATIONS = 100


@dataclass(frozen=True)
class JoinedPractice:
    """`[cabinet]`: the server's address, the SHA-256 of its certificate ("": the system's authorities vouch
    for it), and the file of this device's key.
    """

    url: str
    fingerprint: str
    key: Path

    def read_key(self) -> str:
        """The device's key; ConfigError when it cannot be read, or others can read it."""
        text = read_secret(self.key, "la clé de cet appareil", ConfigError, _JOIN).strip()
        if not _KEY.fullmatch(text):
            raise ConfigError(f"{self.key} n’est pas la clé d’un appareil.", next_step=_JOIN)
        return text


@dataclass(frozen=True)
class ServedByUs:
    """`[serveur]`: the practice's name; the name or address by which tablets reach it; where it listens; its
    certificate and key, None for its own; its folder; the stations that hosts without it have. `is_public`:
    the system's authorities vouch for the certificate, which may then be renewed.
    """

    name: str
    host: str
    address: str
    port: int
    certificate: Path | None
    key: Path | None
    folder: Path
    used_stations: tuple[int, ...] = ()
    is_public: bool = False

    @property
    def is_pinned(self) -> bool:
        """Whether tablets know the server by its certificate's fingerprint."""
        return self.certificate is None or not self.is_public

    @property
    def url(self) -> str:
        """The address that tablets are told."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"https://{host}:{self.port}"


def read_joined(table: ConfigTable, home: Path) -> JoinedPractice | None:
    """`[cabinet]`, None without one; ConfigError with the key at fault."""
    if not table.values:
        return None
    url, print_ = table.text("url", required=True), table.text("empreinte")
    if not _URL.fullmatch(url):
        table.wrong("url", "une adresse comme https://cabinet.example:8743 est attendue")
    if print_ and not _FINGERPRINT.fullmatch(print_):
        table.wrong("empreinte", "64 chiffres hexadécimaux minuscules sont attendus")
    key = table.file("cle", home, required=True) or home
    table.finish()
    return JoinedPractice(url, print_, key)


def read_served(table: ConfigTable, home: Path) -> ServedByUs | None:
    """`[serveur]`, None without one; ConfigError with the key at fault."""
    if not table.values:
        return None
    port = table.whole("port", PORT)
    if not 0 <= port <= 65535:
        table.wrong("port", "un nombre de 0 à 65535 est attendu")
    host = table.text("nom_public", required=True)
    if not re.fullmatch(r"[A-Za-z0-9.-]{1,253}|[0-9A-Fa-f:]{2,45}", host):
        table.wrong("nom_public", "le nom ou l’adresse par où les tablettes arrivent est attendu")
    certificate, key = table.file("certificat", home), table.file("cle", home)
    if (certificate is None) != (key is None):
        table.wrong("certificat", "certificat et cle vont ensemble")
    words = table.text("postes_pris").replace(",", " ").split()
    if not all(one.isascii() and one.isdigit() and int(one) < STATIONS for one in words):
        table.wrong("postes_pris", f"des nombres de 0 à {STATIONS - 1}, séparés de virgules, sont attendus")
    served = ServedByUs(
        name=table.text("nom", default="cabinet"),
        host=host,
        address=table.text("adresse", default="0.0.0.0"),  # noqa: S104 (tablets come from outside)
        port=port,
        certificate=certificate,
        key=key,
        folder=table.file("dossier", home) or home / "serveur",
        used_stations=tuple(map(int, words)),
        is_public=table.flag("certificat_public", False),
    )
    table.finish()
    return served
