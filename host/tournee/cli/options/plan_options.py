"""What a plan is told by on the command line: with a prescription, or by itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar

import click

from tournee.cli.options.planned import (
    SAME_TRAVEL,
    ActWord,
    Hour,
    KeyWord,
    NearDay,
    TravelOrSame,
    Weekdays,
    said_keys,
)

if TYPE_CHECKING:
    from tournee.app.context import Office
    from tournee.app.practice.dossiers import Dossier
    from tournee.billing.nomenclature.table import Profession
    from tournee.practice.care_model import CareModel
    from tournee.practice.patient_file import PatientFile
    from tournee.practice.planning.plan_file import PlanFile, Slot

_F = TypeVar("_F", bound=Callable[..., Any])
_REST = {"faits": "kept", "laissés": "left", "reportés": "next"}
_WHERE = ("domicile", "cabinet", "établissement")
_THIRD_PARTY = ("non", "amo", "amc", "total")

_OPTIONS = (
    click.option(
        "--ps", default="", metavar="NUMÉRO", help="Votre numéro de facturation, si plusieurs ont des plans."
    ),
    click.option("--profession", type=click.Choice(["IF", "MK"]), help="IF ou MK, pour votre premier plan."),
    click.option("--modele", "model", default="", metavar="NOM", help="Un de vos modèles de soins."),
    click.option("--acte", "acts", type=ActWord(), multiple=True, help="AMI 1,5, BSB, ou son nom."),
    click.option("--heure", "hours", type=Hour(), multiple=True, help="8h50 ; répétée : plusieurs passages."),
    click.option("--jours", "weekdays", type=Weekdays(), help="lun,jeu ou lun-sam ; tous sans rien dire."),
    click.option("--semaines", "weeks", type=click.IntRange(1, 52), help="Une semaine sur N."),
    click.option("--au", "last", type=NearDay(), help="Le dernier jour ; sans lui, celui de l’ordonnance."),
    click.option("--le", "only", type=NearDay(), help="Ce jour seulement."),
    click.option("--feries", "holidays", type=click.Choice(list(_REST)), default="faits", help="Les fériés."),
    click.option("--absences", type=click.Choice(list(_REST)), default="laissés", help="Vos absences."),
    click.option(
        "--deplacement", "travel", type=TravelOrSame(), help="IFA, IFA 18, même ; sinon celui du patient."
    ),
    click.option("--lieu", "where", type=click.Choice(_WHERE), help="Où le soin est fait."),
    click.option("--tiers-payant", "third_party", type=click.Choice(_THIRD_PARTY), help="Qui paie."),
    click.option(
        "--dire", "said", type=KeyWord(), multiple=True, metavar="CLÉ=VALEUR", help="Comme contrat=99."
    ),
    click.option("--ensemble", "together", is_flag=True, help="Ses jours se facturent à plusieurs."),
    click.option(
        "--majorations", "by_clock", is_flag=True, help="Nuit, dimanche et fériés, par le calendrier."
    ),
    click.option("--mots", "called", default="", help="Comment vous l’appelez."),
)


def plan_options(command: _F) -> _F:
    """The options that say a plan; the command takes them with `plan_of_options`."""
    made: Any = command
    for option in reversed(_OPTIONS):
        made = option(made)
    return made  # type: ignore[no-any-return]


def plan_of_options(
    told: dict[str, Any],
    first: date,
    sessions: int,
    profession: Profession,
    model: CareModel | None = None,
) -> PlanFile:
    """The plan that the options say, from `first` on, of so many sessions (0: as its prescription); what they
    do not say is the model's.
    """
    from tournee.practice.planning.plan_file import PlanFile, as_care
    from tournee.practice.planning.recurrence import EVERY_DAY, Recurrence

    when = Recurrence(
        told["only"] or first,
        told["only"] or told["last"],
        told["weekdays"] or (model.weekdays if model else EVERY_DAY),
        told["weeks"] or (model.weeks if model else 1),
        0 if told["only"] else sessions or (model.sessions if model else 0),
        _REST[told["holidays"]],  # type: ignore[arg-type]
        _REST[told["absences"]],  # type: ignore[arg-type]
    )
    usual = said_keys(told["said"])
    if told["third_party"]:
        usual["tiers_payant"] = told["third_party"]
    return PlanFile(
        slots_of_options(told, model),
        when,
        profession,
        told["called"] or (model.name if model else ""),
        usual=as_care(usual),
        together=told["together"] or bool(model and model.together),
        by_clock=told["by_clock"] or bool(model and model.by_clock),
    )


def slots_of_options(told: dict[str, Any], model: CareModel | None = None) -> tuple[Slot, ...]:
    """The passages of a day that the options say: the model's, with acts more in the first."""
    from tournee.app.practice.day.models import with_acts
    from tournee.practice.planning.plan_file import Slot, as_care

    care: dict[str, Any] = {"actes": list(told["acts"])}
    if told["travel"]:
        care["deplacement"] = told["travel"]
    if told["where"]:
        care["lieu"] = told["where"]
    hours = sorted(told["hours"])
    if model is None:
        return tuple(Slot(as_care(care), hour) for hour in hours) or (Slot(as_care(care)),)
    acts = care.pop("actes")
    slots = model.plan(date(2000, 1, 1), tuple(hours)).slots
    cares = [{**slot.told, **care} for slot in slots]
    cares[0] = with_acts(cares[0], acts)
    return tuple(Slot(as_care(one), slot.minute) for one, slot in zip(cares, slots, strict=True))


def travel_said(office: Office, told: dict[str, Any], patient: Dossier[PatientFile], ps: str) -> None:
    """Put the travel of the last time where `même` was said; BadParameter where none is known."""
    from tournee.app.practice.day.travel import remembered_travel

    if told["travel"] is SAME_TRAVEL:
        told["travel"] = remembered_travel(office, patient, ps)
        if not told["travel"]:
            raise click.BadParameter(
                f"aucun déplacement chez {patient.told.who} n’est connu ; écrivez IFA 18"
            )


def model_said(office: Office, told: dict[str, Any], ps: str) -> CareModel | None:
    """The model that `--modele` names; UsageError where neither it nor an act is said."""
    from tournee.app.practice.day.models import find_model

    if told["model"]:
        return find_model(office, told["model"], ps).told
    if not told["acts"]:
        raise click.UsageError("dites les actes : --acte, ou --modele")
    return None


OF_A_PLAN = (
    *(
        "ps",
        "profession",
        "model",
        "acts",
        "hours",
        "weekdays",
        "weeks",
        "last",
        "only",
        "holidays",
        "absences",
    ),
    *("travel", "where", "third_party", "said", "together", "by_clock", "called"),
)
"""What `plan_options` gives the command, by name."""
