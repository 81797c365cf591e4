"""`tournee ordonnance …`: prescriptions, and where each stands."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tournee.cli.context import Desk, json_option
from tournee.cli.display import as_json as values
from tournee.cli.french import LazyGroup
from tournee.cli.options.filters import DayOption
from tournee.cli.options.plan_options import OF_A_PLAN, model_said, plan_of_options, plan_options, travel_said
from tournee.cli.options.planned import NearDay

if TYPE_CHECKING:
    from tournee.app.context import Office
    from tournee.app.practice.dossiers import Dossier
    from tournee.app.practice.prescriptions import Counted
    from tournee.billing.nomenclature.table import Profession
    from tournee.billing.visit import Answer
    from tournee.practice.patient_file import PatientFile
    from tournee.practice.prescription_file import PrescriptionFile

_ORIGINS = {"ville": "V", "établissement": "E", "infirmier": "I", "accès direct": "D"}
_ANSWERS: dict[str, Answer] = {"silence": "", "accordé": "given", "refusé": "refused"}
_number = click.argument("number", metavar="ORDONNANCE", type=int)


_ELECTRONIC = {
    "numerique": ("services.ordonnance:electronic", "Les ordonnances numériques : leur numéro, la base."),
}


@click.group("ordonnance", cls=LazyGroup, commands_at="tournee.cli.commands", table=_ELECTRONIC)
def prescription() -> None:
    """Les ordonnances : gardées une fois, comptées par les visites."""


@prescription.command("list", short_help="Les ordonnances d’un patient, ou celles qui finissent.")
@click.argument("words", metavar="[PATIENT…]", nargs=-1)
@json_option
@click.pass_obj
def show_list(desk: Desk, words: tuple[str, ...], as_json: bool) -> None:
    """Celles d’un patient, avec ce qui est fait, facturé et reste ; sans patient, celles qui finissent
    bientôt ou sont finies, tous patients ensemble.
    """
    from tournee.app.practice.patients import find_patient
    from tournee.app.practice.prescriptions import ending, prescriptions_of
    from tournee.cli.display.practice import prescription_line

    with desk.office() as office:
        today = office.clock().date()
        if words:
            one = find_patient(office, words)
            found = [(one, order, counted) for order, counted in prescriptions_of(office, one)]
        else:
            found = ending(office)
    if as_json:
        told = [
            {**order_value(order, counted, today), "patient": one.id, "who": one.told.who}
            for one, order, counted in found
        ]
        values.write({"prescriptions": told})
        return
    for one, order, counted in found:
        desk.console.print(f"{one.told.who} — {prescription_line(order, counted, today)}", soft_wrap=True)
    if not found:
        desk.console.print("Aucune ordonnance." if words else "Aucune ordonnance ne finit.")


def order_value(order: Dossier[PrescriptionFile], counted: Counted, today: date) -> dict[str, Any]:
    """A prescription for programs."""
    from tournee.model.form import form_of

    return {
        "number": order.id,
        **form_of(order.told),
        "heads": 1 + len(order.others),
        "done": counted.done,
        "billed": counted.billed,
        "left": counted.left,
        "last_day": counted.last_day.isoformat(),
        "ends_soon": counted.ends_soon(today),
        "is_over": counted.is_over(today),
    }


@prescription.command("add", short_help="Garde une ordonnance.")
@click.argument("words", metavar="[PATIENT…]", nargs=-1)
@click.option("--naissance", "born", type=DayOption(), help="Celui de la carte qui est né ce jour.")
@click.option("--rang", "rank", default="", help="Son rang de naissance, pour des jumeaux : 1, 2…")
@click.option("--du", "day", type=NearDay(), required=True, help="Le jour où elle est écrite.")
@click.option("--prescripteur", help="Son numéro, son RPPS, les deux, ou son nom s’il est connu.")
@click.option("--nom-prescripteur", "name", default="", help="Son nom, pour la prochaine fois.")
@click.option("--specialite", "speciality", help="Sa spécialité, 2 chiffres ; 01 sans rien dire.")
@click.option("--soin", "cares", multiple=True, help="Une ligne de l’ordonnance, dans ses mots.")
@click.option("--seances", "sessions", type=click.IntRange(0, 999), default=0, help="Combien de séances.")
@click.option("--faites", "done", type=click.IntRange(0, 999), default=0, help="Faites ailleurs avant.")
@click.option("--mois", "months", type=click.IntRange(0, 36), default=0, help="Valable tant de mois.")
@click.option("--origine", "origin", type=click.Choice(list(_ORIGINS)), help="D’où elle vient.")
@click.option("--domicile", "home", is_flag=True, help="Elle demande le domicile.")
@click.option("--nuit", "night", is_flag=True, help="Elle demande la nuit.")
@click.option("--quotidien", "daily", is_flag=True, help="Tous les jours, dimanche compris.")
@click.option("--renouvellement", "renewal", is_flag=True, help="C’est un renouvellement.")
@click.option("--accord", "asked", type=NearDay(), help="Accord préalable demandé ce jour.")
@click.option("--note", default="", help="Ce qu’il faut savoir.")
@click.option("--debut", "first", type=NearDay(), help="Le premier jour du plan ; sans lui, aujourd’hui.")
@plan_options
@json_option
@click.pass_obj
def add(
    desk: Desk,
    /,
    words: tuple[str, ...],
    born: date | None,
    rank: str,
    first: date | None,
    day: date,
    prescripteur: str | None,
    name: str,
    speciality: str | None,
    cares: tuple[str, ...],
    origin: str | None,
    asked: date | None,
    as_json: bool,
    **told: Any,
) -> None:
    """Garde une ordonnance d’un patient ; le prescripteur est retenu pour la prochaine fois. Avec des actes,
    le plan de ses visites est fait en même temps. Sans patient, c’est celui de la carte Vitale insérée, dont
    le dossier est ouvert ou complété, et le soignant est celui de la carte CPS.
    """
    from tournee.app.practice.patients import find_patient
    from tournee.app.practice.plans import add_plan, carer_for, check_plan
    from tournee.app.practice.prescribers import said_prescriber
    from tournee.app.practice.prescriptions import add_prescription
    from tournee.billing.visit import Agreement
    from tournee.practice.prescription_file import PrescribedCare, PrescriptionFile

    planned = {key: told.pop(key) for key in OF_A_PLAN}
    ps, kind = planned["ps"], planned["profession"]
    plan = None
    with desk.office() as office:
        if words:
            one = find_patient(office, words)
        else:
            one, number, profession = _of_cards(desk, office, born, rank)
            ps, kind = ps or number, kind or profession
        order = PrescriptionFile(
            said_prescriber(office, _who_prescribes(office, prescripteur, one), name, speciality or ""),
            day,
            tuple(map(PrescribedCare, cares)),
            origin=_ORIGINS[origin] if origin else "",
            agreement=Agreement(asked) if asked else None,
            **told,
        )
        with_plan = bool(planned["acts"] or planned["model"])
        if with_plan:
            ps, kind = carer_for(office, one, ps, kind)
            model = model_said(office, planned, ps)
            travel_said(office, planned, one, ps)
            made = plan_of_options(planned, first or office.clock().date(), told["sessions"], kind, model)
            check_plan(made, one.told, order, ps)
        done = add_prescription(office, one, order)
        if with_plan:
            plan = add_plan(office, one, done, made, ps)
    if as_json:
        values.write(
            {"prescription": done.id, "patient": one.id, "plan": plan.plan.id if plan is not None else None}
        )
        return
    desk.console.print(
        f"{one.told.who} : ordonnance {done.id} du {day:%d/%m/%Y}, gardée jusqu’au "
        f"{done.told.last_day:%d/%m/%Y}.",
        soft_wrap=True,
    )
    if plan is not None:
        from tournee.cli.display.practice import plan_line

        desk.console.print(plan_line(plan.plan.id, plan.plan.told), soft_wrap=True)


def _of_cards(
    desk: Desk, office: Office, born: date | None, rank: str
) -> tuple[Dossier[PatientFile], str, Profession]:
    """The patient of the card that is in the reader, and the carer of the other."""
    from tournee.app.cards import read_ps, read_vitale
    from tournee.app.practice.patients import meet_one
    from tournee.cli.situation_asked import situation_asked

    with desk.reader() as link:
        carer = read_ps(link, None, situation_asked(desk)).identity
        one = meet_one(office, read_vitale(office, link).patients, born, rank)
    return one, carer.billing_number, carer.ps_type


def _who_prescribes(office: Office, said: str | None, patient: Dossier[PatientFile]) -> str:
    """What was said of who prescribes; StoreError proposes where nothing was."""
    from tournee.app.practice.prescribers import proposed_prescribers
    from tournee.errors import StoreError

    if said:
        return said
    told = [f"{one.dossier.told.who} ({one.why})" for one in proposed_prescribers(office, patient)]
    raise StoreError(
        "Qui prescrit n’est pas dit.",
        cause=f"proposés : {', '.join(told)}" if told else "aucun prescripteur n’est connu",
        next_step="dites son nom s’il est connu, ou son numéro (RPPS, 11 chiffres)",
    )


@prescription.command("agreed", short_help="Note l’accord préalable : demandé, répondu.")
@_number
@click.option("--demande", "asked", type=NearDay(), help="Le jour de la demande, si elle n’est pas notée.")
@click.option(
    "--reponse", "answer", type=click.Choice(list(_ANSWERS)), default="silence", help="Ce que dit la caisse."
)
@click.option("--le", "answered", type=NearDay(), help="Le jour de la réponse ; sans lui, aujourd’hui.")
@click.option("--numero", "number_given", default="", help="Le numéro de l’accord, s’il y en a un.")
@json_option
@click.pass_obj
def agreed(
    desk: Desk,
    number: int,
    asked: date | None,
    answer: str,
    answered: date | None,
    number_given: str,
    as_json: bool,
) -> None:
    """Note la demande d’accord préalable d’une ordonnance et sa réponse : les visites à venir la disent. Sans
    réponse, quinze jours de silence valent accord.
    """
    from tournee.app.practice.dossiers import get
    from tournee.app.practice.prescriptions import note_agreement
    from tournee.model.form import form_of
    from tournee.practice.prescription_file import PrescriptionFile

    with desk.office() as office:
        order = get(office, PrescriptionFile, number)
        done = note_agreement(office, order, asked, _ANSWERS[answer], answered, number_given)
    if as_json:
        values.write({"prescription": number, "agreement": form_of(done.told.agreement)})
    else:
        desk.console.print(f"Ordonnance {number} : accord préalable, {answer}.")


@prescription.command("scan", short_help="Garde l’image d’une ordonnance, ou la rend.")
@_number
@click.option(
    "--de",
    "source",
    metavar="FICHIER",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="La photo (JPEG, PNG) ou le PDF à garder.",
)
@click.option(
    "--vers",
    "target",
    metavar="FICHIER",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Où écrire celle qui est gardée.",
)
@json_option
@click.pass_obj
def scan(desk: Desk, number: int, source: Path | None, target: Path | None, as_json: bool) -> None:
    """Garde l’image d’une ordonnance, chiffrée avec elle, ou l’écrit où vous dites, en clair."""
    from tournee.app.practice.dossiers import get
    from tournee.app.practice.scans import keep_scan, scan_of
    from tournee.files import read_bounded, write_whole
    from tournee.model.form import form_of
    from tournee.practice.prescription_file import PrescriptionFile
    from tournee.practice.scan_file import SCAN_MAX

    if (source is None) == (target is None):
        raise click.UsageError("dites --de, pour la garder, ou --vers, pour l’écrire")
    data = read_bounded(source, SCAN_MAX) if source is not None else b""
    with desk.office() as office:
        order = get(office, PrescriptionFile, number)
        if source is not None:
            order = keep_scan(office, order, data)
        told, kept = scan_of(office, order)
    if target is not None:
        write_whole(target, kept)
    if as_json:
        values.write({"prescription": number, **form_of(told)})
    elif target is not None:
        desk.console.print(f"{target} : image de l’ordonnance {number}, en clair.", soft_wrap=True)
    else:
        desk.console.print(f"Ordonnance {number} : image gardée, {told.size} octets.")


@prescription.command("renew", short_help="La même, écrite à nouveau.")
@_number
@click.option("--du", "day", type=DayOption(), required=True, help="Le jour où elle est écrite.")
@json_option
@click.pass_obj
def renew_one(desk: Desk, number: int, day: date, as_json: bool) -> None:
    """Garde le renouvellement d’une ordonnance ; celle d’avant est close."""
    from tournee.app.practice.dossiers import get
    from tournee.app.practice.prescriptions import renew
    from tournee.practice.patient_file import PatientFile
    from tournee.practice.prescription_file import PrescriptionFile

    with desk.office() as office:
        former = get(office, PrescriptionFile, number)
        assert former.row.patient is not None
        one = get(office, PatientFile, former.row.patient)
        done = renew(office, former, day, one)
    if as_json:
        values.write({"prescription": done.id, "patient": one.id})
    else:
        desk.console.print(f"{one.told.who} : ordonnance {done.id} du {day:%d/%m/%Y}.", soft_wrap=True)


@prescription.command("close", short_help="Ferme une ordonnance.")
@_number
@click.option("--reason", required=True, help="Pourquoi, pour l’historique.")
@json_option
@click.pass_obj
def close(desk: Desk, number: int, reason: str, as_json: bool) -> None:
    """Ferme une ordonnance : elle n’est plus proposée."""
    from tournee.app.practice.dossiers import get
    from tournee.practice.prescription_file import PrescriptionFile

    with desk.office() as office:
        get(office, PrescriptionFile, number)
        office.journal.dossiers.close(number, reason)
    values.answer(desk, as_json, {"prescription": number, "closed": True}, f"Ordonnance {number} : fermée.")
