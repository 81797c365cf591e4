"""`tournee opposition …`: the list of Vitale cards that may not be used."""

from __future__ import annotations

import click

from tournee.cli.context import Desk, json_option
from tournee.cli.display import as_json as values
from tournee.cli.french import FrenchGroup
from tournee.errors import ConfigError, OppositionError, ReaderError


@click.group("opposition", cls=FrenchGroup)
def opposition() -> None:
    """La liste d’opposition : les cartes Vitale perdues, volées ou remplacées, que rien ne peut sécuriser."""


@opposition.command("request", short_help="Demande à l’OCT la suite de la liste.")
@click.option("--ps", default="", help="Numéro du professionnel qui demande, si le journal en a plusieurs.")
@click.option("--whole", is_flag=True, help="Redemande la liste entière, qui remplacera celle en vigueur.")
@json_option
@click.pass_obj
def request(desk: Desk, ps: str, whole: bool, as_json: bool) -> None:
    """Demande à l’OCT ce qui suit la liste en vigueur. La réponse se prend avec tournee fetch.

    Sans --ps, au nom du professionnel que le journal connaît ; s’il en connaît plusieurs, de celui dont la
    carte est insérée.
    """
    from tournee.app.cards import read_ps
    from tournee.app.opposition.by_mail import request_list

    with desk.office() as office:
        known = office.journal.visits.professionals()
        ps_type = ""
        if not ps and len(known) != 1:
            try:
                with desk.reader() as link:
                    identity = read_ps(link).identity
            except (ReaderError, ConfigError):
                if not known:
                    raise
            else:
                ps, ps_type = identity.billing_number, identity.ps_type
        done = request_list(office, ps, ps_type, whole=whole)
    subject = None if done.message is None else done.message.subject
    if as_json:
        state = None if done.message is None else done.message.state.value
        values.write({"file": done.file.name, "subject": subject, "state": state})
    elif done.message is not None:
        desk.console.print(f"Demande {done.file.name} : {done.message.state.label}, objet {subject}")
    if done.error is not None:
        raise done.error


@opposition.command("status", short_help="La liste en vigueur.")
@json_option
@click.pass_obj
def show(desk: Desk, as_json: bool) -> None:
    """Montre la liste en vigueur : son numéro, sa date, combien de cartes, son âge, et ce qui attend."""
    from tournee.app.opposition.in_force import list_state

    with desk.office() as office:
        state = list_state(office)
    if as_json:
        values.write(
            {
                "number": state.number,
                "date": None if state.date is None else state.date.isoformat(),
                "count": state.count,
                "age_days": state.age,
                "bytes": state.size,
                "behind": state.behind,
                "request": None
                if state.request is None
                else {"file": state.request.name, "state": state.request.state.value},
                "waiting": [
                    {"from": one.before, "to": one.after, "reason": one.note} for one in state.waiting
                ],
            }
        )
        return
    if state.date is not None:
        desk.console.print(
            f"Liste d’opposition {state.number:06} du {state.date:%d/%m/%Y} : {state.count} cartes, "
            f"{state.age} jours"
        )
    if state.doubt:
        desk.warn(f"{state.doubt}. Ensuite : tournee opposition request")
    if state.request is not None:
        why = f" ({state.request.reason})" if state.request.reason else ""
        desk.console.print(f"Dernière demande, {state.request.name} : {state.request.state.label}{why}")
    for one in state.waiting:
        desk.console.print(f"En attente : {one.before:06} → {one.after:06} ({one.note})")


@opposition.command("check", short_help="Cherche une carte dans la liste.")
@click.argument("serial", metavar="SERIE")
@json_option
@click.pass_obj
def check(desk: Desk, serial: str, as_json: bool) -> None:
    """Dit si la carte de ce numéro de série est en opposition ; l’état de sortie le dit aussi."""
    from tournee.app.opposition.in_force import check_serial

    with desk.office() as office:
        found = check_serial(office, serial)
    if as_json:
        values.write({"serial": found.serial, "opposed": found.opposed, "number": found.number})
    elif not found.opposed:
        desk.console.print(f"Carte {found.serial} : pas en opposition (liste {found.number:06}).")
    if found.opposed:
        raise OppositionError(f"Carte {found.serial} : en opposition (liste {found.number:06}).")


@opposition.command("load", short_help="Charge la liste dans le lecteur.")
@click.option("--since", metavar="NUMÉRO", type=int, help="Seulement ce qui fut ajouté après cette liste.")
@json_option
@click.pass_obj
def load(desk: Desk, since: int | None, as_json: bool) -> None:
    """Charge dans le lecteur une forme réduite de la liste, qu’il consulte sans ordinateur.

    Elle ne laisse passer aucune carte qu’elle contient ; elle en suspecte parfois d’autres, que cet
    ordinateur vérifie sur la liste entière. Une liste trop grande pour le lecteur est refusée : --since.
    """
    from tournee.app.opposition.in_force import load_reader

    with desk.office() as office, desk.reader() as link:
        loaded = load_reader(office, link, since)
    if as_json:
        values.write(
            {
                "number": loaded.number,
                "count": loaded.count,
                "bytes": loaded.size,
                "since": since,
                "false_positive_rate": loaded.false_positives,
            }
        )
        return
    share = f"{loaded.false_positives * 100:.2g} %".replace(".", ",")
    desk.console.print(
        f"Lecteur : {loaded.count} cartes de la liste {loaded.number:06} en {loaded.size} octets, "
        f"{share} d’autres cartes suspectées à tort"
    )
