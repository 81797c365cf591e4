"""`tournee mutuelle …`: complementary insurers, and how third party is billed with each."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from tournee.cli.context import Desk, json_option
from tournee.cli.display import as_json as values
from tournee.cli.french import FrenchGroup

if TYPE_CHECKING:
    from collections.abc import Callable

    from tournee.app.practice.dossiers import Dossier
    from tournee.practice.insurer_file import Convention, InsurerFile

_words = click.argument("words", metavar="MUTUELLE…", nargs=-1, required=True)
_reason = click.option("--reason", required=True, help="Pourquoi, pour l’historique.")
_MANAGEMENT = {"séparée": "separate", "unique": "single"}
_DRE = ("toujours", "avec-tiers-payant", "sans-tiers-payant", "jamais")
_THIRD_PARTY = {"selon-le-patient": "", "non": "non", "amo": "amo", "amc": "amc", "total": "total"}


@click.group("mutuelle", cls=FrenchGroup)
def insurer() -> None:
    """Les mutuelles : retenues par le premier patient qui en a une, trouvées par un numéro ou une partie du
    nom. Où va un envoi direct se dit ailleurs (tournee recipient).
    """


def _options(command: Callable[..., None]) -> Callable[..., None]:
    for option in reversed(
        (
            click.option("--nom", "name", help="Son nom."),
            click.option(
                "--gestion",
                "management",
                type=click.Choice(list(_MANAGEMENT)),
                help="séparée : elle paie sa part elle-même ; unique : la caisse règle les deux.",
            ),
            click.option("--dre", type=click.Choice(_DRE), help="Quand elle prend une DRE."),
            click.option("--routage", "routing", help="Code de routage, 2 caractères."),
            click.option("--hote", "host", help="Identifiant d’hôte, 3 caractères."),
            click.option(
                "--tiers-payant",
                "third_party",
                type=click.Choice(list(_THIRD_PARTY)),
                help="Qui est demandé, là où le dossier du patient ne le dit pas.",
            ),
            click.option("--telephone", "phone", help="Le téléphone."),
            click.option("--note", help="Ce qu’il faut savoir."),
        )
    ):
        command = option(command)
    return command


@insurer.command("list", short_help="Cherche des mutuelles, ou propose celles d’un patient.")
@click.argument("words", metavar="[MOTS…]", nargs=-1)
@click.option("--patient", metavar="PATIENT", help="Celles que ce patient peut avoir.")
@json_option
@click.pass_obj
def show_list(desk: Desk, words: tuple[str, ...], patient: str | None, as_json: bool) -> None:
    """Les mutuelles dont le nom ou le numéro porte ces mots ; toutes sans rien dire."""
    from tournee.app.practice.dossiers import search
    from tournee.app.practice.insurers import ProposedInsurer, proposed_insurers
    from tournee.app.practice.patients import find_patient
    from tournee.practice.insurer_file import InsurerFile

    with desk.office() as office:
        if patient is not None:
            found = proposed_insurers(office, find_patient(office, patient.split()))
        else:
            found = [ProposedInsurer(one, "") for one in search(office, InsurerFile, " ".join(words))]
    if as_json:
        told = [{**_value(one.dossier), "why": one.why, "member": one.member} for one in found]
        values.write({"insurers": told})
        return
    for one in found:
        member = f", adhérent {one.member}" if one.member else ""
        why = f" ({one.why}{member})" if one.why else ""
        desk.console.print(f"{_line(one.dossier)}{why}", soft_wrap=True)
    if not found:
        desk.console.print("Aucune mutuelle.")


def _value(one: Dossier[InsurerFile]) -> dict[str, Any]:
    told, agreed = one.told, one.told.convention
    return {
        "dossier": one.id,
        "number": told.number,
        "name": told.name,
        "management": agreed.management,
        "indicator": agreed.indicator,
        "dre": agreed.dre,
        "routing": agreed.routing,
        "host": agreed.host,
        "third_party": agreed.third_party,
        "phone": told.phone,
        "note": told.note,
        "heads": 1 + len(one.others),
    }


def _line(one: Dossier[InsurerFile]) -> str:
    told, agreed = one.told, one.told.convention
    if agreed.management == "single":
        billed = "gestion unique : la caisse règle les deux parts"
    else:
        word = agreed.dre.replace("-", " ") or f"selon l’indicateur {agreed.indicator}"
        billed = f"gestion séparée, DRE : {word}"
    asked = f", tiers payant : {agreed.third_party}" if agreed.third_party else ""
    name = f"{told.name}, " if told.name else ""
    phone = f", {told.phone}" if told.phone else ""
    return f"Mutuelle {one.id} : {name}{told.number}, {billed}{asked}{phone}"


@insurer.command("show", short_help="L’une d’elles.")
@_words
@json_option
@click.pass_obj
def show(desk: Desk, words: tuple[str, ...], as_json: bool) -> None:
    """Une mutuelle, par son numéro ou une partie du nom."""
    from tournee.app.practice.insurers import find_insurer

    with desk.office() as office:
        one = find_insurer(office, words)
    if as_json:
        values.write({"insurer": _value(one)})
        return
    desk.console.print(_line(one), soft_wrap=True)
    if one.told.note:
        desk.console.print(f"note : {one.told.note}", soft_wrap=True)
    for other in one.others:
        desk.console.print(f"un autre appareil dit : {other.who}, {other.convention.dre}", soft_wrap=True)


@insurer.command("add", short_help="Retient une mutuelle.")
@click.argument("number", metavar="NUMÉRO")
@_options
@json_option
@click.pass_obj
def add(desk: Desk, /, number: str, as_json: bool, **told: str | None) -> None:
    """Retient une mutuelle par son numéro (10 chiffres), et comment le tiers payant s’y facture."""
    from tournee.app.practice.insurers import add_insurer
    from tournee.practice.insurer_file import InsurerFile

    file = _changed(InsurerFile("".join(number.split())), told)
    with desk.office() as office:
        _answer(desk, add_insurer(office, file), "retenue", as_json)


@insurer.command("edit", short_help="Change ce que l’on sait d’une mutuelle.")
@_words
@_options
@json_option
@click.pass_obj
def edit(desk: Desk, /, words: tuple[str, ...], as_json: bool, **told: str | None) -> None:
    """Change ce que vous dites, et rien d’autre. Les visites des plans suivent ; ce qui est pris reste."""
    from tournee.app.practice.insurers import change_insurer, find_insurer

    with desk.office() as office:
        one = find_insurer(office, words)
        _answer(desk, change_insurer(office, one, _changed(one.told, told)), "changée", as_json)


def _changed(file: InsurerFile, told: dict[str, str | None]) -> InsurerFile:
    plain: dict[str, Any] = {
        name: said for name in ("name", "phone", "note") if (said := told[name]) is not None
    }
    return replace(file, **plain, convention=_convention(file.convention, told))


def _convention(before: Convention, told: dict[str, str | None]) -> Convention:
    from tournee.practice.insurer_file import DRE_WORDS

    agreed: dict[str, Any] = {name: said for name in ("routing", "host") if (said := told[name]) is not None}
    if told["management"] is not None:
        agreed["management"] = _MANAGEMENT[told["management"]]
    if told["dre"] is not None:
        agreed["indicator"] = f"{DRE_WORDS[told['dre']]}{before.indicator[1:] or '0'}"
    if told["third_party"] is not None:
        agreed["third_party"] = _THIRD_PARTY[told["third_party"]]
    return replace(before, **agreed)


def _answer(desk: Desk, one: Dossier[InsurerFile], done: str, as_json: bool) -> None:
    if as_json:
        values.write({"insurer": _value(one)})
    else:
        desk.console.print(f"{_line(one)} : {done}.", soft_wrap=True)


@insurer.command("close", short_help="Met de côté une mutuelle : elle n’est plus proposée.")
@_words
@_reason
@json_option
@click.pass_obj
def close(desk: Desk, words: tuple[str, ...], reason: str, as_json: bool) -> None:
    """Met de côté une mutuelle ; les dossiers des patients restent."""
    from tournee.app.practice.insurers import find_insurer

    with desk.office() as office:
        one = find_insurer(office, words)
        office.journal.dossiers.close(one.id, reason)
    if as_json:
        values.write({"dossier": one.id})
    else:
        desk.console.print(f"Mutuelle {one.id}, {one.told.who} : mise de côté.", soft_wrap=True)
