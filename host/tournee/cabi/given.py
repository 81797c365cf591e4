"""What C gives: its pointers and lengths made texts, zones and numbers, bounded before they are read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tournee.cabi.prototypes import INPUTS, CArgument
from tournee.ssv.builder import SIZE_MAX
from tournee.ssv.codes import SsvError

TEXT_MAX = 65535
"""Characters of a text before its zero: no field of a zone is longer."""
ZONES_SIZE_MAX = 4 * SIZE_MAX
"""Bytes of all the zones of a call."""


class CInputs:
    """Reads arguments of each kind; F802 (SsvError) for a null pointer or a length out of bounds."""

    def __init__(self, ffi: Any, lib: Any) -> None:
        self._ffi, self._lib = ffi, lib

    def read(self, argument: CArgument, rest: Iterator[Any]) -> list[Any]:
        """The arguments of `tournee.ssv` for one of C's, its values taken from `rest`."""
        values = [next(rest) for _ in INPUTS[argument.kind]]
        name = argument.name
        match argument.kind:
            case "u16" | "size" | "char":
                return values
            case "text":
                return [bytes(self._text(values[0], name)).decode("latin-1")]
            case "secret":
                return [bytearray(self._text(values[0], name))]
            case "path":
                return [_path(bytes(self._text(values[0], name)), name)]
            case "bytes" | "zone":
                return [self._zone(values[0], values[1], name)]
            case _:
                return self._zones(values[0], values[1], values[2], name)

    def _text(self, pointer: Any, name: str) -> Any:
        if pointer == self._ffi.NULL:
            raise SsvError("PARAMETRE", f"{name} : pointeur nul.")
        length = self._lib.tournee_length(pointer, TEXT_MAX)
        if length > TEXT_MAX:
            raise SsvError("PARAMETRE", f"{name} : pas de zéro final dans {TEXT_MAX + 1} caractères.")
        return self._ffi.buffer(pointer, length)

    def _zone(self, pointer: Any, size: int, name: str) -> bytes:
        if size > SIZE_MAX:
            raise SsvError("PARAMETRE", f"{name} : {size} octets, {SIZE_MAX} au plus.")
        if pointer == self._ffi.NULL:
            if size:
                raise SsvError("PARAMETRE", f"{name} : pointeur nul.")
            return b""
        return bytes(self._ffi.buffer(pointer, size))

    def _zones(self, count: int, pointers: Any, sizes: Any, name: str) -> list[Any]:
        if count < 0:
            raise SsvError("PARAMETRE", f"Nb{name} : {count} zones.")
        if count and self._ffi.NULL in (pointers, sizes):
            raise SsvError("PARAMETRE", f"T{name} : pointeur nul.")
        told = [int(sizes[rank]) for rank in range(count)]
        if sum(told) > ZONES_SIZE_MAX:
            raise SsvError("PARAMETRE", f"T{name} : {sum(told)} octets, {ZONES_SIZE_MAX} au plus.")
        zones = [self._zone(pointers[rank], told[rank], name) for rank in range(count)]
        return [count, zones, told]


def _path(told: bytes, name: str) -> str:
    """A path or an address as the system has it, UTF-8."""
    try:
        return told.decode("utf-8")
    except UnicodeDecodeError:
        raise SsvError("PARAMETRE", f"{name} : UTF-8 est attendu.") from None
