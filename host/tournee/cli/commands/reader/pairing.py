"""`tournee reader scan|pair|list|use|forget`: Bluetooth readers, found, paired, remembered."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.table import Table

from tournee.cli.context import Desk, json_option
from tournee.cli.display import as_json as values
from tournee.cli.french import FrenchCommand
from tournee.config.editing import choose_reader, forget_reader, remember_reader
from tournee.config.readers import KnownReader, drop_secret, keep_secret, secret_in_file
from tournee.core_dumps import forbid_dumps
from tournee.errors import ConfigError, ReaderError
from tournee.reader import Reader
from tournee.reader.label import read_label

if TYPE_CHECKING:
    from tournee.reader.transports.bluetooth import SeenReader

# tournee.reader.transports.bluetooth is loaded only when asked for: the platform's stack takes a second.
_SCAN_S = 5.0
_which = click.argument("which", metavar="ADRESSE|NOM")
_seconds = click.option(
    "--seconds",
    type=click.FloatRange(0.1, 60),
    default=_SCAN_S,
    show_default=True,
    help="Durée de la recherche.",
)


@click.command("scan", cls=FrenchCommand)
@_seconds
@json_option
@click.pass_obj
def scan_readers(desk: Desk, seconds: float, as_json: bool) -> None:
    """Cherche les lecteurs Bluetooth à portée : nom, adresse, signal et batterie, le plus proche d’abord."""
    seen = _look(desk, seconds, as_json)
    if as_json:
        values.write({"readers": [asdict(one) for one in seen]})
        return
    if not seen:
        desk.console.print("Aucun lecteur à portée. Allumez-le, approchez-vous, puis recommencez.")
        return
    table = Table(title="Lecteurs à portée", title_style="bold")
    for heading in ("Nom", "Adresse", "Signal", "Batterie"):
        table.add_column(heading)
    for one in seen:
        battery = "—" if one.battery is None else f"{one.battery} %"
        table.add_row(one.name, one.address, f"{one.signal} dBm", battery)
    desk.console.print(table)
    desk.console.print("Pour jumeler : tournee reader pair NOM")


@click.command("pair", cls=FrenchCommand)
@_which
@click.option(
    "--secret-file",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    metavar="FICHIER",
    help="Fichier (0600) du code de l’étiquette ou du contenu de son code QR ; sinon il est demandé.",
)
@click.option(
    "--no-secret", is_flag=True, help="Le lecteur n’a pas de secret (liaison non chiffrée par Tournée)."
)
@_seconds
@json_option
@click.pass_obj
def pair_reader(
    desk: Desk, which: str, secret_file: Path | None, no_secret: bool, seconds: float, as_json: bool
) -> None:
    """Jumelle le lecteur ADRESSE|NOM, vérifie le secret de son étiquette et le met en service.

    Le lecteur affiche six chiffres, que le système demande : un jumelage sans chiffres est refusé. Le secret
    est gardé dans le trousseau, sinon dans un fichier lisible de vous seul ; il ne se donne pas sur la ligne
    de commande, que l’historique retient.
    """
    from tournee.reader.transports.bluetooth import pair

    path, home = desk.path(), desk.config().path.parent
    found = _find(desk, which, seconds, as_json)
    secret = None if no_secret else _ask_secret(secret_file)
    if not as_json:
        desk.console.print(f"Jumelage avec {found.name} : recopiez les six chiffres que le lecteur affiche.")
    with desk.watcher(as_json) as watch:
        watch.progress("jumelage", 0, 0)
        pair(found.address, desk.radio)
    reader = KnownReader(found.address, found.name)
    Reader.open(
        desk.stream(reader.port), secret=secret, reach=desk.tell_reach
    ).close()  # the secret is its own
    kept = "" if secret is None else keep_secret(home, reader.port, secret)
    remember_reader(path, KnownReader(reader.address, reader.name, kept))
    if as_json:
        values.write({"reader": {"address": reader.address, "name": reader.name, "secret": kept or None}})
        return
    desk.console.print(f"Lecteur {reader.name} ({reader.address}) jumelé et en service.")
    if secret is None:
        desk.console.print("Sans secret d’étiquette : seul le Bluetooth chiffre la liaison.", style="yellow")


@click.command("list", cls=FrenchCommand)
@json_option
@click.pass_obj
def list_readers(desk: Desk, as_json: bool) -> None:
    """Montre les lecteurs connus, jumelés ou non, avec ou sans secret ; → devant celui en service."""
    choice = desk.config().reader
    rows = [
        {
            "name": one.name,
            "address": one.address,
            "in_use": one.port == choice.port,
            "paired": True,
            "secret": bool(one.secret),
        }
        for one in choice.known
    ]
    if choice.port and not any(row["in_use"] for row in rows):
        written = {"name": "", "address": choice.port, "in_use": True, "paired": False}
        rows.insert(0, {**written, "secret": bool(choice.secret)})
    if as_json:
        values.write({"readers": rows})
        return
    table = Table(title="Lecteurs", title_style="bold")
    for heading in ("", "Nom", "Adresse ou port", "Jumelé", "Secret"):
        table.add_column(heading)
    for row in rows:
        marks = ("oui" if row["paired"] else "—", "oui" if row["secret"] else "non")
        table.add_row("→" if row["in_use"] else "", str(row["name"]) or "—", str(row["address"]), *marks)
    desk.console.print(table)


@click.command("use", cls=FrenchCommand)
@_which
@click.pass_obj
def use_reader(desk: Desk, which: str) -> None:
    """Met en service le lecteur connu ADRESSE|NOM."""
    reader = _known(desk, which)
    choose_reader(desk.path(), reader)
    desk.console.print(f"Lecteur en service : {reader.name} ({reader.address}).")


@click.command("forget", cls=FrenchCommand)
@_which
@json_option
@click.pass_obj
def forget(desk: Desk, which: str, as_json: bool) -> None:
    """Oublie le lecteur ADRESSE|NOM : jumelage, secret et configuration.

    Le lecteur garde sa part du jumelage jusqu’à ce qu’un autre appareil en prenne la place.
    """
    from tournee.reader.transports.bluetooth import unpair

    reader = _known(desk, which)
    unpaired = unpair(reader.address, desk.radio)
    drop_secret(desk.config().path.parent, reader)
    forget_reader(desk.path(), reader)
    if as_json:
        values.write({"address": reader.address, "unpaired": unpaired})
        return
    desk.console.print(f"Lecteur {reader.name} oublié, secret compris.")
    if not unpaired:
        desk.console.print(
            "Le système n’a pas défait le jumelage : retirez ce lecteur dans ses réglages Bluetooth.",
            style="yellow",
        )


def _look(desk: Desk, seconds: float, quiet: bool) -> list[SeenReader]:
    from tournee.reader.transports.bluetooth import scan

    with desk.watcher(quiet) as watch:
        return scan(seconds, desk.radio, lambda done, of: watch.progress("recherche", done, of))


def _find(desk: Desk, which: str, seconds: float, quiet: bool) -> SeenReader:
    """The reader in range of this address or name. ReaderError when there is none, or two of that name."""
    seen = _look(desk, seconds, quiet)
    found = [one for one in seen if which.casefold() in (one.address.casefold(), one.name.casefold())]
    if len(found) == 1:
        return found[0]
    around = ", ".join(f"{one.name} ({one.address})" for one in seen) or "aucun lecteur"
    raise ReaderError(
        f"Plusieurs lecteurs à portée se nomment « {which} »."
        if found
        else f"Aucun lecteur « {which} » n’est à portée.",
        cause=f"à portée : {around}",
        next_step="donnez l’adresse de l’un d’eux"
        if found
        else "allumez-le, approchez-vous, puis recommencez",
    )


def _known(desk: Desk, which: str) -> KnownReader:
    choice = desk.config().reader
    reader = choice.find(which)
    if reader is None:
        raise ConfigError(
            f"Aucun lecteur connu ne s’appelle « {which} ».",
            cause=f"lecteurs connus : {', '.join(one.name for one in choice.known) or 'aucun'}",
            next_step="voyez tournee reader list",
        )
    return reader


def _ask_secret(file: Path | None) -> bytes | None:
    """The secret of the label, from a file or typed unseen; None when the answer is empty."""
    forbid_dumps()
    if file is not None:
        return read_label(secret_in_file(file)).secret
    asked = "Code de l’étiquette, ou contenu de son code QR (rien si le lecteur n’en a pas)"
    text = click.prompt(asked, hide_input=True, err=True, default="", show_default=False)
    return read_label(text).secret if text.strip() else None
