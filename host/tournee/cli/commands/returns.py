"""`tournee return …`: what came back, those set aside among them, looked at again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tournee.cli.context import Desk, json_option
from tournee.cli.display import as_json as values
from tournee.cli.display.show import counted
from tournee.cli.french import FrenchGroup
from tournee.cli.options.filters import Filters, filter_options, more_line
from tournee.errors import StoreError
from tournee.files import write_first
from tournee.french import reason

if TYPE_CHECKING:
    from tournee.app.context import Office
    from tournee.app.inbound import Settled
    from tournee.store import ReturnRow

_NAMED_MAX = 200  # effects whose visits are named: a return may have thousands


@click.group("return", cls=FrenchGroup)
def returned() -> None:
    """Les retours : ART, ARL, RSP, et ceux que l’on n’a pas compris, gardés entiers."""


@returned.command("list", short_help="Tous les retours.")
@filter_options("ReturnState")
@click.option("--aside", is_flag=True, help="Ceux qui sont mis de côté seulement.")
@json_option
@click.pass_obj
def list_returns(desk: Desk, filters: Filters, aside: bool, as_json: bool) -> None:
    """Liste les retours gardés au journal, le plus récent d’abord, avec le numéro à donner à tournee return
    show. Un retour est d’un professionnel ou d’un patient quand il parle de leurs factures.
    """
    with desk.office() as office:
        rows, more = filters.shown(_returns(office, filters, aside))
    if as_json:
        values.write({"returns": [values.kept(row) for row in rows], "more": more})
        return
    from tournee.cli.display.show_returns import list_table

    desk.console.print(list_table(rows))
    if more:
        desk.console.print(more_line(filters))


def _returns(office: Office, filters: Filters, aside: bool) -> Iterator[ReturnRow]:
    from tournee.store import ReturnState

    journal, about = office.journal, None
    if filters.ps or filters.patient:
        invoices = [row.invoice_id for row in journal.overview(ps=filters.ps, patient=filters.patient)]
        lots = [] if filters.patient else journal.lots.ids(ps=filters.ps)
        files = [] if filters.patient else [row.id for row in journal.files.find(ps=filters.ps)]
        about = {one.return_id for one in journal.effects.touching(invoices, lots, files)}
    state = filters.state if isinstance(filters.state, ReturnState) else None
    for row in journal.returns.find(
        ReturnState.QUARANTINED if aside else state,
        since=filters.since.isoformat() if filters.since else "",
        newest_first=True,
        limit=0 if about else filters.needed,
    ):
        if about is None or row.id in about:
            yield row


@returned.command("show", short_help="Un retour, en entier.")
@click.argument("number", metavar="RETOUR", type=int)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FICHIER",
    help="Écrit aussi le message tel que reçu dans ce fichier.",
)
@json_option
@click.pass_obj
def show(desk: Desk, number: int, out: Path | None, as_json: bool) -> None:
    """Montre ce que dit un retour, ce qu’il a changé, ses octets ; mis de côté, pourquoi et tel que reçu."""
    from tournee.app.inbound import read_again

    with desk.office() as office:
        one = read_again(office, number)
        raw = one.row.raw
        if out is not None:
            _write_first(out, raw)
        if as_json:
            values.write({"return": {**values.received(one), "message": raw.decode("latin-1")}})
            return
        from tournee.cli.display.show_returns import lines_of

        for line in lines_of(one, _whose(office, one)):
            desk.console.print(line, highlight=False)  # its expressions take minutes on a stranger’s line


def _whose(office: Office, one: Settled) -> dict[str, str]:
    """The visit and the patient of each invoice that a return changed, by its number."""
    found: dict[str, str] = {}
    for told in dict.fromkeys((row.effect.invoice, row.effect.ps) for row in one.effects[:_NAMED_MAX]):
        number, ps = told
        known = office.journal.lookup.numbered(int(number), ps) if number.isdecimal() else {}
        for row in office.journal.invoices.get_all(list(known)):
            found[number] = f"visite {row.visit_id}, {row.sheets[0].patient.title()}"
    return found


def _write_first(out: Path, raw: bytes) -> None:
    """Make a file of the carer's alone: a return names patients. StoreError."""
    try:
        made = write_first(out, raw)
    except OSError as error:
        raise StoreError(
            f"Le fichier {out} ne peut pas être écrit.",
            cause=reason(error),
            next_step="donnez un nom dans un dossier qui existe, où vous pouvez écrire",
        ) from None
    if not made:
        raise StoreError(f"Le fichier {out} existe déjà.", next_step="donnez un autre nom, ou effacez-le")


@returned.command("seen", short_help="Ce qu’un retour a de douteux, vérifié.")
@click.argument("numbers", metavar="[RETOUR…]", type=int, nargs=-1)
@click.option(
    "--poste",
    "station",
    metavar="NUMÉRO",
    type=click.IntRange(0, 99),
    help="Tout ce que les retours disent d’un autre poste, au lieu de retours.",
)
@click.option("--reason", required=True, help="Ce que vous avez vérifié, pour l’historique.")
@json_option
@click.pass_obj
def seen(desk: Desk, numbers: tuple[int, ...], station: int | None, reason: str, as_json: bool) -> None:
    """Marque comme vu ce que les alertes disent de ces retours : contradictions, montants ou sommes qui
    diffèrent, ce qui ne correspond à rien, une facture d’un autre assuré, ce qui ne se lit pas ; ou tout ce
    qu’ils disent d’un autre poste, jusqu’au prochain retour qui en parle. Les factures restent comme elles
    sont.
    """
    if bool(numbers) == (station is not None):
        raise click.UsageError("Donnez des numéros de retour, ou --poste avec un numéro de poste.")
    with desk.office() as office:
        doubts = office.journal.doubts
        ended = doubts.seen(numbers, reason) if station is None else doubts.station_seen(station, reason)
    if as_json:
        values.write({"ended": ended})
        return
    desk.console.print(f"Vu : {counted(ended, 'alerte')} de moins.")


@returned.command("accept", short_help="Un NIR donné de nouveau par la caisse.")
@click.argument("number", metavar="RETOUR", type=int)
@json_option
@click.pass_obj
def accept(desk: Desk, number: int, as_json: bool) -> None:
    """Applique ce qu’un retour dit de vos factures sous un autre NIR, quand la caisse en a donné un nouveau
    au patient. Le reste doit convenir : facture, lot et date.
    """
    from tournee.app.inbound import accept_insured

    with desk.office() as office:
        one = accept_insured(office, number)
        if as_json:
            values.write({"return": values.received(one)})
            return
        for row in one.effects:
            desk.console.print(f"{row.effect.told} : {row.effect.outcome.label}")
