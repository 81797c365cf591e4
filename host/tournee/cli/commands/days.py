"""`tournee day …`: day files taken into the journal, and what becomes of their visits."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tournee.cli import status
from tournee.cli.context import Desk, json_option
from tournee.cli.display import as_json as values
from tournee.cli.french import FrenchGroup
from tournee.cli.options.filters import DayOption, Filters, filter_options, more_line
from tournee.cli.options.things import thing_argument
from tournee.errors import BillingError

if TYPE_CHECKING:
    from tournee.app.context import Office
    from tournee.app.visits.imported import SeenVisit
    from tournee.store import VisitRow


@click.group("day", cls=FrenchGroup)
def day() -> None:
    """Les journées du soignant : visites, actes, prescriptions, dans un fichier TOML ou JSON."""


@day.command("import", short_help="Prend un fichier du jour au journal.")
@click.argument("file", metavar="FICHIER", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--remplace", "replaces", is_flag=True, help="Une visite qui peut en corriger une du journal la remplace."
)
@click.option("--jumelle", "twins", is_flag=True, help="Une visite pareille à une autre en est une autre.")
@json_option
@click.pass_obj
def import_file(desk: Desk, file: Path, replaces: bool, twins: bool, as_json: bool) -> None:
    """Prend au journal les visites de FICHIER, chacune une seule fois, et dit ce que devient chacune :
    nouvelle, connue, changée (la visite à facturer est corrigée), déjà facturée (laissée comme elle est) ;
    ou refusée, avec chaque faute et sa ligne. Une visite refusée n’arrête pas les autres : corrigez-la et
    reprenez le fichier entier. Ce qui peut être la même visite ou une autre vous est demandé.
    """
    from tournee.app.visits.importing import import_day
    from tournee.billing.dayfile.day import read_day_file
    from tournee.cli.display import imported

    if replaces and twins:
        raise click.UsageError("--remplace et --jumelle s’excluent.")
    with desk.office() as office:
        done = import_day(office, read_day_file(file), file.name, replaces=replaces, twins=twins)
    if as_json:
        values.write(imported.as_json(done))
    else:
        imported.show(desk.console, desk.errors, done)
    if done.refused:
        raise click.exceptions.Exit(status.OF_ERROR[BillingError])


@day.command("export", short_help="Écrit un jour du journal comme un fichier du jour.")
@click.argument("when", metavar="JOUR", type=DayOption())
@click.argument("target", metavar="FICHIER", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--ps", default="", metavar="NUMÉRO", help="De quel soignant, s’ils sont plusieurs.")
@json_option
@click.pass_obj
def export(desk: Desk, when: date, target: Path, ps: str, as_json: bool) -> None:
    """Écrit les visites d’un jour du journal, sauf celles mises de côté, comme un fichier du jour (JSON).
    Repris ici, chacune est connue ; repris ailleurs, elles y sont les mêmes.
    """
    from tournee.app.practice.interchange.days import journal_day
    from tournee.errors import StoreError
    from tournee.files import write_whole

    with desk.office() as office:
        carers = [ps] if ps else office.journal.visits.professionals()
        if len(carers) != 1:
            raise StoreError(
                "Plusieurs soignants ont des visites." if carers else "Le journal n’a aucune visite.",
                cause=", ".join(carers),
                next_step="dites lequel (son numéro de facturation)"
                if carers
                else "prenez un fichier du jour",
            )
        told = journal_day(office, when, carers[0])
    write_whole(target, told)
    if as_json:
        values.write({"file": str(target), "day": when.isoformat(), "ps": carers[0]})
    else:
        desk.console.print(f"{target} : journée du {when:%d/%m/%Y}.", soft_wrap=True)


@day.command("visits", short_help="Les visites et leur état.")
@filter_options("VisitState")
@json_option
@click.pass_obj
def visits(desk: Desk, filters: Filters, as_json: bool) -> None:
    """Liste les visites prises au journal, la plus récente d’abord, avec le numéro à donner aux autres
    commandes. Un patient se cherche aussi par la fin de son NIR.
    """
    with desk.office() as office:
        rows, more = filters.shown(_visits(office, filters))
        told = _seen(office, rows)
    if as_json:
        values.write({"visits": [values.visit(one) for one in told], "more": more})
        return
    from tournee.cli.display.show import visit_table

    desk.console.print(visit_table(told))
    if more:
        desk.console.print(more_line(filters))


def _seen(office: Office, rows: list[VisitRow]) -> list[SeenVisit]:
    if not rows:
        return []
    from tournee.app.visits.imported import seen

    return [seen(office.journal, row) for row in rows]


def _visits(office: Office, filters: Filters) -> Iterator[VisitRow]:
    from tournee.store import VisitState

    state = filters.state if isinstance(filters.state, VisitState) else None
    limit = 0 if filters.patient else filters.needed
    for row in office.journal.visits.find(
        state, since=filters.since_day, ps=filters.ps, newest_first=True, limit=limit
    ):
        if not filters.patient or _is_of(office, row, filters.patient):
            yield row


def _is_of(office: Office, row: VisitRow, patient: str) -> bool:
    """Whether a visit is of the patient of this name, as far as it is known, or of this end of a NIR."""
    from tournee.app.finding import is_named

    who = _seen(office, [row])[0].who
    by_number = patient.isalnum() and who.number.endswith(patient.upper())
    return by_number or is_named(who.name, patient)


_reason = click.option("--reason", required=True, help="Pourquoi, pour l’historique.")


@day.command("abandon", short_help="Met une visite de côté.")
@thing_argument("VISITE")
@_reason
@json_option
@click.pass_obj
def abandon(desk: Desk, words: tuple[str, ...], ps: str, reason: str, as_json: bool) -> None:
    """Met de côté une visite à ne pas facturer ; sa facture, si elle n’est dans aucun lot, est abandonnée."""
    from tournee.app.certify import abandon_visit
    from tournee.app.finding import find_thing, is_editable, thing_of

    with desk.office() as office:
        one = find_thing(office, words, ps=ps, fits=is_editable)
        abandon_visit(office, one.id, reason)
        done = thing_of(office, one.id)
    if as_json:
        values.write({"visit": values.thing(done)})
        return
    desk.console.print(
        f"Visite {done.id} mise de côté : {done.visit.who}, {done.visit.day}, {done.visit.acts}"
    )


@day.command("reopen", short_help="Remet une visite à facturer.")
@thing_argument("VISITE")
@_reason
@json_option
@click.pass_obj
def reopen(desk: Desk, words: tuple[str, ...], ps: str, reason: str, as_json: bool) -> None:
    """Remet à facturer une visite mise de côté ou refusée : elle aura une facture et un numéro nouveaux."""
    from tournee.app.finding import find_thing, is_reopened, thing_of
    from tournee.store import VisitState

    with desk.office() as office:
        one = find_thing(office, words, ps=ps, fits=is_reopened)
        state = office.journal.visits.reopen(one.id, reason)
        done = thing_of(office, one.id)
    if as_json:
        values.write({"visit": values.thing(done)})
        return
    if state is VisitState.OUTSIDE:
        desk.console.print(
            f"Visite {done.id} {state.label} : {done.told}. Ensuite : tournee ceam sheet {done.id}"
        )
    else:
        desk.console.print(f"Visite {done.id} à facturer : {done.told}. Ensuite : tournee certify")


@day.command("format", short_help="Explique le fichier du jour.")
def format_help() -> None:
    """Affiche le format du fichier du jour."""
    from tournee.billing.dayfile.schema import DAY_FORMAT

    click.echo(DAY_FORMAT)
