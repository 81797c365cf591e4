"""Where mail goes and comes from: addresses, servers, mailboxes. A password is asked for, never held."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path

from tournee.errors import ConfigError

_HOST_MAX = 253
_ADDRESS = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,253}[A-Za-z0-9])?"
)
_LABEL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?")  # RFC 1123 2.1


class Security(StrEnum):
    """How a server is reached: TLS from the first byte, or asked for by STARTTLS. There is no third way."""

    TLS = "tls"
    STARTTLS = "starttls"


class MailboxKind(StrEnum):
    """Where returns wait."""

    IMAP = "imap"
    POP3 = "pop3"
    MAILDIR = "maildir"


def check_address(address: str) -> str:
    """A plain mail address (ASCII, no display name, nothing that could end a header), or ConfigError."""
    if not _ADDRESS.fullmatch(address) or ".." in address:
        raise ConfigError(
            f"« {address} » n’est pas une adresse de messagerie.",
            cause="l’adresse est mal saisie ou contient un nom ou un caractère accentué",
            next_step="indiquez l’adresse seule, par exemple cabinet@messagerie.example",
        )
    return address


def _is_host(name: str) -> bool:
    """An IP address, or a host name whose labels no resolver refuses."""
    try:
        ip_address(name)
    except ValueError:
        return len(name) <= _HOST_MAX and all(_LABEL.fullmatch(label) for label in name.split("."))
    return True


@dataclass(frozen=True)
class Server:
    """One mail server: submission, IMAP or POP3; always TLS, its certificate always verified.

    `trust` is a PEM file of authorities (None: the system's). `timeout` bounds each wait, in seconds, and
    `patience` the wait for the answer to a whole message, which the server stores first (RFC 5321 4.5.3.2.6).
    `password` is called when the server asks, and only once TLS stands; without `username` nothing is
    presented.
    """

    host: str
    port: int
    security: Security
    username: str = ""
    password: Callable[[], str] | None = field(default=None, repr=False, compare=False)
    trust: Path | None = None
    timeout: float = 60.0
    patience: float = 600.0

    def __post_init__(self) -> None:
        if not _is_host(self.host) or not 1 <= self.port <= 65535:
            raise ConfigError(
                f"Le serveur de messagerie « {self.host}:{self.port} » est mal indiqué.",
                next_step="indiquez le nom du serveur et un port de 1 à 65535",
            )
        if self.username and self.password is None:
            raise ConfigError(
                f"Aucun mot de passe n’est prévu pour {self.username} sur {self.host}.",
                next_step="enregistrez le mot de passe de cette messagerie",
            )

    @property
    def address(self) -> str:
        """`host:port`, as shown to the user."""
        return f"{self.host}:{self.port}"


@dataclass(frozen=True)
class Mailbox:
    """Where the returns of this route wait: a server's folder, or a Maildir directory.

    `largest` bounds one message, in bytes; a larger one is reported and left where it is. `keep` leaves
    messages in the mailbox once they are journaled (marked as seen) instead of deleting them.
    """

    kind: MailboxKind
    server: Server | None = None
    path: Path | None = None
    folder: str = "INBOX"
    keep: bool = False
    largest: int = 64 * 1024 * 1024

    def __post_init__(self) -> None:
        needs_path = self.kind is MailboxKind.MAILDIR
        if (self.path is not None) != needs_path or (self.server is None) != needs_path:
            raise ConfigError(
                "La boîte aux lettres des retours est mal indiquée.",
                next_step="indiquez un dossier pour « maildir », un serveur pour « imap » ou « pop3 »",
            )
