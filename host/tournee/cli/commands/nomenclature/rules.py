"""`tournee nomenclature rules`: what the rules say that a refusal or a remark names."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from tournee.cli.context import Desk, json_option
from tournee.cli.display import as_json as values
from tournee.cli.french import FrenchCommand

if TYPE_CHECKING:
    from tournee.billing.rules.catalogue import RuleText

_WHOSE = {"IF": "infirmier", "MK": "kinésithérapeute", "": ""}


def _begun(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    from tournee.billing.rules.catalogue import CATALOGUE

    return [name for name in CATALOGUE if name.startswith(incomplete)]


@click.command("rules", cls=FrenchCommand, short_help="Ce que disent les règles qu’un refus nomme.")
@click.argument("names", metavar="[RÈGLE…]", nargs=-1, shell_complete=_begun)
@json_option
@click.pass_obj
def rules(desk: Desk, names: tuple[str, ...], as_json: bool) -> None:
    """Dit les règles qu’un refus ou une remarque nomme entre crochets, comme [mk-deux], et d’où elles
    viennent ; toutes si aucune n’est donnée.
    """
    from tournee.billing.rules.catalogue import CATALOGUE

    wanted = [name.strip("[]") for name in names]
    unknown = [name for name in wanted if name not in CATALOGUE]
    if unknown:
        raise click.UsageError(f"aucune règle ne s’appelle « {unknown[0]} »")
    found = [CATALOGUE[name] for name in wanted or CATALOGUE]
    if as_json:
        values.write({"rules": [asdict(one) for one in found]})
        return
    for one in found:
        desk.console.print(_line(one), highlight=False, markup=False, soft_wrap=True)


def _line(one: RuleText) -> str:
    from tournee.billing.nomenclature.described import certainty_told

    sure = certainty_told(one.certainty) if one.sources else ""
    told = " ; ".join(filter(None, (_WHOSE[one.whose], sure, ", ".join(one.sources))))
    return f"{one.id:14} {one.says}" + (f" ({told})" if told else "")
