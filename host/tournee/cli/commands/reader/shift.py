"""`tournee shift open|status|close|lock`: the code porteur once, for the commands of a few hours."""

from __future__ import annotations

import time
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Any

import click

from tournee.cli.code_asked import code_asked
from tournee.cli.context import Desk, json_option
from tournee.cli.display import as_json as values
from tournee.cli.french import FrenchGroup
from tournee.shift.terms import IDLE_BOUNDS, IDLE_MINUTES, MAXIMUM_BOUNDS, MAXIMUM_MINUTES

if TYPE_CHECKING:
    from tournee.shift.endings import Reason


@click.group("shift", cls=FrenchGroup)
def shift() -> None:
    """La vacation : votre code porteur donné une fois pour toutes les commandes qui suivent, jusqu’à ce que
    vous la fermiez, retiriez votre carte, ne demandiez rien pendant un moment ou atteigniez sa durée.
    """


@shift.command("open", short_help="Demande le code porteur et ouvre une vacation.")
@click.option(
    "--idle",
    type=click.IntRange(*IDLE_BOUNDS),
    default=IDLE_MINUTES,
    show_default=True,
    metavar="MINUTES",
    help="Minutes sans rien demander après lesquelles elle se ferme.",
)
@click.option(
    "--max",
    "maximum",
    type=click.IntRange(*MAXIMUM_BOUNDS),
    default=MAXIMUM_MINUTES,
    show_default=True,
    metavar="MINUTES",
    help="Minutes après lesquelles elle se ferme, quoi qu’il arrive.",
)
@json_option
@click.pass_obj
def open_(desk: Desk, idle: int, maximum: int, as_json: bool) -> None:
    """Lit votre carte, demande le code porteur et garde le lecteur pour vos commandes.

    Le code n’est écrit nulle part : c’est la carte, dans le lecteur, qui reste ouverte.
    """
    from tournee.core_dumps import forbid_dumps
    from tournee.shift.opening import Opening, open_shift
    from tournee.shift.terms import Terms

    forbid_dumps()
    choice = desk.reader_choice()
    opening = Opening(
        choice.port, choice.secret_of_port(), str(desk.path().resolve()), Terms(idle * 60.0, maximum * 60.0)
    )

    def ask(card: dict[str, Any]) -> bytearray:
        if not as_json:
            desk.console.print(f"Carte de {card.get('name')} ({card.get('number')}).", soft_wrap=True)
        return bytearray(code_asked(desk), "ascii", "replace")

    told, zone = open_shift(opening, ask), desk.config().zone
    if as_json:
        values.write(_as_json(told, zone))
    else:
        desk.console.print(f"Vacation ouverte : {_times(told, zone)}.", soft_wrap=True)


@shift.command("status", short_help="Dit si une vacation est ouverte, et jusqu’à quand.")
@json_option
@click.pass_obj
def status(desk: Desk, as_json: bool) -> None:
    """Dit si une vacation est ouverte sur le lecteur configuré, pour qui et jusqu’à quand."""
    from tournee.shift.joining import last_ending, shift_status

    port, zone = desk.reader_choice().port, desk.config().zone
    told = shift_status(port, str(desk.path().resolve()))
    ending = None if told is not None else last_ending(port)
    if as_json:
        ended = ending and {"reason": ending.reason, "at": _iso(ending.at, zone) if ending.at else None}
        values.write({"open": False, "ended": ended} if told is None else _as_json(told, zone))
    elif told is None:
        desk.console.print("Aucune vacation n’est ouverte.")
        if ending is not None:
            desk.console.print(ending.told(zone), soft_wrap=True)
    else:
        desk.console.print(
            f"Vacation de {told['name']} ({told['number']}), ouverte à {_hour(told['since'], zone)} :"
            f" {_times(told, zone)}.",
            soft_wrap=True,
        )
        if told.get("command"):
            desk.console.print(f"En cours : {told['command']} (processus {told['command_process']}).")


@shift.command("close", short_help="Ferme la vacation.")
@json_option
@click.pass_obj
def close(desk: Desk, as_json: bool) -> None:
    """Ferme la vacation : le lecteur oublie le code, et redevient libre pour d’autres programmes."""
    from tournee.shift.endings import Reason

    _end(desk, Reason.CLOSED, as_json)


@shift.command("lock", short_help="Ferme la vacation parce que l’écran se verrouille.")
@json_option
@click.pass_obj
def lock(desk: Desk, as_json: bool) -> None:
    """Comme close, pour ce qui verrouille l’écran : la commande suivante dira que c’est pour cela."""
    from tournee.shift.endings import Reason

    _end(desk, Reason.LOCKED, as_json)


def _end(desk: Desk, reason: Reason, as_json: bool) -> None:
    from tournee.shift.joining import close_shift

    was_open = close_shift(desk.reader_choice().port, reason)
    if as_json:
        values.write({"closed": was_open})
    else:
        desk.console.print("Vacation fermée." if was_open else "Aucune vacation n’est ouverte.")


def _as_json(told: dict[str, Any], zone: tzinfo) -> dict[str, Any]:
    now = time.time()
    return {
        "open": True,
        "name": told["name"],
        "number": told["number"],
        "since": _iso(told["since"], zone),
        "ends_idle": _iso(now + told["idle"], zone),
        "ends": _iso(now + told["most"], zone),
        "process": told["process"],
        "command": told.get("command") or None,
    }


def _times(told: dict[str, Any], zone: tzinfo) -> str:
    most, idle = (_hour(time.time() + told[name], zone) for name in ("most", "idle"))
    return f"jusqu’à {most} au plus tard, et jusqu’à {idle} si rien n’est demandé d’ici là"


def _hour(seconds: float, zone: tzinfo) -> str:
    return f"{datetime.fromtimestamp(seconds, zone):%H:%M}"


def _iso(seconds: float, zone: tzinfo) -> str:
    return datetime.fromtimestamp(seconds, zone).isoformat(timespec="seconds")
