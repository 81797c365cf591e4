"""`tournee status`, `alerts`, `trace`: what the journal knows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import click

from tournee.cli.context import Desk, json_option
from tournee.cli.display import as_json as values
from tournee.cli.french import FrenchCommand, FrenchGroup
from tournee.cli.options.filters import PAGE, Filters, filter_options, more_line
from tournee.cli.options.things import thing_argument

if TYPE_CHECKING:
    from tournee.app.context import Office
    from tournee.store import InvoiceRow, OverviewRow
    from tournee.store.numbering.numbers import NumbersHeld, RangeRow

RECENT_DAYS = 30
"""Days whose invoices `status` shows, whatever became of them."""


@click.command("status", cls=FrenchCommand)
@filter_options("SheetState")
@click.option("--all", "everything", is_flag=True, help="Toutes les factures, si anciennes soient-elles.")
@json_option
@click.pass_obj
def show_status(desk: Desk, filters: Filters, everything: bool, as_json: bool) -> None:
    """Montre chaque facture et son état, la plus récente d’abord : celles qui attendent quelque chose et
    celles des 30 derniers jours, cinquante à la fois. Puis les totaux de tout le journal, les retours sans
    suite, et ce qui demande votre attention.
    """
    from tournee.app.alerts import alerts
    from tournee.app.alerts.sending import uncertain_messages
    from tournee.store import OTHER_PS, OTHER_STATION, ReturnState

    if not (everything or as_json or filters.narrow or filters.limit):
        filters = replace(filters, limit=PAGE)  # what a screen takes; a program has them all
    with desk.office() as office:
        totals = office.journal.totals()
        rows, more = filters.shown(_invoices(office, filters, everything))
        uncertain = uncertain_messages(office)
        aside = office.journal.returns.find(ReturnState.QUARANTINED)
        apart = (OTHER_PS, OTHER_STATION)
        unmatched = [row for row in office.journal.effects.unmatched() if row.note not in apart]
        outside = office.journal.effects.payments_outside()
        found = alerts(office)
        carers = _carers_of(office, rows)
        odd = office.journal.returns.notes()
    if as_json:
        values.write(
            {
                "alerts": [values.alert(one) for one in found],
                "invoices": [values.invoice(row, carers) for row in rows],
                "more": more,
                "totals": values.totals(totals),
                "uncertain": [message.subject for message in uncertain],
                "quarantined": [{"id": one.id, "reason": one.reason} for one in aside],
                "odd": [{"return": one.return_id, "kind": one.kind, "notes": one.notes} for one in odd],
                "payments_outside": [values.outside(row) for row in outside],
                "unmatched": [
                    {
                        "return": one.return_id,
                        "invoice": one.effect.invoice,
                        "told": one.effect.told,
                        "reason": one.note,
                    }
                    for one in unmatched
                ],
            }
        )
        return
    from tournee.cli.display.show import alert_line, invoice_tables, labelled, outside_lines, total_line

    if not rows:
        desk.console.print("Aucune facture" + (" de cette sorte." if totals.invoices else " pour l’instant."))
    for table in invoice_tables(rows, carers):
        desk.console.print(table)
    if more:
        desk.console.print(more_line(filters))
    if totals.invoices:
        desk.console.print(total_line(totals, rows))
    for line in outside_lines(outside):
        desk.console.print(line)
    for told in odd:
        for note in told.notes:
            desk.console.print(labelled(f"{told.kind} {told.return_id}, à vérifier :", note))
    for row in unmatched:
        why = ", ".join(text for text in (row.note, row.effect.reason) if text)
        desk.console.print(labelled(f"Retour {row.return_id} sans suite :", f"{row.effect.told} ({why})"))
    for one in found:
        desk.console.print(alert_line(one))


def _carers_of(office: Office, rows: Sequence[OverviewRow | InvoiceRow]) -> dict[str, str]:
    """The carers of what a substitute made, by number."""
    if not any(row.substitute for row in rows):
        return {}
    from tournee.app.certifying.last_read import carers_of  # with all that certifies

    return carers_of(office, rows)


def _invoices(office: Office, filters: Filters, everything: bool) -> tuple[OverviewRow, ...]:
    """The invoices asked for; unless something was, those that wait and those of the last days."""
    from tournee.store import SheetState

    usual = not (everything or filters.narrow)
    since = f"{office.clock() - timedelta(days=RECENT_DAYS):%Y%m%d}" if usual else filters.since_day
    return office.journal.overview(
        since=since,
        with_open=usual,
        ps=filters.ps,
        states=[state for state in (filters.state,) if isinstance(state, SheetState)],
        patient=filters.patient,
        limit=filters.needed,
    )


@click.command("trace", cls=FrenchCommand)
@thing_argument("OBJET|FACTURE")
@json_option
@click.pass_obj
def show_trace(desk: Desk, words: tuple[str, ...], ps: str, as_json: bool) -> None:
    """Montre tout ce qui tient à un message (son objet ou son compostage) ou à une facture : son numéro, sa
    visite, son patient.
    """
    from tournee.app.tracing import trace_of

    with desk.office() as office:
        found = trace_of(office, words, ps)
        if as_json:
            values.write(values.trace(found))
            return
        from tournee.cli.display.show import trace_tables

        for table in trace_tables(found, _carers_of(office, found.invoices)):
            desk.console.print(table)


@click.command("alerts", cls=FrenchCommand)
@json_option
@click.pass_obj
def show_alerts(desk: Desk, as_json: bool) -> None:
    """Montre ce qui attend : lots sans ARL après le délai de la route (delai_arl), lots refusés à refaire,
    envois incertains, fichiers pas envoyés, retours mis de côté.
    """
    from tournee.app.alerts import alerts

    with desk.office() as office:
        found = alerts(office)
    if as_json:
        values.write({"alerts": [values.alert(one) for one in found]})
        return
    from tournee.cli.display.show import alert_line

    for one in found:
        desk.console.print(alert_line(one))
    if not found:
        desk.console.print("Rien n’attend votre attention.")


@click.group("journal", cls=FrenchGroup, invoke_without_command=True)
@json_option
@click.pass_context
def journal(context: click.Context, as_json: bool) -> None:
    """Le fichier du journal. Sans commande : quels numéros il donne, son poste, ses plages, et ce qui les
    changera.
    """
    if context.invoked_subcommand is not None:
        return
    desk: Desk = context.obj
    with desk.office() as office:
        held, where = office.journal.numbers.standing(), office.journal.db.file
    if as_json:
        values.write({"path": str(where), **values.numbers(held)})
        return
    desk.console.print(f"Journal {where}", soft_wrap=True)
    for line in _number_lines(held):
        desk.console.print(line, soft_wrap=True)


def _digits(count: int) -> Callable[[click.Context, click.Parameter, str], int]:
    """What reads an option that is a number of so many digits at most."""

    def read(context: click.Context, option: click.Parameter, value: str) -> int:
        if value.isascii() and value.isdecimal() and len(value) <= count and int(value) < 10**count - 1:
            return int(value)
        raise click.BadParameter(f"« {value} » n’est pas un numéro de {count} chiffres", context, option)

    return read


@journal.command("start", short_help="Continue après les numéros d’un autre programme.")
@click.option(
    *("--after", "invoice"),
    required=True,
    callback=_digits(9),
    metavar="FACTURE",
    help="La dernière facture que l’OCT connaît.",
)
@click.option(
    "--lot", default="0", callback=_digits(3), metavar="LOT", help="Le dernier lot fait aujourd’hui."
)
@click.option(
    "--file", default="0", callback=_digits(6), metavar="FICHIER", help="Le dernier fichier envoyé."
)
@json_option
@click.pass_obj
def start_journal(desk: Desk, invoice: int, lot: int, file: int, as_json: bool) -> None:
    """Pour un journal neuf dont l’OCT a déjà des fichiers (autre logiciel, journal perdu) : il continue après
    ces numéros. Sans --file, les noms de fichiers sont pris dans une plage tirée au sort.
    """
    with desk.office() as office:
        office.journal.numbers.start_after(invoice, lot, file)
        held = office.journal.numbers.standing()
    if as_json:
        values.write(values.numbers(held))
        return
    for line in _number_lines(held):
        desk.console.print(line, soft_wrap=True)


@journal.command("check", short_help="Contrôle tout le fichier.")
@json_option
@click.pass_obj
def check_journal(desk: Desk, as_json: bool) -> None:
    """Lit tout le fichier du journal et dit s’il tient ensemble ; une minute ou plus s’il est grand."""
    from tournee.errors import StoreError

    with desk.office() as office:
        found = office.journal.health.check()
        altered = office.journal.health.look_wholly()
        where = office.journal.db.file
    if as_json:
        values.write({"problems": [*found, *(one.text for one in altered)]})
    if found:
        raise StoreError(
            f"Le journal {where} est endommagé ({found[0]}).",
            next_step="n’effacez rien ; restaurez la dernière sauvegarde.",
        )
    if altered:
        told = " ; ".join(one.text for one in altered)
        raise StoreError(
            f"Le journal {where} n’est plus tel que Tournée l’a laissé : {told}.",
            next_step=altered[0].next_step,
            remedy="accept-journal",
        )
    if not as_json:
        desk.console.print(f"Le journal {where} est bon.")


@journal.command("accept", short_help="Prend le journal tel qu’il est.")
@json_option
@click.pass_obj
def accept_journal(desk: Desk, as_json: bool) -> None:
    """Prend le journal tel qu’il est, une fois vérifié ce qu’un autre programme y a changé, ou ce qui manque
    depuis la sauvegarde que vous avez restaurée, ou que c’est une copie : il n’en est plus rien dit. Ses
    prochaines factures auront d’autres numéros, qu’aucun autre exemplaire n’a donnés.
    """
    with desk.office() as office:
        numbers = office.journal.numbers
        altered = office.journal.health.look_wholly()
        if altered:
            office.journal.health.accept()
        held = numbers.standing()
        found = bool(altered or held.anew or held.unseen)
        if found:
            numbers.accept()
        held = numbers.standing()
    if as_json:
        values.write({"accepted": found, **values.numbers(held)})
        return
    desk.console.print(
        "Le journal est accepté tel qu’il est ; d’autres numéros suivent."
        if found
        else "Le journal n’a rien à accepter."
    )


_WHY = {
    "first": "première plage",
    "former": "suite des numéros donnés jusque-là",
    "more": "la précédente était épuisée",
    "station": "la configuration demande un autre poste",
    "accepted": "le journal a été accepté tel qu’il était",
    "after": "suite des numéros d’un autre programme",
}
_DIGITS = {"invoice": ("factures", 9), "file": ("fichiers", 6)}


def _number_lines(held: NumbersHeld) -> Iterator[str]:
    """Station, ranges and what will change them, in plain French."""
    from tournee.app.alerts.numbers import WHY_OTHERS

    if held.station is None:
        asked = "tiré au sort" if held.asked is None else f"{held.asked:02}, que demande la configuration"
        yield f"Aucun numéro donné encore ; le poste sera {asked}."
        return
    if held.asked is None:
        whose = "tiré au sort pour ce journal"
    elif held.asked == held.station:
        whose = "que demande la configuration"
    else:
        whose = f"tiré au sort : le {held.asked:02} de la configuration peut être celui d’un autre exemplaire"
    yield f"Poste {held.station:02}, {whose}."
    why = {**WHY_OTHERS, **_WHY}
    for kind in _DIGITS:
        current = [row for row in held.ranges if row.range.kind.value == kind][-1]
        yield f"{_range_told(current, why).capitalize()}."
    yield (
        f"Lots : {held.lots.start:03} à {held.lots.stop - 1:03} chaque jour ; au-delà, d’autres dizaines. "
        f"Messages : compostages dont le compteur commence par {held.station:02}."
    )
    for row in [row for row in held.ranges if row.range.kind.value == "invoice"][:-1]:
        yield f"Avant : {_range_told(row, why)}."
    if held.anew:
        yield f"{why[held.anew].capitalize()} ; ses prochaines factures auront d’autres numéros."


def _range_told(row: RangeRow, why: dict[str, str]) -> str:
    name, digits = _DIGITS[row.range.kind.value]
    first, last = f"{row.range.first:0{digits}}", f"{row.range.last:0{digits}}"
    day = f"{row.taken[8:10]}/{row.taken[5:7]}/{row.taken[:4]}"
    return f"{name} : {first} à {last}, époque {row.range.epoch:03}, depuis le {day} ({why[row.reason]})"
