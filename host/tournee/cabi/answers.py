"""What answers a call from C: its arguments judged and copied, `tournee.ssv` asked, its outputs handed over.

Runs in the program's own thread and never raises. Nothing is done before what C tells holds as far as can be
seen: no null pointer, each length within bounds, each text's zero found within bounds.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator
from typing import Any

from tournee.cabi.declarations import answered
from tournee.cabi.given import CInputs
from tournee.cabi.handed_over import COutputs, Destination
from tournee.cabi.prototypes import CFunction, fingerprint
from tournee.ssv import Library
from tournee.ssv.call import guarded
from tournee.ssv.codes import SsvError, number

FAILED = number("IMPREVU")
_OTHER_VERSION = "Cette bibliothèque est d’une autre version de tournee : refaites-la."


class AnsweringLibrary(Library):
    """One library of `tournee.ssv` for a whole process, asked by C."""

    def __init__(self, ffi: Any, lib: Any) -> None:
        super().__init__()
        self._given, self._handed_over = CInputs(ffi, lib), COutputs(ffi, lib)

    def answer_of(self, function: CFunction) -> Callable[..., int]:
        """What answers a function: C's arguments in, its code out."""
        work: Callable[..., Any] = getattr(self, function.name)
        if function.name in ("SSV_DernierMessage", "SSV_EssaisRestants"):
            return lambda *told: self._last_call(function, work, told)

        def answer(*told: Any) -> int:
            return self._answer(function, work, told)

        return answer

    def _answer(self, function: CFunction, work: Callable[..., Any], told: tuple[Any, ...]) -> int:
        destinations: list[Destination] = []

        def whole() -> Any:
            rest = iter(told)
            given = [one for argument in function.inputs for one in self._given.read(argument, rest)]
            destinations.extend(self._destinations(function, rest))
            return work(*given)

        code, result = guarded(self._outcome, whole, None)
        if code or result is None:
            return code
        told_code, *values = result if isinstance(result, tuple) else (result,)
        if told_code or not destinations:
            return int(told_code)
        return guarded(self._outcome, lambda: self._hand_over(destinations, values), None)[0]

    def _destinations(self, function: CFunction, rest: Iterator[Any]) -> list[Destination]:
        return [self._handed_over.destination(argument, rest) for argument in function.outputs]

    def _hand_over(self, destinations: list[Destination], values: list[Any]) -> None:
        if len(destinations) == 1 and len(values) > 1:  # SSV_FormaterLot: number, zones, sizes
            values = [values[1]]
        for destination, value in zip(destinations, values, strict=True):
            destination.take(value)

    def _last_call(self, function: CFunction, work: Callable[..., Any], told: tuple[Any, ...]) -> int:
        """How the last call ended, which this one does not change."""
        try:
            (destination,) = self._destinations(function, iter(told))
            destination.take(work())
        except SsvError as error:
            return number(error.name)
        return 0


def answer_calls(ffi: Any, lib: Any, built_for: str) -> None:
    """Have this process's functions of `libtournee_ssv` answered; refuses those of another table."""
    if built_for != fingerprint():
        lib.tournee_refuse(_OTHER_VERSION.encode())
        return
    if lib.tournee_is_own():  # nobody else's Python: nothing of it is ever said on the program's streams
        sys.stdout = sys.stderr = None
    logging.getLogger("tournee").addHandler(logging.NullHandler())
    library = AnsweringLibrary(ffi, lib)
    for function in answered():
        name = f"tournee_{function.name}"
        ffi.def_extern(name=name, error=FAILED, onerror=lambda *_: None)(library.answer_of(function))
