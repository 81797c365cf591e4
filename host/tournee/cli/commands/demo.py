"""`tournee demo`: the main job from end to end on an emulated reader."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import click

from tournee.cli.context import Desk, json_option
from tournee.cli.display import as_json as values
from tournee.cli.display.show import (
    invoice_tables,
    outside_lines,
    reader_line,
    return_table,
)
from tournee.cli.french import FrenchCommand
from tournee.errors import ConfigError
from tournee.french import euros


@click.command("demo", cls=FrenchCommand)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Dossier où tout laisser, à vérifier avec openssl.",
)
@click.option(
    "--mode",
    type=click.Choice(("fichier-unique", "eclatement", "fse-enrichie", "direct")),
    help="Façon d’envoyer ; sans elle, le fichier unique.",
)
@click.option(
    "--day",
    "days",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    multiple=True,
    help="Fichier du jour à facturer (répétable) ; sinon ceux de la démonstration.",
)
@click.option(
    "--clock", help="Date et heure de la démonstration (AAAA-MM-JJTHH:MM), fixe pour des octets identiques."
)
@click.option(
    "--board",
    default="unix",
    show_default=True,
    help="Carte électronique émulée : unix, lm3s, mps2, netduino.",
)
@click.option(
    "--link",
    type=click.Choice(("serie", "ble")),
    default="serie",
    show_default=True,
    help="Liaison avec le lecteur : ligne série, ou Bluetooth (sans radio, mais par de vraies piles).",
)
@click.option(
    "--services",
    "with_services",
    is_flag=True,
    help="La journée des services autour de la facture (profil open-2), chacun avec sa panne.",
)
@json_option
@click.pass_obj
def demo(
    desk: Desk,
    out: Path | None,
    mode: str | None,
    days: tuple[Path, ...],
    clock: str | None,
    board: str,
    link: str,
    with_services: bool,
    as_json: bool,
) -> None:
    """Lit les cartes, fait et certifie les feuilles de soins de deux tournées, clôt les lots dans le
    lecteur, forme
    le fichier unique, le scelle, l’envoie à un OCT émulé et traite ses retours.

    Avec --mode : eclatement forme un fichier par destinataire, fse-enrichie laisse l’OCT demander la part
    complémentaire d’après des FSE de contrat 99, direct envoie chaque fichier à sa caisse ou à son organisme
    complémentaire émulés, sans OCT.
    """
    if with_services:
        if mode or days or clock or board != "unix" or link != "serie":
            raise ConfigError(
                "--services montre sa propre journée, sur le lecteur émulé ordinaire.",
                next_step="retirez --mode, --day, --clock, --board et --link",
            )
        _services(desk, out, as_json)
        return
    from tournee.billing.dayfile.day import read_day_file
    from tournee.emulation import demo as job  # the emulation is loaded only when asked for

    moment = job.CLOCK if clock is None else _moment(clock)
    way = mode or job.SINGLE_FILE
    files = [job.DayFile(path.name, read_day_file(path)) for path in days] or job.built_in_days(way)
    with ExitStack() as stack:
        directory = out if out is not None else Path(stack.enter_context(tempfile.TemporaryDirectory()))
        watch = stack.enter_context(desk.watcher(as_json))
        outcome = job.run(directory, files, moment, board, watch, way, link)
    if as_json:
        values.write(
            {
                "invoices": [values.invoice(row) for row in outcome.invoices],
                "payments_outside": [values.outside(row) for row in outcome.payments_outside],
                "returns": [values.received(one) for one in outcome.returns],
                "reader": values.reader(outcome.reader) | {"runtime": outcome.runtime},
                "directory": None if out is None else str(out),
            }
            | ({} if mode is None else {"mode": mode, "claims": [asdict(one) for one in outcome.claims]})
        )
        return
    desk.console.print(return_table(outcome.returns))
    for table in invoice_tables(outcome.invoices, outcome.carers):
        desk.console.print(table)
    for line in outside_lines(outcome.payments_outside):
        desk.console.print(line)
    if mode == job.ENRICHED:
        for claim in outcome.claims:
            asked = f"L’OCT demande {euros(claim.amount)} € à l’organisme {claim.amc}"
            desk.console.print(f"{asked} d’après la FSE {claim.invoice}.")
    fees, paid = (
        sum(amounts) for amounts in zip(*((row.fee, row.paid) for row in outcome.invoices), strict=True)
    )
    desk.console.print(
        f"{len(outcome.invoices)} factures, {euros(fees)} € d’honoraires, {euros(paid)} € déjà payés."
    )
    desk.console.print(reader_line(outcome.reader, outcome.runtime))
    if out is not None:
        keys = "am" if way == job.DIRECT else "oct"
        desk.console.print(f"Tout est dans {out} : clear/, sent/, returns/, {keys}/, cards/, journal.db")


def _services(desk: Desk, out: Path | None, as_json: bool) -> None:
    from tournee.emulation.practice import service_day

    with ExitStack() as stack:
        directory = out if out is not None else Path(stack.enter_context(tempfile.TemporaryDirectory()))
        watch = stack.enter_context(desk.watcher(as_json))
        scenes = service_day(directory, watch)
    if as_json:
        values.write(
            {"scenes": [asdict(one) for one in scenes], "directory": None if out is None else str(out)}
        )
        return
    desk.console.print("Services autour de la facture : profil open-2, simulation lui aussi.")
    for scene in scenes:
        desk.console.print(f"\n{scene.title}", style="bold")
        for line in scene.done:
            desk.console.print(f"  ✓ {line}")
        for line in scene.wrong:
            desk.console.print(f"  ! {line}", style="yellow")
    if out is not None:
        desk.console.print(f"\nCe que chaque service a reçu et répondu est dans {out / 'services'}.")


def _moment(text: str) -> datetime:
    from tournee.emulation.demo import CLOCK

    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ConfigError(f"« {text} » n’est pas une date.", next_step="écrivez AAAA-MM-JJTHH:MM") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=CLOCK.tzinfo)
