"""The table `[http]`: where programs ask this host, and whose tokens let them in."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from pathlib import Path

from tournee.config.table import ConfigTable

PORT = 8739
_ISSUER = re.compile(r"https://[!-~]{1,500}")


@dataclass(frozen=True)
class HttpChoice:
    """Where it listens, by which certificate and key (None: no TLS, on loopback alone); who issues tokens,
    for which audience, and where the issuer's keys are (JWKS, a file or an https address, for which the PEM
    file `authority` vouches, None: the system's). `issuer` "": a token of this machine's own.
    """

    address: str = "127.0.0.1"
    port: int = PORT
    certificate: Path | None = None
    key: Path | None = None
    issuer: str = ""
    audience: str = ""
    keys: str = ""
    authority: Path | None = None

    @property
    def is_loopback(self) -> bool:
        """Whether nobody but this machine reaches it."""
        return ipaddress.ip_address(self.address).is_loopback


def read_http(table: ConfigTable, home: Path) -> HttpChoice:
    """`[http]`; ConfigError with the key at fault: beyond loopback it needs TLS and an issuer."""
    address, port = table.text("adresse", default="127.0.0.1"), table.whole("port", PORT)
    try:
        ipaddress.ip_address(address)
    except ValueError:
        table.wrong("adresse", "une adresse IP est attendue, comme 127.0.0.1 ou 0.0.0.0")
    if not 0 <= port <= 65535:
        table.wrong("port", "un nombre de 0 à 65535 est attendu")
    keys = table.text("cles")
    choice = HttpChoice(
        address=address,
        port=port,
        certificate=table.file("certificat", home),
        key=table.file("cle", home),
        issuer=table.text("emetteur"),
        audience=table.text("audience"),
        keys=keys if keys.startswith("https://") or not keys else str(home / keys),
        authority=table.file("autorites", home),
    )
    table.finish()
    if (choice.certificate is None) != (choice.key is None):
        table.wrong("certificat", "certificat et cle vont ensemble")
    if choice.issuer and not _ISSUER.fullmatch(choice.issuer):
        table.wrong("emetteur", "une adresse comme https://connexion.example est attendue")
    if len({bool(one) for one in (choice.issuer, choice.audience, choice.keys)}) > 1:
        table.wrong("emetteur", "emetteur, audience et cles vont ensemble")
    if not choice.is_loopback and choice.certificate is None:
        table.wrong("adresse", "hors de cette machine, il faut certificat et cle (TLS)")
    if not choice.is_loopback and not choice.issuer:
        table.wrong("adresse", "hors de cette machine, il faut emetteur, audience et cles (OAuth 2.0)")
    return choice
