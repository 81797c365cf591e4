"""`tournee round go`: a day's round from its first card to its last, the code given once."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from tournee.cli import status
from tournee.cli.context import Desk, json_option
from tournee.cli.display import as_json as values
from tournee.cli.french import FrenchCommand
from tournee.cli.options.planned import Hour
from tournee.errors import BillingError, TourneeError
from tournee.model.codes import DESYNCHRONISED, VISIT

if TYPE_CHECKING:
    from tournee.app.cards import PsOnDuty
    from tournee.app.context import Office
    from tournee.app.practice.rounds import Stop
    from tournee.app.visits.imported import ImportedDay
    from tournee.cli.display.certified import Certified

_LINE_MAX = 64
_ENOUGH = ("q", "fin")


@click.command("go", cls=FrenchCommand, short_help="Fait la tournée du jour, carte après carte.")
@click.option("--ps", default="", metavar="NUMÉRO", help="De quel soignant, sans carte CPS.")
@click.option("--avant", "before", type=Hour(), help="Les visites d’avant cette heure.")
@click.option("--apres", "after", type=Hour(), help="Les visites à partir de cette heure.")
@click.option("--visite", "mode", flag_value=VISIT, help="Mode visite : au domicile, dans un établissement.")
@click.option("--desynchronise", "mode", flag_value=DESYNCHRONISED, help="La carte Vitale scelle seule.")
@click.option("--situation", type=int, metavar="NUMÉRO", help="Votre situation, si la carte en a plusieurs.")
@json_option
@click.pass_obj
def go(
    desk: Desk,
    ps: str,
    before: int | None,
    after: int | None,
    mode: str | None,
    situation: int | None,
    as_json: bool,
) -> None:
    """Prend au journal la tournée d’aujourd’hui de la carte CPS insérée (ou celle de qui elle remplace), puis
    facture et certifie, carte après carte : changez de carte Vitale, puis Entrée ; « fin » pour finir. Le
    code porteur est demandé une fois. Repris après un arrêt, continue où il en était.
    """
    from tournee.cli.commands.care import carer_on_duty, carer_there
    from tournee.cli.display import certified, imported

    runs: list[Certified] = []
    with desk.office() as office, desk.reader() as link, desk.watcher(as_json) as watch:
        duty = (carer_there if mode == DESYNCHRONISED else carer_on_duty)(desk, link, situation)
        taken = _take(office, duty, ps, before, after)
        if not as_json and taken is not None:
            imported.show(desk.console, desk.errors, taken)
        while True:
            run = _one_card(office, link, duty, watch.progress, mode)
            runs.append(run)
            if not as_json:
                certified.show(desk.console, desk.errors, run)
                if run.stopped or run.opposed:
                    desk.errors.print(str(run.stopped or run.opposed), soft_wrap=True)
            if not _next_card(desk):
                break
    if as_json:
        told = imported.as_json(taken) if taken is not None else None
        values.write({"taken": told, "cards": list(map(certified.as_json, runs))})
    _fail(taken, runs)


def _take(
    office: Office, duty: PsOnDuty | None, ps: str, before: int | None, after: int | None
) -> ImportedDay | None:
    """Take in today's stops of the carer whose card is there; None when nothing is planned."""
    from tournee.app.practice.rounds import carer_of_card, round_of, take_round, to_take

    day = office.clock().date()
    carer = ps or carer_of_card(office, duty.identity if duty is not None else None, day)

    def is_meant(stop: Stop) -> bool:
        minute = stop.minute or 0
        return (before is None or minute < before) and (after is None or minute >= after)

    stops = to_take([stop for stop in round_of(office, day, carer) if is_meant(stop)])
    return take_round(office, day, carer, stops) if stops else None


def _one_card(office: Office, link: Any, duty: PsOnDuty | None, progress: Any, mode: str | None) -> Certified:
    from tournee.cli.commands.care import at_the_bedside, certify_with_card
    from tournee.cli.display.certified import Certified

    run = Certified()
    try:
        if mode == DESYNCHRONISED:
            at_the_bedside(run, office, link, duty, progress)
        else:
            assert duty is not None
            certify_with_card(run, office, link, duty, progress, mode or "")
    except TourneeError as error:  # one card that fails does not end the round
        run.stopped = error
    return run


def _next_card(desk: Desk) -> bool:
    """Whether another card is in now: a line of the standard input says so, its end or "fin" does not."""
    desk.errors.print("Carte suivante, puis Entrée (fin : terminer).", style="bold")
    line = sys.stdin.buffer.readline(_LINE_MAX)
    return bool(line) and line.decode("utf-8", "replace").strip().lower() not in _ENOUGH


def _fail(taken: ImportedDay | None, runs: list[Certified]) -> None:
    """The status of the first thing that was not done: each is on the screen already."""
    if taken is not None and taken.refused:
        raise click.exceptions.Exit(status.OF_ERROR[BillingError])
    for run in runs:
        wrong = run.stopped or run.opposed or next((error for _, error in run.refused), None)
        if wrong is not None:
            raise click.exceptions.Exit(status.of(wrong))
