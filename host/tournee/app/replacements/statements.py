"""Statements of rétrocession: what of the fees goes to the replacement, per session and month, to the cent.

A statement tells what was billed and what came since the statements before: its own month, and, in the first
that is not signed, whatever changed of what was signed (refused, paid late, billed late). So all statements
of a contract add up to what was billed and what came, whatever happened in between. A signed one stays as it
was.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from tournee.app.context import Office
from tournee.app.practice.dossiers import KINDS, Dossier, add, read
from tournee.app.replacements.billed import NOTHING, BilledPart, TwoKinds, billed_parts
from tournee.app.replacements.terms import Terms, part_of, terms_of
from tournee.errors import StoreError
from tournee.practice.replacement_contract import (
    ReplacementContract,
    SignedStatement,
    StatedPart,
    lines_of,
)

_MONTHS = 12
_Parts = Mapping[tuple[str, date | None, str], BilledPart]


@dataclass(frozen=True)
class RetrocessionLine:
    """An invoice in a statement: the change of what was billed and what came, in cents. `carried`: of a month
    that a statement before had told, by whose `terms` it counts; None: those of this one.
    """

    invoice: str
    session: date
    month: str
    days: tuple[date, ...]
    billed: TwoKinds
    came: TwoKinds
    refused: int = 0
    carried: bool = False
    terms: Terms | None = None


@dataclass(frozen=True)
class RetrocessionStatement:
    """A statement of one session (its first day) and month (AAAAMM). `signed`: when both agreed."""

    contract: ReplacementContract
    number: int
    session: date
    month: str
    lines: tuple[RetrocessionLine, ...]
    costs: tuple[tuple[str, int], ...]
    signed: date | None = None
    signed_due: int = 0

    @property
    def billed(self) -> TwoKinds:
        """What was billed, or is billed no more."""
        return sum((one.billed for one in self.lines), NOTHING)

    @property
    def came(self) -> TwoKinds:
        """What came."""
        return sum((one.came for one in self.lines), NOTHING)

    @property
    def refused(self) -> int:
        """What insurers refused of it."""
        return sum(one.refused for one in self.lines)

    @property
    def of_billed(self) -> int:
        """The replacement's part of what was billed."""
        return sum(part_of(terms, billed) for terms, billed, _ in self._by_terms())

    @property
    def of_came(self) -> int:
        """The replacement's part of what came."""
        return sum(part_of(terms, came) for terms, _, came in self._by_terms())

    @property
    def cost(self) -> int:
        """All costs."""
        return sum(cents for _, cents in self.costs)

    @property
    def due(self) -> int:
        """What the replaced owes the replacement; below 0 the other way round."""
        if self.signed is not None:
            return self.signed_due
        parts = (
            part_of(terms, came if terms.basis == "encaissé" else billed)
            for terms, billed, came in self._by_terms()
        )
        return sum(parts) - self.cost

    def _by_terms(self) -> list[tuple[Terms, TwoKinds, TwoKinds]]:
        """What was billed and what came, by each terms that count here."""
        own = terms_of(self.contract)
        found: dict[Terms, tuple[TwoKinds, TwoKinds]] = {}
        for one in self.lines:
            terms = one.terms or own
            billed, came = found.get(terms, (NOTHING, NOTHING))
            found[terms] = (billed + one.billed, came + one.came)
        return [(terms, *money) for terms, money in found.items()]


def statements(office: Office, contract: Dossier[ReplacementContract]) -> tuple[RetrocessionStatement, ...]:
    """All of a contract, the signed ones first, then those to be signed, in the order of their months."""
    signed = _signed(office, contract)
    found = billed_parts(office, contract.told)
    here = {one.invoice for one in found}  # what another device billed and stated is its own to change
    parts = {one.key: one for one in found if one.session is not None}
    stated = _stated(signed)
    closed = {(one.session, one.month): terms_of(one) for one in signed}
    made = [_as_it_was(contract.told, rank, one, parts, closed) for rank, one in enumerate(signed, 1)]
    own: dict[tuple[date, str], list[RetrocessionLine]] = defaultdict(list)
    carried: list[RetrocessionLine] = []
    for key in dict.fromkeys((*parts, *stated)):
        line = _change(key, parts.get(key), stated.get(key)) if key[0] in here else None
        if line is None:
            continue
        if (line.session, line.month) in closed:
            carried.append(replace(line, carried=True, terms=closed[line.session, line.month]))
        else:
            own[line.session, line.month].append(line)
    if carried and not own:
        own[_after(office, contract.told, closed)] = []
    counted = {(one.session, one.month) for one in made}
    charged = _charged(signed, parts)
    for session, month in sorted(own, key=lambda key: (key[1], key[0])):
        lines = own[session, month]
        days = {(one.session, day) for one in (*lines, *carried) for day in one.days} - charged
        costs = _costs(contract.told, session, month, lines, counted, len(days))
        charged |= days
        counted.add((session, month))
        made.append(
            RetrocessionStatement(contract.told, len(made) + 1, session, month, (*lines, *carried), costs)
        )
        carried = []
    return tuple(made)


def outside(office: Office, contract: ReplacementContract) -> tuple[BilledPart, ...]:
    """What was billed with the replacement's card on a day that no session holds: in no statement."""
    return tuple(one for one in billed_parts(office, contract) if one.session is None and one.billed.cents)


def the_statement(
    office: Office, contract: Dossier[ReplacementContract], month: str = "", number: int = 0
) -> RetrocessionStatement:
    """One by its number, or the only one of a month (AAAAMM); else the last. StoreError."""
    told = statements(office, contract)
    found = [
        one for one in told if (not number or one.number == number) and (not month or one.month == month)
    ]
    if not told:
        raise StoreError("Aucun relevé : rien n’a été facturé dans les sessions de ce contrat.")
    if not found:
        raise StoreError("Aucun relevé n’est celui-là.", next_step="listez d’abord les relevés du contrat")
    if month and not number and len(found) > 1:
        numbers = ", ".join(str(one.number) for one in found)
        raise StoreError(
            f"Ce mois a plusieurs relevés : {numbers}.", next_step="redites-le par le numéro du relevé"
        )
    return found[-1]


def sign_statement(
    office: Office, contract: Dossier[ReplacementContract], number: int
) -> RetrocessionStatement:
    """Keep a statement as it is: both agreed on it. StoreError when it is signed, or another comes before."""
    told = statements(office, contract)
    found = next((one for one in told if one.number == number), None)
    if found is None:
        raise StoreError(
            f"Le relevé {number} n’existe pas.", next_step="listez d’abord les relevés du contrat"
        )
    if found.signed is not None:
        raise StoreError(
            f"Le relevé {number} est signé depuis le {found.signed:%d/%m/%Y}.",
            next_step="ce qui a changé depuis est dans le relevé suivant",
        )
    first = next(one for one in told if one.signed is None)
    if first.number != number:
        raise StoreError(
            f"Le relevé {first.number} n’est pas signé, et vient avant.", next_step="signez-le d’abord"
        )
    kept = SignedStatement(
        contract=contract.row.uid.hex(),
        session=found.session,
        month=found.month,
        signed=office.clock().date(),
        due=found.due,
        lines=lines_of(
            StatedPart(
                *(one.invoice, one.session, one.month),
                *(one.billed.care, one.billed.travel, one.came.care, one.came.travel),
            )
            for one in found.lines
        ),
        costs=found.costs,
        days=tuple(sorted({f"{one.session} {day}" for one in found.lines for day in one.days})),
        care=contract.told.care,
        travel=contract.told.travel,
        basis=contract.told.basis,
    )
    add(office, kept, ps=contract.told.replaced)
    return next(one for one in statements(office, contract) if one.number == number)


def _signed(office: Office, contract: Dossier[ReplacementContract]) -> list[SignedStatement]:
    rows = office.journal.dossiers.find(KINDS[SignedStatement], ps=contract.told.replaced)
    told = [read(SignedStatement, row).told for row in rows]
    return [one for one in told if one.contract == contract.row.uid.hex()]


def _charged(signed: Iterable[SignedStatement], parts: _Parts) -> set[tuple[date, date]]:
    """The days of which signed statements counted the costs, each with its session; one that kept no days
    counted those of its invoices.
    """
    found = set()
    for one in signed:
        told = (day.split() for day in one.days)
        found |= {(date.fromisoformat(session), date.fromisoformat(day)) for session, day in told}
        if not one.days:
            keys = ((part.invoice, part.session, part.month) for part in one.parts)
            found |= {(key[1], day) for key in keys if key in parts for day in parts[key].days}
    return found


def _as_it_was(
    contract: ReplacementContract,
    number: int,
    one: SignedStatement,
    parts: _Parts,
    closed: Mapping[tuple[date, str], Terms],
) -> RetrocessionStatement:
    lines = []
    for part in one.parts:
        known = parts.get((part.invoice, part.session, part.month))
        carried = (part.session, part.month) != (one.session, one.month)
        line = RetrocessionLine(
            *(part.invoice, part.session, part.month),
            known.days if known is not None else (),
            TwoKinds(part.billed_care, part.billed_travel),
            TwoKinds(part.came_care, part.came_travel),
            carried=carried,
            terms=closed.get((part.session, part.month)) if carried else None,
        )
        lines.append(line)
    terms = replace(contract, care=one.care, travel=one.travel, basis=one.basis)
    return RetrocessionStatement(
        terms, number, one.session, one.month, tuple(lines), one.costs, one.signed, one.due
    )


def _change(
    key: tuple[str, date | None, str], part: BilledPart | None, stated: StatedPart | None
) -> RetrocessionLine | None:
    """What a part says now that statements have not said; None when nothing changed."""
    invoice, session, month = key
    assert session is not None
    billed, came = (part.billed, part.came) if part else (NOTHING, NOTHING)
    if stated is not None:
        billed -= TwoKinds(stated.billed_care, stated.billed_travel)
        came -= TwoKinds(stated.came_care, stated.came_travel)
    if billed == NOTHING and came == NOTHING:
        return None
    days, refused = (part.days, part.refused) if part else ((), 0)
    return RetrocessionLine(invoice, session, month, days, billed, came, refused)


def _stated(signed: Iterable[SignedStatement]) -> dict[tuple[str, date | None, str], StatedPart]:
    """What signed statements said of each part, in all."""
    found: dict[tuple[str, date | None, str], StatedPart] = {}
    for one in signed:
        for part in one.parts:
            key = part.invoice, part.session, part.month
            found[key] = _added(found[key], part) if key in found else part
    return found


def _added(one: StatedPart, other: StatedPart) -> StatedPart:
    return StatedPart(
        *(one.invoice, one.session, one.month),
        one.billed_care + other.billed_care,
        one.billed_travel + other.billed_travel,
        one.came_care + other.came_care,
        one.came_travel + other.came_travel,
    )


def _after(
    office: Office, contract: ReplacementContract, closed: Iterable[tuple[date, str]]
) -> tuple[date, str]:
    """Where changes go when every month is signed: the last session, this month or the next free one."""
    taken = set(closed)
    session = max(first for first, _ in taken)
    day = max(office.clock().date(), *(one.first for one in contract.sessions if one.first == session))
    year, month = day.year, day.month
    while (session, f"{year}{month:02}") in taken:
        year, month = year + month // _MONTHS, month % _MONTHS + 1
    return session, f"{year}{month:02}"


def _costs(
    contract: ReplacementContract,
    session: date,
    month: str,
    lines: Iterable[RetrocessionLine],
    counted: set[tuple[date, str]],
    uncharged: int,
) -> tuple[tuple[str, int], ...]:
    """The costs of a statement: a session's in its first, a month's once, a day's for each day of care that
    no statement charged yet, `uncharged`.
    """
    days = {day for one in lines for day in one.days}
    times = {
        "session": not any(first == session for first, _ in counted),
        "mois": bool(days) and not any(told == month for _, told in counted),
        "jour": uncharged,
    }
    return tuple((one.label, one.cents * times[one.per]) for one in contract.costs if times[one.per])
