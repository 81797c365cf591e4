"""Which situation of exercise bills, asked of a carer whose card has several."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from tournee.app.cards import AskSituation
    from tournee.billing.identity import PsIdentity
    from tournee.cli.context import Desk


def situation_asked(desk: Desk) -> AskSituation | None:
    """What asks it at a terminal; None where nobody is there to answer."""
    if not sys.stdin.isatty():
        return None

    def ask(known: Sequence[PsIdentity]) -> int:
        desk.errors.print("Votre carte porte plusieurs situations :")
        for one in known:
            desk.errors.print(f"  {one.situation}  {one.billing_number}  {one.structure}".rstrip())
        choices = click.Choice([str(one.situation) for one in known])
        return int(click.prompt("Laquelle facture", type=choices, show_choices=False, err=True))

    return ask
