"""What every function has in common: it never raises, returns its code, and leaves words behind."""

import threading
from collections.abc import Callable, Mapping
from typing import TypeVar

from tournee.errors import TourneeError
from tournee.reader import CodeBlocked, WrongCode
from tournee.ssv.codes import ROWS, SsvError, code_of, describe

OK = 0
_Output = TypeVar("_Output")


class CallOutcome(threading.local):
    """How the last call of this thread ended: words for the user, tries left of the code porteur if told.

    Text and numbers only: no exception is kept, so nothing of a call's arguments is.
    """

    message = ""
    tries_left: int | None = None


def guarded(outcome: CallOutcome, work: Callable[[], _Output], empty: _Output) -> tuple[int, _Output]:
    """Do the work; give its code and its output, or the code of what went wrong and `empty`."""
    outcome.message, outcome.tries_left = "", None
    try:
        return OK, work()
    except Exception as error:  # a face of C functions: whatever happens is a code
        code = code_of(error)
        if isinstance(error, TourneeError):
            outcome.message = str(error)
        elif code in ROWS and isinstance(error, ValueError):
            outcome.message = f"{describe(code)} ({error})"
        else:
            outcome.message = f"{describe(code)} ({type(error).__name__})"
        if isinstance(error, WrongCode):
            outcome.tries_left = error.tries_left
        elif isinstance(error, CodeBlocked):
            outcome.tries_left = 0
        return code, empty


def text(value: object, what: str) -> str:
    """An argument that is text: a str, or bytes as C hands them over. SsvError (F802)."""
    if isinstance(value, bytes | bytearray):
        return value.decode("latin-1")
    if isinstance(value, str):
        return value
    raise SsvError("PARAMETRE", f"{what} : un texte est attendu.")


def zone(value: object, what: str) -> bytes:
    """An argument that is a zone. SsvError (F802)."""
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value)
    raise SsvError("PARAMETRE", f"{what} : une zone d'octets est attendue.")


def zones_of(count: object, values: object, sizes: object) -> list[bytes]:
    """The zones of a function that takes several: as many as told, each cut to its size when sizes are told.

    SsvError (F802) when the numbers do not fit.
    """
    if not isinstance(values, list | tuple) or count != len(values):
        raise SsvError("PARAMETRE", "NbZones n'est pas le nombre de zones.")
    given = [zone(value, "TZones") for value in values]
    if sizes is None:
        return given
    if not isinstance(sizes, list | tuple) or len(sizes) != len(given):
        raise SsvError("PARAMETRE", "Il faut une taille par zone.")
    for size, data in zip(sizes, given, strict=True):
        if not isinstance(size, int) or not 0 <= size <= len(data):
            raise SsvError("PARAMETRE", f"Taille {size!r} d'une zone de {len(data)} octets.")
    return [data[:size] for size, data in zip(sizes, given, strict=True)]


def char(value: object, what: str, meanings: Mapping[str, _Output]) -> _Output:
    """A char argument, as one character or as its number, in C's way or plainly. SsvError (F802)."""
    told = chr(value) if isinstance(value, int) and ord("0") <= value <= ord("9") else str(value)
    if isinstance(value, bytes | bytearray):
        told = text(value, what)
    if told not in meanings:
        raise SsvError("PARAMETRE", f"{what} « {told} » : une de {', '.join(meanings)}.")
    return meanings[told]


def secret(code: object) -> bytearray:
    """The code porteur in memory that can be overwritten: the caller's own bytearray, else a copy."""
    if isinstance(code, bytearray):
        return code
    if isinstance(code, bytes):
        return bytearray(code)
    if isinstance(code, str):
        return bytearray(code, "ascii", "replace")
    raise SsvError("PARAMETRE", "CodePorteurPS : un texte de quatre chiffres est attendu.")


def wipe(code: object) -> None:
    """Overwrite a code porteur that can be."""
    if isinstance(code, bytearray):
        code[:] = bytes(len(code))
