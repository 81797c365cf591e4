"""`tournee patient newborn|family`: a child who is on no card yet, and who is under one number."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

import click

from tournee.cli.context import Desk, json_option
from tournee.cli.display import as_json as values
from tournee.cli.french import FrenchCommand
from tournee.cli.options.filters import DayOption

if TYPE_CHECKING:
    from tournee.practice.newborn import ParentsCaisse

_CAISSE = re.compile(r"(\d\d)-?(\d{3})-?(\d{4})", re.ASCII)


@click.command("newborn", cls=FrenchCommand, short_help="Ouvre le dossier d’un nouveau-né, pas à pas.")
@click.argument("parent", metavar="PARENT…", nargs=-1, required=True)
@click.option("--prenom", "first_name", required=True, help="Son prénom.")
@click.option("--naissance", "born", type=DayOption(), required=True, help="Son jour de naissance.")
@click.option("--nom", "name", default="", help="Son nom, s’il n’est pas celui du parent.")
@click.option("--rang", "rank", default="", help="Rang de naissance ; sans lui, le premier libre (jumeaux).")
@click.option("--caisse", help="01-751-0000, d’après l’attestation, si la carte n’a jamais été lue.")
@click.option("--montrer", "only_show", is_flag=True, help="Montre ce qui serait fait, sans rien ouvrir.")
@json_option
@click.pass_obj
def newborn(
    desk: Desk,
    parent: tuple[str, ...],
    first_name: str,
    born: date,
    name: str,
    rank: str,
    caisse: str | None,
    only_show: bool,
    as_json: bool,
) -> None:
    """Ouvre le dossier d’un enfant qui n’est encore sur aucune carte, au numéro d’un parent, et dit la
    suite : ses visites se planifient et se facturent comme les autres, sans carte.
    """
    from tournee.app.practice.newborns import add_newborn, guide_newborn
    from tournee.app.practice.patients import find_patient
    from tournee.cli.commands.practice.patients import value_of

    told = _caisse(caisse) if caisse else None
    with desk.office() as office:
        one = find_patient(office, parent)
        guide = guide_newborn(office, one, first_name, born, name=name, rank=rank, caisse=told)
        made = None if only_show else add_newborn(office, guide)
    if as_json:
        shown = value_of(made) if made is not None else None
        values.write(
            {
                "patient": shown,
                "parent": one.id,
                "birth_rank": guide.child.birth_rank,
                "twins": [twin.id for twin in guide.twins],
                "steps": list(guide.steps),
            }
        )
        return
    done = "rien n’est ouvert" if made is None else f"dossier {made.id} ouvert"
    desk.console.print(f"{guide.child.who} : {done}.", soft_wrap=True)
    for step in guide.steps:
        desk.console.print(f"- {step}", soft_wrap=True)


def _caisse(said: str) -> ParentsCaisse:
    from tournee.practice.newborn import ParentsCaisse

    found = _CAISSE.fullmatch(said)
    if found is None:
        raise click.BadParameter(f"« {said} » n’est pas une caisse ; écrivez 01-751-0000")
    return ParentsCaisse(*found.groups())


@click.command("family", cls=FrenchCommand, short_help="Qui est au même numéro, jumeaux compris.")
@click.argument("words", metavar="PATIENT…", nargs=-1, required=True)
@json_option
@click.pass_obj
def family(desk: Desk, words: tuple[str, ...], as_json: bool) -> None:
    """Les dossiers du même numéro : l’assuré, les ayants droit, les jumeaux et leur rang."""
    from tournee.app.practice.newborns import family_of
    from tournee.app.practice.patients import find_patient, said_day

    with desk.office() as office:
        found = family_of(office, find_patient(office, words))
    if as_json:
        told = [
            {
                "number": one.file.id,
                "who": one.file.told.who,
                "born": one.file.told.born,
                "birth_rank": one.file.told.birth_rank,
                "twin": one.is_twin,
                "awaited": one.awaited,
            }
            for one in found
        ]
        values.write({"family": told})
        return
    for one in found:
        who = one.file.told
        twin = f", rang {who.birth_rank}" if one.is_twin else ""
        awaited = ", pas encore sur une carte" if one.awaited else ""
        line = f"Dossier {one.file.id} : {who.who}, né(e) le {said_day(who.born)}{twin}{awaited}"
        desk.console.print(line, soft_wrap=True)
