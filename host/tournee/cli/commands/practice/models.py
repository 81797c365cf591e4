"""`tournee plan model …`, `tournee plan favourites`: bundles of care by name, and the acts done most."""

from __future__ import annotations

from typing import Any

import click

from tournee.cli.context import Desk, json_option
from tournee.cli.display import as_json as values
from tournee.cli.french import FrenchCommand, FrenchGroup
from tournee.cli.options.plan_options import slots_of_options
from tournee.cli.options.planned import ActWord, Hour, TravelWord, Weekdays

_ps = click.option("--ps", default="", metavar="NUMÉRO", help="De quel soignant, s’ils sont plusieurs.")
_WHERE = ("domicile", "cabinet", "établissement")


@click.group("model", cls=FrenchGroup)
def models() -> None:
    """Vos modèles de soins : des actes sous un nom, à mettre dans un plan ou une visite."""


@models.command("add", short_help="Garde un modèle, ou le change.")
@click.argument("name", metavar="NOM")
@_ps
@click.option("--profession", type=click.Choice(["IF", "MK"]), help="IF ou MK, avant votre premier plan.")
@click.option("--acte", "acts", type=ActWord(), multiple=True, required=True, help="AMI 1,5, ou son nom.")
@click.option("--heure", "hours", type=Hour(), multiple=True, help="Répétée : plusieurs passages par jour.")
@click.option("--jours", "weekdays", type=Weekdays(), default="tous", help="lun,jeu ou lun-sam ; tous.")
@click.option("--semaines", "weeks", type=click.IntRange(1, 52), default=1, help="Une semaine sur N.")
@click.option("--seances", "sessions", type=click.IntRange(0, 999), default=0, help="Tant de séances.")
@click.option("--deplacement", "travel", type=TravelWord(), help="IFA, ou IFA 18 ; sinon celui du patient.")
@click.option("--lieu", "where", type=click.Choice(_WHERE), help="Où le soin est fait.")
@click.option("--ensemble", "together", is_flag=True, help="Ses jours se facturent à plusieurs.")
@click.option("--majorations", "by_clock", is_flag=True, help="Nuit, dimanche et fériés, par le calendrier.")
@json_option
@click.pass_obj
def add(
    desk: Desk, /, name: str, ps: str, profession: Any, as_json: bool, weekdays: frozenset[int], **told: Any
) -> None:
    """Garde un modèle sous un nom ; sous un nom connu, il est changé, et les plans déjà faits restent."""
    from tournee.app.practice.day.models import keep_model
    from tournee.app.practice.plans import carer_for
    from tournee.practice.care_model import CareModel

    with desk.office() as office:
        number, kind = carer_for(office, None, ps, profession)
        slots = slots_of_options(told)
        how = {key: told[key] for key in ("weeks", "sessions", "together", "by_clock")}
        done = keep_model(office, CareModel(name, kind, slots, weekdays, **how), number)
    if as_json:
        values.write({"model": done.id, "name": name})
    else:
        desk.console.print(f"Modèle « {name} » : gardé.", soft_wrap=True)


@models.command("list", short_help="Vos modèles.")
@_ps
@json_option
@click.pass_obj
def show_list(desk: Desk, ps: str, as_json: bool) -> None:
    """Les modèles de soins gardés, par leur nom."""
    from tournee.app.practice.day.models import models_of
    from tournee.cli.display.practice import act_words
    from tournee.model.form import form_of

    with desk.office() as office:
        found = models_of(office, ps)
    if as_json:
        values.write({"models": [{"number": one.id, "ps": one.row.ps, **form_of(one.told)} for one in found]})
        return
    for one in found:
        count = f", {one.told.sessions} séances" if one.told.sessions else ""
        desk.console.print(f"{one.told.name} : {act_words(one.told.acts)}{count}", soft_wrap=True)
    if not found:
        desk.console.print("Aucun modèle n’est gardé.")


@models.command("drop", short_help="Ne propose plus un modèle.")
@click.argument("name", metavar="NOM")
@_ps
@json_option
@click.pass_obj
def drop(desk: Desk, name: str, ps: str, as_json: bool) -> None:
    """Ne propose plus un modèle ; les plans qui en viennent restent."""
    from tournee.app.practice.day.models import drop_model, find_model

    with desk.office() as office:
        one = find_model(office, name, ps)
        drop_model(office, one)
    text = f"Modèle « {one.told.name} » : il n’est plus proposé."
    values.answer(desk, as_json, {"model": one.told.name, "dropped": True}, text)


@click.command("favourites", cls=FrenchCommand, short_help="Les actes que vous faites le plus.")
@click.argument("words", metavar="[PATIENT…]", nargs=-1)
@_ps
@click.option("--profession", type=click.Choice(["IF", "MK"]), help="IF ou MK, avant votre premier plan.")
@click.option("--limit", type=click.IntRange(1, 100), default=8, help="Au plus N.")
@json_option
@click.pass_obj
def favourites(
    desk: Desk, words: tuple[str, ...], ps: str, profession: Any, limit: int, as_json: bool
) -> None:
    """Les actes de vos visites des 90 derniers jours, du plus fait au moins fait ; avec un patient, les siens
    d’abord. Rien n’est à saisir : ils viennent des visites.
    """
    from tournee.app.practice.day.favourites import favourite_acts
    from tournee.app.practice.patients import find_patient
    from tournee.app.practice.plans import carer_for

    with desk.office() as office:
        patient = find_patient(office, words) if words else None
        number, kind = carer_for(office, patient, ps, profession)
        found = favourite_acts(office, number, kind, patient=patient, limit=limit)
    if as_json:
        told = [
            {**act.told, "label": act.label, "count": act.count, "last": act.last.isoformat()}
            for act in found
        ]
        values.write({"ps": number, "favourites": told})
        return
    for act in found:
        last = f"la dernière le {act.last:%d/%m/%Y}"
        desk.console.print(f"{act.written}, {act.label} : {act.count} fois, {last}", soft_wrap=True)
    if not found:
        desk.console.print("Aucune visite depuis 90 jours.")
