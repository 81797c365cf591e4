"""An OCT added from a face: its certificate and the account's password kept beside the configuration."""

from __future__ import annotations

import re
import unicodedata
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tournee.app.route_trial import certificate_ends
from tournee.config import load_config
from tournee.config.editing import NewRoute, Values, add_route, check_new_route
from tournee.errors import ConfigError
from tournee.exchange.route import MailboxKind, Mode, Security
from tournee.files import write_first
from tournee.french import reason
from tournee.secrets import write_secret

CERTIFICATE_MAX = 65_536
_NAME_MAX = 40


@dataclass(frozen=True)
class OctTold:
    """What the carer says of an OCT; servers as `host:port`, both with the same account."""

    name: str
    address: str
    identifier: str
    sender: str
    submission: str
    mailbox: str
    user: str
    password: str


def add_oct(path: Path, told: OctTold, certificate: bytes, now: datetime) -> str:
    """Write the route, which is not in force yet; gives its name. ConfigError, CertificateError: nothing is
    changed.
    """
    home = load_config(path).path.parent
    name = _plain(told.name)
    if not name:
        raise ConfigError("Cet OCT n’a pas de nom.", next_step="donnez-lui un nom, le vôtre")
    pem, secret = f"{name}.pem", f"{name}.motdepasse"
    submission = _server(told.submission, Security.STARTTLS, told.user, secret)
    mailbox = {"type": str(MailboxKind.IMAP), **_server(told.mailbox, Security.TLS, told.user, secret)}
    new = NewRoute(
        name=name,
        mode=Mode.SINGLE_FILE,
        sender=told.sender,
        submission=submission,
        mailbox=mailbox,
        address=told.address,
        identifier=told.identifier,
        certificate=pem,
    )
    route = check_new_route(path, new)
    written: list[Path] = []
    try:
        if not write_first(home / pem, certificate):
            raise ConfigError(f"Le fichier {pem} est là déjà.", next_step="donnez à cet OCT un autre nom")
        written.append(home / pem)
        certificate_ends(route, now)
        write_secret(home / secret, f"{told.password}\n", "le mot de passe", ConfigError)
        written.append(home / secret)
        add_route(path, new)
    except BaseException as error:
        for one in written:
            with suppress(OSError):
                one.unlink()
        if isinstance(error, OSError):
            raise ConfigError("Le certificat n’a pas pu être gardé.", cause=reason(error)) from error
        raise
    return name


def _plain(name: str) -> str:
    """The name as a key and a file have it: letters without marks, digits and hyphens."""
    bare = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", bare).strip("-")[:_NAME_MAX]


def _server(told: str, security: Security, user: str, secret: str) -> Values:
    host, _, port = told.strip().rpartition(":")
    if not host or not port.isdecimal() or len(port) > len("65535"):
        raise ConfigError(
            f"« {told.strip()[:80]} » n’est pas un serveur.",
            next_step="écrivez serveur:port, smtp.example:587",
        )
    return {
        "serveur": host,
        "port": int(port),
        "securite": str(security),
        "utilisateur": user,
        "fichier_mot_de_passe": secret,
    }
