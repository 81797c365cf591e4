"""`tournee attestation …`: rights copied from paper, AME or not."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tournee.cli.commands.services.papers import copy_kept, copy_options
from tournee.cli.context import Desk, json_option
from tournee.cli.display import as_json as values
from tournee.cli.french import FrenchGroup
from tournee.cli.options.filters import DayOption

if TYPE_CHECKING:
    from tournee.app.context import Office
    from tournee.app.practice.dossiers import Dossier
    from tournee.documents.pieces.making import Source
    from tournee.practice.scan_file import ScanFile

_words = click.argument("words", metavar="PATIENT…", nargs=-1, required=True)


@click.group("attestation", cls=FrenchGroup)
def attestation() -> None:
    """Les droits recopiés d’un papier : attestation de droits, carte d’admission à l’AME. Ils sont gardés à
    côté de ce que la carte a dit, comme saisis, avec leur date et leur âge.
    """


@attestation.command("noter", short_help="Recopie une attestation.")
@_words
@click.option("--organisme", required=True, help="Régime, caisse et centre, 9 chiffres.")
@click.option("--debut", "start", type=DayOption(), required=True, help="Le premier jour couvert.")
@click.option("--fin", "end", type=DayOption(), required=True, help="Le dernier jour couvert.")
@click.option("--jour", "day", type=DayOption(), help="Le jour du papier ; aujourd’hui sans rien dire.")
@click.option("--ald", is_flag=True, help="Le papier dit une ALD.")
@click.option("--ame", "state_aid", is_flag=True, help="C’est une admission à l’AME.")
@json_option
@click.pass_obj
def note(
    desk: Desk,
    words: tuple[str, ...],
    organisme: str,
    start: date,
    end: date,
    day: date | None,
    ald: bool,
    state_aid: bool,
    as_json: bool,
) -> None:
    """Garde ce que dit le papier. À l’AME, les visites de ce patient, prévues ou d’un fichier du jour, se
    facturent sans carte, payées en entier, et sont refusées hors de ces jours.
    """
    from tournee.app.practice.attestations import CopiedAttestation, attestation_said, note_attestation
    from tournee.app.practice.patients import find_patient

    with desk.office() as office:
        today = office.clock().date()
        told = CopiedAttestation("".join(organisme.split()), start, end, day or today, ald, state_aid)
        one = note_attestation(office, find_patient(office, words), told)
    said = attestation_said(one.told, today)
    values.answer(desk, as_json, {"patient": one.id, "said": said}, f"{one.told.who} : {said}")


@attestation.command("montrer", short_help="Ce qui a été recopié d’un papier.")
@_words
@json_option
@click.pass_obj
def show(desk: Desk, words: tuple[str, ...], as_json: bool) -> None:
    """Les droits saisis d’un patient, avec leur date et leur âge."""
    from tournee.app.practice.attestations import attestation_said
    from tournee.app.practice.patients import find_patient

    with desk.office() as office:
        one, today = find_patient(office, words), office.clock().date()
    said = attestation_said(one.told, today)
    nothing = "rien n’a été recopié d’un papier"
    values.answer(desk, as_json, {"patient": one.id, "said": said}, f"{one.told.who} : {said or nothing}")


@attestation.command("copie", short_help="Garde la copie du papier, ou l’écrit.")
@_words
@copy_options
def copy(
    desk: Desk,
    words: tuple[str, ...],
    photo: Path | None,
    target: Path | None,
    though_same: bool,
    as_json: bool,
) -> None:
    """La copie du papier d’un patient : lue, vérifiée et gardée comme une pièce, jamais envoyée."""
    from tournee.app.pieces.papers import attestation_copy, keep_attestation_copy
    from tournee.app.practice.patients import find_patient

    def keep(office: Office, source: Source) -> Dossier[ScanFile]:
        return keep_attestation_copy(office, find_patient(office, words).id, source, though_same=though_same)

    def find(office: Office) -> Dossier[ScanFile] | None:
        return attestation_copy(office, find_patient(office, words).id)

    copy_kept(desk, keep, find, photo=photo, target=target, as_json=as_json)
