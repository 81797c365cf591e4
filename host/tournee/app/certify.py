"""At the patient's: read the cards, make the invoices of a day's visits, have them certified in the reader.

Every step is journaled before the next one acts. Called again after a crash, each use case goes on where it
stopped: an invoice keeps its number, and a signature asked for again is the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tournee.app.certification import Signers, certify_invoice
from tournee.app.context import Clock, Office
from tournee.app.opposition import read_unless_opposed, refuse_opposed
from tournee.billing.dayfile.documents_to_print import day_pieces, load_piece
from tournee.billing.identity import Patient, PsIdentity
from tournee.billing.invoice import choose_patient, make_invoice
from tournee.billing.rules.patient import require_same_ps
from tournee.billing.sheets import invoice_sheets
from tournee.billing.visit import Splitter, Visit
from tournee.billing.zones.card import patients_from_groups, ps_from_groups, serial_from_groups
from tournee.errors import BillingError
from tournee.exchange.route import Mode, Route
from tournee.model import Sheet
from tournee.reader import PS_UNLOCKED, Reader, Transport
from tournee.store import InvoiceRow, SheetRow, SheetState, VisitRow, VisitState

AskCode = Callable[[], str]


@dataclass(frozen=True)
class PsOnDuty:
    """The professional whose card is in the reader: who bills, and the card's certificate (DER)."""

    identity: PsIdentity
    certificate: bytes


@dataclass(frozen=True)
class VitaleInReader:
    """The Vitale card in the reader: its serial number, its patients, the insured person first, and its
    certificate (DER).
    """

    serial: str
    patients: list[Patient]
    certificate: bytes


@dataclass(frozen=True)
class ImportedDay:
    """A day taken into the journal: its id, how many visits, and whether the same file was there before."""

    id: int
    date: str
    ps_number: str
    visits: int
    known: bool


def splitter_of(route: Route) -> Splitter:
    """Who splits the complementary share off what this route carries."""
    by_mode = {Mode.SPLIT_AT_SOURCE: Splitter.SOURCE, Mode.DIRECT: Splitter.NOBODY}
    return by_mode.get(route.mode, Splitter.OCT)


def import_day(office: Office, data: bytes, name: str) -> ImportedDay:
    """Take a day file's visits into the journal, as pending; the same file again adds nothing.

    Raises DayError with every mistake and its place, contract 99 among them when the route in force splits at
    source or has no OCT (OCT-X-1); then nothing was taken in.
    """
    day, pieces = day_pieces(data, name, splitter=splitter_of(office.route))
    digest, date = hashlib.sha256(data).hexdigest(), f"{day.day:%Y%m%d}"
    known = office.journal.has_day(digest)
    day_id = office.journal.add_day(digest, day.ps_number, date, pieces)
    return ImportedDay(day_id, date, day.ps_number, len(pieces), known)


def open_reader(
    place: str | Callable[[], Transport],
    clock: Clock,
    secret: bytes | None = None,
    reach: Callable[[bool], None] = lambda there: None,
) -> Reader:
    """Connect to the reader at `place` (a URL, or what opens its stream) and set its clock: it refuses acts
    dated after its day.

    With its `secret`, over the protected channel alone. `reach` is told False while it is out of reach and
    being looked for, True once it is back. ReaderError.
    """
    reader = Reader.open(place, secret=secret, reach=reach)
    try:
        reader.set_date(clock())
    except BaseException:
        reader.close()
        raise
    return reader


def read_ps(reader: Reader) -> PsOnDuty:
    """Read the professional's card."""
    card = reader.read_ps_card()
    return PsOnDuty(ps_from_groups(card.groups), card.certificate)


def read_vitale(office: Office, reader: Reader) -> VitaleInReader:
    """Read the patient's card. OpposedCardError when it is on the opposition list in force (OCT-LOI-2)."""
    card = read_unless_opposed(office, reader)
    return VitaleInReader(
        serial_from_groups(card.groups), patients_from_groups(card.groups), card.certificate
    )


def unlock(reader: Reader, ask_code: AskCode) -> None:
    """Open the professional's card with the code porteur, asked for only when the card is not open yet."""
    if reader.cards().ps != PS_UNLOCKED:
        reader.unlock(ask_code())


def pending_visits(office: Office, ps: PsOnDuty) -> list[tuple[VisitRow, Visit]]:
    """The visits of this professional that still have something to certify, in the order of their days."""
    rows = office.journal.visits(state=VisitState.PENDING)
    return [(row, load_piece(row.payload).visits[0]) for row in rows if row.ps == ps.identity.billing_number]


def visits_for(
    pending: Sequence[tuple[VisitRow, Visit]], vitale: VitaleInReader | None
) -> list[tuple[VisitRow, Visit]]:
    """The visits that can be certified now: of the patient whose card is there, and those without a card."""
    nir = vitale.patients[0].nir if vitale is not None and vitale.patients else None
    return [(row, visit) for row, visit in pending if visit.typed is not None or visit.nir == nir]


def certify_visit(
    office: Office, reader: Reader, ps: PsOnDuty, vitale: VitaleInReader | None, row: VisitRow, visit: Visit
) -> InvoiceRow:
    """Make the invoice of one visit, unless it has one, and certify its sheets; gives the invoice.

    Raises BillingError where a rule is broken and OpposedCardError when the card was listed since it was read
    (nothing is then made, no number is lost), ReaderError.
    """
    if vitale is not None and visit.typed is None:
        refuse_opposed(office, vitale.serial)
    require_same_ps(load_piece(row.payload), ps.identity)

    def build(number: int) -> list[Sheet]:
        beneficiary = _patient_of(visit, vitale)
        splitter = splitter_of(office.route)
        refused = office.journal.refused_invoice(row.id)
        invoice = make_invoice(ps.identity, beneficiary, visit, number, splitter=splitter, rectifies=refused)
        return invoice_sheets(invoice)

    invoice_id = office.journal.make_invoice(row.id, ps.identity.billing_number, build)
    for sheet in office.journal.invoice(invoice_id).sheets:
        if sheet.state is SheetState.MADE:
            _certify_sheet(office, reader, ps, vitale, sheet)
    return office.journal.invoice(invoice_id)


def abandon_visit(office: Office, visit_id: int, reason: str) -> None:
    """Set a visit aside: it will not be billed. An invoice of it that is in no lot yet is given up as well.

    Its number is lost for good. StoreError when the visit is billed already.
    """
    invoice = office.journal.live_invoice(visit_id)
    if invoice is not None:
        office.journal.abandon_invoice(invoice, reason)
    office.journal.abandon_visit(visit_id, reason)


def _patient_of(visit: Visit, vitale: VitaleInReader | None) -> Patient:
    if visit.typed is not None:
        return visit.typed
    if vitale is None:
        raise BillingError(
            "Aucune carte Vitale n'est dans le lecteur.",
            cause=f"la visite attend la carte du NIR {visit.nir}",
            next_step="insérez la carte, ou passez la visite en mode dégradé dans le fichier du jour",
        )
    return choose_patient(vitale.patients, visit)


def _certify_sheet(
    office: Office, reader: Reader, ps: PsOnDuty, vitale: VitaleInReader | None, sheet: SheetRow
) -> None:
    """Have one sheet certified, journal its records 7 (OCT-SS-2)."""
    signers = Signers(ps.certificate, vitale.certificate if vitale is not None else None)
    sevens = certify_invoice(reader, signers, sheet.records, kind=sheet.kind, mode=sheet.mode)
    office.journal.sheet_certified(sheet.id, sevens)
