"""What each key of a table's rows may hold, and the field of the row that it fills."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from tournee.billing.nomenclature.rows import CERTAINTIES, Limit

Read = Callable[[Any], Any]
"""Makes a value of what a key holds; ValueError that says, in French, what was expected."""

Keys = dict[str, tuple[Read, str]]
"""Each key of a row: how it is read, and the field that it fills."""

_CENTS_MAX, _COEFFICIENT_MAX, _KM_MAX, _COUNT_MAX = 1_000_000, 100_000, 10_000, 1_000
_LABEL_MAX, _NOTE_MAX, _ITEMS_MAX = 200, 500, 40
_PERS = ("passage", "day", "week", "month", "year", "12 months", "prescription", "episode")


def _whole(least: int, most: int) -> Read:
    def reader(value: Any) -> int:
        if type(value) is not int or not least <= value <= most:
            raise ValueError(f"un nombre entier de {least} à {most} est attendu")
        return value

    return reader


def _text(pattern: str, what: str) -> Read:
    whole = re.compile(pattern)

    def reader(value: Any) -> str:
        if not isinstance(value, str) or not whole.fullmatch(value):
            raise ValueError(f"{what} est attendu")
        return value

    return reader


def _line(most: int) -> Read:
    def reader(value: Any) -> str:
        if not isinstance(value, str) or not 0 < len(value) <= most or not value.isprintable():
            raise ValueError(f"un texte d’une ligne, de {most} caractères au plus, est attendu")
        return value

    return reader


def _among(*words: str) -> Read:
    def reader(value: Any) -> str:
        if not isinstance(value, str) or value not in words:
            raise ValueError(f"l’un de {', '.join(words)} est attendu")
        return value

    return reader


def _list(one: Read) -> Read:
    def reader(value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list) or not 0 < len(value) <= _ITEMS_MAX:
            raise ValueError(f"une liste de 1 à {_ITEMS_MAX} valeurs est attendue")
        return tuple(map(one, value))

    return reader


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("true ou false est attendu")
    return value


def _day(value: Any) -> date:
    if isinstance(value, str) and _DAY.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:  # told below
            pass
    raise ValueError("un jour AAAA-MM-JJ, depuis 2000, est attendu")


def _limit(value: Any) -> Limit:
    if isinstance(value, dict) and set(value) == {"count", "per"}:
        return Limit(_COUNT(value["count"]), _PER(value["per"]))
    raise ValueError("une limite est { count, per }")


def _agreement(value: Any) -> Any:
    return _SESSIONS(value) if isinstance(value, int) else _AGREEMENTS(value)


_DAY = re.compile(r"2[0-9]{3}-[0-9]{2}-[0-9]{2}")
_COUNT, _PER = _whole(1, _COUNT_MAX), _among(*_PERS)
_SESSIONS, _AGREEMENTS = _whole(0, _COUNT_MAX), _among("always", "first month")
_CENTS, _COEFFICIENT = _whole(0, _CENTS_MAX), _whole(1, _COEFFICIENT_MAX)
_CODE = _text(r"[A-Z][A-Z0-9]{0,4}", "un code de 1 à 5 capitales")
_LABEL, _NOTE, _SHORT = _line(_LABEL_MAX), _line(_NOTE_MAX), _line(40)
_PROFESSION = _among("IF", "MK")
_NOT_WITH = _text(
    r"[A-Z][A-Z0-9]{0,4} [0-9]{1,6}|article:[A-Za-z0-9 ]{1,20}|group:[a-z0-9_]{1,30}|id:[a-z0-9-]{1,80}",
    "AMI 900, article:…, group:… ou id:…",
)

_WHOSE: Keys = {"profession": (_PROFESSION, "profession")}
_HELD: Keys = {"from": (_day, "start"), "to": (_day, "end")}
_SURE: Keys = {
    "certainty": (_among(*CERTAINTIES), "certainty"),
    "sources": (_list(_text(r"[A-Z][A-Z0-9]{0,9}", "un code de source")), "sources"),
    "note": (_NOTE, "note"),
}
_ANNOUNCED: Keys = {"announced": (_flag, "announced")}
_LIMITED: Keys = {
    "limit": (_limit, "limit"),
    "limit_text": (_NOTE, "limit_text"),
    "prescription": (_flag, "prescription"),
}
_ZONES: Keys = {"metro": (_CENTS, "metro"), "drom": (_CENTS, "drom")}

REQUIRED = ("kind", "name", "version", "from")
"""Keys of the heading that may not lack."""

HEADING: Keys = {
    "kind": (_among("table", "supplement"), "kind"),
    "name": (_text(r"[A-Za-z][A-Za-z0-9-]{0,39}", "un nom de lettres, chiffres et tirets"), "name"),
    "version": (
        _text(r"2[0-9]{3}-[0-9]{2}-[0-9]{2}(\.[1-9][0-9]{0,2})?", "AAAA-MM-JJ ou AAAA-MM-JJ.n"),
        "version",
    ),
    "from": (_day, "start"),
    "reference": (_NOTE, "reference"),
    "reference_sha256": (_text(r"[0-9a-f]{64}", "une empreinte SHA-256"), "reference_sha256"),
}
SOURCE: Keys = {"code": (_text(r"[A-Z][A-Z0-9]{0,9}", "un code de source"), "code"), "what": (_NOTE, "what")}
_ACT: Keys = {
    **_WHOSE,
    **_HELD,
    **_SURE,
    **_ANNOUNCED,
    **_LIMITED,
    "id": (_text(r"[a-z0-9]+(-[a-z0-9]+)*", "un nom de lettres minuscules, chiffres et tirets"), "id"),
    "letter": (_CODE, "letter"),
    "coefficient": (_COEFFICIENT, "coefficient"),
    "label": (_LABEL, "label"),
    "article": (_text(r"[A-Za-z0-9 ]{1,20}", "un article"), "article"),
    "bsi": (_among("full", "half", "included", "forbidden"), "bsi"),
    "amx": (_flag, "amx"),
    "session": (_among("full", "home"), "session"),
    "group": (_text(r"[a-z0-9_]{1,30}", "un nom de groupe"), "group"),
    "once_a_day": (_flag, "once_a_day"),
    "not_with": (_list(_NOT_WITH), "not_with"),
    "mci": (_flag, "mci"),
    "majoration": (_flag, "majoration"),
    "travel": (_flag, "travel"),
    "agreement": (_agreement, "agreement"),
    "specific_travel": (_among("always", "35 days", "never", "IFV"), "specific_travel"),
    "supplement": (_flag, "supplement"),
    "isolated": (_flag, "isolated"),
    "beside_session": (_flag, "beside_session"),
    "at_sessions": (_LABEL, "at_sessions"),
    "usual": (_flag, "usual"),
}

KINDS: dict[str, tuple[Keys, tuple[str, ...]]] = {
    "value": (
        {**_WHOSE, **_HELD, **_SURE, **_ANNOUNCED, **_ZONES, "letters": (_list(_CODE), "letters")},
        ("profession", "letters", "from", "certainty"),
    ),
    "amount": (
        {
            **_WHOSE,
            **_HELD,
            **_SURE,
            **_ANNOUNCED,
            **_ZONES,
            **_LIMITED,
            "code": (_CODE, "code"),
            "alias": (_CODE, "alias"),
            "band": (_text(r"[0-9]{2}-[0-9]{2}", "deux heures"), "band"),
            "label": (_LABEL, "label"),
        },
        ("profession", "code", "label", "from", "certainty"),
    ),
    "act": (_ACT, ("profession", "id", "letter", "coefficient", "label", "from", "certainty")),
    "travel": (
        {
            **_SURE,
            "ground": (_among("plaine", "montagne", "pied"), "ground"),
            "code": (_CODE, "code"),
            "abatement_km": (_whole(0, _KM_MAX), "abatement_km"),
        },
        ("ground", "code", "abatement_km", "certainty"),
    ),
    "travel_cap": (
        {
            **_WHOSE,
            **_SURE,
            "full_up_to_km": (_whole(0, _KM_MAX), "full_up_to_km"),
            "half_up_to_km": (_whole(0, _KM_MAX), "half_up_to_km"),
        },
        ("profession", "full_up_to_km", "half_up_to_km", "certainty"),
    ),
    "announced": (
        {**_WHOSE, **_SURE, "from": (_day, "start"), "code": (_SHORT, "code"), "label": (_LABEL, "label")},
        ("profession", "code", "label", "certainty"),
    ),
}
