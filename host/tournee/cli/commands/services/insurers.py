"""`tournee amc …`: complementary insurers asked on line (`open-2/amc`, a simulation)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tournee.cli.context import Desk, json_option
from tournee.cli.display import as_json as values
from tournee.cli.french import FrenchGroup

if TYPE_CHECKING:
    from datetime import date

    from tournee.app.services.insurers.rights import InsurerRightsTold
    from tournee.services.insurers.directory import InsurerDirectory


@click.group("amc", cls=FrenchGroup)
def insurers() -> None:
    """Les mutuelles interrogées en ligne : droits, part promise (engagement), annuaire. Simulation, profil
    open-2/amc. Sans réseau tout continue : la facture part sans engagement, et le dit.
    """


@insurers.command("demander", short_help="Demande à sa mutuelle les droits d’un patient.")
@click.argument("words", metavar="PATIENT…", nargs=-1, required=True)
@click.option("--mutuelle", "number", default="", metavar="NUMÉRO", help="Une autre que celle du dossier.")
@click.option("--adherent", "member", default="", help="Son numéro d’adhérent, s’il est autre.")
@json_option
@click.pass_obj
def ask(desk: Desk, words: tuple[str, ...], number: str, member: str, as_json: bool) -> None:
    """Demande les droits du jour, par le dossier du patient ; sans réseau, la demande attend."""
    from tournee.app.practice.patients import find_patient
    from tournee.app.services.insurers.rights import ask_rights, insured_of

    with desk.office() as office:
        patient = find_patient(office, words)
        told = ask_rights(office, insured_of(office, patient.told, "".join(number.split()), member))
    values.answer(desk, as_json, {"rights": _rights(told)}, told.said())


@insurers.command("montrer", short_help="Ce que les mutuelles ont dit d’un patient ou d’une visite.")
@click.argument("words", metavar="PATIENT|VISITE…", nargs=-1, required=True)
@json_option
@click.pass_obj
def show(desk: Desk, words: tuple[str, ...], as_json: bool) -> None:
    """Les derniers droits dits d’un patient, avec leur date ; d’une visite (son numéro), ce que la mutuelle
    s’est engagée à payer.
    """
    from tournee.app.practice.patients import find_patient
    from tournee.app.services.insurers.engaging import said_of_visit
    from tournee.app.services.insurers.rights import last_rights
    from tournee.errors import StoreError

    with desk.office() as office:
        if len(words) == 1 and words[0].isdecimal():
            visit = office.journal.visits.get(int(words[0])).id
            said = said_of_visit(office, visit)
            nothing = f"Aucune mutuelle n’a été interrogée pour la visite {visit}."
            values.answer(desk, as_json, {"visit": visit, "said": said}, said or nothing)
            return
        file = find_patient(office, words).told
        told = last_rights(office, file.nir, file.born, file.birth_rank)
    if told is None:
        raise StoreError(
            f"Aucune mutuelle n’a rien dit de {file.who}.", next_step="demandez ses droits d’abord"
        )
    values.answer(desk, as_json, {"rights": _rights(told)}, told.said())


@insurers.group("annuaire", cls=FrenchGroup, invoke_without_command=True)
@click.option("--tout", "whole", is_flag=True, help="Avec toutes les mutuelles.")
@json_option
@click.pass_context
def directory(context: click.Context, whole: bool, as_json: bool) -> None:
    """L’annuaire des mutuelles en ligne : de quel jour il est, qui répond à quoi."""
    if context.invoked_subcommand is not None:
        return
    from tournee.app.services.insurers.listed import held_directory
    from tournee.errors import StoreError

    desk: Desk = context.obj
    with desk.office() as office:
        held, today = held_directory(office), office.clock().date()
    if held is None:
        raise StoreError(
            "Aucun annuaire des mutuelles n’est en place.", next_step="prenez celui de l’éditeur"
        )
    if as_json:
        values.write({"directory": _directory(held, today)})
        return
    old = " : il est ancien, demandez le dernier" if held.is_old(today) else ""
    said = held.said(today)
    desk.console.print(f"{said[:1].upper()}{said[1:]}, {len(held.insurers)} mutuelles{old}")
    for one in held.insurers.values() if whole else ():
        what = [word for word, there in (("droits", one.idb), ("engagement", one.clc)) if there]
        desk.console.print(f"{one.number} {one.name} : {', '.join(what) or 'rien en ligne'}", soft_wrap=True)


@directory.command("prendre", short_help="Met un annuaire signé en place.")
@click.argument("file", metavar="FICHIER", type=click.Path(path_type=Path, dir_okay=False))
@click.argument("signature", metavar="SIGNATURE", type=click.Path(path_type=Path, dir_okay=False))
@json_option
@click.pass_obj
def take(desk: Desk, file: Path, signature: Path, as_json: bool) -> None:
    """Vérifie la signature de l’éditeur, puis remplace l’annuaire d’avant, jamais par un plus ancien."""
    from tournee.app.services.insurers.listed import take_directory

    with desk.office() as office:
        taken, today = take_directory(office, file, signature), office.clock().date()
    values.answer(desk, as_json, {"directory": _directory(taken, today)}, f"En place : {taken.said(today)}.")


def _directory(held: InsurerDirectory, today: date) -> dict[str, Any]:
    return {
        "version": held.version,
        "date": held.day.isoformat(),
        "editor": held.editor,
        "age_days": held.age(today),
        "old": held.is_old(today),
        "insurers": [
            {"number": one.number, "name": one.name, "rights": bool(one.idb), "engagement": bool(one.clc)}
            for one in held.insurers.values()
        ],
    }


def _rights(told: InsurerRightsTold) -> dict[str, Any]:
    rights = told.rights
    return {
        "insurer": told.insurer,
        "name": told.name,
        "state": told.state.value,
        "at": told.at,
        "origin": "IDB" if rights else "",
        "reason": told.reason,
        "known": rights.known if rights else None,
        "start": rights.start.isoformat() if rights and rights.start else None,
        "end": rights.end.isoformat() if rights and rights.end else None,
        "natures": list(rights.natures) if rights else [],
        "indicator": rights.indicator if rights else "",
    }
