"""`tournee route add`: a new route in the configuration file, by options or by answers."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

import click

from tournee.app.route_trial import certificate_ends
from tournee.cli.context import Desk
from tournee.cli.french import FrenchCommand
from tournee.config import load_config
from tournee.config.editing import NewRoute, Values, add_route, check_new_route, route_values
from tournee.errors import ConfigError
from tournee.exchange.route import Insurer, MailboxKind, Mode, Sealing, Security

_W = TypeVar("_W", bound=StrEnum)
_FILE = click.Path(path_type=Path, dir_okay=False, exists=True)


@click.command("add", cls=FrenchCommand)
@click.argument("name", metavar="NOM")
@click.option("--mode", metavar="MODE", help=f"Façon d’envoyer : {', '.join(Mode)}.")
@click.option("--sender", metavar="ADRESSE", help="Votre adresse de messagerie.")
@click.option("--address", metavar="ADRESSE", help="Adresse de l’OCT.")
@click.option("--identifier", metavar="NUMÉRO", help="SIREN de l’OCT, ou numéro d’association.")
@click.option("--certificate", type=_FILE, metavar="FICHIER", help="Certificat de chiffrement de l’OCT.")
@click.option(
    "--insurers", type=_FILE, metavar="FICHIER", help="Mode direct : liste TOML des [[destinataire]]."
)
@click.option(
    "--insurer",
    "single_insurers",
    type=(str, str, str, _FILE),
    multiple=True,
    metavar="TYPE NUMÉRO ADRESSE CERTIFICAT",
    help="Mode direct : un destinataire (répétable).",
)
@click.option("--sealing", metavar="SCELLEMENT", default=str(Sealing.ZK), help="ZK, K ou en-clair.")
@click.option("--like", metavar="ROUTE", help="Reprend le serveur d’envoi et la boîte des retours de ROUTE.")
@click.option("--smtp", metavar="SERVEUR:PORT", help="Serveur d’envoi.")
@click.option("--smtp-security", metavar="starttls|tls", help="Liaison avec le serveur d’envoi.")
@click.option("--returns", metavar="imap|pop3|maildir", help="Où les retours attendent.")
@click.option("--returns-server", metavar="SERVEUR:PORT", help="Serveur des retours (imap, pop3).")
@click.option("--returns-security", metavar="starttls|tls", help="Liaison avec le serveur des retours.")
@click.option("--returns-folder", metavar="DOSSIER", help="Dossier des retours (maildir).")
@click.option("--user", metavar="UTILISATEUR", help="Compte de messagerie.")
@click.option("--password-file", metavar="FICHIER", help="Fichier du mot de passe ; sinon le trousseau.")
@click.option("--authority", metavar="FICHIER", help="Autorités de confiance (PEM), sinon le système.")
@click.pass_obj
def add(desk: Desk, /, name: str, **given: Any) -> None:
    """Ajoute la route NOM au fichier de configuration, sans la mettre en vigueur. Demande ce qui n’est pas
    donné.

    Tout est vérifié avant d’être écrit, certificats compris. Ensuite : tournee route test NOM, puis tournee
    route use NOM.
    """
    path = desk.path()
    config = load_config(path)
    home = config.path.parent
    mode = _word(Mode, _asked(given["mode"], "Mode", str(Mode.SINGLE_FILE)), "--mode")
    is_direct = mode is Mode.DIRECT
    own: dict[str, Any] = {"sender": _asked(given["sender"], "Votre adresse", config.route.sender)}
    if is_direct:
        if given["insurers"] is None and not given["single_insurers"]:
            given["insurers"] = Path(_asked(None, "Fichier des destinataires (TOML)"))
        own["insurers_file"] = _from(home, given["insurers"]) if given["insurers"] else ""
        own["insurers"] = [
            Insurer(address, Path(_from(home, certificate)), kind, number)
            for kind, number, address, certificate in given["single_insurers"]
        ]
    else:
        own["address"] = _asked(given["address"], "Adresse de l’OCT")
        own["identifier"] = _asked(given["identifier"], "SIREN de l’OCT ou numéro d’association")
        certificate = given["certificate"] or Path(_asked(None, "Certificat de chiffrement (fichier)"))
        own["certificate"] = _from(home, certificate)
    submission, mailbox = _servers(path, config.active, given)
    sealing = _word(Sealing, given["sealing"], "--sealing")
    new = NewRoute(name=name, mode=mode, sealing=sealing, submission=submission, mailbox=mailbox, **own)
    route = check_new_route(path, new)
    if not route.is_clear:
        certificate_ends(route, datetime.now(config.zone))
    add_route(path, new)
    desk.console.print(f"Route {name} ajoutée à {path}.")
    desk.console.print(f"Essayez-la (tournee route test {name}), puis : tournee route use {name}")


def _servers(path: Path, active: str, given: dict[str, Any]) -> tuple[Values, Values]:
    """The tables `envoi` and `retours`: those of another route, or as told."""
    like = given["like"]
    if like is None and given["smtp"] is None:
        answer = _asked(None, f"Même serveur d’envoi et même boîte de retours que {active} (o/n)", "o")
        like = active if answer.lower().startswith("o") else None
    if like is not None:
        return route_values(path, like)
    submission = _server(given, "smtp", "Serveur d’envoi (serveur:port)", Security.STARTTLS)
    kind = _word(MailboxKind, _asked(given["returns"], "Retours par", str(MailboxKind.IMAP)), "--returns")
    if kind is MailboxKind.MAILDIR:
        folder = _asked(given["returns_folder"], "Dossier des retours")
        return submission, {"type": str(kind), "dossier": folder}
    server = _server(given, "returns_server", "Serveur des retours (serveur:port)", Security.TLS)
    return submission, {"type": str(kind), **server}


def _server(given: dict[str, Any], option: str, question: str, usual: Security) -> Values:
    endpoint = _asked(given[option], question)
    host, _, port = endpoint.rpartition(":")
    if not host or not port.isdigit():
        raise ConfigError(f"« {endpoint} » n’est pas un serveur.", next_step="indiquez serveur:port")
    security = given["smtp_security" if option == "smtp" else "returns_security"]
    values: Values = {"serveur": host, "port": int(port)}
    values["securite"] = str(_word(Security, security or str(usual), "securite"))
    if given["user"] is None:
        given["user"] = _asked(None, "Compte de messagerie")
    optional = {"utilisateur": "user", "autorites": "authority", "fichier_mot_de_passe": "password_file"}
    values |= {key: given[name] for key, name in optional.items() if given[name]}
    return values


def _asked(value: str | None, question: str, default: str | None = None) -> str:
    """What an option gave, or what the carer answers."""
    if value is not None:
        return value
    try:
        return str(click.prompt(question, default=default, err=True))
    except click.Abort:
        raise click.UsageError(f"Il manque une réponse : {question}.") from None


def _word(kind: type[_W], word: str, option: str) -> _W:
    """One of the words that a setting may have."""
    try:
        return kind(word)
    except ValueError:
        raise ConfigError(
            f"« {word} » ne convient pas pour {option}.", next_step=f"choisissez parmi : {', '.join(kind)}"
        ) from None


def _from(home: Path, file: Path) -> str:
    """A file's path as the configuration writes it: from its own folder when it is in there."""
    real = file.resolve()
    return str(real.relative_to(home)) if real.is_relative_to(home) else str(real)
