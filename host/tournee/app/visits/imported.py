"""What became of a day file and of each of its visits, in words and values that every face can show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any

from tournee.app.visits.names import Who, patient_of
from tournee.billing.kept.judged import read_judged
from tournee.billing.pricing.items import decimal
from tournee.billing.visit import JudgedVisit
from tournee.store import InvoiceRow, Journal, VisitRow

if TYPE_CHECKING:
    from tournee.billing.breach import Remark
    from tournee.billing.dayfile.day import Mistake

_SHOWN, _ACTS_SHOWN = 60, 4


class Answer(Enum):
    """What becomes of a visit of the file."""

    NEW = "new"
    KNOWN = "known"
    CHANGED = "changed"
    BILLED = "billed"
    TWIN = "twin"
    DOUBT = "changed?"
    REFUSED = "refused"

    @property
    def label(self) -> str:
        """In French."""
        return _LABELS[self]

    @property
    def taken(self) -> bool:
        """Whether the journal has what the file says, or keeps what was billed of it."""
        return self not in (Answer.TWIN, Answer.DOUBT, Answer.REFUSED)


_LABELS = {
    Answer.NEW: "nouvelle",
    Answer.KNOWN: "connue",
    Answer.CHANGED: "changée",
    Answer.BILLED: "déjà facturée",
    Answer.TWIN: "jumelle ?",
    Answer.DOUBT: "changée ?",
    Answer.REFUSED: "refusée",
}


@dataclass(frozen=True)
class ToldVisit:
    """A visit of the file, and what becomes of it: `rank` from 0, `line` (0: not known), the `id` of the
    journal's visit that it is, or None; whom it is for, when, which acts; `note`: what to know or do, in
    French; the visits of the journal that it `may_be`.
    """

    rank: int
    line: int
    answer: Answer
    id: int | None
    who: Who
    day: str
    acts: str
    reference: str = field(default="", repr=False)
    note: str = ""
    may_be: tuple[int, ...] = ()
    mistakes: tuple[Mistake, ...] = ()
    remarks: tuple[Remark, ...] = ()
    outside: bool = False


@dataclass(frozen=True)
class Absent:
    """A visit of the same day that the file, corrected, tells no more: still to be billed."""

    id: int
    who: Who
    day: str
    acts: str


@dataclass(frozen=True)
class ImportedDay:
    """What became of a day file: AAAAMMJJ, whose, each of its visits in their order."""

    name: str
    date: str
    ps_number: str
    visits: tuple[ToldVisit, ...]
    absent: tuple[Absent, ...]

    def count(self, *answers: Answer) -> int:
        """How many visits have one of these answers."""
        return sum(one.answer in answers for one in self.visits)

    @property
    def refused(self) -> bool:
        """Whether something of it was not taken."""
        return not all(one.answer.taken for one in self.visits)


@dataclass(frozen=True)
class SeenVisit:
    """A visit of the journal: whom it is for, when, which acts, the number of its invoice or "", its lots."""

    row: VisitRow
    judged: JudgedVisit
    who: Who
    day: str
    acts: str
    invoice: str
    lots: tuple[str, ...] = ()


def seen(journal: Journal, row: VisitRow, former: InvoiceRow | None = None) -> SeenVisit:
    """A visit of the journal, as it is shown; `former` is the last invoice that it had, when none lives."""
    judged = read_judged(row.payload)
    who = patient_of(journal, judged.visit, row.invoice_id, former)
    invoice = journal.invoices.get(row.invoice_id).number if row.invoice_id is not None else ""
    lots = journal.lookup.lots_of((row.invoice_id,)) if row.invoice_id is not None else ()
    return SeenVisit(row, judged, who, days_of(judged), acts_of(judged), invoice, lots)


def sketch_of(values: Any) -> tuple[Who, str]:
    """Whom and what a visit that does not read tells, as far as one can see."""
    table = values if isinstance(values, dict) else {}
    hand, acts = table.get("patient"), table.get("actes")
    name = table.get("nom")
    if isinstance(hand, dict) and isinstance(hand.get("nom"), str):
        name = f"{hand.get('prenom', '')} {hand['nom']}".strip()
    codes = [
        str(act.get("code") or act.get("acte") or "?")[:_SHOWN] if isinstance(act, dict) else "?"
        for act in (acts if isinstance(acts, list) else [])
    ]
    return Who(_text(table.get("nir")), _text(name)), _listed(codes)


def _text(value: Any) -> str:
    return value[:_SHOWN] if isinstance(value, str) else ""


def days_of(judged: JudgedVisit) -> str:
    """The days of a visit, as they are read."""
    first, last = judged.visit.days
    return f"{last:%d/%m/%Y}" if first == last else f"{first:%d/%m} au {last:%d/%m/%Y}"


def acts_of(judged: JudgedVisit) -> str:
    """The acts of a visit in a few words."""
    acts = [act for passage in judged.visit.passages for act in passage.acts]
    return _listed([_act_text(act.code or act.act, act.coefficient) for act in acts])


def _act_text(code: str, coefficient: int | None) -> str:
    return code if coefficient is None else f"{code} {decimal(coefficient)}"


def _listed(acts: Sequence[str]) -> str:
    shown = " + ".join(acts[:_ACTS_SHOWN])
    return f"{shown} + {len(acts) - _ACTS_SHOWN} autres" if len(acts) > _ACTS_SHOWN else shown


def absent_of(journal: Journal, row: VisitRow, *, shown: bool) -> Absent:
    """A visit of the journal that a file tells no more; not `shown`: its number alone."""
    if not shown:
        return Absent(row.id, Who("", ""), "", "")
    one = seen(journal, row)
    return Absent(row.id, one.who, one.day, one.acts)


def named(row: VisitRow) -> str:
    """Which visit of the journal, for people."""
    return f"la visite {row.id} du journal"
