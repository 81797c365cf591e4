"""Routes as the configuration says them: `[route.NAME]`, with `envoi`, `retours` and, in direct mode, the
insurers.
"""

from __future__ import annotations

from pathlib import Path

from tournee.config.passwords import password_source
from tournee.config.practice_server import JoinedPractice
from tournee.config.table import ConfigTable
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
from tournee.tables.document import load

_LIST = "corrigez « destinataires » dans la route, ou créez ce fichier"


def read_route(
    name: str,
    table: ConfigTable,
    home: Path,
    joined: JoinedPractice | None = None,
    *,
    own_mail: bool = False,
) -> Route:
    """The route of one table, paths taken from `home`; ConfigError with the key at fault.

    An OCT has its address, number and certificate; a route to the insurers themselves (`OCT-MODE-1`) has a
    table `destinataire` for each, here or in the file that `destinataires` names. A host that is `joined` to
    a practice's server, or has `own_mail`, needs no servers of its own, nor does a route that says that
    another program carries its messages.
    """
    elsewhere = table.flag("messagerie_externe", False)  # another program carries its mail
    needed = joined is None and not own_mail and not elsewhere
    submission, mailbox = table.section("envoi", required=needed), table.section("retours", required=needed)
    mode = table.one_of("mode", Mode, Mode.SINGLE_FILE)
    is_direct = mode is Mode.DIRECT
    route = Route(
        name=name,
        address="" if is_direct else table.text("adresse", required=True),
        sender=table.text("expediteur", required=True),
        identifier="" if is_direct else table.text("identifiant", required=True),
        submission=_server(submission, home) if needed or submission.values else None,
        mailbox=_mailbox(mailbox, home) if needed or mailbox.values else None,
        certificate=None if is_direct else table.file("certificat", home),
        sealing=table.one_of("scellement", Sealing, Sealing.ZK),
        cipher=table.one_of("chiffre", MailCipher, MailCipher.AES_256_CBC),
        mode=mode,
        revoked=frozenset(table.texts("revoques")),
        arl_days=_days(table),
        insurers=_insurers(table, home) if is_direct else (),
    )
    for part in (table, submission, mailbox):
        part.finish()
    return route


def _insurers(table: ConfigTable, home: Path) -> tuple[Insurer, ...]:
    found = [_insurer(one, home) for one in table.tables("destinataire")]
    listed = table.file("destinataires", home)
    if listed is not None:
        found += read_insurers(listed)
    if not found:
        table.wrong("destinataire", "en envoi direct, il faut au moins un destinataire")
    return tuple(found)


def read_insurers(path: Path) -> list[Insurer]:
    """The `[[destinataire]]` of a file of insurers, whose paths are taken from its folder; ConfigError."""
    document = load(path, "La liste des destinataires", ConfigError, _LIST)
    try:
        root = ConfigTable.root(document)
        found = [_insurer(one, path.resolve().parent) for one in root.tables("destinataire")]
        root.finish()
    except ConfigError as error:
        raise ConfigError(
            f"{path} : {error.message}", cause=error.cause, next_step=error.next_step
        ) from error
    return found


def _days(table: ConfigTable) -> int:
    return _within(table, "delai_arl", table.whole("delai_arl", ARL_DAYS), 0, 366)


def _port(table: ConfigTable) -> int:
    return _within(table, "port", table.whole("port", required=True), 1, 65535)


def _timeout(table: ConfigTable) -> float:
    return float(_within(table, "delai", table.whole("delai", 60), 1, 3600))


def _within(table: ConfigTable, key: str, number: int, least: int, most: int) -> int:
    if not least <= number <= most:
        table.wrong(key, f"un nombre de {least} à {most} est attendu")
    return number


def _insurer(table: ConfigTable, home: Path) -> Insurer:
    insurer = Insurer(
        address=table.text("adresse", required=True),
        certificate=table.file("certificat", home),
        type=table.text("type"),
        number=table.text("numero"),
        crf=table.text("crf"),
        name=table.text("nom"),
    )
    table.finish()
    return insurer


def _server(table: ConfigTable, home: Path) -> Server:
    host, user = table.text("serveur", required=True), table.text("utilisateur")
    secret = table.file("fichier_mot_de_passe", home)
    return Server(
        host=host,
        port=_port(table),
        security=table.one_of("securite", Security),
        username=user,
        password=password_source(user, host, secret) if user else None,
        trust=table.file("autorites", home),
        timeout=_timeout(table),
    )


def _mailbox(table: ConfigTable, home: Path) -> Mailbox:
    kind, keep = table.one_of("type", MailboxKind), table.flag("conserver", False)
    if kind is MailboxKind.MAILDIR:
        return Mailbox(kind, path=table.file("dossier", home, required=True) or home, keep=keep)
    folder = table.text("boite", default="INBOX")
    return Mailbox(kind, server=_server(table, home), folder=folder, keep=keep)
