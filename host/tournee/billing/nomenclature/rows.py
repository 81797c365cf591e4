"""The rows of a nomenclature: what an act is and what a letter or a code is worth, during some days.

Amounts are cents, coefficients hundredths, days include both ends.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

Profession = Literal["IF", "MK"]
Zone = Literal["metro", "drom"]
Certainty = Literal["official", "two sources", "one source", "inferred"]
CERTAINTIES: tuple[Certainty, ...] = ("official", "two sources", "one source", "inferred")
"""The surest first."""

Per = Literal["passage", "day", "week", "month", "year", "12 months", "prescription", "episode"]
Ground = Literal["plaine", "montagne", "pied"]

_ARTICLES = frozenset({"d", "de", "des", "du", "l", "la", "le", "les", "un", "une", "a", "au", "aux", "en"})
_WORD = re.compile(r"[a-z0-9]+")
_TYPED_OTHERWISE = str.maketrans({"œ": "oe", "Œ": "oe", "æ": "ae", "²": "2"})


def words(text: str) -> tuple[str, ...]:
    """The words of a text in French, for comparing: no accent, no capital, no article, no sign."""
    plain = unicodedata.normalize("NFD", text.translate(_TYPED_OTHERWISE).lower())
    bare = "".join(one for one in plain if not unicodedata.combining(one))
    return tuple(word for word in _WORD.findall(bare) if word not in _ARTICLES)


@dataclass(frozen=True, slots=True)
class Limit:
    """How many, and in what: at most `count` a `per`."""

    count: int
    per: Per


@dataclass(frozen=True, slots=True, kw_only=True)
class Cotation:
    """An act during some days: a letter and a coefficient. `id` names it through its changes of coefficient.

    `bsi`: on a day with BSA, BSB or BSC the act is paid `full` or `half` as AMX, is `included`, or
    `forbidden`. `session`: `full` beside any act, or outside article 11B at `home`. `not_with` are pairs
    (`AMI 900`), `article:I 2`, `group:sondage` or `id:…`. `agreement`: sessions before a prior agreement is
    asked, 0 before the first, or `always`, or after the `first month`. `usual`: what is meant where a pair
    alone is told. `own`: a row that an editor added.
    """

    profession: Profession
    id: str
    letter: str
    coefficient: int
    label: str
    article: str = ""
    start: date
    end: date | None = None
    bsi: Literal["", "full", "half", "included", "forbidden"] = ""
    amx: bool = False
    session: Literal["", "full", "home"] = ""
    group: str = ""
    once_a_day: bool = False
    limit: Limit | None = None
    limit_text: str = ""
    not_with: tuple[str, ...] = ()
    mci: bool | None = None
    majoration: bool = True
    travel: bool = True
    agreement: int | Literal["always", "first month"] | None = None
    specific_travel: Literal["", "always", "35 days", "never", "IFV"] = ""
    supplement: bool = False
    isolated: bool = False
    beside_session: bool = False
    at_sessions: str = ""
    prescription: bool = True
    usual: bool = False
    certainty: Certainty
    announced: bool = False
    sources: tuple[str, ...] = ()
    note: str = ""
    own: bool = False

    def holds(self, day: date) -> bool:
        """Tell whether the act has this coefficient on a day."""
        return self.start <= day and (self.end is None or day <= self.end)


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What a letter or a code is worth in a zone on a day; `row` names the row it comes from, for ever."""

    cents: int
    row: str
    label: str = ""
    certainty: Certainty
    announced: bool = False
    sources: tuple[str, ...] = ()
    note: str = ""
    prescription: bool = True
    limit: Limit | None = None
    limit_text: str = ""
    own: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A row of prices: of a letter (`kind` value) or of a code with an amount of its own (`kind` amount)."""

    kind: Literal["value", "amount"]
    profession: Profession
    code: str
    alias: str = ""
    band: str = ""
    label: str = ""
    start: date
    end: date | None = None
    metro: int | None = None
    drom: int | None = None
    limit: Limit | None = None
    limit_text: str = ""
    prescription: bool = True
    certainty: Certainty
    announced: bool = False
    sources: tuple[str, ...] = ()
    note: str = ""
    own: bool = False

    @property
    def row(self) -> str:
        """The row's name, as `value AMI 2026-11-06`; it says the zone where it gives only that of DROM."""
        only = "drom" if self.metro is None and self.drom is not None else ""
        return " ".join(filter(None, (self.kind, self.code, self.band, self.start.isoformat(), only)))

    def holds(self, day: date) -> bool:
        """Tell whether the row is in force on a day."""
        return self.start <= day and (self.end is None or day <= self.end)

    def cents(self, zone: Zone) -> int | None:
        """What the row gives in a zone, None when it says nothing of that zone."""
        return self.metro if zone == "metro" else self.drom

    def price(self, zone: Zone) -> Price | None:
        """The row as a price in a zone."""
        cents = self.cents(zone)
        if cents is None:
            return None
        return Price(
            cents=cents,
            row=self.row,
            label=self.label or self.code,
            certainty=self.certainty,
            announced=self.announced,
            sources=self.sources,
            note=self.note,
            prescription=self.prescription,
            limit=self.limit,
            limit_text=self.limit_text,
            own=self.own,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TravelGround:
    """How kilometres count on a ground: taken off a round trip, and the code of their price."""

    ground: Ground
    code: str
    abatement_km: int
    certainty: Certainty
    sources: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TravelCap:
    """Kilometres of a day: paid in full, then at half, then not at all."""

    profession: Profession
    full_up_to_km: int
    half_up_to_km: int
    certainty: Certainty
    sources: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coming:
    """A code that a text announces and that has no price yet."""

    profession: Profession
    code: str
    label: str
    start: date | None = None
    certainty: Certainty
    sources: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """What a table says of itself. `start`: the first day of care that it prices.

    `kind`: a whole `table`, or an editor's `supplement` to one.
    """

    kind: Literal["table", "supplement"]
    name: str
    version: str
    start: date
    reference: str = ""
    reference_sha256: str = ""


@dataclass(frozen=True, slots=True)
class Rows:
    """All rows of a table."""

    heading: Heading
    sources: dict[str, str] = field(default_factory=dict)
    acts: tuple[Cotation, ...] = ()
    rates: tuple[Rate, ...] = ()
    travels: tuple[TravelGround, ...] = ()
    caps: tuple[TravelCap, ...] = ()
    coming: tuple[Coming, ...] = ()
