"""`tournee nomenclature …`: the tables of acts and prices on this machine, and how another is taken in."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tournee.cli.commands.nomenclature.rules import rules
from tournee.cli.context import Desk, json_option
from tournee.cli.display import as_json as values
from tournee.cli.french import FrenchGroup
from tournee.errors import ConfigError

if TYPE_CHECKING:
    from tournee.billing.nomenclature.rows import Cotation, Rate
    from tournee.billing.nomenclature.tables import Installed

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.group("nomenclature", cls=FrenchGroup)
def nomenclature() -> None:
    """Les tables des actes et des tarifs : celle de Tournée, celles reçues depuis, les lignes d’un éditeur.

    Un acte a le prix de la table en vigueur à son jour. Une facture garde la version qui l’a calculée.
    """


@nomenclature.command("list", short_help="Les tables de cette machine.")
@json_option
@click.pass_obj
def list_tables(desk: Desk, as_json: bool) -> None:
    """Liste les tables, la plus récente d’abord ; → devant celles qui font les prix d’aujourd’hui."""
    tables = desk.tables()
    installed, today = tables.installed(), date.today()
    in_force = tables.in_force(today)
    if as_json:
        values.write(
            {
                "tables": [{**_told(one), "in_force": one in in_force} for one in installed],
                "folder": str(tables.folder),
            }
        )
        return
    from tournee.cli.display.show_tables import installed_table

    desk.console.print(installed_table(installed, in_force))


@nomenclature.command("show", short_help="Une table : ce qu’elle contient, d’où elle vient.")
@click.argument("version", metavar="[VERSION]", required=False)
@click.option("--name", metavar="NOM", default="", help="Celle de ce nom ; la table entière sinon.")
@json_option
@click.pass_obj
def show(desk: Desk, version: str | None, name: str, as_json: bool) -> None:
    """Montre une table : sa référence, ses lignes, à quel point elles sont sûres, leurs sources."""
    tables = desk.tables()
    one = tables.find(name, version or "")
    rows = tables.content(one).rows
    both: tuple[Cotation | Rate, ...] = (*rows.acts, *rows.rates)
    sure = Counter(row.certainty for row in both)
    announced = sum(row.announced for row in both)
    if as_json:
        values.write(
            {
                "table": _told(one),
                "reference": rows.heading.reference,
                "reference_sha256": rows.heading.reference_sha256,
                "acts": len(rows.acts),
                "prices": len(rows.rates),
                "certainty": dict(sure),
                "announced": announced,
                "sources": rows.sources,
                "coming": [
                    {"profession": row.profession, "code": row.code, "label": row.label}
                    for row in rows.coming
                ],
            }
        )
        return
    from tournee.cli.display.show_tables import lines_of

    for line in lines_of(one, rows, sure, announced):
        desk.console.print(line)


@nomenclature.command("check", short_help="Juge une table, et dit ce qu’elle change.")
@click.argument("file", metavar="FICHIER", type=_FILE)
@json_option
@click.pass_obj
def check(desk: Desk, file: Path, as_json: bool) -> None:
    """Juge FICHIER sans rien installer, et dit ce qu’il change à la table du même nom : actes nouveaux ou
    finis, prix. État de sortie 5 s’il ne peut pas être installé ; chaque ligne en faute est dite.
    """
    from tournee.billing.nomenclature.check import changes
    from tournee.billing.nomenclature.reading import read
    from tournee.billing.nomenclature.rows import Rows
    from tournee.billing.nomenclature.tables import read_file

    tables = desk.tables()
    data = read_file(file)
    new = read(data)
    update = tables.tried(data)
    before = tables.content(update.after).rows if update.after else Rows(new.heading)
    found = [] if update.is_known else changes(before, new.rows)
    if as_json:
        values.write(
            {
                "table": _told(update.installed),
                "installed": update.is_known,
                "after": _told(update.after) if update.after else None,
                "changes": [
                    {"sort": one.sort, "what": one.what, "from": one.start.isoformat(), "text": one.text}
                    for one in found
                ],
            }
        )
        return
    from tournee.cli.display.show_tables import change_lines

    for line in change_lines(update, found, new.heading.start):
        desk.console.print(line)


@nomenclature.command("update", short_help="Installe une table.")
@click.argument("file", metavar="FICHIER", type=_FILE)
@click.option(
    "--sha256", "digest", metavar="EMPREINTE", help="L’empreinte donnée par l’éditeur, par une autre voie."
)
@click.option(
    "--signature", type=_FILE, metavar="FICHIER.sig", help="Sa signature, d’une clé de la configuration."
)
@json_option
@click.pass_obj
def update(desk: Desk, file: Path, digest: str | None, signature: Path | None, as_json: bool) -> None:
    """Installe FICHIER à côté des autres tables, qui restent. Il faut son empreinte SHA-256, ou sa signature
    par un éditeur de [nomenclature.editeurs]. La même table deux fois ne change rien. Une table plus
    ancienne, ou changée sous la même version, est refusée : rien ne change.
    """
    from tournee.billing.nomenclature.accepted import by_digest, by_signature
    from tournee.billing.nomenclature.tables import read_file

    if (digest is None) == (signature is None):
        raise click.UsageError("donnez l’empreinte de la table (--sha256), ou sa signature (--signature)")
    data = read_file(file)
    tables = desk.tables()
    if digest is not None:
        accepted = by_digest(data, digest)
    else:
        assert signature is not None
        accepted = by_signature(data, signature, _editors(desk))
    done = tables.update(data, accepted)
    if as_json:
        after = _told(done.after) if done.after else None
        values.write({"table": _told(done.installed), "known": done.is_known, "after": after})
        return
    one = done.installed
    if done.is_known:
        desk.console.print(f"La table {one.name} {one.version} est déjà installée.")
        return
    desk.console.print(f"Table {one.name} {one.version} installée : elle compte dès le {one.start:%d/%m/%Y}.")
    if done.after is not None:
        desk.console.print(f"La {done.after.version} reste, pour les jours et les factures d’avant.")


nomenclature.add_command(rules)


def _editors(desk: Desk) -> dict[str, Path]:
    try:
        return dict(desk.config().editors)
    except ConfigError:
        if desk.config_path is not None:
            raise
        return {}


def _told(one: Installed) -> dict[str, Any]:
    row = asdict(one)
    start = row.pop("start")
    return {**row, "from": start.isoformat()}
