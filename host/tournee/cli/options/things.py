"""What names a visit or an invoice in a command: a patient's name, a number, a NIR, a day beside it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

_F = TypeVar("_F", bound=Callable[..., Any])


def ps_option(command: _F) -> _F:
    """`--ps`, as `ps`."""
    made: Any = click.option(
        "--ps", default="", metavar="NUMÉRO", help="De quel professionnel, si deux ont ce numéro."
    )(command)
    return made  # type: ignore[no-any-return]


def thing_argument(metavar: str) -> Callable[[_F], _F]:
    """The words that name one, as `words`, and `--ps`; `metavar` is what a number alone is."""

    def decorate(command: _F) -> _F:
        made: Any = click.argument("words", metavar=f"{metavar}|PATIENT", nargs=-1, required=True)(
            ps_option(command)
        )
        return made  # type: ignore[no-any-return]

    return decorate
