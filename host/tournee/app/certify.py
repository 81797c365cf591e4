"""At the patient's: make the invoices of a day's visits, have them certified in the reader.

Every step is journaled before the next one acts. Called again after a crash, each use case goes on where it
stopped: an invoice keeps its number, and a signature asked for again is the same.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date
from functools import partial

from tournee.app.cards import PsOnDuty, VitaleInReader, certificate_now
from tournee.app.certification import Signers, certify_invoice
from tournee.app.certifying.last_read import keep_cards, rights_of
from tournee.app.certifying.replacing import identity_for, is_for
from tournee.app.context import Office
from tournee.app.opposition.in_force import refuse_opposed
from tournee.app.services.rights.answer import SERVICE as RIGHTS
from tournee.app.services.rights.asking import ask_where_needed
from tournee.app.services.rights.choosing import in_force
from tournee.app.visits.past import JournalPast
from tournee.billing.engagement import Engagement
from tournee.billing.identity import Patient, PsIdentity
from tournee.billing.invoice import Invoice, choose_patient, make_invoice
from tournee.billing.judging import judge
from tournee.billing.kept.judged import read_judged
from tournee.billing.rules.case import carer_of
from tournee.billing.rules.patient import require_same_ps
from tournee.billing.rules.visit import RuleError, mode_breaches
from tournee.billing.sheets import invoice_sheets
from tournee.billing.visit import JudgedVisit, Splitter, Visit
from tournee.errors import BillingError, OppositionError
from tournee.exchange.route import Mode, Route
from tournee.model import Sheet
from tournee.model.codes import DESYNCHRONISED, NO_CARD, SECURED
from tournee.reader import Reader
from tournee.store import InvoiceRow, SheetRow, SheetState, VisitRow, VisitState

_AMC = "amc"
_DRAFT = 1  # the number of an invoice that is not made: what its insurer is asked of
_log = logging.getLogger(__name__)


def splitter_of(route: Route) -> Splitter:
    """Who splits the complementary share off what this route carries."""
    by_mode = {Mode.SPLIT_AT_SOURCE: Splitter.SOURCE, Mode.DIRECT: Splitter.NOBODY}
    return by_mode.get(route.mode, Splitter.OCT)


def pending_visits(office: Office, ps: PsOnDuty) -> list[tuple[VisitRow, JudgedVisit]]:
    """The visits that concern this professional and have something to certify, in the order of their days:
    those under her number, and those in which she replaces someone.
    """
    return [(row, visit) for row, visit in _pending(office) if is_for(office, ps.identity, visit)]


def others_waiting(office: Office, ps: PsOnDuty) -> dict[str, int]:
    """How many visits of other professionals are to be billed, by their billing numbers."""
    return dict(Counter(row.ps for row, visit in _pending(office) if not is_for(office, ps.identity, visit)))


def _pending(office: Office) -> Iterator[tuple[VisitRow, JudgedVisit]]:
    for row in office.journal.visits.find(state=VisitState.PENDING):
        yield row, read_judged(row.payload)


def visits_for(
    pending: Sequence[tuple[VisitRow, JudgedVisit]], vitale: VitaleInReader | None
) -> list[tuple[VisitRow, JudgedVisit]]:
    """The visits that can be certified now: of the patient whose card is there, and those without a card."""
    nir = vitale.patients[0].nir if vitale is not None and vitale.patients else None
    return [(row, visit) for row, visit in pending if not visit.visit.by_card or visit.nir == nir]


def certify_visit(
    office: Office,
    reader: Reader,
    ps: PsOnDuty,
    vitale: VitaleInReader | None,
    row: VisitRow,
    visit: JudgedVisit,
    *,
    mode: str = "",
) -> InvoiceRow:
    """Make the invoice of one visit, unless it has one, and certify its sheets; gives the invoice.

    `mode` is that of a visit with a card, in place of the one it says. Raises BillingError where a rule is
    broken and OpposedCardError when the card was listed since it was read (nothing is then made, no number is
    lost), ReaderError.
    """
    visit = in_mode(visit, mode)
    if vitale is not None and vitale.is_phone:
        _require_secured(visit.visit)
    if visit.visit.mode == DESYNCHRONISED:
        raise BillingError(
            f"La visite du {visit.visit.day:%d/%m/%Y} se fait en mode désynchronisé.",
            cause="la carte Vitale scelle d’abord, votre carte CPS signe plus tard",
            next_step="faites-la sceller au chevet du patient, puis contresignez",
            remedy="desynchronise",
        )
    _ask_rights(office, reader, ps, vitale, row, visit)
    invoice_id = make_sheets(office, identity_for(office, ps.identity, visit), vitale, row, visit)
    for sheet in office.journal.invoices.get(invoice_id).sheets:
        if sheet.state is SheetState.MADE:
            _certify_sheet(office, reader, ps, vitale, sheet)
            _log.info(
                "visit %d, invoice %d: %s certified, mode %s", row.id, invoice_id, sheet.kind, sheet.mode
            )
    keep_cards(office, ps, None if vitale is not None and vitale.is_phone else vitale)
    return office.journal.invoices.get(invoice_id)


def _ask_rights(
    office: Office,
    reader: Reader,
    ps: PsOnDuty,
    vitale: VitaleInReader | None,
    row: VisitRow,
    visit: JudgedVisit,
) -> None:
    """Ask the service of rights where the card's are closed or it is not there; nothing of it stops here."""
    if row.invoice_id is not None or not office.services.has(RIGHTS):
        return
    with suppress(BillingError, OppositionError):  # told by who makes the invoice
        patient = _patient_of(office, visit.visit, vitale)
        ask_where_needed(office, patient, visit.visit.mode, visit.visit.day, ps, reader, row.id)


def make_sheets(
    office: Office, ps: PsIdentity, vitale: VitaleInReader | None, row: VisitRow, visit: JudgedVisit
) -> int:
    """Make the invoice of a visit that `ps` bills, unless it has one; gives its id. As `certify_visit`."""
    if vitale is not None and visit.visit.by_card and not vitale.is_phone:
        refuse_opposed(office, vitale.serial)
    require_same_ps(visit, ps)
    _require_past(visit.visit, office.clock().date())

    def invoice_of(number: int, engagement: Engagement | None = None) -> Invoice:
        patient = _patient_of(office, visit.visit, vitale)
        patient, judged = in_force(office, patient, _priced(office, row, visit))
        return make_invoice(
            ps,
            patient,
            judged,
            number,
            splitter=splitter_of(office.route),
            rectifies=office.journal.invoices.refused_of(row.id),
            recipients=office.recipients,
            engagement=engagement,
        )

    if not office.services.has(_AMC) or office.journal.visits.live_invoice(row.id) is not None:
        return office.journal.invoices.make(
            row.id, ps.billing_number, lambda number: _sheets(office, row, invoice_of(number))
        )
    from tournee.app.services.insurers.engaging import engage, note_made  # for who asks insurers only

    draft = invoice_of(_DRAFT)
    engaged = engage(office, draft, row.id, anew=bool(draft.rectifies))
    made = office.journal.invoices.make(
        row.id, ps.billing_number, lambda number: _sheets(office, row, invoice_of(number, engaged.engagement))
    )
    note_made(office, engaged)
    return made


def _sheets(office: Office, row: VisitRow, invoice: Invoice) -> list[Sheet]:
    _require_unchanged(office, row)
    return invoice_sheets(invoice)


def in_mode(visit: JudgedVisit, mode: str) -> JudgedVisit:
    """A visit with a card, in this securing mode; any other, and for no mode, as it is. RuleError."""
    if not mode or not visit.visit.by_card:
        return visit
    changed = replace(visit.visit, mode=mode)
    if breaches := tuple(mode_breaches(changed)):
        raise RuleError(breaches, f"visite du {visit.visit.day:%d/%m/%Y}")
    return replace(visit, visit=changed)


def _require_secured(visit: Visit) -> None:
    """Refuse to have a patient's phone seal what only a Vitale card can."""
    if visit.by_card and visit.mode != SECURED:
        raise BillingError(
            f"La visite du {visit.day:%d/%m/%Y} ne peut pas être sécurisée par le téléphone du patient.",
            cause="l’appli carte Vitale ne scelle qu’en mode sécurisé (03)",
            next_step="mettez la visite en mode 03, ou demandez la carte Vitale",
        )


def _priced(office: Office, row: VisitRow, visit: JudgedVisit) -> JudgedVisit:
    """A visit with its lines: one that a version before took in is judged now. RuleError."""
    if visit.lines:
        return visit
    past = JournalPast(office.journal, besides=[row.id])
    judged = judge(visit.visit, carer_of(visit.ps_number, visit.profession), past, office.nomenclature)
    if judged.breaches:
        raise RuleError(judged.breaches, f"visite du {visit.visit.day:%d/%m/%Y}")
    return judged.visit


def _require_past(visit: Visit, today: date) -> None:
    """Refuse a visit of a day to come, before a number is lost: the reader would not certify it."""
    if visit.day > today:
        days = (visit.day - today).days
        raise BillingError(
            f"La visite est datée du {visit.day:%d/%m/%Y}, dans {days} jour{'s' if days > 1 else ''}.",
            cause="la date du fichier du jour est fausse, ou l’horloge de cet appareil retarde",
            next_step="corrigez la date, ou attendez ce jour",
        )


def _require_unchanged(office: Office, row: VisitRow) -> None:
    """Refuse to bill what a visit said before it was corrected in another window."""
    if office.journal.visits.get(row.id).payload != row.payload:
        raise BillingError(
            f"La visite {row.id} vient d’être changée.",
            cause="le fichier du jour, corrigé, a été repris entre-temps",
            next_step="recommencez : elle sera facturée comme elle est maintenant",
        )


def abandon_visit(office: Office, visit_id: int, reason: str) -> None:
    """Set a visit aside: it will not be billed. An invoice of it that is in no lot yet is given up as well.

    Its number is lost for good. StoreError when the visit is billed already.
    """
    invoice = office.journal.visits.live_invoice(visit_id)
    if invoice is not None:
        office.journal.invoices.abandon(invoice, reason)
    office.journal.visits.abandon(visit_id, reason)


def _patient_of(office: Office, visit: Visit, vitale: VitaleInReader | None) -> Patient:
    if visit.typed is not None:
        return visit.typed
    if visit.mode == NO_CARD:
        return rights_of(office, visit).patient
    if vitale is None:
        raise BillingError(
            "Aucune carte Vitale n’est dans le lecteur.",
            cause=f"la visite attend la carte du NIR {visit.nir}",
            next_step="insérez la carte, ou passez la visite en mode dégradé dans le fichier du jour",
        )
    return choose_patient(vitale.patients, visit)


def _certify_sheet(
    office: Office, reader: Reader, ps: PsOnDuty, vitale: VitaleInReader | None, sheet: SheetRow
) -> None:
    """Have one sheet certified, journal its records 7 (OCT-SS-2)."""
    signers = Signers(ps.certificate)
    if vitale is not None and vitale.is_phone:
        signers = Signers(ps.certificate, vitale.certificate, seals=vitale.seals)
    elif vitale is not None:
        read_again = partial(certificate_now, office, reader, vitale)
        signers = Signers(ps.certificate, vitale.certificate, read_again)
    sevens = certify_invoice(reader, signers, sheet.records, kind=sheet.kind, mode=sheet.mode)
    office.journal.invoices.certified(sheet.id, sevens)
