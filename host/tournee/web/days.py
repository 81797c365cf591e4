"""Days as a carer types them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date

from tournee.errors import TourneeError

_TYPED = re.compile(r"(\d{1,2})[/. -](\d{1,2})[/. -](\d{4})")
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})")


def read_day(text: str) -> date:
    """`31/12/2026`, `31.12.2026`, `31122026`, or as a day field of the browser gives it. TourneeError."""
    said = text.strip()
    if said.isdecimal() and len(said) == len("31122026"):
        said = f"{said[:2]}/{said[2:4]}/{said[4:]}"
    try:
        if found := _ISO.fullmatch(said):
            return date(int(found[1]), int(found[2]), int(found[3]))
        if found := _TYPED.fullmatch(said):
            return date(int(found[3]), int(found[2]), int(found[1]))
    except ValueError:
        pass
    raise TourneeError(
        f"« {said[:20]} » n’est pas un jour." if said else "Le jour manque.",
        next_step="écrivez-le comme 31/12/2026",
    )


def typed_days(fields: Mapping[str, str], names: Sequence[str]) -> tuple[dict[str, date], dict[str, str]]:
    """The days of these fields of a form, and of those that are none what is wrong, by their names."""
    days, wrong = {}, {}
    for name in names:
        try:
            days[name] = read_day(fields.get(name, ""))
        except TourneeError as error:
            wrong[name] = f"{error.message} Écrivez-le comme 31/12/2026."
    return days, wrong
