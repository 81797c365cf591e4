"""Statements of rétrocession: what of the fees goes to the replacement, per session and month, to the cent.

A statement tells what was billed and what came since the statements before: its own month, and, in the first
that is not signed, whatever changed of what was signed (refused, paid late, billed late). So all statements
of a contract add up to what was billed and what came, whatever happened in between. A signed one stays as it
was, and what it counted keeps its terms; a contract that changed acts on what no signed one has counted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from tournee.app.context import Office
from tournee.app.practice.dossiers import KINDS, Dossier, add, read
from tournee.app.replacements.billed import NOTHING, BilledPart, TwoKinds, billed_parts
from tournee.app.replacements.counted import CountedCare, PartKey, RetrocessionLine, as_stated, stated_parts
from tournee.errors import StoreError
from tournee.model.amounts import half_up
from tournee.practice.replacement_contract import (
    WHOLE,
    ReplacementContract,
    RetrocessionTerms,
    SignedStatement,
    StatedPart,
)

_MONTHS = 12


@dataclass(frozen=True)
class RetrocessionShare:
    """What all lines of the same terms come to."""

    terms: RetrocessionTerms
    billed: TwoKinds = NOTHING
    came: TwoKinds = NOTHING

    @property
    def money(self) -> TwoKinds:
        """What the part is taken of."""
        return self.came if self.terms.basis == "encaissé" else self.billed

    @property
    def part(self) -> int:
        """The replacement's, in cents."""
        return part_of(self.terms, self.money)


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
        return sum(part_of(one.terms, one.billed) for one in self.shares)

    @property
    def of_came(self) -> int:
        """The replacement's part of what came."""
        return sum(part_of(one.terms, one.came) for one in self.shares)

    @property
    def shares(self) -> tuple[RetrocessionShare, ...]:
        """Its lines by their terms: the contract's first, where a line has them or there is no line."""
        terms = dict.fromkeys(one.terms for one in self.lines) or {self.contract.terms: None}
        return tuple(
            RetrocessionShare(
                each,
                sum((one.billed for one in self.lines if one.terms == each), NOTHING),
                sum((one.came for one in self.lines if one.terms == each), NOTHING),
            )
            for each in sorted(terms, key=lambda each: each != self.contract.terms)
        )

    @property
    def cost(self) -> int:
        """All costs."""
        return sum(cents for _, cents in self.costs)

    @property
    def due(self) -> int:
        """What the replaced owes the replacement; below 0 the other way round."""
        if self.signed is not None:
            return self.signed_due
        return sum(one.part for one in self.shares) - self.cost


def part_of(terms: RetrocessionTerms, money: TwoKinds) -> int:
    """The replacement's part, rounded once for care and once for travel."""
    return _percent(money.care, terms.care) + _percent(money.travel, terms.travel)


def statements(office: Office, contract: Dossier[ReplacementContract]) -> tuple[RetrocessionStatement, ...]:
    """All of a contract, the signed ones first, then those to be signed, in the order of their months."""
    signed = _signed(office, contract)
    found = billed_parts(office, contract.told)
    here = {one.invoice for one in found}  # what another device billed and stated is its own to change
    stated = stated_parts(signed)
    parts = as_stated(found, stated)
    made = [_as_it_was(contract.told, rank, one, parts) for rank, one in enumerate(signed, 1)]
    closed = {(one.session, one.month) for one in signed}
    own: dict[tuple[date, str], list[RetrocessionLine]] = defaultdict(list)
    carried: list[RetrocessionLine] = []
    for key in dict.fromkeys((*parts, *stated)):
        line = _change(contract.told, key, parts.get(key), stated.get(key)) if key[0] in here else None
        if line is None:
            continue
        if (line.session, line.month) in closed:
            carried.append(replace(line, carried=True))
        else:
            own[line.session, line.month].append(line)
    if carried and not own:
        own[_after(office, closed)] = []
    counted = CountedCare(contract.told)
    for one in made:
        counted.add(one.session, one.lines)
    for session, month in sorted(own, key=lambda key: (key[1], key[0])):
        lines = (*own[session, month], *carried)
        costs = counted.add(session, lines)
        made.append(RetrocessionStatement(contract.told, len(made) + 1, session, month, lines, costs))
        carried = []
    return tuple(made)


def outside(office: Office, contract: ReplacementContract) -> tuple[BilledPart, ...]:
    """What was billed with the replacement's card on a day that no session holds: in no statement to come."""
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
        lines=(),
        costs=found.costs,
        care=contract.told.care,
        travel=contract.told.travel,
        basis=contract.told.basis,
    ).with_parts(
        StatedPart(
            *(one.invoice, one.session, one.month),
            *(one.billed.care, one.billed.travel, one.came.care, one.came.travel),
            *(one.terms, one.days, one.refused),
        )
        for one in found.lines
    )
    add(office, kept, ps=contract.told.replaced)
    return next(one for one in statements(office, contract) if one.number == number)


def _signed(office: Office, contract: Dossier[ReplacementContract]) -> list[SignedStatement]:
    rows = office.journal.dossiers.find(KINDS[SignedStatement], ps=contract.told.replaced)
    told = [read(SignedStatement, row).told for row in rows]
    return [one for one in told if one.contract == contract.row.uid.hex()]


def _as_it_was(
    contract: ReplacementContract, number: int, one: SignedStatement, parts: dict[PartKey, BilledPart]
) -> RetrocessionStatement:
    lines = tuple(
        RetrocessionLine(
            part.invoice,
            part.session,
            part.month,
            part.days or (parts[part.key].days if part.key in parts else ()),
            TwoKinds(part.billed_care, part.billed_travel),
            TwoKinds(part.came_care, part.came_travel),
            part.terms,
            part.refused,
            carried=(part.session, part.month) != (one.session, one.month),
        )
        for part in one.parts
    )
    terms = replace(contract, care=one.care, travel=one.travel, basis=one.basis)
    return RetrocessionStatement(terms, number, one.session, one.month, lines, one.costs, one.signed, one.due)


def _change(
    contract: ReplacementContract, key: PartKey, part: BilledPart | None, stated: StatedPart | None
) -> RetrocessionLine | None:
    """What a part says now that statements have not said; None when nothing changed."""
    billed, came = (part.billed, part.came) if part else (NOTHING, NOTHING)
    if stated is not None:
        billed -= TwoKinds(stated.billed_care, stated.billed_travel)
        came -= TwoKinds(stated.came_care, stated.came_travel)
    if billed == NOTHING and came == NOTHING:
        return None
    days, refused = (part.days, part.refused) if part else (stated.days if stated else (), 0)
    terms = stated.terms if stated else contract.terms
    return RetrocessionLine(*key, days, billed, came, terms, refused)


def _after(office: Office, closed: Iterable[tuple[date, str]]) -> tuple[date, str]:
    """Where changes go when every month is signed: the last session, this month or the next free one."""
    taken = set(closed)
    session = max(first for first, _ in taken)
    day = max(office.clock().date(), session)
    year, month = day.year, day.month
    while (session, f"{year}{month:02}") in taken:
        year, month = year + month // _MONTHS, month % _MONTHS + 1
    return session, f"{year}{month:02}"


def _percent(cents: int, hundredths: int) -> int:
    """A part of a sum, half a cent up; of what is below 0, the same the other way."""
    sign = -1 if cents < 0 else 1
    return sign * half_up(abs(cents) * hundredths, WHOLE)
