"""What needs cards: they are read, invoices are certified, lots are closed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from typing import TYPE_CHECKING

from tournee.api.lanes import Caller
from tournee.api.opening import Practice
from tournee.api.problems import Problem, problem_of
from tournee.app.context import Office
from tournee.errors import BillingError, OppositionError, ServiceError, StoreError
from tournee.reader import Reader

if TYPE_CHECKING:
    from tournee.app.cards import PsOnDuty, VitaleInReader
    from tournee.billing.identity import Patient
    from tournee.billing.visit import JudgedVisit
    from tournee.store import InvoiceRow, VisitRow

_STOPS_ONE = (BillingError, OppositionError, ServiceError)


@dataclass(frozen=True)
class Professional:
    """Whose card is in the reader: billing number (9 digits), RPPS number, name, `IF` or `MK`, the situation
    of exercise by its n° logique, and the practice's name in it.
    """

    ps: str
    rpps: str
    name: str
    first_name: str
    profession: str
    situation: int
    structure: str


@dataclass(frozen=True)
class CardHolder:
    """Someone whom the Vitale card covers: the insured person's number (13 characters), name, the day of
    birth (None: a date of no calendar), the rank on the card.
    """

    nir: str = field(repr=False)
    name: str = field(repr=False)
    first_name: str = field(repr=False)
    born: date | None = field(repr=False)
    rank: str


@dataclass(frozen=True)
class CardsInReader:
    """The cards that are there: the professional, whom the Vitale card covers (nobody: there is none), and
    the visits of the journal (`waiting`, their numbers) that can be certified with them.
    """

    professional: Professional
    patients: tuple[CardHolder, ...] = field(repr=False)
    waiting: tuple[int, ...]


@dataclass(frozen=True)
class CertifiedVisit:
    """What became of a visit: the number of its invoice on 9 digits ("": none was made), its sheets (`FSE`,
    `DRE`), who bears what in cents; what stopped it, if anything did.
    """

    visit: int
    invoice: str
    sheets: tuple[str, ...]
    fee: int
    amo: int
    amc: int
    patient: int
    problem: Problem | None = None


@dataclass(frozen=True)
class ClosedLot:
    """A lot that was certified: whose, its number on 3 digits, `FSE` or `DRE`, how its invoices were secured
    (`mode`), the recipient (`crf`), of how many sheets.
    """

    ps: str
    number: str
    kind: str
    mode: str
    crf: str
    sheets: int


def read_cards(practice: Practice, *, situation: int | None = None) -> CardsInReader:
    """Read the cards in the reader; no code is needed. `situation` is the n° logique of a card that has
    several. ReaderError, BillingError for cards that cannot bill, OppositionError for one that is opposed.
    """

    def work(office: Office, reader: Reader, _: Caller) -> CardsInReader:
        from tournee.app.cards import read_ps

        ps = read_ps(reader, situation)
        vitale = _vitale(office, reader)
        waiting = tuple(row.id for row, _ in _possible(office, ps, vitale))
        people = () if vitale is None else tuple(map(_holder, vitale.patients))
        return CardsInReader(_professional(ps), people, waiting)

    return practice._at_reader(work)


def certify(
    practice: Practice,
    code: str | Callable[[], str],
    *,
    visits: Collection[int] | None = None,
    mode: str = "",
    situation: int | None = None,
    told: Callable[[CertifiedVisit], None] | None = None,
) -> tuple[CertifiedVisit, ...]:
    """Make and certify the invoices of the visits that can be with the cards that are there: those of this
    patient, and those without a card; of `visits` alone, where they are told.

    `code` is the code porteur, or what gives it, called when the card is not open yet. `mode` is the securing
    mode in place of the one that a visit says. `told` is called for each visit as it is done. What stops one
    visit does not stop the next. StoreError when
    one of `visits` cannot be certified with these cards; ReaderError, after which what was done is done, and
    the same call goes on.
    """

    def work(office: Office, reader: Reader, caller: Caller) -> tuple[CertifiedVisit, ...]:
        from tournee.app.cards import read_ps, unlock
        from tournee.app.certify import certify_visit
        from tournee.app.correcting.waiting import reconcile

        ps = read_ps(reader, situation)
        unlock(reader, lambda: caller.ask(code) if callable(code) else code)
        vitale = _vitale(office, reader)
        reconcile(office)
        possible = _possible(office, ps, vitale)
        if visits is not None:
            _check(visits, {row.id for row, _ in possible})
            possible = [(row, visit) for row, visit in possible if row.id in visits]
        done = []
        for row, visit in possible:
            try:
                made = certify_visit(office, reader, ps, vitale, row, visit, mode=mode)
            except _STOPS_ONE as error:
                one = CertifiedVisit(row.id, "", (), 0, 0, 0, 0, problem_of(error))
            else:
                one = _certified(made)
            done.append(one)
            if told is not None:
                caller.ask(partial(told, one))
        return tuple(done)

    return practice._at_reader(work)


def close_lots(
    practice: Practice, code: str | Callable[[], str], *, situation: int | None = None
) -> tuple[ClosedLot, ...]:
    """Put the certified sheets of the professional whose card is there into lots, and have each certified.
    `code` and `situation` as for `certify`. ReaderError: what was done is done, the same call goes on.
    """

    def work(office: Office, reader: Reader, caller: Caller) -> tuple[ClosedLot, ...]:
        from tournee.app import outbound
        from tournee.app.cards import read_ps, unlock

        ps = read_ps(reader, situation)
        unlock(reader, lambda: caller.ask(code) if callable(code) else code)
        return tuple(
            ClosedLot(row.ps, row.number, row.kind, row.mode, row.crf, len(row.sheet_ids))
            for row in outbound.close_lots(office, reader, ps)
        )

    return practice._at_reader(work)


def _vitale(office: Office, reader: Reader) -> VitaleInReader | None:
    from tournee.app.cards import read_vitale

    return read_vitale(office, reader) if reader.cards().vitale else None


def _possible(
    office: Office, ps: PsOnDuty, vitale: VitaleInReader | None
) -> list[tuple[VisitRow, JudgedVisit]]:
    from tournee.app.certify import pending_visits, visits_for

    return visits_for(pending_visits(office, ps), vitale)


def _check(asked: Collection[int], possible: Collection[int]) -> None:
    lost = sorted(set(asked) - set(possible))
    if lost:
        raise StoreError(
            f"La visite {lost[0]} ne peut pas être certifiée avec ces cartes.",
            cause="elle est d’un autre patient ou d’un autre professionnel, déjà facturée, ou inconnue",
            next_step="insérez les cartes de cette visite ; rien n’a été certifié",
        )


def _certified(made: InvoiceRow) -> CertifiedVisit:
    amo, amc, patient = made.shares.amo, made.shares.amc, made.shares.patient
    fee = max(_fees(made), default=0)
    return CertifiedVisit(
        made.visit_id, made.number, tuple(sheet.kind for sheet in made.sheets), fee, amo, amc, patient
    )


def _fees(made: InvoiceRow) -> Iterator[int]:
    return (sheet.fee for sheet in made.sheets)


def _professional(ps: PsOnDuty) -> Professional:
    told = ps.identity
    return Professional(
        ps=told.billing_number,
        rpps=told.rpps,
        name=told.name,
        first_name=told.first_name,
        profession=told.ps_type,
        situation=told.situation,
        structure=told.structure,
    )


def _holder(patient: Patient) -> CardHolder:
    try:
        born = datetime.strptime(patient.born, "%Y%m%d").date()
    except ValueError:  # a lunar date has months and days that no calendar has
        born = None
    return CardHolder(patient.nir, patient.name, patient.first_name, born, patient.beneficiary_rank)
