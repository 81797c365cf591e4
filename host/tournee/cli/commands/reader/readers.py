"""`tournee reader …` and `tournee cards`: the reader, its clock, an emulated one to try things on."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tournee.cli.context import Desk, json_option
from tournee.cli.display import as_json as values
from tournee.cli.french import FrenchCommand, LazyGroup
from tournee.cli.signals import end_as_interrupted
from tournee.errors import OppositionError

if TYPE_CHECKING:
    from tournee.app.context import Office
    from tournee.app.services.card_update.due import UpdateDue
    from tournee.billing.identity import Patient

_PAIRING = {
    "scan": ("reader.pairing:scan_readers", "Cherche les lecteurs Bluetooth à portée."),
    "pair": ("reader.pairing:pair_reader", "Jumelle un lecteur Bluetooth et le met en service."),
    "list": ("reader.pairing:list_readers", "Les lecteurs Bluetooth connus."),
    "use": ("reader.pairing:use_reader", "Met en service un lecteur connu."),
    "forget": ("reader.pairing:forget", "Oublie un lecteur Bluetooth."),
    "update-card": ("services.maj:update_card", "Met à jour la carte Vitale d’essai (simulation)."),
}
_directory = click.argument("directory", metavar="DOSSIER", type=click.Path(path_type=Path, file_okay=False))
_slot = click.argument("slot", metavar="FENTE", type=click.Choice(["ps", "vitale", "apcv"]))


@click.group("reader", cls=LazyGroup, commands_at="tournee.cli.commands", table=_PAIRING)
def reader() -> None:
    """Le lecteur de cartes : qui il est, sa date, ou un lecteur émulé pour essayer sans matériel."""


@reader.command("identify", short_help="Identité et mémoire du lecteur.")
@json_option
@click.pass_obj
def identify(desk: Desk, as_json: bool) -> None:
    """Demande au lecteur configuré son identité, sa mémoire et sa date."""
    with desk.reader() as link:
        identity = link.identify()
    if as_json:
        values.write(values.reader(identity))
    else:
        from tournee.cli.display.show import reader_line

        desk.console.print(reader_line(identity))
        desk.console.print(f"Date du lecteur : {_date(identity.date)}")


def _date(text: str) -> str:
    """AAAAMMJJHHMM as it is read in French."""
    return f"{text[6:8]}/{text[4:6]}/{text[:4]} {text[8:10]}:{text[10:]}" if text else "non réglée"


@reader.command("date", short_help="Met le lecteur à l’heure.")
@click.pass_obj
def date(desk: Desk) -> None:
    """Met l’horloge du lecteur à l’heure de cet appareil."""
    now = datetime.now(desk.config().zone)
    with desk.reader() as link:
        link.set_date(now)
    desk.console.print(f"Lecteur mis à l’heure : {now:%d/%m/%Y %H:%M}")


@reader.command("emulate", short_help="Lecteur et OCT émulés, pour essayer.")
@_directory
@click.option("--cabinet", "populated", is_flag=True, help="Avec soixante patients fictifs et leurs plans.")
@click.option("--services", "with_services", is_flag=True, help="Avec les services autour de la facture.")
@click.pass_obj
def emulate(desk: Desk, directory: Path, populated: bool, with_services: bool) -> None:
    """Démarre dans DOSSIER un lecteur et un OCT émulés, avec leur configuration, jusqu’à Ctrl-C.

    Dans un autre terminal : tournee reader insert DOSSIER ps infirmiere, puis
    tournee --config DOSSIER/tournee.toml et une commande.

    Pas de Bluetooth ici : sans radio il ne passe pas d’un programme à l’autre. tournee demo --link ble
    le montre.
    """
    from tournee.emulation.practice import practice

    end_as_interrupted()  # no link is left to a terminal that is another's next
    with practice(directory, populated=populated, with_services=with_services) as desk_of_cards:
        desk.console.print(f"Lecteur et OCT émulés prêts. Configuration : {directory / 'tournee.toml'}")
        desk.console.print("Code porteur des cartes d’essai : 1234. Arrêt : Ctrl-C.")
        desk_of_cards.serve()


@reader.command("insert", short_help="Met une carte d’essai dans le lecteur émulé.")
@_directory
@_slot
@click.argument("card", metavar="CARTE")
@click.option("--qr/--nfc", "shown", default=True, help="Avec apcv : montre le code, ou pose le téléphone.")
@click.option("--pour", "of", default="", metavar="CARTE", help="Avec apcv : le patient qui fait confiance.")
@click.option("--heures", type=click.IntRange(1, 720), default=24, help="Avec --pour : jusqu’à quand.")
@click.pass_obj
def insert(desk: Desk, directory: Path, slot: str, card: str, shown: bool, of: str, heures: int) -> None:
    """Met la carte d’essai CARTE dans la FENTE (ps ou vitale) du lecteur émulé de DOSSIER. Avec apcv, c’est
    le téléphone de cette personne : il montre son code, ou est posé sur le lecteur.
    """
    from tournee.emulation.control import ask

    if slot == "apcv":
        _show_phone(desk, directory, card, of, heures, by_contact=not shown)
        return
    ask(directory, "insert", slot=slot, card=card)
    desk.console.print(f"Carte {card} dans la fente {slot}.")


def _show_phone(desk: Desk, directory: Path, card: str, of: str, hours: int, *, by_contact: bool) -> None:
    from tournee.emulation.control import ask
    from tournee.emulation.services.phone import phone_in

    phone, now = phone_in(directory, card), datetime.now().astimezone()
    if of:
        phone_in(directory, of).trust(card, now + timedelta(hours=hours))
    if by_contact:
        ask(directory, "lay", card=card, of=of)
        desk.console.print(f"Téléphone de {card} posé sur le lecteur.")
        return
    from tournee.files import write_whole
    from tournee.services.qr_codes import lines_of, png_of

    text, picture = phone.text(now, of=of), directory / f"telephone-{card}.png"
    write_whole(picture, png_of(text))
    click.echo(lines_of(text))
    desk.console.print(f"Téléphone de {card} : code valable 90 secondes, dans {picture}", soft_wrap=True)


@reader.command("remove", short_help="Retire la carte du lecteur émulé.")
@_directory
@_slot
@click.pass_obj
def remove(desk: Desk, directory: Path, slot: str) -> None:
    """Retire la carte de la FENTE (ps ou vitale) du lecteur émulé de DOSSIER."""
    from tournee.emulation.control import ask

    ask(directory, "remove", slot=slot)
    desk.console.print(f"Fente {slot} vide.")


@reader.command("test-cards", short_help="Les cartes d’essai.")
@json_option
@click.pass_obj
def known_cards(desk: Desk, as_json: bool) -> None:
    """Liste les cartes d’essai du lecteur émulé ; les personnes sont fictives."""
    from tournee.emulation.cards import card_names
    from tournee.emulation.cards.content import card_content

    cards = [card_content(name) for name in card_names()]
    if as_json:
        values.write(
            {"cards": [{"name": card.name, "kind": card.kind, "about": card.about} for card in cards]}
        )
        return
    from rich.table import Table

    table = Table(title="Cartes d’essai")
    for heading in ("Carte", "Type", "Contenu"):
        table.add_column(heading)
    for card in cards:
        table.add_row(card.name, card.kind, card.about)
    desk.console.print(table)


def _due(office: Office, patient: Patient) -> UpdateDue | None:
    from tournee.app.services.card_update.due import due_of

    return due_of(office, patient, office.clock().date())


@click.command("cards", cls=FrenchCommand)
@json_option
@click.pass_obj
def cards(desk: Desk, as_json: bool) -> None:
    """Lit la carte du professionnel et la carte Vitale insérées ; dit si celle-ci est en opposition, et ce
    que peut être une carte d’une autre sorte.
    """
    from tournee.app.cards import read_ps, read_vitale
    from tournee.app.opposition.in_force import OpposedCardError
    from tournee.reader import PS_ABSENT, PS_UNLOCKED, CardFailed

    patients: list[Patient] = []
    ps = None
    opposed: OppositionError | None = None
    unread: dict[str, CardFailed] = {}
    due: dict[str, str] = {}
    with desk.office() as office, desk.reader() as link:
        state = link.cards()
        try:
            ps = read_ps(link).identity if state.ps is not PS_ABSENT else None
        except CardFailed as failed:
            unread["ps"] = failed
        if state.vitale:
            try:
                patients = read_vitale(office, link).patients
                due = {one.beneficiary_rank: told.text for one in patients if (told := _due(office, one))}
            except OppositionError as error:
                opposed = error
            except CardFailed as failed:
                unread["vitale"] = failed
    stopped = opposed or next(iter(unread.values()), None)
    if as_json:
        values.write(
            {
                "ps": None
                if ps is None
                else {
                    "number": ps.billing_number,
                    "name": ps.name,
                    "first_name": ps.first_name,
                    "type": ps.ps_type,
                },
                "patients": [
                    {
                        "name": one.name,
                        "first_name": one.first_name,
                        "nir": one.nir,
                        "born": one.born,
                        "rights_end": one.rights_end,
                        "ald": one.has_ald(f"{datetime.now():%Y%m%d}"),
                        "to_update": due.get(one.beneficiary_rank),
                        "amc": None if one.amc is None else one.amc.number,
                        "c2s": one.amc is not None and one.amc.c2s,
                        "accidents": [
                            {
                                "number": each.number,
                                "date": f"{each.day:%Y-%m-%d}" if each.day else None,
                                "caisse": each.organisme,
                            }
                            for each in one.accidents
                        ],
                    }
                    for one in patients
                ],
                "opposed": isinstance(opposed, OpposedCardError),
                "unread": {slot: values.unread_card(failed) for slot, failed in unread.items()},
            }
        )
        if stopped is not None:
            raise stopped
        return
    if "ps" in unread and stopped is not unread["ps"]:
        desk.errors.print(str(unread["ps"]), soft_wrap=True)
    if ps is None:
        found = "absente" if state.ps is PS_ABSENT else "ne se lit pas"
        desk.console.print(f"Carte du professionnel : {found}")
    else:
        lock = "déverrouillée" if state.ps == PS_UNLOCKED else "verrouillée"
        desk.console.print(
            f"Carte du professionnel ({lock}) : {ps.first_name} {ps.name}, {ps.ps_type} {ps.billing_number}"
        )
    if not state.vitale:
        desk.console.print("Carte Vitale : absente")
    from tournee.cli.display.show import patient_line

    today = f"{datetime.now():%Y%m%d}"
    for one in patients:
        desk.console.print(patient_line(one, today), soft_wrap=True)
        if one.beneficiary_rank in due:
            desk.console.print(f"  carte à mettre à jour : {due[one.beneficiary_rank]}", soft_wrap=True)
    if "vitale" in unread and stopped is not unread["vitale"]:
        desk.errors.print(str(unread["vitale"]), soft_wrap=True)
    if stopped is not None:
        raise stopped
