"""`tournee alerts`: what the carer must look into now."""

from __future__ import annotations

import click

from tournee.app.alerts import alerts
from tournee.cli import as_json as values
from tournee.cli.context import Desk, json_option
from tournee.cli.french import FrenchCommand
from tournee.cli.show import alert_line


@click.command("alerts", cls=FrenchCommand, short_help="Ce qui demande votre attention.")
@json_option
@click.pass_obj
def show_alerts(desk: Desk, as_json: bool) -> None:
    """Montre ce qui attend : lots sans ARL après le délai de la route (delai_arl), lots refusés à refaire,
    envois incertains, fichiers pas envoyés, retours mis de côté.
    """
    with desk.office() as office:
        found = alerts(office)
    if as_json:
        values.write({"alerts": [values.alert(one) for one in found]})
        return
    for one in found:
        desk.console.print(alert_line(one))
    if not found:
        desk.console.print("Rien n'attend votre attention.")


COMMANDS = (show_alerts,)
