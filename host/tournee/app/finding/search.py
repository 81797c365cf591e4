"""Words searched: what they may be, and what is near when they are nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from difflib import get_close_matches
from enum import Enum

from tournee.app.context import Office
from tournee.app.finding.names import is_named, plain
from tournee.app.finding.thing import Thing, thing_of
from tournee.errors import StoreError
from tournee.store import InvoiceRow
from tournee.store.inserts import number_of

_TOLD_MAX, _NEAR_MAX = 12, 4
_INVOICE_DIGITS = 9
_NIR = re.compile(r"[12]\d{4}(?:\d\d|2[AB])\d{6}(?:\d\d)?")
_NIR_LENGTH = 13
_NUMBER_MARK = re.compile(r"^(?:n°|N°|#)(?=\d|$)")
_DAYS = (
    re.compile(r"(?P<day>\d{1,2})/(?P<month>\d{1,2})(?:/(?P<year>\d{4}|\d{2}))?"),
    re.compile(r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})"),
)
_CENTURY = 2000


class Sought(Enum):
    """What a number is when nothing says it."""

    VISIT = "visite"
    INVOICE = "facture"


_KINDS = ("visite", "facture", "lot", "fichier")


class AmbiguousError(StoreError):
    """What was said may be several things; `things` holds them."""

    def __init__(self, message: str, things: Sequence[Thing], *, next_step: str, remedy: str = "") -> None:
        super().__init__(message, next_step=next_step, remedy=remedy)
        self.things = tuple(things)


def find_things(
    office: Office, words: str | Sequence[str], *, sought: Sought = Sought.VISIT, ps: str = ""
) -> list[Thing]:
    """All that these words may be, in the order of the visits, of one `ps` or of all; never none.

    A number alone is what is `sought`; nine digits are always an invoice's, and `visite 3`, `facture 12`,
    `lot 5`, `fichier 2` say which. An invoice's number is its professional's own: with `ps` "", one that
    several have is an AmbiguousError that shows nobody's patients. StoreError when nothing is found.
    """
    return _Finder(office, " ".join([words] if isinstance(words, str) else words), sought, ps).find()


def find_thing(
    office: Office,
    words: str | Sequence[str],
    *,
    sought: Sought = Sought.VISIT,
    ps: str = "",
    fits: Callable[[Thing], bool] | None = None,
) -> Thing:
    """The one thing that these words name; where several may be meant, the only one that `fits` what is to be
    done. AmbiguousError, and StoreError as of `find_things`, and for a visit named by a patient whom an
    invoice before was for, where a later one is another's.
    """
    things = find_things(office, words, sought=sought, ps=ps)
    if len(things) > 1 and fits is not None:
        things = [one for one in things if fits(one)] or things
    if len(things) == 1:
        if sought is Sought.VISIT:
            _refuse_former_patient(things[0])
        return things[0]
    said = words if isinstance(words, str) else " ".join(words)
    raise AmbiguousError(
        f"« {said} » peut être {len(things)} visites : {_listed(things)}.",
        things,
        next_step="redites-le avec le numéro de l’une d’elles, ou ajoutez son jour.",
    )


def find_invoice(
    office: Office,
    words: str | Sequence[str],
    *,
    ps: str = "",
    fits: Callable[[Thing], bool] | None = None,
) -> tuple[Thing, InvoiceRow]:
    """The one invoice that these words name, with its visit; a number alone is an invoice's. StoreError also
    for a visit that has none.
    """
    one = find_thing(office, words, sought=Sought.INVOICE, ps=ps, fits=fits)
    row = one.invoice or (one.invoices[-1] if one.invoices else None)
    if row is None:
        raise StoreError(
            f"La visite {one.id} ({one.visit.who}, {one.visit.day}) n’a pas encore de facture.",
            next_step="changez la visite elle-même, ou faites certifier sa facture.",
        )
    return one, row


class _Finder:
    """One search."""

    def __init__(self, office: Office, told: str, sought: Sought, ps: str) -> None:
        self._office, self._lookup, self._sought, self._ps = office, office.journal.lookup, sought, ps
        self._told = " ".join(told.split())
        words = [bare for word in self._told.split() if (bare := _NUMBER_MARK.sub("", word))]
        self._day, self._words = _take_day(words, office.clock().date())

    def find(self) -> list[Thing]:
        if not self._words and self._day is None:
            raise StoreError(
                "Rien n’est dit de ce que vous cherchez.",
                next_step="donnez le nom du patient, le numéro de la visite ou celui de la facture.",
            )
        found = [thing_of(self._office, *ids) for ids in self._ids()]
        if self._day is not None:
            found = [one for one in found if _is_of_day(one, self._day)] or self._none_that_day(found)
        return found

    def _ids(self) -> list[tuple[int, int | None]]:
        """The visits, each with the invoice that was meant."""
        if not self._words:
            return [(id_, None) for id_ in self._of_day()]
        head, *rest = self._words
        number = "".join(rest).lstrip("0") or "0"
        if (kind := plain(head).rstrip("s")) in _KINDS and rest and number.isdecimal() and number.isascii():
            return self._of_kind(kind, number)
        whole = "".join(self._words)
        if whole.isdecimal() and whole.isascii() and len(whole) <= _INVOICE_DIGITS:
            if len(whole) == _INVOICE_DIGITS:
                return self._of_kind(Sought.INVOICE.value, whole)
            return self._of_number(whole)
        if _NIR.fullmatch(whole.upper()):
            return self._of_nir(whole.upper()[:_NIR_LENGTH])
        return self._of_name(" ".join(self._words))

    def _of_day(self) -> list[int]:
        day = f"{self._day:%Y%m%d}"
        owners = [self._ps] if self._ps else self._office.journal.visits.professionals()
        found = sorted({row.id for ps in owners for row in self._office.journal.known.of_carer(ps, day, day)})
        if not found:
            raise StoreError(f"Aucune visite n’est du {self._day:%d/%m/%Y}.")
        return found

    def _of_number(self, number: str) -> list[tuple[int, int | None]]:
        """A number alone: what is sought, or else what the other numbers are."""
        first, second = self._sought.value, next(one.value for one in Sought if one is not self._sought)
        return self._in(first, number) or self._in(second, number) or self._no_number(first, number)

    def _of_kind(self, kind: str, number: str) -> list[tuple[int, int | None]]:
        return self._in(kind, number) or self._no_number(kind, number)

    def _in(self, kind: str, written: str) -> list[tuple[int, int | None]]:
        number = number_of(written)
        if kind == Sought.VISIT.value:
            there = 0 < number <= self._lookup.last_visit()
            owner = self._office.journal.visits.get(number).ps if there else ""
            return [(number, None)] if there and self._ps in ("", owner) else []
        if kind == Sought.INVOICE.value:
            found = self._lookup.numbered(number, self._ps)
            if len({ps for _, ps in found.values()}) > 1:
                raise AmbiguousError(
                    f"Plusieurs professionnels ont une facture {number:09}.",
                    [],
                    next_step="indiquez le numéro de l’un d’eux.",
                    remedy="say-whose",
                )
            return [(visit, invoice) for invoice, (visit, _) in found.items()]
        by = self._lookup.in_lot if kind == "lot" else self._lookup.in_file
        return sorted((visit, invoice) for invoice, visit in by(number, self._ps).items())

    def _no_number(self, kind: str, written: str) -> list[tuple[int, int | None]]:
        number, near = number_of(written), ""
        if kind == Sought.INVOICE.value:
            nearest = self._lookup.nearest(number, self._ps)
            near = f"les numéros les plus proches sont {', '.join(nearest)}" if nearest else ""
        elif kind == Sought.VISIT.value and (last := self._lookup.last_visit()):
            owner = self._office.journal.visits.get(number).ps if 0 < number <= last else ""
            near = f"celle-ci est de {owner}" if owner else f"elles vont de 1 à {last}"
        widths = {"facture": _INVOICE_DIGITS, "fichier": 6, "lot": 3}
        name = f"{kind} {written if number < 0 else f'{number:0{widths.get(kind, 0)}}'}"
        raise StoreError(
            f"Aucun{'' if kind in ('lot', 'fichier') else 'e'} {name} au journal"
            f"{f' ; {near}' if near else ''}.",
            next_step="donnez aussi bien le nom du patient.",
        )

    def _of_nir(self, nir: str) -> list[tuple[int, int | None]]:
        known = self._office.journal.known.of_person(nir, "00000000", "99999999")
        ids = [row.id for row in known]
        visits = self._office.journal.visits
        found = sorted(id_ for id_ in ids if self._ps in ("", visits.get(id_).ps))
        if not found:
            raise StoreError(f"Aucune visite n’est sous le NIR {nir}.")
        return [(id_, None) for id_ in found]

    def _of_name(self, told: str) -> list[tuple[int, int | None]]:
        names = list(self._names())
        found = [one for one in names if is_named(one[2], told)]
        whole = sorted(plain(told).split())
        found = [one for one in found if sorted(plain(one[2]).split()) == whole] or found
        if not found:
            raise StoreError(
                f"Aucun patient ne s’appelle « {told} »{self._near(told, names)}.",
                next_step="donnez une partie de son nom, ou le numéro de la visite ou de la facture.",
            )
        meant: dict[int, int | None] = {}
        for visit, invoice, _ in found:
            meant[visit] = invoice
        last = {visit: invoice for visit, invoice, _ in names}
        return sorted((visit, one if one != last[visit] else None) for visit, one in meant.items())

    def _names(self) -> Iterator[tuple[int, int | None, str]]:
        """Visit, invoice and name: of every invoice, and of the visits that none names as they are now."""
        for one in self._lookup.named(self._ps):
            if one.stands:
                yield one.visit_id, one.invoice_id, one.patient
        for visit in self._lookup.named_by_their_visit(self._ps):
            yield visit, None, thing_of(self._office, visit).visit.who.name

    def _near(self, told: str, names: Iterable[tuple[int, int | None, str]]) -> str:
        """Patients whose names are like it."""
        by_word: dict[str, dict[str, None]] = {}
        for _, _, name in names:
            for word in plain(name).split():
                by_word.setdefault(word, {})[name.title()] = None
        alike = [
            name
            for part in plain(told).split()
            for word in get_close_matches(part, by_word, _NEAR_MAX, 0.7)
            for name in by_word[word]
        ]
        near = list(dict.fromkeys(alike))[:_NEAR_MAX]
        return f" ; noms voisins : {', '.join(near)}" if near else ""

    def _none_that_day(self, found: Sequence[Thing]) -> list[Thing]:
        days = ", ".join(dict.fromkeys(one.visit.day for one in found[:_TOLD_MAX]))
        raise StoreError(
            f"Aucune visite de « {' '.join(self._words)} » n’est du {self._day:%d/%m/%Y} ; "
            f"jours connus : {days}.",
            next_step="redites-le avec l’un de ces jours, ou avec un numéro.",
        )


def _take_day(words: list[str], today: date) -> tuple[date | None, list[str]]:
    """The day that one of these words is, and the others. A day without year is the last one there was."""
    for at, word in enumerate(words):
        for form in _DAYS:
            if told := form.fullmatch(word):
                day = _day(told, today)
                if day is not None:
                    return day, words[:at] + words[at + 1 :]
    return None, words


def _day(told: re.Match[str], today: date) -> date | None:
    month, day = int(told["month"]), int(told["day"])
    try:
        if told["year"]:
            year = int(told["year"])
            return date(year if year > _CENTURY else _CENTURY + year, month, day)
        there = date(today.year, month, day)
        return there if there <= today else there.replace(year=today.year - 1)
    except ValueError:
        return None


def _is_of_day(one: Thing, day: date) -> bool:
    first, last = one.visit.judged.visit.days
    return first <= day <= last


def _refuse_former_patient(one: Thing) -> None:
    """StoreError where the patient who is named is no more the visit's, whom another invoice is for since."""
    if one.invoice is not None and one.invoice.id != one.invoices[-1].id and one.is_of_another:
        before = f"{one.invoice.sheets[0].patient.title()} (facture {one.number})"
        raise StoreError(
            f"La visite {one.id} n’est plus de {before} : elle est de {one.visit.who}.",
            next_step=f"si c’est bien cette visite, dites son numéro : {one.id}",
        )


def _listed(things: Sequence[Thing]) -> str:
    several = len({one.visit.row.ps for one in things}) > 1
    told = " ; ".join(
        f"{one} (professionnel {one.visit.row.ps})" if several else str(one) for one in things[:_TOLD_MAX]
    )
    more = len(things) - _TOLD_MAX
    return f"{told} ; et {more} de plus" if more > 0 else told
