"""`tournee prescripteur …`: who prescribes, and how to reach them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tournee.cli.commands.practice.files import book_options, book_taken
from tournee.cli.context import Desk, json_option
from tournee.cli.display import as_json as values
from tournee.cli.french import FrenchGroup

if TYPE_CHECKING:
    from collections.abc import Callable

    from tournee.app.practice.dossiers import Dossier
    from tournee.practice.prescriber_file import PrescriberFile
    from tournee.practice.prescription_file import PrescriptionFile

_words = click.argument("words", metavar="PRESCRIPTEUR…", nargs=-1, required=True)
_reason = click.option("--reason", required=True, help="Pourquoi, pour l’historique.")
_PLAIN = ("name", "number", "rpps", "speciality", "phone", "mail", "note")
_ADDRESS = ("street", "postcode", "town")


@click.group("prescripteur", cls=FrenchGroup)
def prescriber() -> None:
    """Qui prescrit : retenus par la première ordonnance, trouvés par un numéro ou une partie du nom."""


def _options(command: Callable[..., None]) -> Callable[..., None]:
    for option in reversed(
        (
            click.option("--nom", "name", help="Son nom."),
            click.option("--rpps", help="Son RPPS, 11 chiffres."),
            click.option("--numero", "number", help="Son numéro de facturation, 9 chiffres."),
            click.option("--specialite", "speciality", help="Sa spécialité, 2 chiffres."),
            click.option("--telephone", "phone", help="Le téléphone."),
            click.option("--mail", help="L’adresse électronique."),
            click.option("--rue", "street", help="Adresse : la rue."),
            click.option("--code-postal", "postcode", help="Le code postal."),
            click.option("--ville", "town", help="La ville."),
            click.option("--note", help="Ce qu’il faut savoir."),
        )
    ):
        command = option(command)
    return command


@prescriber.command("list", short_help="Cherche des prescripteurs, ou propose ceux d’un patient.")
@click.argument("words", metavar="[MOTS…]", nargs=-1)
@click.option("--patient", metavar="PATIENT", help="Ceux qui ont pu écrire une ordonnance de ce patient.")
@json_option
@click.pass_obj
def show_list(desk: Desk, words: tuple[str, ...], patient: str | None, as_json: bool) -> None:
    """Les prescripteurs dont le nom, le numéro ou la ville porte ces mots ; tous sans rien dire."""
    from tournee.app.practice.dossiers import search
    from tournee.app.practice.patients import find_patient
    from tournee.app.practice.prescribers import ProposedPrescriber, proposed_prescribers
    from tournee.practice.prescriber_file import PrescriberFile

    with desk.office() as office:
        if patient is not None:
            found = proposed_prescribers(office, find_patient(office, patient.split()))
        else:
            known = search(office, PrescriberFile, " ".join(words))
            found = [ProposedPrescriber(one, "", None) for one in known]
    if as_json:
        told = [{**_value(one.dossier), "why": one.why, "last": _last(one.last)} for one in found]
        values.write({"prescribers": told})
        return
    for one in found:
        last = f", dernière ordonnance du {one.last.day:%d/%m/%Y}" if one.last else ""
        why = f" ({one.why}{last})" if one.why else ""
        desk.console.print(f"{_line(one.dossier)}{why}", soft_wrap=True)
    if not found:
        desk.console.print("Aucun prescripteur.")


def _last(told: PrescriptionFile | None) -> dict[str, Any] | None:
    from tournee.model.form import form_of

    return form_of(replace(told, scan="")) if told is not None else None


def _value(one: Dossier[PrescriberFile]) -> dict[str, Any]:
    from tournee.model.form import form_of

    return {"dossier": one.id, "who": one.told.who, **form_of(one.told), "heads": 1 + len(one.others)}


def _line(one: Dossier[PrescriberFile]) -> str:
    told = one.told
    where = " ".join(filter(None, (told.address.street, told.address.postcode, told.address.town)))
    numbers = ", ".join(
        filter(None, (told.rpps and f"RPPS {told.rpps}", told.number and f"numéro {told.number}"))
    )
    more = ", ".join(filter(None, (numbers, told.phone, told.mail, where)))
    return f"Prescripteur {one.id} : {told.who}, {more}"


@prescriber.command("show", short_help="L’un d’eux.")
@_words
@json_option
@click.pass_obj
def show(desk: Desk, words: tuple[str, ...], as_json: bool) -> None:
    """Un prescripteur, par un numéro ou une partie du nom."""
    from tournee.app.practice.prescribers import find_prescriber

    with desk.office() as office:
        one = find_prescriber(office, words)
    if as_json:
        values.write({"prescriber": _value(one)})
        return
    desk.console.print(_line(one), soft_wrap=True)
    if one.told.note:
        desk.console.print(f"note : {one.told.note}", soft_wrap=True)
    for other in one.others:
        desk.console.print(f"un autre appareil dit : {other.who}, {other.phone}", soft_wrap=True)


@prescriber.command("add", short_help="Retient un prescripteur.")
@_options
@json_option
@click.pass_obj
def add(desk: Desk, /, as_json: bool, **told: str | None) -> None:
    """Retient un prescripteur, par son RPPS ou son numéro de facturation."""
    from tournee.app.practice.prescribers import add_prescriber
    from tournee.practice.patient_file import Address
    from tournee.practice.prescriber_file import PrescriberFile

    plain = {name: said for name in _PLAIN if (said := told[name]) is not None}
    file = PrescriberFile(**plain, address=Address(*(told[name] or "" for name in _ADDRESS)))
    with desk.office() as office:
        _answer(desk, add_prescriber(office, file), "retenu", as_json)


@prescriber.command("edit", short_help="Change ce que l’on sait d’un prescripteur.")
@_words
@_options
@json_option
@click.pass_obj
def edit(desk: Desk, /, words: tuple[str, ...], as_json: bool, **told: str | None) -> None:
    """Change ce que vous dites, et rien d’autre ; une option vide efface ("")."""
    from tournee.app.practice.dossiers import change, get
    from tournee.app.practice.prescribers import find_prescriber
    from tournee.practice.prescriber_file import PrescriberFile

    plain: dict[str, Any] = {name: said for name in _PLAIN if (said := told[name]) is not None}
    where = {name: said for name in _ADDRESS if (said := told[name]) is not None}
    with desk.office() as office:
        one = find_prescriber(office, words)
        file = replace(one.told, **plain, address=replace(one.told.address, **where))
        change(office, one, file)
        _answer(desk, get(office, PrescriberFile, one.id), "changé", as_json)


def _answer(desk: Desk, one: Dossier[PrescriberFile], done: str, as_json: bool) -> None:
    if as_json:
        values.write({"prescriber": _value(one)})
    else:
        desk.console.print(f"{_line(one)} : {done}.", soft_wrap=True)


@prescriber.command("close", short_help="Met de côté un prescripteur : il n’est plus proposé.")
@_words
@_reason
@json_option
@click.pass_obj
def close(desk: Desk, words: tuple[str, ...], reason: str, as_json: bool) -> None:
    """Met de côté un prescripteur ; ses ordonnances restent."""
    from tournee.app.practice.prescribers import find_prescriber

    with desk.office() as office:
        one = find_prescriber(office, words)
        office.journal.dossiers.close(one.id, reason)
    if as_json:
        values.write({"dossier": one.id})
    else:
        desk.console.print(f"Prescripteur {one.id}, {one.told.who} : mis de côté.", soft_wrap=True)


@prescriber.command("export", short_help="Écrit les prescripteurs en carnet d’adresses (vCard).")
@click.argument("file", metavar="FICHIER", type=click.Path(path_type=Path, dir_okay=False))
@json_option
@click.pass_obj
def export(desk: Desk, file: Path, as_json: bool) -> None:
    """Écrit tous les prescripteurs en carnet d’adresses (.vcf)."""
    from tournee.app.practice.dossiers import search
    from tournee.app.practice.interchange.contacts import prescribers_book
    from tournee.files import write_whole
    from tournee.practice.prescriber_file import PrescriberFile

    with desk.office() as office:
        found = search(office, PrescriberFile, "")
        write_whole(file, prescribers_book(found))
    if as_json:
        values.write({"file": str(file), "prescribers": len(found)})
    else:
        desk.console.print(f"{file} : {len(found)} prescripteur(s).", soft_wrap=True)


@prescriber.command("import", short_help="Prend un carnet d’adresses (vCard).")
@click.argument("file", metavar="FICHIER", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@book_options
@json_option
@click.pass_obj
def take(desk: Desk, /, file: Path, as_json: bool, **how: bool) -> None:
    """Complète les prescripteurs connus par un carnet d’adresses (.vcf) ; ce qui diffère est montré, et
    reste. Qui n’est pas connu et a un numéro (X-RPPS) est retenu avec --nouveaux.
    """
    from tournee.app.practice.interchange.contacts import take_prescribers_book
    from tournee.files import read_bounded
    from tournee.practice.interchange.vcards import BOOK_MAX

    data = read_bounded(file, BOOK_MAX)
    with desk.office() as office:
        book_taken(desk, take_prescribers_book(office, data, **how), as_json)
