"""`tournee droits …`: rights on line, a simulation: asked, shown beside the card's, chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from tournee.cli.context import Desk, json_option
from tournee.cli.display import as_json as values
from tournee.cli.french import FrenchGroup
from tournee.cli.options.filters import DayOption

if TYPE_CHECKING:
    from datetime import date

    from tournee.app.services.rights.showing import RightsSeen
    from tournee.store import ServiceRow

_words = click.argument("words", metavar="PATIENT|NIR…", nargs=-1, required=True)
_born = click.option("--ne", "born", type=DayOption(), help="Né(e) le, pour un autre que l’assuré.")
_situation = click.option(
    "--situation", type=int, metavar="NUMÉRO", help="Votre situation, si votre carte en porte plusieurs."
)


@click.group("droits", cls=FrenchGroup)
def rights() -> None:
    """Les droits en ligne (forme d’ADRi, simulation) : ils se lisent à côté de la carte, et ne la remplacent
    que si vous le choisissez.
    """


@rights.command("demander", short_help="Demande les droits d’un patient au service.")
@_words
@_born
@_situation
@json_option
@click.pass_obj
def ask(desk: Desk, words: tuple[str, ...], born: date | None, situation: int | None, as_json: bool) -> None:
    """Demande les droits d’un patient ; votre carte CPS signe la demande dans le lecteur. Sans réseau, sans
    lecteur ou sans carte, la demande attend.
    """
    from tournee.app.services.rights.asking import ask_rights
    from tournee.app.services.rights.showing import find_person, rights_seen
    from tournee.cli.commands.care import carer_on_duty
    from tournee.reader import CardAbsent, LinkLost

    with desk.office() as office:
        person = find_person(office, words, born)
        try:
            with desk.reader() as link:
                ps = carer_on_duty(desk, link, situation)
                row = ask_rights(office, person, ps, link)
        except (LinkLost, CardAbsent) as error:
            row = ask_rights(office, person, None, None)
            if not row.reason:
                office.journal.requests.put_off(row.id, error.message)
                row = office.journal.requests.get(row.id)
        _tell(desk, rights_seen(office, person), office.clock().date(), row, as_json=as_json)


@rights.command("montrer", short_help="Montre ce que disent la carte et le service.")
@_words
@_born
@json_option
@click.pass_obj
def show(desk: Desk, words: tuple[str, ...], born: date | None, as_json: bool) -> None:
    """Ce que disent d’un patient sa carte et le service, ce qui diffère, et ce que vous avez choisi."""
    from tournee.app.services.rights.showing import find_person, rights_seen

    with desk.office() as office:
        seen = rights_seen(office, find_person(office, words, born))
        _tell(desk, seen, office.clock().date(), seen.asked, as_json=as_json)


@rights.command("choisir", short_help="Dit lesquels comptent : la carte, ou le service.")
@_words
@_born
@click.option("--carte", "choice", flag_value="carte", help="Les droits de la carte.")
@click.option("--service", "choice", flag_value="service", help="Les droits dits par le service.")
@click.option("--ancienne", "though_old", is_flag=True, help="Même si la réponse est ancienne.")
@json_option
@click.pass_obj
def choose(
    desk: Desk, words: tuple[str, ...], born: date | None, choice: str | None, though_old: bool, as_json: bool
) -> None:
    """Retient lesquels comptent pour les factures de ce patient. Si la caisse change, ses factures qui ne
    sont pas parties sont refaites : certifiez-les de nouveau.
    """
    from tournee.app.services.rights.choosing import choose as decide
    from tournee.app.services.rights.showing import find_person, rights_seen

    if choice is None:
        raise click.UsageError("dites --carte ou --service")
    with desk.office() as office:
        person = find_person(office, words, born)
        chosen = decide(office, person, choice, though_old=though_old)
        seen = rights_seen(office, person)
        today = office.clock().date()
    if as_json:
        values.write({**_value(seen, today), "anew": list(chosen.anew)})
        return
    desk.console.print(
        f"Retenu : les droits {'de la carte' if choice == 'carte' else 'dits par le service'}."
    )
    if chosen.anew:
        desk.console.print(
            f"La caisse change : {len(chosen.anew)} facture(s) à refaire (visites "
            f"{', '.join(map(str, chosen.anew))}). Ensuite : tournee certify"
        )


@rights.command("attente", short_help="Envoie les demandes qui attendent.")
@_situation
@json_option
@click.pass_obj
def waiting(desk: Desk, situation: int | None, as_json: bool) -> None:
    """Envoie les demandes de droits qui attendaient le réseau ou votre carte."""
    from tournee.app.services.rights.asking import ask_waiting
    from tournee.cli.commands.care import carer_on_duty

    with desk.office() as office:
        found = office.journal.requests.waiting("droits")
        done: tuple[ServiceRow, ...] = ()
        if found:
            with desk.reader() as link:
                done = ask_waiting(office, carer_on_duty(desk, link, situation), link)
        left = len(office.journal.requests.waiting("droits"))
    if as_json:
        values.write({"asked": [_request(one) for one in done], "waiting": left})
        return
    for one in done:
        desk.console.print(f"Demande {one.id} : {one.state.label}{f' ({one.reason})' if one.reason else ''}")
    desk.console.print(f"Demandes en attente : {left}.")


def _tell(desk: Desk, seen: RightsSeen, today: date, row: ServiceRow | None, *, as_json: bool) -> None:
    if as_json:
        values.write({**_value(seen, today), "request": None if row is None else _request(row)})
        return
    from tournee.app.services.asking import waiting_said
    from tournee.app.services.rights.showing import age_of
    from tournee.store import RequestState

    desk.console.print(f"{seen.who} : droits en ligne, simulation")
    if seen.card is not None:
        read = f", lue le {seen.card_day:%d/%m/%Y}" if seen.card_day else ""
        desk.console.print(f"Carte{read} : {_said(seen.card.rights_end)}")
    if seen.answer is not None:
        told = seen.answer.patient
        says = _said(told.rights_end) if told is not None else seen.answer.meaning
        desk.console.print(f"{seen.answer.row.origin}, {age_of(seen.answer, today)} : {says}")
    for one in seen.differences:
        desk.console.print(f"  diffère : {one}", soft_wrap=True)
    if seen.answer is not None and seen.answer.patient is not None and not seen.differences:
        desk.console.print("Rien ne diffère de la carte.")
    if row is not None and not row.has_answer:
        why = waiting_said(row) if row.state is RequestState.WAITING else row.reason
        desk.console.print(f"Demande {row.id} : {why or row.state.label}", soft_wrap=True)
    if seen.is_to_choose:
        desk.console.print("À choisir : tournee droits choisir … --carte, ou --service")
    elif seen.answer is not None and seen.answer.row.choice:
        desk.console.print(f"Choisi : {_CHOSEN[seen.answer.row.choice]}")


_CHOSEN = {
    "carte": "les droits de la carte",
    "service": "les droits dits par le service",
    "service-ancien": "les droits dits par le service, quoique anciens",
}


def _said(end: str) -> str:
    return f"droits jusqu’au {end[6:8]}/{end[4:6]}/{end[:4]}" if end else "droits sans date de fin"


def _request(row: ServiceRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "state": row.state.value,
        "asked": row.asked,
        "answered": row.answered or None,
        "reason": row.reason or None,
    }


def _value(seen: RightsSeen, today: date) -> dict[str, Any]:
    answer = seen.answer
    told = None if answer is None else answer.patient
    return {
        "who": seen.who,
        "simulation": True,
        "card": None
        if seen.card is None
        else {
            "read": f"{seen.card_day:%Y-%m-%d}" if seen.card_day else None,
            "rights_end": seen.card.rights_end or None,
        },
        "answer": None
        if answer is None
        else {
            "code": answer.code.value,
            "meaning": answer.meaning,
            "origin": answer.row.origin,
            "at": answer.row.answered,
            "days": answer.days(today),
            "old": answer.is_old(today),
            "rights_end": told.rights_end or None if told is not None else None,
            "choice": answer.row.choice or None,
        },
        "differences": [
            {"name": one.name, "label": one.label, "card": one.card, "service": one.service}
            for one in seen.differences
        ],
        "to_choose": seen.is_to_choose,
    }
