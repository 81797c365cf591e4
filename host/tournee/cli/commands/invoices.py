"""`tournee invoice …`: what becomes of invoices that left: corrected, cancelled, given up."""

from __future__ import annotations

import click

from tournee.cli.context import Desk, json_option
from tournee.cli.display import as_json as values
from tournee.cli.french import FrenchGroup
from tournee.cli.options.things import thing_argument

_reason = click.option("--reason", required=True, help="Pourquoi, pour l’historique.")


@click.group("invoice", cls=FrenchGroup)
def invoice() -> None:
    """Les factures parties : celles qui ne seront pas payées."""


@invoice.command("write-off", short_help="Passe en perte ce qui n’est pas payé.")
@thing_argument("FACTURE")
@_reason
@json_option
@click.pass_obj
def write_off(desk: Desk, words: tuple[str, ...], ps: str, reason: str, as_json: bool) -> None:
    """Passe en perte ce qui est refusé ou pas payé d’une facture : l’alerte finit, la visite ne sera pas
    facturée de nouveau. Un paiement qui viendrait quand même serait pris.
    """
    from tournee.app.finding import find_invoice, is_lost

    with desk.office() as office:
        one, row = find_invoice(office, words, ps=ps, fits=is_lost)
        office.journal.given_up.write_off(row.id, reason)
    if as_json:
        values.write({"written_off": row.number, "visit": one.id})
        return
    desk.console.print(f"Facture {row.number} passée en perte (visite {one.id}, {one.told}) : {reason}")
