"""`tournee-maker register`: the register made, searched, backed up; labels reprinted; readers withdrawn."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from tournee.cli.french import FrenchGroup
from tournee.errors import ConfigError, ReaderError, StoreError
from tournee.files import write_whole
from tournee.french import reason as french
from tournee.maker.shipping import options
from tournee.maker.shipping.label import check_name, labels_pdf, write_label
from tournee.maker.shipping.label_forms import label_form
from tournee.maker.shipping.register import (
    PRINTED,
    RESET,
    SAID,
    STATES,
    WITHDRAWN,
    MadeReader,
    ReaderRegister,
    imported,
)
from tournee.maker.shipping.register_file import RegisterFile, make_key_file
from tournee.maker.shipping.serials import serials_of
from tournee.maker.shipping.station import BLANK, ProvisioningStation
from tournee.reader.label import Label
from tournee.secrets import read_secret

_EVENTS = SAID | {PRINTED: "étiquette refaite"}
_file = click.Path(path_type=Path, dir_okay=False)
_serial = click.argument("serial", metavar="NUMÉRO")


@click.group("register", cls=FrenchGroup, short_help="Registre des lecteurs : chercher, réimprimer, retirer.")
def register_group() -> None:
    """Le registre des lecteurs faits et de leurs secrets, chiffré."""


@register_group.command("create", short_help="Crée un registre, chiffré.")
@options.register_argument
@options.opened_by
@click.option("--import", "old", type=_file, help="Reprend un registre en clair, d’une version d’avant.")
@options.json_option
def create(
    register: Path, key_file: Path | None, passphrase_fd: int | None, old: Path | None, as_json: bool
) -> None:
    """Crée REGISTRE, que seule la phrase de passe, ou le fichier de clé, ouvre.

    Le fichier de clé est fait s’il n’existe pas. Sans lui, ou sans la phrase, le registre est perdu.
    """
    from tournee.app.backup import check_passphrase

    document: dict[str, Any] = {"readers": {}}
    if old is not None:
        document = imported(read_secret(old, "le registre", StoreError))
    if register.exists():
        raise StoreError(f"Le registre {register} existe déjà.", next_step="choisissez un autre nom")
    if key_file is not None and not key_file.exists():
        make_key_file(key_file)
        click.echo(f"{key_file} : clé du registre ; gardez-en une copie ailleurs", err=as_json)
    key = options.register_key(key_file, passphrase_fd, twice=True)
    if key.passphrase and (doubt := check_passphrase(key.passphrase)):
        click.echo(f"Attention : {doubt}", err=True)
    RegisterFile(register, key).create(document)
    _counted(register, len(document["readers"]), as_json)


@register_group.command("list", short_help="Cherche des lecteurs.")
@options.register_argument
@click.argument("words", metavar="[MOT]…", nargs=-1)
@options.opened_by
@click.option("--state", type=click.Choice(STATES), help="Ceux qui en sont là.")
@click.option("--board", default="", help="Ceux d’une carte.")
@options.json_option
def list_readers(
    register: Path,
    words: tuple[str, ...],
    key_file: Path | None,
    passphrase_fd: int | None,
    state: str | None,
    board: str,
    as_json: bool,
) -> None:
    """Les lecteurs dont numéro, carte, version ou histoire ont tous ces mots ; jamais leur secret."""
    found = options.opened(register, key_file, passphrase_fd).search(" ".join(words), state or "", board)
    if as_json:
        click.echo(json.dumps({"readers": [one.told() for one in found]}, indent=1, ensure_ascii=False))
        return
    for one in found:
        click.echo(f"{one.serial:16}  {one.board:10}  {one.firmware:10}  {SAID[one.state]}, {one.since}")
    click.echo(_count(len(found)))


@register_group.command("show", short_help="Un lecteur et son histoire.")
@options.register_argument
@_serial
@options.opened_by
@options.json_option
def show(
    register: Path, serial: str, key_file: Path | None, passphrase_fd: int | None, as_json: bool
) -> None:
    """Ce que le registre sait du lecteur NUMÉRO, sans son secret."""
    found = options.opened(register, key_file, passphrase_fd).find(serial)
    if as_json:
        click.echo(json.dumps(found.told(), indent=1, ensure_ascii=False))
        return
    click.echo(f"{found.serial} : carte {found.board}, micrologiciel {found.firmware or 'inconnu'}")
    for event in found.events:
        why = f" ({event['why']})" if "why" in event else ""
        click.echo(f"{event['at']}  {_EVENTS[event['what']]}, par {event['by']}{why}")


@register_group.command("label", short_help="Refait des étiquettes, une par une ou en planche.")
@options.register_argument
@click.argument("serials", metavar="[NUMÉRO]…", nargs=-1)
@options.opened_by
@click.option("--list", "listed", type=_file, help="Ceux d’une liste.")
@click.option("--labels", type=click.Path(path_type=Path, file_okay=False), help="Dossier : un PNG, un PDF.")
@click.option("--sheet", type=_file, help="Fichier PDF : une planche, au format --form.")
@click.option("--skip", type=click.IntRange(0, 99), default=0, help="Places déjà prises sur la planche.")
@options.printed
@options.reason_option
@options.json_option
def label(
    register: Path,
    serials: tuple[str, ...],
    key_file: Path | None,
    passphrase_fd: int | None,
    listed: Path | None,
    labels: Path | None,
    sheet: Path | None,
    skip: int,
    form: str,
    name: str,
    dpi: str,
    reason: str,
    as_json: bool,
) -> None:
    """Refait l’étiquette des lecteurs nommés, et le note : qui, quand, pourquoi."""
    wanted = list(serials) + (serials_of(listed) if listed else [])
    if not wanted:
        raise click.UsageError("Il faut un numéro de série au moins, ou --list.")
    if (labels is None) == (sheet is None):
        raise click.UsageError("Donnez --labels DOSSIER ou --sheet FICHIER.")
    drawn = label_form(form, sheet=sheet is not None)
    check_name(name)
    options.check_written(folder=labels, file=sheet)
    found = options.opened(register, key_file, passphrase_fd).printed(wanted, reason)
    made = [sheet] if sheet else []
    if labels is not None:
        for one in found:
            made += write_label(labels, one.serial, one.secret, drawn, name, int(dpi))
    if sheet is not None:
        try:
            pdf = labels_pdf(drawn, [Label(one.secret, one.serial) for one in found], name, skip)
            write_whole(sheet, pdf)
        except OSError as error:
            raise ConfigError(f"La planche {sheet} n’a pas pu être écrite.", cause=french(error)) from error
    words = [f"{'Planche' if sheet else 'Étiquette'} : {one}" for one in made]
    told = {"serials": wanted, "files": [str(one) for one in made]}
    options.say(told, "\n".join(words), as_json=as_json)


@register_group.command("reset", short_help="Note qu’un lecteur est remis à neuf.")
@options.register_argument
@_serial
@options.port_option
@options.opened_by
@options.reason_option
@options.json_option
def reset(
    register: Path,
    serial: str,
    port: str,
    key_file: Path | None,
    passphrase_fd: int | None,
    reason: str,
    as_json: bool,
) -> None:
    """Note que le lecteur NUMÉRO, présent sur le port et flashé avec --erase-secret, a oublié son secret.

    Le registre l’oublie aussi ; le numéro peut être donné de nouveau, avec un autre secret.
    """
    book = options.opened(register, key_file, passphrase_fd)
    book.find(serial)
    if ProvisioningStation(port, book).look() != BLANK:
        raise ReaderError(
            "Le lecteur présent n’est pas vierge : son secret n’est pas effacé.",
            next_step="flashez-le avec --erase-secret, puis recommencez",
        )
    _ended(book.end(serial, RESET, reason), as_json)


@register_group.command("withdraw", short_help="Retire un lecteur pour toujours.")
@options.register_argument
@_serial
@options.opened_by
@options.reason_option
@options.json_option
def withdraw(
    register: Path,
    serial: str,
    key_file: Path | None,
    passphrase_fd: int | None,
    reason: str,
    as_json: bool,
) -> None:
    """Retire le lecteur NUMÉRO : perdu, volé, rebuté. Son secret est oublié, son numéro ne sert plus."""
    if not reason.strip():
        raise click.UsageError("Dites pourquoi : --reason TEXTE.")
    book = options.opened(register, key_file, passphrase_fd)
    _ended(book.end(serial, WITHDRAWN, reason), as_json)


@register_group.command("backup", short_help="Copie le registre, toujours chiffré.")
@options.register_argument
@click.argument("copy", metavar="COPIE", type=_file)
@options.opened_by
@options.json_option
def backup(
    register: Path, copy: Path, key_file: Path | None, passphrase_fd: int | None, as_json: bool
) -> None:
    """Copie REGISTRE dans COPIE, après l’avoir ouvert : la même clé ouvre la copie."""
    file = RegisterFile(register, options.register_key(key_file, passphrase_fd))
    file.copy(copy)
    _counted(copy, len(list(ReaderRegister(RegisterFile(copy, file.key)).readers())), as_json)


def _ended(ended: MadeReader, as_json: bool) -> None:
    words = f"Lecteur {ended.serial} : {SAID[ended.state]} depuis {ended.since} ; son secret est oublié\n"
    words += "Son étiquette et les sauvegardes d’avant l’ont encore : détruisez-les."
    options.say(ended.told(), words, as_json=as_json)


def _counted(file: Path, count: int, as_json: bool) -> None:
    options.say({"file": str(file), "readers": count}, f"{file} : {_count(count)}", as_json=as_json)


def _count(count: int) -> str:
    return f"{count} lecteur{'s' if count > 1 else ''}"
