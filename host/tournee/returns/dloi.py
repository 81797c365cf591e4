"""dLOI: a file of increments of the opposition list (OCT-LOI-1; profile open-1 "Return files")."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tournee.formats import records
from tournee.formats.errors import RecordError
from tournee.model import Increment
from tournee.returns.arl import RECORD, position
from tournee.returns.quarantine import DamagedError

APPLICATION = "DL"
SERIAL = 10  # columns of a serial number
_SERIALS_AT = 4  # of a record L, from 0
_LINE = re.compile(rb"L([+-])(0[1-9]|1[0-2])([ -_]{120}) {4}")


@dataclass(frozen=True)
class Dloi:
    """A dLOI file: its own name, who answers (14 digits), its date AAMMJJ, its increments in order; none when
    the list asked for was the last.
    """

    file_name: str
    sender: str
    date: str
    increments: tuple[Increment, ...]


def read_dloi(content: bytes) -> Dloi:
    """The increments that `content` holds: 000 (application DL), records I each with their L, 999.

    Strict, and all or nothing: raises `DamagedError` naming record, column and byte offset for a record that
    its table refuses, a file that is not whole records, counts that differ, a serial with a space in it or
    twice in one increment, numbers that do not go up.
    """
    if len(content) % RECORD:
        raise DamagedError(
            f"La dLOI n’est pas faite d’enregistrements de {RECORD} octets : {len(content)} octets.",
            f"octet {len(content) - len(content) % RECORD}",
        )
    count = len(content) // RECORD
    if count < 2:
        raise DamagedError("La dLOI n’a pas ses enregistrements 000 et 999.", "fichier")
    header, trailer = _decode(content, 0, "000"), _decode(content, count - 1, "999")
    if header["application"] != APPLICATION:
        raise DamagedError(f"Application {header['application']} au lieu de {APPLICATION}.", position(0, 48))
    if int(trailer["enregistrements"]) != count:
        raise DamagedError(
            f"Le 999 annonce {trailer['enregistrements']} enregistrements, le fichier en a {count}.",
            position(count - 1, 56),
        )
    if trailer["fichier"] != header["fichier"]:
        raise DamagedError("Le 999 et le 000 ne nomment pas le même fichier.", position(count - 1, 50))
    increments = []
    index = 1
    while index < count - 1:
        increment, index = _read_increment(content, index, count - 1)
        increments.append(increment)
    return Dloi(
        str(header["fichier"]), str(header["numero_emetteur"]), str(header["date"]), tuple(increments)
    )


def _read_increment(content: bytes, head: int, end: int) -> tuple[Increment, int]:
    """The increment whose record I is the `head`-th, and the index of what follows its records L."""
    values = _decode(content, head, "I")
    before, after = int(values["du_numero"]), int(values["au_numero"])
    if after <= before:
        raise DamagedError(f"L’incrément va de {before:06} à {after:06}.", position(head, 8))
    serials: dict[bytes, list[str]] = {b"+": [], b"-": []}
    seen: set[str] = set()
    index = head + 1
    while index < end and content[index * RECORD : index * RECORD + 1] == b"L":
        sense, found = _read_line(content, index)
        for slot, serial in enumerate(found):
            if serial in seen:
                at = position(index, _SERIALS_AT + 1 + slot * SERIAL)
                raise DamagedError(f"Le numéro {serial} est deux fois dans l’incrément.", at)
            seen.add(serial)
        serials[sense] += found
        index += 1
    for sense, field_name, column in ((b"+", "ajouts", 20), (b"-", "retraits", 27)):
        if int(values[field_name]) != len(serials[sense]):
            raise DamagedError(
                f"L’incrément annonce {values[field_name]} {field_name}, il en a {len(serials[sense])}.",
                position(head, column),
            )
    made = Increment(before, after, str(values["date"]), tuple(serials[b"+"]), tuple(serials[b"-"]))
    return made, index


def _read_line(content: bytes, index: int) -> tuple[bytes, list[str]]:
    """Sense and serials of a record L; its table is asked only for what is wrong: there may be thousands."""
    start = index * RECORD
    match = _LINE.fullmatch(content, start, start + RECORD)
    if match is None:
        _decode(content, index, "L")
        raise DamagedError("Un enregistrement L a de 1 à 12 numéros.", position(index, 3))
    used = int(match[2]) * SERIAL
    slots = match[3][:used]
    found = [slots[at : at + SERIAL].rstrip(b" ").decode("ascii") for at in range(0, used, SERIAL)]
    if match[3][used:].strip(b" ") or not all(found):
        _decode(content, index, "L")
    for slot, serial in enumerate(found):
        if " " in serial:
            raise DamagedError(
                f"« {serial} » n’est pas un numéro de série.",
                position(index, _SERIALS_AT + 1 + slot * SERIAL),
            )
    return match[1], found


def _decode(content: bytes, index: int, kind: str) -> dict[str, str | int]:
    start = index * RECORD
    if content[start : start + len(kind)] != kind.encode():
        raise DamagedError(f"Un enregistrement {kind} est attendu ici.", position(index, 1))
    try:
        _, values = records.decode(content[start : start + RECORD], start)
    except RecordError as error:
        raise DamagedError(
            f"Enregistrement {kind} incorrect ({error}).", position(index, error.column or 1)
        ) from error
    return values
