"""The configuration file: journal, reader, routes. TOML in the carer's words, each mistake by its place.

[journal]
chemin = "journal.db"                 # beside the configuration file unless absolute

[lecteur]
port = "/dev/ttyACM0"                 # or COM3, socket://host:port, pcsc: (see boards/README.md)

[envoi]
route = "mon-oct"                     # the active one; what was sent by another keeps its own (OCT-MODE-3)
fuseau = "Europe/Paris"

[retours]                             # only when the OCT seals its returns for the PS
certificat = "ps.pem"
cle = "ps.key"

[route.mon-oct]
adresse = "factures@oct.example"
expediteur = "cabinet@ville.example"
identifiant = "732829320"             # the OCT's SIREN, or an association's number (OCT-SF-4)
certificat = "oct.pem"                # given by the OCT (OCT-MSG-8)
mode = "fichier-unique"               # or eclatement: one file a recipient, made here (OCT-SS)
scellement = "ZK"                     # ZK, K, or en-clair
chiffre = "aes-256-cbc"               # or aes-128-cbc
revoques = []                         # SHA-256 fingerprints of certificates withdrawn
delai_arl = 3                         # days without an ARL until an alert is raised

[route.mon-oct.envoi]                 # submission: TLS always
serveur = "smtp.example"
port = 587
securite = "starttls"                 # or tls
utilisateur = "cabinet"
autorites = "ca.pem"                  # PEM; the system's list when absent
fichier_mot_de_passe = "mdp"          # 0600; the system keyring when absent

[route.mon-oct.retours]
type = "imap"                         # imap, pop3 (with the keys of a server) or maildir (with `dossier`)
serveur = "imap.example"
port = 993
securite = "tls"
utilisateur = "cabinet"
"""

from __future__ import annotations

import textwrap
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tournee.errors import ConfigError
from tournee.exchange.route import (
    ARL_DAYS,
    Cipher,
    Mailbox,
    MailboxKind,
    Mode,
    Route,
    Sealing,
    Security,
    Server,
)

KEYRING_SERVICE = "tournee-messagerie"
_T = TypeVar("_T")
_C = TypeVar("_C", bound=StrEnum)


@dataclass(frozen=True)
class Config:
    """What the configuration file says; paths are absolute. `routes` by name, `active` names one of them."""

    path: Path
    journal: Path
    reader: str
    routes: dict[str, Route]
    active: str
    zone: ZoneInfo
    return_certificate: Path | None
    return_key: Path | None

    @property
    def route(self) -> Route:
        """The active route (`OCT-MODE-2`)."""
        return self.routes[self.active]


class _Table:
    """One table of the file: typed look-ups, and a complaint about every key that nothing asked for."""

    def __init__(self, values: dict[str, object], place: str) -> None:
        self.values = values
        self.place = place
        self.asked: set[str] = set()

    def get(self, key: str, kind: type[_T], default: _T | None = None) -> _T:
        self.asked.add(key)
        value = self.values.get(key, default)
        if value is None:
            raise self.wrong(key, "cette clé manque")
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            words = {str: "un texte", int: "un nombre entier", list: "une liste", dict: "une table"}
            raise self.wrong(key, f"{words[kind]} est attendu, pas {value!r}")
        return value

    def table(self, key: str, *, optional: bool = False) -> _Table:
        values: dict[str, object] = self.get(key, dict, {} if optional else None)
        return _Table(values, f"{self.place}.{key}" if self.place else key)

    def choice(self, key: str, kind: type[_C], default: _C | None = None) -> _C:
        word = self.get(key, str, None if default is None else str(default))
        try:
            return kind(word)
        except ValueError:
            raise self.wrong(key, f"« {word} » n'est pas l'un de : {', '.join(kind)}") from None

    def wrong(self, key: str, why: str) -> ConfigError:
        place = f"[{self.place}] " if self.place else ""
        return ConfigError(
            f"Configuration, {place}{key} : {why}.", next_step="corrigez le fichier de configuration"
        )

    def finish(self) -> None:
        for key in self.values:
            if key not in self.asked:
                raise self.wrong(key, f"clé inconnue ; clés possibles : {', '.join(sorted(self.asked))}")


def load_config(path: Path) -> Config:
    """Read and check the configuration file; ConfigError with the table and key at fault."""
    try:
        values = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ConfigError(
            f"Le fichier de configuration {path} ne peut pas être lu.",
            cause=str(error.strerror or error),
            next_step="indiquez-le par --config, ou créez-le (modèle : tournee config)",
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"Le fichier de configuration {path} n'est pas du TOML.", cause=str(error)
        ) from error
    home = path.resolve().parent
    root = _Table(values, "")
    journal, reader, sending = (
        root.table("journal", optional=True),
        root.table("lecteur", optional=True),
        root.table("envoi"),
    )
    returns, routes = root.table("retours", optional=True), root.table("route")
    zone = sending.get("fuseau", str, "Europe/Paris")
    try:
        zone_info = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise sending.wrong("fuseau", f"« {zone} » n'est pas un fuseau horaire") from None
    config = Config(
        path=path.resolve(),
        journal=home / journal.get("chemin", str, "journal.db"),
        reader=reader.get("port", str, ""),
        routes={name: _route(name, routes.table(name), home) for name in routes.values},
        active=sending.get("route", str),
        zone=zone_info,
        return_certificate=_optional_path(returns, "certificat", home),
        return_key=_optional_path(returns, "cle", home),
    )
    for table in (root, journal, reader, sending, returns, routes):
        table.finish()
    if config.active not in config.routes:
        raise sending.wrong("route", f"aucune table [route.{config.active}]")
    return config


def _route(name: str, table: _Table, home: Path) -> Route:
    submission, mailbox = table.table("envoi"), table.table("retours")
    route = Route(
        name=name,
        address=table.get("adresse", str),
        sender=table.get("expediteur", str),
        identifier=table.get("identifiant", str),
        submission=_server(submission, home),
        mailbox=_mailbox(mailbox, home),
        certificate=_optional_path(table, "certificat", home),
        sealing=table.choice("scellement", Sealing, Sealing.ZK),
        cipher=table.choice("chiffre", Cipher, Cipher.AES_256_CBC),
        mode=table.choice("mode", Mode, Mode.SINGLE_FILE),
        arl_days=table.get("delai_arl", int, ARL_DAYS),
        revoked=frozenset(str(word) for word in table.get("revoques", list, [])),
    )
    for part in (table, submission, mailbox):
        part.finish()
    return route


def _server(table: _Table, home: Path) -> Server:
    host, user = table.get("serveur", str), table.get("utilisateur", str, "")
    secret = _optional_path(table, "fichier_mot_de_passe", home)
    return Server(
        host=host,
        port=table.get("port", int),
        security=table.choice("securite", Security),
        username=user,
        password=password_source(user, host, secret) if user else None,
        trust=_optional_path(table, "autorites", home),
        timeout=float(table.get("delai", int, 60)),
    )


def _mailbox(table: _Table, home: Path) -> Mailbox:
    kind = table.choice("type", MailboxKind)
    if kind is MailboxKind.MAILDIR:
        return Mailbox(kind, path=home / table.get("dossier", str))
    return Mailbox(kind, server=_server(table, home), folder=table.get("boite", str, "INBOX"))


def _optional_path(table: _Table, key: str, home: Path) -> Path | None:
    text = table.get(key, str, "")
    return home / text if text else None


def model() -> str:
    """A commented model of the configuration file, as this module's own text shows it."""
    return textwrap.dedent((__doc__ or "").split("\n", 2)[2])


def keep_password(account: str, password: str) -> None:
    """Keep the password of `user@host` in the system keyring; ConfigError when there is none."""
    import keyring
    from keyring.errors import KeyringError

    try:
        keyring.set_password(KEYRING_SERVICE, account, password)
    except (KeyringError, RuntimeError) as error:
        raise ConfigError(
            "Le mot de passe n'a pas pu être gardé.",
            cause=f"ce système n'a pas de trousseau utilisable ({error})",
            next_step="gardez-le dans un fichier lisible de vous seul : fichier_mot_de_passe",
        ) from error


def password_source(user: str, host: str, file: Path | None) -> Callable[[], str]:
    """Where an account's password is asked for, once wanted: a 0600 file, or the system keyring."""

    def ask() -> str:
        if file is not None:
            return _secret_file(file)
        import keyring  # only when asked: probing the desktop's keyrings takes a moment

        return keyring.get_password(KEYRING_SERVICE, f"{user}@{host}") or ""

    return ask


def _secret_file(file: Path) -> str:
    try:
        if file.stat().st_mode & 0o077:
            raise ConfigError(
                f"Le fichier de mot de passe {file} peut être lu par d'autres.", next_step=f"chmod 600 {file}"
            )
        return file.read_text("utf-8").rstrip("\r\n")
    except OSError as error:
        raise ConfigError(
            f"Le fichier de mot de passe {file} ne peut pas être lu.", cause=str(error.strerror)
        ) from error
