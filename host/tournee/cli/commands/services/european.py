"""`tournee ceam …`: visits on a European card, outside télétransmission, and their care sheets on paper."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tournee.cli.commands.services.papers import copy_kept, copy_options
from tournee.cli.context import Desk, json_option
from tournee.cli.display import as_json as values
from tournee.cli.french import FrenchGroup
from tournee.errors import StoreError
from tournee.files import write_whole
from tournee.french import euros, reason

if TYPE_CHECKING:
    from tournee.app.context import Office
    from tournee.app.practice.dossiers import Dossier
    from tournee.app.visits.european import EuropeanRecord
    from tournee.documents.pieces.making import Source
    from tournee.practice.scan_file import ScanFile


@click.group("ceam", cls=FrenchGroup)
def ceam() -> None:
    """Les visites sur carte européenne d’assurance maladie (CEAM) : hors télétransmission, avec une feuille
    de soins à imprimer. La carte se recopie dans le fichier du jour : tournee day format.
    """


@ceam.command("list", short_help="Les visites sur CEAM.")
@json_option
@click.pass_obj
def list_records(desk: Desk, as_json: bool) -> None:
    """Liste les visites sur carte européenne prises au journal, la plus récente d’abord."""
    from tournee.app.visits.european import european_records

    with desk.office() as office:
        records = list(european_records(office))
    if as_json:
        values.write({"visits": [_as_json(one) for one in records]})
        return
    from rich.table import Table

    table = Table(title="Visites sur carte européenne, hors télétransmission", title_style="bold")
    for heading in ("Visite", "Journée", "Patient", "Pays", "À payer"):
        table.add_column(heading, justify="right" if heading == "À payer" else "left")
    for one in records:
        total = f"{euros(one.total)} €"
        table.add_row(str(one.id), f"{one.day:%d/%m/%Y}", one.ceam.holder, one.ceam.country, total)
    desk.console.print(table)


@ceam.command("show", short_help="Une visite sur CEAM, ligne par ligne.")
@click.argument("visit", metavar="VISITE|PATIENT")
@json_option
@click.pass_obj
def show_record(desk: Desk, visit: str, as_json: bool) -> None:
    """Montre la carte, les soins et le total de VISITE."""
    from tournee.app.finding import find_thing, is_european
    from tournee.app.visits.european import european_record
    from tournee.billing.european.ceam import COUNTRIES

    with desk.office() as office:
        record = european_record(office, find_thing(office, visit, fits=is_european).id)
    if as_json:
        values.write(_as_json(record))
        return
    card = record.ceam
    desk.console.print(f"Visite {record.id} du {record.day:%d/%m/%Y}, {record.state.label}")
    desk.console.print(
        f"{card.holder}, {COUNTRIES[card.country].name}, carte valable jusqu’au {card.expires:%d/%m/%Y}"
    )
    for line in record.lines:
        coefficient = f" {line.coefficient // 100},{line.coefficient % 100:02}" if line.coefficient else ""
        many = f" × {line.quantity}" if line.quantity > 1 else ""
        note = f" ({line.note})" if line.note else ""
        desk.console.print(
            f"{line.day:%d/%m/%Y} {line.code}{coefficient}{many} : {euros(line.cents)} €{note}"
        )
    desk.console.print(f"À payer par le patient : {euros(record.total)} €")


@ceam.command("sheet", short_help="La feuille de soins à imprimer (PDF).")
@click.argument("visit", metavar="VISITE|PATIENT")
@click.argument("file", metavar="[FICHIER]", required=False, type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--carer", default="", metavar="NOM", help="Votre nom, à imprimer ; sans lui, le cachet le dit."
)
@click.pass_obj
def sheet(desk: Desk, visit: str, file: Path | None, carer: str) -> None:
    """Écrit la feuille de soins de VISITE dans FICHIER (feuille-ceam-VISITE.pdf sans rien dire), à imprimer,
    à signer et à remettre au patient. C’est un modèle propre à Tournée, pas le formulaire officiel.
    """
    from tournee.app.finding import find_thing, is_european
    from tournee.app.visits.european import care_sheet, european_record

    with desk.office() as office:
        found = find_thing(office, visit, fits=is_european).id
        pdf = care_sheet(european_record(office, found), carer)
    target = file or Path(f"feuille-ceam-{found}.pdf")
    try:
        write_whole(target, pdf)
    except OSError as error:
        raise StoreError(f"La feuille {target} ne peut pas être écrite.", cause=reason(error)) from None
    desk.console.print(f"Feuille de soins : {target}. À imprimer, signer et remettre au patient.")


@ceam.command("copie", short_help="Garde la copie de la carte, ou l’écrit.")
@click.argument("visit", metavar="VISITE|PATIENT")
@copy_options
def copy(
    desk: Desk, visit: str, photo: Path | None, target: Path | None, though_same: bool, as_json: bool
) -> None:
    """La copie de la carte, gardée avec VISITE : lue et vérifiée comme une pièce, jamais envoyée."""
    from tournee.app.finding import find_thing, is_european
    from tournee.app.pieces.papers import card_copy, keep_card_copy

    def keep(office: Office, source: Source) -> Dossier[ScanFile]:
        found = find_thing(office, visit, fits=is_european).id
        return keep_card_copy(office, found, source, though_same=though_same)

    def find(office: Office) -> Dossier[ScanFile] | None:
        return card_copy(office, find_thing(office, visit, fits=is_european).id)

    copy_kept(desk, keep, find, photo=photo, target=target, as_json=as_json)


def _as_json(record: EuropeanRecord) -> dict[str, Any]:
    card = record.ceam
    return {
        "id": record.id,
        "date": f"{record.day:%Y-%m-%d}",
        "state": record.state.value,
        "ps": record.judged.ps_number,
        "country": card.country,
        "name": card.name,
        "first_name": card.first_name,
        "expires": f"{card.expires:%Y-%m-%d}",
        "lines": [
            {
                "date": f"{line.day:%Y-%m-%d}",
                "code": line.code,
                "label": line.label,
                "coefficient": line.coefficient / 100 if line.coefficient else None,
                "quantity": line.quantity,
                "cents": line.cents,
                "note": line.note,
            }
            for line in record.lines
        ],
        "total_cents": record.total,
        "amo_cents": 0,
        "amc_cents": 0,
        "patient_cents": record.total,
    }
