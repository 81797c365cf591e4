"""The promise of `tournee.api`, and how one of its names is given up.

Semantic versions: within a major version names, arguments and fields stay, and mean the same. A minor version
may add functions, arguments with a default, fields, and words to a text that is no enumeration. What is to go
is `deprecated` first: it warns for two minor versions and a year at least, and goes with a major one.
"""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable
from typing import ParamSpec, TypeVar

API_VERSION = "1.1.0"
"""The version of this interface, apart from Tournée's own."""

_P = ParamSpec("_P")
_R = TypeVar("_R")


def deprecated(since: str, instead: str) -> Callable[[Callable[_P, _R]], Callable[_P, _R]]:
    """Mark a function that will go: since which version of the interface, and what to call instead.

    It does what it did, and warns (DeprecationWarning) the one who calls it, in his own line.
    """

    def mark(function: Callable[_P, _R]) -> Callable[_P, _R]:
        told = f"tournee.api.{function.__name__} is deprecated since {since}: use {instead}"

        @functools.wraps(function)
        def warned(*args: _P.args, **named: _P.kwargs) -> _R:
            warnings.warn(told, DeprecationWarning, stacklevel=2)
            return function(*args, **named)

        warned.__deprecated__ = told  # type: ignore[attr-defined]  # as PEP 702 names it
        return warned

    return mark
