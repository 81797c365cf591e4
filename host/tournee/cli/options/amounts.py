"""An amount as a carer writes it: `12`, `12,50`, `1 234,5 €`."""

from __future__ import annotations

import re
from typing import Any

import click

_AMOUNT = re.compile(r"(\d{1,3}(?: \d{3})+|\d{1,7})(?:[,.](\d{1,2}))?(?: ?€)?")
_BLANKS = str.maketrans({"\u00a0": " ", "\u202f": " "})


def read_amount(text: str) -> int:
    """Cents of an amount above zero, of two decimals at most; 0 for what is none."""
    told = _AMOUNT.fullmatch(text.translate(_BLANKS).strip())
    return int(told[1].replace(" ", "")) * 100 + int((told[2] or "0").ljust(2, "0")) if told else 0


class AmountOption(click.ParamType):  # type: ignore[type-arg]
    """Euros, given in cents."""

    name = "montant"

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        """How the help names it."""
        return "MONTANT"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Read an amount above zero, of two decimals at most."""
        if isinstance(value, int):
            return value
        cents = read_amount(value)
        if not cents:
            raise click.BadParameter(f"« {value} » n’est pas un montant ; écrivez 12,50", ctx, param)
        return cents
