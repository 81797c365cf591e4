"""`tournee store`: what a journal stands on, for who administers a database of practices."""

from __future__ import annotations

import click

from tournee.cli.context import Desk, json_option
from tournee.cli.display import as_json as values
from tournee.cli.french import FrenchGroup


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

    from tournee.store.engines.postgresql_link import translated
    from tournee.store.engines.postgresql_schema import latest, migrate

    try:
        with psycopg.connect(url, autocommit=True, connect_timeout=10) as connection:
            done = migrate(connection, role)
    except psycopg.Error as error:
        raise translated(error) from error
    if as_json:
        values.write({"done": done, "version": latest()})
    elif done:
        desk.console.print(f"La base est à la version {done[-1]}.")
    else:
        desk.console.print(f"La base était déjà à la version {latest()}.")
