"""`tournee recipient …`: the caisses and insurers that can be billed, and how a carer adds one."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click
from rich.table import Table

from tournee.app.visits.payers import KnownPayer, NewPayer, add_payer, known_payers, payers_of
from tournee.cli.context import Desk, json_option
from tournee.cli.display import as_json as values
from tournee.cli.french import FrenchGroup
from tournee.errors import ConfigError

_FILE = click.Path(path_type=Path, dir_okay=False, exists=True)


@click.group("recipient", cls=FrenchGroup)
def recipient() -> None:
    """Les caisses et les organismes complémentaires que l’on peut facturer.

    Ceux que vous ajoutez sont dans organismes.toml, à côté de la configuration.
    """


@recipient.command("list", short_help="Ceux qui sont connus.")
@click.option("--own", is_flag=True, help="Seulement ceux que vous avez ajoutés.")
@json_option
@click.pass_obj
def list_recipients(desk: Desk, own: bool, as_json: bool) -> None:
    """Montre les caisses connues, et les caisses et organismes complémentaires que vous avez ajoutés."""
    told = [one for one in known_payers(desk.config()) if one.own or not own]
    if as_json:
        values.write({"recipients": [_values(one) for one in told]})
        return
    table = Table(title="Caisses et organismes", title_style="bold")
    for heading in ("Numéro", "Nom", "Organisme", "Centre informatique", "Adresse (direct)", "Ajouté"):
        table.add_column(heading)
    for one in told:
        table.add_row(*_cells(one))
    desk.console.print(table)


@recipient.command("show", short_help="L’un d’eux.")
@click.argument("number", metavar="NUMÉRO")
@json_option
@click.pass_obj
def show(desk: Desk, number: str, as_json: bool) -> None:
    """Montre ce que l’on sait de NUMÉRO : une caisse (01-671), un organisme complémentaire (10 chiffres)."""
    found = payers_of(desk.config(), number)
    if not found:
        raise ConfigError(
            f"{number} n’est pas connu.",
            cause="ni la table de Tournée ni la vôtre ne le portent",
            next_step="vérifiez ce numéro, ou ajoutez-le",
            remedy="add-recipient",
        )
    if as_json:
        values.write({"recipients": [_values(one) for one in found]})
        return
    for one in found:
        desk.console.print(_line(one), soft_wrap=True)


@recipient.command("add", short_help="Ajoute une caisse ou un organisme.")
@click.argument("number", metavar="NUMÉRO")
@click.option("--name", metavar="NOM", required=True, help="Son nom, pour vous.")
@click.option("--organisme", metavar="3 CHIFFRES", default="", help="Caisse : organisme destinataire.")
@click.option(
    "--computing-centre", metavar="3 CHIFFRES", default="", help="Caisse : son centre informatique."
)
@click.option("--address", metavar="ADRESSE", default="", help="Sa messagerie, pour l’envoi direct.")
@click.option("--certificate", type=_FILE, metavar="FICHIER", help="Son certificat de chiffrement.")
@json_option
@click.pass_obj
def add(desk: Desk, /, as_json: bool, **given: Any) -> None:
    """Ajoute NUMÉRO : une caisse (01-671, ou 01-671-0000 pour un seul centre), ou un organisme complémentaire
    (10 chiffres).

    Il est marqué comme ajouté par vous. L’ajouter de nouveau remplace ce que vous en aviez dit.
    """
    config = desk.config()
    payer = add_payer(config, NewPayer(**given), datetime.now(config.zone))
    if as_json:
        values.write({"added": payer.number})
        return
    desk.console.print(f"Ajouté par vous : {payer.number}, {payer.name}.", soft_wrap=True)


def _cells(one: KnownPayer) -> tuple[str, ...]:
    row = one.recipient
    where = (row.organisme, row.computing_centre) if row is not None else ("", "")
    return one.number, one.name, *where, one.address, f"par vous, {one.added:%d/%m/%Y}" if one.added else ""


def _line(one: KnownPayer) -> str:
    row = one.recipient
    told = [f"{'Caisse' if row is not None else 'Organisme complémentaire'} {one.number}"]
    if one.name:
        told.append(one.name)
    if row is not None:
        told.append(f"organisme destinataire {row.organisme}, centre informatique {row.computing_centre}")
    if one.address:
        told.append(f"en direct : {one.address}")
    if one.certificate is not None:
        told.append(f"certificat {one.certificate}")
    told.append(f"ajouté par vous le {one.added:%d/%m/%Y}" if one.added else "table de Tournée")
    return ", ".join(told)


def _values(one: KnownPayer) -> dict[str, Any]:
    row = one.recipient
    return {
        "number": one.number,
        "kind": "caisse" if one.is_caisse else "amc",
        "name": one.name,
        "organisme": row.organisme if row is not None else None,
        "computing_centre": row.computing_centre if row is not None else None,
        "address": one.address,
        "certificate": str(one.certificate) if one.certificate is not None else None,
        "own": one.own,
        "added": one.added.isoformat() if one.added else None,
    }
