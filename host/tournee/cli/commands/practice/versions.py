"""`tournee patient versions|history`: what two devices said of one dossier, and what was done with it."""

from __future__ import annotations

from typing import Any

import click

from tournee.cli.context import Desk, json_option
from tournee.cli.display import as_json as values
from tournee.cli.french import FrenchCommand

_number = click.argument("number", metavar="DOSSIER", type=int)
_LABELS = {
    "name": "nom",
    "first_name": "prénom",
    "born": "naissance",
    "phone": "téléphone",
    "mail": "adresse électronique",
    "address": "adresse",
    "notes": "notes",
    "note": "note",
    "contacts": "contacts",
    "amc": "mutuelle",
    "usual": "ce qui vaut pour chaque visite",
    "day": "date",
    "sessions": "séances",
    "done": "faites ailleurs",
    "months": "durée en mois",
    "lines": "lignes",
    "prescriber": "prescripteur",
    "agreement": "accord préalable",
    "scan": "image",
    "slots": "passages",
    "when": "jours",
    "convention": "convention",
}


@click.command("versions", cls=FrenchCommand, short_help="Ce que deux appareils disent d’un dossier.")
@_number
@click.option("--garder", "kept", type=int, metavar="N", help="La version qui vaut désormais.")
@json_option
@click.pass_obj
def versions(desk: Desk, number: int, kept: int | None, as_json: bool) -> None:
    """Ce que deux appareils ont dit d’un dossier (patient, ordonnance, plan, mutuelle…), l’un à côté de
    l’autre ; avec --garder, celle qui vaut désormais, partout.
    """
    from tournee.app.practice.versions import keep_version, versions_of

    with desk.office() as office:
        if kept is not None:
            keep_version(office, number, kept)
        found = versions_of(office, number)
    if as_json:
        values.write(
            {
                "dossier": number,
                "versions": [{"rank": one.rank, "at": one.at, "said": one.said} for one in found],
            }
        )
        return
    if len(found) == 1:
        desk.console.print(f"Dossier {number} : une seule version.")
        return
    for one in found:
        said = " ; ".join(f"{_LABELS.get(key, key)} : {_plain(told)}" for key, told in one.said.items())
        desk.console.print(f"Version {one.rank}, {one.at} — {said}", soft_wrap=True)


def _plain(told: Any) -> str:
    """What a form says, in one line."""
    if isinstance(told, dict):
        return ", ".join(_plain(one) for one in told.values())
    if isinstance(told, list):
        return ", ".join(map(_plain, told))
    return "rien" if told in (None, "") else str(told)


@click.command("history", cls=FrenchCommand, short_help="Ce qui a été fait d’un dossier.")
@_number
@json_option
@click.pass_obj
def history(desk: Desk, number: int, as_json: bool) -> None:
    """Ce qui a été fait d’un dossier : ouvert, fermé, copié, réuni, effacé, et pourquoi."""
    from tournee.app.practice.versions import history_of

    with desk.office() as office:
        found = history_of(office, number)
    if as_json:
        told = [{"at": one.at, "state": one.state, "why": one.detail} for one in found]
        values.write({"dossier": number, "history": told})
        return
    for one in found:
        why = f" : {one.detail}" if one.detail else ""
        desk.console.print(f"{one.at} {one.label}{why}", soft_wrap=True)
