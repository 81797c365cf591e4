"""`tournee patient copy|export|import|send|receive`: the practice's file as files, for people and devices."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tournee.cli import status
from tournee.cli.commands.practice.families import family, newborn
from tournee.cli.commands.practice.patients import patient
from tournee.cli.commands.practice.versions import history, versions
from tournee.cli.context import Desk, json_option
from tournee.cli.display import as_json as values
from tournee.cli.options.passphrases import ask_passphrase, passphrase_fd_option
from tournee.errors import BillingError

if TYPE_CHECKING:
    from tournee.app.practice.interchange.contacts import BookTaken

patient.add_command(newborn)
patient.add_command(family)
patient.add_command(versions)
patient.add_command(history)
_file = click.argument("file", metavar="FICHIER", type=click.Path(path_type=Path, dir_okay=False))
_there = click.argument(
    "file", metavar="FICHIER", type=click.Path(path_type=Path, dir_okay=False, exists=True)
)


@patient.command("copy", short_help="Écrit tout ce qui est connu, en fichiers lisibles.")
@click.argument("words", metavar="[PATIENT…]", nargs=-1)
@click.option(
    "--vers",
    "folder",
    required=True,
    metavar="DOSSIER",
    type=click.Path(path_type=Path, file_okay=False),
    help="Le dossier où écrire.",
)
@json_option
@click.pass_obj
def copy(desk: Desk, words: tuple[str, ...], folder: Path, as_json: bool) -> None:
    """Écrit un tableau des patients (CSV), un fichier JSON par patient (dossier, ordonnances, plans, visites
    et factures) et les images des ordonnances. D’un patient, ou de tous. Ils sont en clair : rangez-les où
    personne d’autre ne lit.
    """
    from tournee.app.practice.copies import write_copies
    from tournee.app.practice.patients import find_patient

    with desk.office() as office:
        chosen = [find_patient(office, words)] if words else None
        count = write_copies(office, folder, chosen)
    if as_json:
        values.write({"folder": str(folder), "patients": count})
    else:
        told = f"{count} patient{'s' if count > 1 else ''}"
        desk.console.print(f"{folder} : {told}, en clair et pour vous seul(e).", soft_wrap=True)


@patient.command("export", short_help="Écrit les patients en tableau (CSV) ou carnet d’adresses (vCard).")
@_file
@json_option
@click.pass_obj
def export(desk: Desk, file: Path, as_json: bool) -> None:
    """Écrit tous les patients en CSV (UTF-8, point-virgule), pour un tableur ou un autre logiciel ; en .vcf,
    un carnet d’adresses : ni numéro de sécurité sociale, ni code de porte, ni note n’y sont.
    """
    from tournee.app.practice.copies import patients_table
    from tournee.app.practice.interchange.contacts import patients_book
    from tournee.app.practice.patients import find_patients
    from tournee.files import write_whole

    with desk.office() as office:
        found = find_patients(office)
        write_whole(file, patients_book(found) if is_book(file) else patients_table(found))
    if as_json:
        values.write({"file": str(file), "patients": len(found)})
    else:
        desk.console.print(f"{file} : {len(found)} patient(s).", soft_wrap=True)


def is_book(file: Path) -> bool:
    """Whether a file's name is that of an address book."""
    return file.suffix.lower() in (".vcf", ".vcard")


def book_options(command: Callable[..., None]) -> Callable[..., None]:
    """What becomes of what an address book says otherwise, and of who is not known."""
    for option in (
        click.option("--nouveaux", "make", is_flag=True, help="Carnet : ouvre un dossier à qui n’en a pas."),
        click.option("--remplacer", "take", is_flag=True, help="Carnet : ce qui diffère est pris du carnet."),
    ):
        command = option(command)
    return command


@patient.command("import", short_help="Prend un tableau de patients (CSV), ou un carnet d’adresses (vCard).")
@_there
@book_options
@json_option
@click.pass_obj
def take(desk: Desk, /, file: Path, as_json: bool, **how: bool) -> None:
    """Ouvre un dossier pour chaque ligne d’un tableau CSV (colonnes nom, prenom, naissance, et celles de
    l’export). Qui a un dossier le garde tel quel ; une ligne fausse n’arrête pas les autres.

    D’un carnet d’adresses (.vcf), complète le téléphone et l’adresse de qui a un dossier ; ce qui diffère est
    montré, et reste.
    """
    from tournee.app.practice.copies import TABLE_MAX, take_table
    from tournee.app.practice.interchange.contacts import take_patients_book
    from tournee.files import read_bounded

    data = read_bounded(file, TABLE_MAX)
    if is_book(file):
        with desk.office() as office:
            book_taken(desk, take_patients_book(office, data, **how), as_json)
        return
    with desk.office() as office:
        done = take_table(office, data)
    if as_json:
        values.write({"made": done.made, "known": done.known, "faults": done.faults})
    else:
        desk.console.print(f"{done.made} dossier(s) ouvert(s), {done.known} déjà là.")
        for fault in done.faults:
            desk.errors.print(fault, soft_wrap=True)
    if done.faults:
        raise click.exceptions.Exit(status.OF_ERROR[BillingError])


def book_taken(desk: Desk, done: BookTaken, as_json: bool) -> None:
    """What became of an address book; the status of cards at fault."""
    if as_json:
        differ = [
            {"who": one.who, "what": one.label, "kept": one.kept, "told": one.told}
            for one in done.differences
        ]
        told = {"completed": done.completed, "same": done.same, "made": done.made, "differences": differ}
        values.write({**told, "unknown": done.unknown, "faults": done.faults})
    else:
        made = f"{len(done.made)} ouvert(s)"
        desk.console.print(f"{len(done.completed)} complété(s), {done.same} sans rien de nouveau, {made}.")
        for one in done.differences:
            desk.console.print(
                f"{one.who}, {one.label} : dossier « {one.kept} », carnet « {one.told} »", soft_wrap=True
            )
        if done.unknown:
            desk.console.print(f"Sans dossier ici : {', '.join(done.unknown[:_SHOWN])}", soft_wrap=True)
        for fault in done.faults:
            desk.errors.print(fault, soft_wrap=True)
    if done.faults:
        raise click.exceptions.Exit(status.OF_ERROR[BillingError])


_SHOWN = 20


@patient.command("send", short_help="Écrit le cabinet pour un autre appareil, scellé.")
@_file
@passphrase_fd_option
@json_option
@click.pass_obj
def send(desk: Desk, file: Path, passphrase_fd: int | None, as_json: bool) -> None:
    """Écrit patients, ordonnances, plans et tournées dans un fichier scellé par une phrase de passe, à
    prendre sur un autre appareil du cabinet (tournee patient receive).
    """
    from tournee.app.backup import check_passphrase
    from tournee.app.practice.exchange import write_practice

    passphrase = ask_passphrase(passphrase_fd, twice=True)
    if doubt := check_passphrase(passphrase):
        desk.warn(doubt)
    with desk.office() as office:
        count = write_practice(office, file, passphrase)
    if as_json:
        values.write({"file": str(file), "dossiers": count})
    else:
        desk.console.print(f"{file} : {count} dossier(s), scellés.", soft_wrap=True)


@patient.command("receive", short_help="Prend ce qu’un autre appareil a écrit.")
@_there
@passphrase_fd_option
@json_option
@click.pass_obj
def receive(desk: Desk, file: Path, passphrase_fd: int | None, as_json: bool) -> None:
    """Prend les dossiers d’un autre appareil du cabinet. Ce que les deux ont changé est montré des deux
    côtés, et rien n’est perdu.
    """
    from tournee.app.practice.exchange import take_practice

    passphrase = ask_passphrase(passphrase_fd)
    with desk.office() as office:
        done = take_practice(office, file, passphrase)
    if as_json:
        told = {"new": done.new, "known": done.known, "twins": done.twins, "erased": done.erased}
        values.write({**told, "doubled": done.doubled, "faults": done.faults})
    else:
        desk.console.print(f"{done.new} nouveauté(s), {done.known} déjà connue(s).")
        for one in done.twins:
            desk.errors.print(f"Dossier {one} : cette personne en a un autre ici (tournee patient merge).")
        for one in done.doubled:
            desk.errors.print(
                f"Dossier {one} : les deux appareils l’ont changé (tournee patient versions {one})."
            )
        for one in done.erased:
            desk.errors.print(f"Dossier {one} : effacé sur l’autre appareil, toujours là sur celui-ci.")
        for fault in done.faults:
            desk.errors.print(fault, soft_wrap=True)
    if done.faults:
        raise click.exceptions.Exit(status.OF_ERROR[BillingError])
