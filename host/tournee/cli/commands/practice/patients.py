"""`tournee patient …`: the patients' files."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from tournee.cli.context import Desk, json_option
from tournee.cli.display import as_json as values
from tournee.cli.french import FrenchGroup
from tournee.cli.options.filters import DayOption
from tournee.cli.options.patients import birth, changed, patient_options, with_insurer

if TYPE_CHECKING:
    from tournee.app.practice.dossiers import Dossier
    from tournee.practice.patient_file import PatientFile

_SHOWN = 50
_words = click.argument("words", metavar="PATIENT…", nargs=-1, required=True)
_reason = click.option("--reason", required=True, help="Pourquoi, pour l’historique.")


@click.group("patient", cls=FrenchGroup)
def patient() -> None:
    """Les dossiers des patients : identité, droits lus, adresse, qui appeler."""


@patient.command("list", short_help="Cherche des patients par une partie de leur nom.")
@click.argument("words", metavar="[MOTS…]", nargs=-1)
@click.option("--limit", type=click.IntRange(1), default=_SHOWN, help="Au plus N.")
@json_option
@click.pass_obj
def show_list(desk: Desk, words: tuple[str, ...], limit: int, as_json: bool) -> None:
    """Les patients dont le nom, la rue, le numéro ou le téléphone porte ces mots ; tous sans rien dire."""
    from tournee.app.practice.patients import find_patients
    from tournee.cli.display.practice import patients_table

    with desk.office() as office:
        found = find_patients(office, " ".join(words), limit + 1)
    more, found = len(found) > limit, found[:limit]
    if as_json:
        values.write({"patients": [value_of(one) for one in found], "more": more})
    elif found:
        desk.console.print(patients_table(found))
        if more:
            desk.console.print(f"Il y en a d’autres : dites plus de mots, ou --limit {2 * limit}")
    else:
        desk.console.print("Aucun patient.")


def value_of(one: Dossier[PatientFile]) -> dict[str, Any]:
    """A patient for programs."""
    from tournee.model.form import form_of
    from tournee.practice.completing import differences

    told: dict[str, Any] = form_of(one.told)
    told.pop("settled", None)
    differ = [{"name": each.name, "kept": each.kept, "told": each.told} for each in differences(one.told)]
    return {
        "number": one.id,
        "who": one.told.who,
        **told,
        "differences": differ,
        "heads": 1 + len(one.others),
    }


@patient.command("show", short_help="Montre un dossier, ses ordonnances et ses plans.")
@_words
@json_option
@click.pass_obj
def show(desk: Desk, words: tuple[str, ...], as_json: bool) -> None:
    """Un dossier, par une partie du nom ou son numéro, avec ses ordonnances et ses plans en cours."""
    from tournee.app.practice.dossiers import of_patient
    from tournee.app.practice.patients import find_patient
    from tournee.app.practice.prescriptions import prescriptions_of
    from tournee.cli.display.practice import patient_lines, plan_line, prescription_line
    from tournee.practice.planning.plan_file import PlanFile

    with desk.office() as office:
        one = find_patient(office, words)
        orders, today = prescriptions_of(office, one), office.clock().date()
        plans = of_patient(office, PlanFile, one.id)
    if as_json:
        from tournee.cli.commands.practice.prescriptions import order_value

        told = [order_value(order, counted, today) for order, counted in orders]
        planned = [{"number": plan.id, "words": plan.told.words} for plan in plans]
        values.write({"patient": value_of(one), "prescriptions": told, "plans": planned})
        return
    for line in patient_lines(one):
        desk.console.print(line, soft_wrap=True)
    for order, counted in orders:
        desk.console.print(prescription_line(order, counted, today), soft_wrap=True)
    for plan in plans:
        desk.console.print(plan_line(plan.id, plan.told), soft_wrap=True)


@patient.command("add", short_help="Ouvre un dossier.")
@click.option("--nom", "name", required=True, help="Nom.")
@click.option("--prenom", "first_name", required=True, help="Prénom.")
@click.option("--naissance", "born", required=True, help="JJ/MM/AAAA ; 00 pour un jour ou un mois inconnu.")
@patient_options
@json_option
@click.pass_obj
def add(desk: Desk, /, name: str, first_name: str, born: str, as_json: bool, **told: Any) -> None:
    """Ouvre le dossier d’un patient, à la main ; sa carte le complétera."""
    from tournee.app.practice.patients import add_patient
    from tournee.practice.patient_file import PatientFile

    file = PatientFile(name, first_name, birth(born))
    with desk.office() as office:
        file = changed(file, with_insurer(office, told))
        _answer(desk, add_patient(office, file), "ouvert", as_json)


@patient.command("edit", short_help="Change ce que dit un dossier.")
@_words
@click.option("--nom", "name", help="Nom.")
@click.option("--prenom", "first_name", help="Prénom.")
@click.option("--naissance", "born", help="JJ/MM/AAAA.")
@patient_options
@json_option
@click.pass_obj
def edit(
    desk: Desk,
    /,
    words: tuple[str, ...],
    name: str | None,
    first_name: str | None,
    born: str | None,
    as_json: bool,
    **told: Any,
) -> None:
    """Change ce que vous dites, et rien d’autre ; une option vide efface ("")."""
    from tournee.app.practice.patients import edit_patient, find_patient

    with desk.office() as office:
        one = find_patient(office, words)
        file = replace(
            one.told,
            name=name or one.told.name,
            first_name=first_name or one.told.first_name,
            born=birth(born) if born else one.told.born,
        )
        done = edit_patient(office, one, changed(file, with_insurer(office, told)))
        _answer(desk, done, "changé", as_json)


def _answer(desk: Desk, one: Dossier[PatientFile], done: str, as_json: bool) -> None:
    if as_json:
        values.write({"patient": value_of(one)})
    else:
        desk.console.print(f"Dossier {one.id}, {one.told.who} : {done}.", soft_wrap=True)


@patient.command("card", short_help="Complète les dossiers par la carte Vitale insérée.")
@click.option("--naissance", "born", type=DayOption(), help="Celui de la carte qui est né ce jour.")
@json_option
@click.pass_obj
def card(desk: Desk, born: date | None, as_json: bool) -> None:
    """Lit la carte Vitale : complète le dossier de chaque personne de la carte qui en a un, et ouvre celui de
    l’assuré, ou de qui est né le jour dit. Ce qui diffère est montré et reste à décider.
    """
    from tournee.app.cards import read_vitale
    from tournee.app.practice.patients import meet_card
    from tournee.cli.display.practice import patient_lines

    with desk.office() as office, desk.reader() as link:
        met = meet_card(office, read_vitale(office, link).patients, born)
    if as_json:
        values.write({"patients": [{"new": one.is_new, **value_of(one.patient)} for one in met]})
        return
    for one in met:
        desk.console.print("Nouveau dossier." if one.is_new else "Dossier complété.")
        for line in patient_lines(one.patient):
            desk.console.print(line, soft_wrap=True)
        for other in one.alike:
            who = f"{other.told.who}, dossier {other.id}"
            desk.console.print(f"Peut-être la même personne : {who} (tournee patient merge)", soft_wrap=True)


@patient.command("decide", short_help="Décide ce que la carte dit autrement que le dossier.")
@_words
@click.option("--carte", "taken", multiple=True, metavar="CHAMP", help="La lecture a raison.")
@click.option("--dossier", "kept", multiple=True, metavar="CHAMP", help="Le dossier a raison.")
@json_option
@click.pass_obj
def decide_on(
    desk: Desk, words: tuple[str, ...], taken: tuple[str, ...], kept: tuple[str, ...], as_json: bool
) -> None:
    """Retient, champ par champ, ce que la lecture dit ou ce que le dossier dit."""
    from tournee.app.practice.patients import decide, find_patient

    with desk.office() as office:
        one = find_patient(office, words)
        for names, take in ((taken, True), (kept, False)):
            if names:
                one = decide(office, one, names, take=take)
        _answer(desk, one, "décidé", as_json)


@patient.command("merge", short_help="Réunit deux dossiers d’une personne.")
@click.argument("kept", metavar="DOSSIER", type=int)
@click.argument("other", metavar="AUTRE", type=int)
@_reason
@json_option
@click.pass_obj
def merge(desk: Desk, kept: int, other: int, reason: str, as_json: bool) -> None:
    """Réunit le dossier AUTRE à DOSSIER : ordonnances et plans suivent."""
    from tournee.app.practice.patients import find_patient, merge_patients

    with desk.office() as office:
        one, second = find_patient(office, [str(kept)]), find_patient(office, [str(other)])
        _answer(desk, merge_patients(office, one, second, reason), "réuni", as_json)


@patient.command("close", short_help="Ferme un dossier : il n’apparaît plus.")
@_words
@_reason
@json_option
@click.pass_obj
def close(desk: Desk, words: tuple[str, ...], reason: str, as_json: bool) -> None:
    """Ferme un dossier : il reste à sa place, et n’est plus trouvé que par son numéro."""
    from tournee.app.practice.patients import find_patient

    with desk.office() as office:
        one = find_patient(office, words)
        office.journal.dossiers.close(one.id, reason)
    _done(desk, one.id, f"Dossier {one.id}, {one.told.who} : fermé.", as_json)


def _done(desk: Desk, number: int, said: str, as_json: bool) -> None:
    if as_json:
        values.write({"dossier": number})
    else:
        desk.console.print(said, soft_wrap=True)


@patient.command("reopen", short_help="Rouvre un dossier fermé.")
@click.argument("number", metavar="DOSSIER", type=int)
@_reason
@json_option
@click.pass_obj
def reopen(desk: Desk, number: int, reason: str, as_json: bool) -> None:
    """Rouvre un dossier, par son numéro."""
    from tournee.app.practice.dossiers import reopen as reopen_dossier

    with desk.office() as office:
        reopen_dossier(office, number, reason)
    _done(desk, number, f"Dossier {number} : rouvert.", as_json)


@patient.command("erase", short_help="Efface un dossier dont le temps est passé.")
@_words
@_reason
@json_option
@click.pass_obj
def erase(desk: Desk, words: tuple[str, ...], reason: str, as_json: bool) -> None:
    """Efface un dossier, ses ordonnances et ses plans, vingt ans après le dernier soin ; jamais avant. Les
    factures ont leur propre durée et restent.
    """
    from tournee.app.practice.patients import erase_patient, find_patient

    with desk.office() as office:
        one = find_patient(office, words)
        erase_patient(office, one, reason)
    _done(desk, one.id, f"Dossier {one.id} : effacé.", as_json)
