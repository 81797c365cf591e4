"""`tournee practice`: this host behind a practice's server: joined, copied, rebuilt."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tournee.cli.context import CONFIG_NAME, Desk, json_option
from tournee.cli.display import as_json as values
from tournee.cli.french import FrenchGroup
from tournee.cli.options.passphrases import ask_line, line_option
from tournee.errors import ConfigError

if TYPE_CHECKING:
    from tournee.app.context import Office

_link = click.argument("link", metavar="LIEN")
_name = click.option(
    "--nom", "name", default="", help="Le nom de cet appareil (par défaut : celui du système)."
)
_code_option = line_option("--code-fd", "Lit le code de secours sur ce descripteur (une ligne).")


@click.group("practice", cls=FrenchGroup)
def practice() -> None:
    """Le serveur du cabinet : par lui partent les fichiers et viennent les retours ; il garde du journal une
    copie chiffrée, qu’il ne peut pas lire.
    """


@practice.command("join", short_help="Relie cet appareil au serveur du cabinet.")
@_link
@_name
@json_option
@click.pass_obj
def join(desk: Desk, link: str, name: str, as_json: bool) -> None:
    """Relie cet appareil par LIEN, le lien du QR code. Sans configuration, en fait une de ce que dit le
    cabinet. Donne le code de secours : notez-le sur papier, il ouvre la copie si l’appareil est perdu.
    """
    from tournee.app.copies.joined import own_name
    from tournee.app.copies.joining import join as join_practice
    from tournee.exchange.practice_server.protocol import JoiningLink

    config = join_practice(JoiningLink.parse(link), name or own_name(), _target(desk))
    with desk.office() as office:
        code = _new_code(office, desk)
    if as_json:
        values.write({"url": config.joined.url if config.joined else "", "recovery_code": code})
        return
    desk.console.print("Cet appareil est relié au cabinet ; sa première copie est faite.")
    _show_code(desk, code)


@practice.command("show", short_help="Où en est la copie du journal.")
@json_option
@click.pass_obj
def show(desk: Desk, as_json: bool) -> None:
    """Où en est la copie du journal chez le cabinet, et quel poste il a donné à cet appareil."""
    from tournee.app.copies.joined import given_ranges
    from tournee.app.copies.standing import copy_facts

    config = desk.config()
    with desk.office() as office:
        facts = copy_facts(office)
    station = given_ranges(config).station_given if config.joined else None
    if as_json:
        told: dict[str, Any] = {"joined": config.joined is not None}
        told["url"] = config.joined.url if config.joined else None
        told |= {"copy": str(facts.standing), "lacking": facts.lacking, "at": facts.at or None}
        values.write(told | {"stopped": facts.stopped or None, "station": station})
        return
    if config.joined is None:
        desk.console.print("Cet appareil n’est relié à aucun cabinet.")
    else:
        desk.console.print(f"Relié à {config.joined.url}, poste {station}.")
    words = {
        "only": "Cet appareil a la seule copie du journal.",
        "current": f"Le cabinet a tout le journal ({facts.at}).",
        "behind": f"Il manque {facts.lacking} étape(s) à la copie du cabinet ({facts.at}).",
        "stopped": f"Le cabinet ne prend plus la copie de ce journal ({facts.stopped}).",
    }
    desk.console.print(words[str(facts.standing)])


@practice.command("copy", short_help="Met la copie du journal à jour.")
@click.option("--replace", is_flag=True, help="Celle d’ici vaut : elle prend la place de celle du cabinet.")
@json_option
@click.pass_obj
def copy(desk: Desk, replace: bool, as_json: bool) -> None:
    """Met à jour la copie que garde le cabinet, et prend les numéros qui manquent."""
    from tournee.app.copies.following import follow
    from tournee.app.copies.joined import given_ranges, refill, server_of

    config = desk.config()
    if config.joined is None:
        raise _not_joined()
    with desk.office() as office:
        server = server_of(config.joined)
        done = follow(office.journal, server, config, replacing=replace)
        refill(office.journal, server, given_ranges(config))
    if as_json:
        values.write({"step": done.step, "parts": done.parts, "bytes": done.bytes})
        return
    desk.console.print(f"La copie est à l’étape {done.step} : {done.bytes} octets envoyés.")


@practice.command("code", short_help="Donne un nouveau code de secours.")
@json_option
@click.pass_obj
def code(desk: Desk, as_json: bool) -> None:
    """Donne un nouveau code de secours ; celui d’avant n’ouvre plus rien."""
    with desk.office() as office:
        made = _new_code(office, desk)
    if as_json:
        values.write({"recovery_code": made})
    else:
        _show_code(desk, made)


@practice.command("rebuild", short_help="Reprend un cabinet de sa copie, sur un appareil neuf.")
@_link
@_name
@click.option("--journal", default="", help="Lequel reprendre, s’il y en a plusieurs.")
@_code_option
@json_option
@click.pass_obj
def rebuild(desk: Desk, link: str, name: str, journal: str, code_fd: int | None, as_json: bool) -> None:
    """Reprend ici le cabinet d’un appareil perdu, par LIEN (donné pour le remplacer) et par son code de
    secours, là où --config le dit, sinon dans le dossier du compte. L’appareil perdu n’est plus admis.
    """
    from tournee.app.copies.joined import own_name, server_of
    from tournee.app.copies.joining import enrol
    from tournee.app.copies.rebuilding import rebuild as rebuild_practice
    from tournee.core_dumps import forbid_dumps
    from tournee.exchange.practice_server.protocol import JoiningLink

    forbid_dumps()
    target, parsed = _target(desk), JoiningLink.parse(link)
    if target.exists():
        raise ConfigError(
            f"Il y a déjà un cabinet : {target}.", next_step="reprenez la copie dans un autre dossier"
        )
    recovery = ask_line(code_fd, "Code de secours", "Le code de secours n’a pas pu être lu.")
    joined, key = enrol(parsed, name or own_name(), target)
    with desk.watcher(as_json) as watch:
        done = rebuild_practice(
            server_of(joined), joined, key, recovery, target, journal=journal, progress=watch.progress
        )
    if as_json:
        told: dict[str, Any] = {"config": str(done.config), "journal_file": str(done.journal)}
        told |= {"step": done.step, "at": done.at, "key_in_keyring": done.key_in_keyring}
        values.write(told | {"ask_again": list(done.ask_again)})
        return
    desk.console.print(f"Cabinet repris dans {done.config.parent} : étape {done.step}, copie du {done.at}.")
    desk.console.print(
        "Ensuite : mettez la copie à jour (tournee practice copy), puis relevez (tournee fetch)."
    )


@practice.command("leave", short_help="Ne passe plus par le serveur du cabinet.")
@json_option
@click.pass_obj
def leave(desk: Desk, as_json: bool) -> None:
    """Ne passe plus par le serveur du cabinet : les routes ont leur propre messagerie."""
    from tournee.app.copies.joining import leave as leave_practice

    leave_practice(desk.path())
    if as_json:
        values.write({"joined": False})
    else:
        desk.console.print("Cet appareil n’est plus relié : les fichiers partent par sa propre messagerie.")


def _new_code(office: Office, desk: Desk) -> str:
    from tournee.app.copies.following import keep_recovery
    from tournee.app.copies.joined import contact, server_of
    from tournee.app.copies.recovery_code import new_recovery_code

    config = desk.config()
    if config.joined is None:
        raise _not_joined()
    server = server_of(config.joined)
    contact(office.journal, server, config)
    return keep_recovery(server, office.journal, new_recovery_code)


def _show_code(desk: Desk, made: str) -> None:
    desk.console.print(f"Code de secours : {made}", soft_wrap=True)
    desk.console.print(
        "Notez-le sur papier, et gardez-le ailleurs que l’appareil. Il n’est écrit nulle part."
    )


def _not_joined() -> ConfigError:
    return ConfigError(
        "Cet appareil n’est relié à aucun cabinet.", next_step="reliez-le par le lien du QR code du cabinet"
    )


def _target(desk: Desk) -> Path:
    try:
        return desk.path()
    except ConfigError:  # none yet
        return Path(click.get_app_dir("tournee")) / CONFIG_NAME
