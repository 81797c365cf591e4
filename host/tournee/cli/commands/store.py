"""`tournee store`: what a journal stands on, for who administers a database of practices."""

from __future__ import annotations

from pathlib import Path

import click

from tournee.cli.context import Desk, json_option
from tournee.cli.display import as_json as values
from tournee.cli.french import FrenchGroup
from tournee.errors import StoreError


@click.group("store", cls=FrenchGroup)
def store() -> None:
    """La base de données d’un hébergeur de cabinets (PostgreSQL)."""


@store.command("migrate", short_help="Crée ou met à jour les tables d’une base PostgreSQL.")
@click.argument("url", metavar="ADRESSE")
@click.option("--role", default="", metavar="COMPTE", help="Compte qui ouvrira les journaux.")
@json_option
@click.pass_obj
def migrate_tables(desk: Desk, url: str, role: str, as_json: bool) -> None:
    """Crée les tables dans la base d’ADRESSE (postgresql://HÔTE/BASE), ou les met à jour : tout, ou rien.

    Cela se fait par le compte de l’administrateur ; les journaux s’ouvrent par un compte ordinaire, celui
    de --role, qui ne voit chaque fois qu’un cabinet.
    """
    import psycopg

    from tournee.store.engines.postgresql_link import translated, without_practice
    from tournee.store.engines.postgresql_schema import latest, migrate

    try:
        with psycopg.connect(without_practice(url), autocommit=True, connect_timeout=10) as connection:
            done = migrate(connection, role)
    except psycopg.Error as error:
        raise translated(error) from error
    if as_json:
        values.write({"done": done, "version": latest()})
    elif done:
        desk.console.print(f"La base est à la version {done[-1]}.")
    else:
        desk.console.print(f"La base était déjà à la version {latest()}.")


@store.command("move", short_help="Déplace un journal entre un fichier et une base.")
@click.argument("source", metavar="DE")
@click.argument("target", metavar="VERS")
@click.option(
    "--key",
    "key_file",
    metavar="FICHIER",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="La clé du journal ; sans elle, celle du fichier ou du trousseau.",
)
@json_option
@click.pass_obj
def move_journal(desk: Desk, source: str, target: str, key_file: Path | None, as_json: bool) -> None:
    """Déplace un journal d’un fichier vers un cabinet d’une base (postgresql://HÔTE/BASE?practice=N), ou de
    la base vers un fichier. Rien n’en est déchiffré, et tout est comparé avant d’être gardé : tout, ou rien.

    Il n’est plus ensuite là d’où il vient : le fichier est mis de côté (.moved), le cabinet est fermé. Il
    prend d’autres numéros avant d’en donner. Sa clé ne bouge pas.
    """
    from datetime import datetime

    import psycopg

    from tournee.store import Cipher, journal_key
    from tournee.store.engines.moving import move
    from tournee.store.engines.postgresql_link import translated
    from tournee.store.keys import read_key

    beside = Path(f"{target}.key")
    if key_file is not None:
        key = read_key(key_file)
    elif Path(source).is_file():
        key = journal_key(source)
    elif beside.is_file():
        key = read_key(beside)
    else:
        raise StoreError("La clé du journal manque.", next_step="donnez-la par --key FICHIER.")
    try:
        moved = move(source, target, Cipher(key), datetime.now)
    except psycopg.Error as error:
        raise translated(error) from error
    if as_json:
        values.write({"rows": moved.rows, "aside": str(moved.aside or "")})
        return
    desk.console.print(f"{sum(moved.rows.values())} lignes déplacées, les mêmes des deux côtés.")
    if moved.aside is not None:
        desk.console.print(f"L’ancien fichier est mis de côté : {moved.aside}.")
