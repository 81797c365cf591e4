"""`tournee apcv …`: the carte Vitale on a patient's phone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tournee.cli.context import Desk, json_option
from tournee.cli.display import as_json as values
from tournee.cli.french import FrenchGroup

if TYPE_CHECKING:
    from datetime import datetime

    from tournee.app.services.phone_card.reading import PhoneRead


@click.group("apcv", cls=FrenchGroup)
def apcv() -> None:
    """L’appli carte Vitale (simulation) : lire le téléphone d’un patient, et sceller ses factures avec."""


@apcv.command("lire", short_help="Lit le téléphone d’un patient.")
@click.argument(
    "picture",
    metavar="[IMAGE]",
    required=False,
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
)
@click.option("--sans-contact", "by_contact", is_flag=True, help="Le téléphone est posé sur le lecteur.")
@click.option("--renouvelle", "renews", metavar="NIR", default="", help="La lecture finie à reprendre.")
@click.option("--situation", type=int, metavar="NUMÉRO", help="Votre situation, si elle n’est pas seule.")
@json_option
@click.pass_obj
def read(
    desk: Desk, picture: Path | None, by_contact: bool, renews: str, situation: int | None, as_json: bool
) -> None:
    """Lit le code que montre le téléphone du patient, sur une IMAGE (JPEG ou PNG) prise par la caméra, ou le
    téléphone posé sur le lecteur. Pendant 30 minutes, tournee certify --appli sécurise ses visites sans
    carte Vitale. Il faut le réseau, votre carte CPS et son code.
    """
    from tournee.app.services.phone_card.asking import asserted_by
    from tournee.app.services.phone_card.reading import code_by_contact, code_in_picture, read_phone
    from tournee.cli.commands.care import carer_on_duty
    from tournee.files import read_bounded
    from tournee.services.qr_codes import PICTURE_MAX

    if (picture is None) == (not by_contact):
        raise click.UsageError("Dites une IMAGE, ou --sans-contact : l’un des deux.")
    with desk.office() as office:
        if picture is None:
            code = code_by_contact(office)
        else:
            code = code_in_picture(read_bounded(picture, PICTURE_MAX))
        with desk.reader() as link:
            ps = carer_on_duty(desk, link, situation)
            asserts = asserted_by(office, link, ps)
            found = read_phone(office, code, asserts, ps=ps.identity.billing_number, renews=renews[:13])
        now = office.clock()
    if as_json:
        values.write({"phone": _value(found, now)})
        return
    desk.console.print(f"{_line(found, now)} Ensuite : tournee certify --appli", soft_wrap=True)


@apcv.command("list", short_help="Les téléphones lus qui valent encore.")
@json_option
@click.pass_obj
def show_list(desk: Desk, as_json: bool) -> None:
    """Les téléphones lus depuis moins de 30 minutes, le dernier à la fin."""
    from tournee.app.services.phone_card.reading import living

    with desk.office() as office:
        office.services.of("apcv")
        found, now = living(office), office.clock()
    if as_json:
        values.write({"phones": [_value(one, now) for one in found]})
        return
    for one in found:
        desk.console.print(_line(one, now), soft_wrap=True)
    if not found:
        desk.console.print("Aucun téléphone lu depuis moins de 30 minutes.")


def _line(found: PhoneRead, now: datetime) -> str:
    who = found.insured
    by = f", montré par {found.context.delegate}" if found.context.delegate else ""
    left = -(-found.context.left(now) // 60)
    return f"Téléphone de {who.first_name} {who.name}{by} : encore {left} min (simulation ApCV)."


def _value(found: PhoneRead, now: datetime) -> dict[str, Any]:
    return {
        "request": found.request,
        "people": [f"{one.first_name} {one.name}" for one in found.card.patients],
        "delegate": found.context.delegate,
        "ends": found.context.ends.isoformat(),
        "left_seconds": found.context.left(now),
        "simulation": True,
    }
