"""What C is given back: zones in memory of their own, texts and numbers where C has room for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from tournee.cabi.prototypes import OUTPUTS, CArgument
from tournee.ssv.codes import SsvError

_NOT_TOLD = -1


@dataclass(frozen=True)
class Destination:
    """Where one output goes, and how."""

    take: Callable[[Any], None]


class COutputs:
    """Makes the destinations of outputs; SsvError: F802 for a null pointer, F804 where room lacks."""

    def __init__(self, ffi: Any, lib: Any) -> None:
        self._ffi, self._lib = ffi, lib

    def destination(self, argument: CArgument, rest: Iterator[Any]) -> Destination:
        """The destination of an output, its pointers taken from `rest` and judged."""
        pointers = [next(rest) for _ in OUTPUTS[argument.kind]]
        roomy = argument.kind in ("text", "bytes", "message")
        if self._ffi.NULL in (pointers[1:] if roomy else pointers):
            raise SsvError("PARAMETRE", f"{argument.name} : pointeur nul.")
        match argument.kind:
            case "zone":
                zone, size = pointers
                return Destination(lambda value: self._zone(zone, size, value))
            case "zones":
                return self._zones(*pointers)
            case "u16":
                return Destination(lambda value: _put(pointers[0], value))
            case "tries":
                return Destination(lambda value: _put(pointers[0], _NOT_TOLD if value is None else value))
            case "date":
                return Destination(lambda value: self._date(pointers[0], value))
            case _:
                return self._room(argument, *pointers)

    def _zone(self, zone: Any, size: Any, value: bytes) -> None:
        made = self._ffi.new("void **")
        if self._lib.SSV_AllouerZoneMem(made, len(value)):
            raise MemoryError
        self._ffi.memmove(made[0], value, len(value))
        zone[0], size[0] = made[0], len(value)

    def _date(self, memory: Any, value: str) -> None:
        told = value.encode("ascii") + b"\0"
        self._ffi.memmove(memory, told, len(told))

    def _zones(self, count: Any, zones: Any, sizes: Any) -> Destination:
        room, count[0] = count[0], 0
        if room <= 0:
            raise SsvError(
                "PARAMETRE",
                f"pNbZDataOut : {room} à l’appel.",
                next_step="donnez-y le nombre de zones que vos deux tableaux peuvent recevoir",
            )

        def take(values: list[bytes]) -> None:
            if len(values) > room:
                count[0] = len(values)
                raise SsvError("ZONE_PLEINE", f"{len(values)} lots pour {room} prévus ; aucun n’est rendu.")
            for rank, value in enumerate(values):
                self._zone(zones + rank, sizes + rank, value)
                count[0] = rank + 1

        return Destination(take)

    def _room(self, argument: CArgument, memory: Any, size: Any) -> Destination:
        room, ending = size[0], b"" if argument.kind == "bytes" else b"\0"
        if memory == self._ffi.NULL and room:
            raise SsvError("PARAMETRE", f"{argument.name} : pointeur nul.")
        encoding = "utf-8" if argument.kind == "message" else "latin-1"

        def take(value: str | bytes) -> None:
            told = value if isinstance(value, bytes) else value.encode(encoding, "replace")
            whole = told + ending
            if len(whole) > room:
                size[0] = len(whole)
                raise SsvError("ZONE_PLEINE", f"{argument.name} : {len(whole)} octets pour {room}.")
            if whole:
                self._ffi.memmove(memory, whole, len(whole))
            size[0] = len(told)

        return Destination(take)


def _put(pointer: Any, value: int) -> None:
    pointer[0] = value
