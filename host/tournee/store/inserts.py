"""What the journal is given to keep: visits, lots and files as what surrounds their parts, messages whole;
and the numbers that these must bear.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tournee.errors import StoreError
from tournee.formats import records
from tournee.store.content import Content

_DIGITS_MAX = 9  # of an invoice number, the longest
_DAY_DIGITS = 8


@dataclass(frozen=True)
class VisitFacts:
    """By what a visit is found again, and what the rules need of it then.

    `nir` is the insured person's, or what tells one without NIR from all others; `first_day` and `last_day`
    (AAAAMMJJ) are of its passages, `facts` is what billing wrote for itself. `reference` is an editor's,
    unique for a PS; `content` is what makes it the same visit, however it is told: the same bytes each time.
    StoreError for days that are none, or in the wrong order.
    """

    nir: str = field(repr=False)
    first_day: str
    last_day: str
    facts: bytes = field(repr=False)
    reference: str = field(default="", repr=False)
    content: bytes = field(default=b"", repr=False)

    def __post_init__(self) -> None:
        days = (self.first_day, self.last_day)
        if not all(len(day) == _DAY_DIGITS and day.isdecimal() for day in days) or days[0] > days[1]:
            raise StoreError(
                f"Une visite va du {days[0]!r} au {days[1]!r} : ce ne sont pas deux jours de suite."
            )


@dataclass(frozen=True)
class VisitDraft:
    """A visit: `payload` is given back as it is; without `known`, that is worked out from it when needed. One
    that is `outside` is a record alone: nothing is ever billed for it.
    """

    payload: bytes = field(repr=False)
    known: VisitFacts | None = None
    outside: bool = False


@dataclass(frozen=True)
class DayDraft:
    """A day to take in, told once or anew: `new` visits, and those `changed` in place, by their ids.

    `digest` is the file's, `file` its name; the visits go to the day `into`, or else to one of their own:
    that of this `digest`, when it is there. A changed visit leaves its day when that is of another `date`.
    """

    digest: str
    ps: str
    date: str
    file: str = field(default="", repr=False)
    new: Sequence[VisitDraft] = ()
    changed: Mapping[int, VisitDraft] = field(default_factory=dict)
    into: int | None = None


@dataclass(frozen=True)
class LotDraft:
    """What surrounds the certified invoices of a lot: its record 1 and its record 6; and the SHA-256 of the
    whole, from 1 to 6, where it is known already.
    """

    head: bytes = field(repr=False)
    tail: bytes = field(repr=False)
    digest: bytes | None = None


@dataclass(frozen=True)
class FileDraft:
    """A file in clear: how many invoices (records 2) it holds, the name of the route it was framed for, and
    the party at its end (`OT` and the OCT's number, or `direct`).

    A file of lots is what surrounds them: `head`, from 000, and `tail`, to 999. A request of the opposition
    list holds no lot: all of it is its `head`. Its 000 begins at `start` of the head.
    """

    head: bytes = field(repr=False)
    tail: bytes = field(repr=False)
    invoices: int
    route: str
    party: str = ""
    start: int = 0


@dataclass(frozen=True)
class MessageDraft:
    """A message ready to submit: `compostage` is AAAAMMJJHHMMSSxxxxx, `raw` its bytes as they will leave
    (OCT-MSG-3). Chunks are gone through once, in the step that keeps them, and not before the compostage is
    known to be new.
    """

    subject: str
    compostage: str
    raw: Content = field(repr=False)


def number_of(digits: str) -> int:
    """A number as a return or a carer writes it; -1, which nothing bears, for what is no such number."""
    significant = digits.lstrip("0") or digits[-1:]
    is_number = significant.isascii() and significant.isdigit() and len(significant) <= _DIGITS_MAX
    return int(significant) if is_number else -1


def check_number(data: bytes, kind: str, field: str, number: int) -> None:
    """Refuse records whose first one, of `kind`, does not bear in `field` the number that was just given."""
    start, length = records.locate(kind, field)
    found = data[start : start + length].decode("latin-1")
    if found != f"{number:0{length}}":
        raise StoreError(
            f"Les enregistrements faits portent {field} « {found} » au lieu de {number:0{length}}."
        )
