"""Which situation bills, asked of a carer whose card has several: once a shift, where one is open."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from tournee.app.cards import AskSituation
    from tournee.billing.identity import PsIdentity
    from tournee.cli.context import Desk

_NAME = "situation"


def keep_situation(desk: Desk, situation: int | None) -> None:
    """One that an option told holds for the commands after it, where a shift is open."""
    if situation is not None and desk.shift is not None:
        desk.shift.keep(_NAME, str(situation))


def situation_asked(desk: Desk) -> AskSituation | None:
    """What answers it: the shift, or the carer at a terminal; None where nobody is there to answer."""
    kept = None if desk.shift is None else desk.shift.kept(_NAME)
    if kept is None and not sys.stdin.isatty():
        return None

    def ask(known: Sequence[PsIdentity]) -> int:
        return int(desk.once_a_shift(_NAME, lambda: typed(known)))

    def typed(known: Sequence[PsIdentity]) -> str:
        desk.errors.print("Votre carte porte plusieurs situations :")
        for one in known:
            desk.errors.print(f"  {one.situation}  {one.billing_number}  {one.structure}".rstrip())
        choices = click.Choice([str(one.situation) for one in known])
        answer: str = click.prompt("Laquelle facture", type=choices, show_choices=False, err=True)
        return answer

    return ask
