"""Routes as the configuration says them: `[route.NAME]`, with `envoi`, `retours` and, in direct mode, the
insurers.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

from tournee.config.passwords import password_source
from tournee.config.table import Table
from tournee.errors import ConfigError
from tournee.exchange.route import (
    ARL_DAYS,
    Insurer,
    Mailbox,
    MailboxKind,
    MailCipher,
    Mode,
    Route,
    Sealing,
    Security,
    Server,
)


def read_route(name: str, table: Table, home: Path) -> Route:
    """The route of one table, paths taken from `home`; ConfigError with the key at fault.

    An OCT has its address, number and certificate; a route to the insurers themselves (`OCT-MODE-1`) has a
    table `destinataire` for each, here or in the file that `destinataires` names.
    """
    submission, mailbox = table.table("envoi"), table.table("retours")
    mode = table.choice("mode", Mode, Mode.SINGLE_FILE)
    is_direct = mode is Mode.DIRECT
    route = Route(
        name=name,
        address="" if is_direct else table.get("adresse", str),
        sender=table.get("expediteur", str),
        identifier="" if is_direct else table.get("identifiant", str),
        submission=_server(submission, home),
        mailbox=_mailbox(mailbox, home),
        certificate=None if is_direct else table.path("certificat", home),
        sealing=table.choice("scellement", Sealing, Sealing.ZK),
        cipher=table.choice("chiffre", MailCipher, MailCipher.AES_256_CBC),
        mode=mode,
        revoked=frozenset(str(word) for word in table.get("revoques", list, [])),
        arl_days=table.get("delai_arl", int, ARL_DAYS),
        insurers=_insurers(table, home) if is_direct else (),
    )
    for part in (table, submission, mailbox):
        part.finish()
    return route


def _insurers(table: Table, home: Path) -> tuple[Insurer, ...]:
    found = [_insurer(one, home) for one in table.tables("destinataire")]
    listed = table.path("destinataires", home)
    if listed is not None:
        found += read_insurers(listed)
    if not found:
        raise table.wrong("destinataire", "en envoi direct, il faut au moins un destinataire")
    return tuple(found)


def read_insurers(path: Path) -> list[Insurer]:
    """The `[[destinataire]]` of a file of insurers, whose paths are taken from its folder; ConfigError."""
    try:
        root = Table(tomllib.loads(path.read_text("utf-8")), "")
        found = [_insurer(one, path.resolve().parent) for one in root.tables("destinataire")]
        root.finish()
    except OSError as error:
        raise ConfigError(
            f"La liste des destinataires {path} ne peut pas être lue.",
            cause=str(error.strerror or error),
            next_step="corrigez « destinataires » dans la route, ou créez ce fichier",
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"La liste des destinataires {path} n'est pas du TOML.", cause=str(error)
        ) from error
    except ConfigError as error:
        raise ConfigError(
            f"{path} : {error.message}", cause=error.cause, next_step=error.next_step
        ) from error
    return found


def _insurer(table: Table, home: Path) -> Insurer:
    insurer = Insurer(
        address=table.get("adresse", str),
        certificate=table.path("certificat", home),
        type=table.get("type", str, ""),
        number=table.get("numero", str, ""),
        crf=table.get("crf", str, ""),
        name=table.get("nom", str, ""),
    )
    table.finish()
    return insurer


def _server(table: Table, home: Path) -> Server:
    host, user = table.get("serveur", str), table.get("utilisateur", str, "")
    secret = table.path("fichier_mot_de_passe", home)
    return Server(
        host=host,
        port=table.get("port", int),
        security=table.choice("securite", Security),
        username=user,
        password=password_source(user, host, secret) if user else None,
        trust=table.path("autorites", home),
        timeout=float(table.get("delai", int, 60)),
    )


def _mailbox(table: Table, home: Path) -> Mailbox:
    kind = table.choice("type", MailboxKind)
    if kind is MailboxKind.MAILDIR:
        return Mailbox(kind, path=home / table.get("dossier", str), keep=table.get("conserver", bool, False))
    keep, folder = table.get("conserver", bool, False), table.get("boite", str, "INBOX")
    return Mailbox(kind, server=_server(table, home), folder=folder, keep=keep)
