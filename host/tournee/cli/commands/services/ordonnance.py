"""`tournee ordonnance numerique …`: prescriptions that a base keeps, by their number."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from tournee.cli.context import Desk, json_option
from tournee.cli.display import as_json as values
from tournee.cli.french import FrenchGroup

if TYPE_CHECKING:
    from tournee.app.practice.dossiers import Dossier
    from tournee.practice.prescription_file import PrescriptionFile
    from tournee.store import ServiceRow

_situation = click.option("--situation", type=int, metavar="NUMÉRO", help="Votre situation, s’il le faut.")


@click.group("numerique", cls=FrenchGroup)
def electronic() -> None:
    """Les ordonnances numériques (simulation) : leur numéro, ce que la base en dit, ce qui est réalisé."""


@electronic.command("lire", short_help="Lit une ordonnance numérique d’un patient.")
@click.argument("words", metavar="PATIENT…", nargs=-1, required=True)
@click.option("--numero", "number", default="", help="Ses 16 caractères, tels qu’imprimés.")
@click.option(
    "--image",
    "picture",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="Une photo de son code (JPEG ou PNG).",
)
@click.option("--hors-ligne", "offline", is_flag=True, help="Garde le numéro : il sera demandé plus tard.")
@_situation
@json_option
@click.pass_obj
def read(
    desk: Desk,
    words: tuple[str, ...],
    number: str,
    picture: Path | None,
    offline: bool,
    situation: int | None,
    as_json: bool,
) -> None:
    """Demande à la base une ordonnance par son numéro ou la photo de son code, et la garde au dossier du
    patient : elle tient lieu d’image à joindre. Sans réseau, sans lecteur ou sans carte CPS, le numéro est
    gardé et attend.
    """
    from tournee.app.practice.patients import find_patient
    from tournee.app.services.phone_card.asking import asserted_by
    from tournee.app.services.prescriptions.orders import keep_number, number_in_picture, resolve
    from tournee.cli.commands.care import carer_on_duty
    from tournee.errors import ServiceError
    from tournee.files import read_bounded
    from tournee.reader import CardAbsent, LinkLost
    from tournee.services.prescriptions.number import order_number
    from tournee.services.qr_codes import PICTURE_MAX

    if bool(number) == (picture is not None):
        raise click.UsageError("Dites --numero, ou --image : l’un des deux.")
    if picture is not None:
        number = number_in_picture(read_bounded(picture, PICTURE_MAX))
        if not number:
            raise ServiceError(
                "Aucun code d’ordonnance numérique n’est lisible sur cette image.",
                next_step="reprenez la photo, le code entier, ou tapez le numéro imprimé",
            )
    number = order_number(number)
    with desk.office() as office:
        one = find_patient(office, words)
        if offline:
            row = keep_number(office, one, number)
        else:
            office.services.of("ordonnance")
            try:
                with desk.reader() as link:
                    ps = carer_on_duty(desk, link, situation)
                    row = keep_number(office, one, number, asserted_by(office, link, ps))
            except (LinkLost, CardAbsent) as error:
                row = keep_number(office, one, number)
                office.journal.requests.put_off(row.id, error.message)
                row = office.journal.requests.get(row.id)
        order = resolve(office, row) if row.has_answer else None
    _tell(desk, [(row, order)], as_json)


@electronic.command("list", short_help="Les numéros qui attendent le réseau.")
@json_option
@click.pass_obj
def show_list(desk: Desk, as_json: bool) -> None:
    """Les ordonnances dont le numéro est gardé et qui ne sont pas encore connues."""
    from tournee.app.services.prescriptions.orders import waiting

    with desk.office() as office:
        found = waiting(office)
    _tell(desk, [(row, None) for row in found], as_json, nothing="Aucun numéro n’attend.")


@electronic.command("reprendre", short_help="Demande à la base les numéros qui attendent.")
@_situation
@json_option
@click.pass_obj
def take_up(desk: Desk, situation: int | None, as_json: bool) -> None:
    """Demande à la base les ordonnances dont le numéro attendait, et les garde aux dossiers."""
    from tournee.app.services.phone_card.asking import asserted_by
    from tournee.app.services.prescriptions.orders import carry_numbers
    from tournee.cli.commands.care import carer_on_duty

    with desk.office() as office, desk.reader() as link:
        ps = carer_on_duty(desk, link, situation)
        done = carry_numbers(office, asserted_by(office, link, ps))
    _tell(desk, done, as_json, nothing="Aucun numéro n’attendait.")


@electronic.command("realiser", short_help="Note à la base ce qui est fait d’une ordonnance.")
@click.argument("number", metavar="ORDONNANCE", type=int)
@_situation
@json_option
@click.pass_obj
def record(desk: Desk, number: int, situation: int | None, as_json: bool) -> None:
    """Note à la base les visites facturées d’une ordonnance numérique, chacune une fois, et reprend ce que
    d’autres soignants en ont fait.
    """
    from tournee.app.practice.dossiers import get
    from tournee.app.services.phone_card.asking import asserted_by
    from tournee.app.services.prescriptions.orders import report_done
    from tournee.cli.commands.care import carer_on_duty
    from tournee.practice.prescription_file import PrescriptionFile

    with desk.office() as office, desk.reader() as link:
        order = get(office, PrescriptionFile, number)
        ps = carer_on_duty(desk, link, situation)
        rows = report_done(office, order, asserted_by(office, link, ps))
        order = get(office, PrescriptionFile, number)
    _tell(desk, [(row, order) for row in rows], as_json, nothing="Rien de nouveau n’est fait.")


def _tell(
    desk: Desk,
    done: list[tuple[ServiceRow, Dossier[PrescriptionFile] | None]],
    as_json: bool,
    nothing: str = "",
) -> None:
    from tournee.app.services.asking import waiting_said
    from tournee.app.services.prescriptions.orders import number_of
    from tournee.errors import ServiceError
    from tournee.services.prescriptions.number import shown
    from tournee.store import RequestState

    if as_json:
        told = [
            {
                "request": row.id,
                "number": number_of(row),
                "state": row.state.value,
                "reason": row.reason,
                "prescription": order.id if order is not None else None,
                "done_elsewhere": order.told.done if order is not None else None,
            }
            for row, order in done
        ]
        values.write({"orders": told, "simulation": True})
    else:
        for row, order in done:
            words = f"Ordonnance numérique {shown(number_of(row))} : "
            if order is not None:
                words += f"gardée, n° {order.id}, {order.told.total} séances, {order.told.done} ailleurs."
            else:
                words += waiting_said(row) if row.state is RequestState.WAITING else row.reason
            desk.console.print(words, soft_wrap=True)
        if not done and nothing:
            desk.console.print(nothing)
    refused = [row for row, _ in done if row.state.value in ("refused", "failed")]
    if refused:
        raise ServiceError(refused[0].reason, next_step="vérifiez le numéro, ou gardez l’ordonnance papier")
