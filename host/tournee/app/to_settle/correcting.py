"""A refused invoice corrected by the one thing that its refusal asks for; the new one waits for a card."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from tournee.app.accounts.paying import owes
from tournee.app.context import Office
from tournee.app.correcting.dre_alone import DreSentAlone, correct_dre, goes_alone
from tournee.app.correcting.invoices import (
    Corrected,
    CorrectionWay,
    correct_invoice,
    correction_waits,
    refuse_uncorrectable,
)
from tournee.app.finding import Thing, thing_of
from tournee.app.practice.dossiers import Dossier, add, change, get, of_patient
from tournee.app.practice.patients import find_patients
from tournee.app.practice.rounds import absence_of, plans_between
from tournee.app.to_settle.listing import asked_of
from tournee.app.to_settle.reasons import CorrectionAsked
from tournee.app.to_settle.thing import ToSettle
from tournee.app.to_settle.wording import person_named
from tournee.app.visits.retelling import Edit, act_as_said, coefficient_as_said
from tournee.billing.dayfile.passages import ACTS
from tournee.billing.dayfile.writing import visit_table
from tournee.config import Config
from tournee.errors import BillingError, StoreError
from tournee.practice.patient_file import PatientFile
from tournee.practice.prescription_file import Prescriber, PrescriptionFile
from tournee.practice.scan_file import ScanFile
from tournee.store import InvoiceRow

_AHEAD = timedelta(days=62)
_AMC_DIGITS = 10


@dataclass(frozen=True)
class NextVisit:
    """The next planned visit to a patient: its day, its minute of the day if it has one."""

    day: date
    minute: int | None


@dataclass(frozen=True)
class CorrectionAt:
    """What the screen of a correction shows: what is asked for, what the visit says now, the patient's kept
    prescriptions, when the card comes next; `paid` is what the patient gave already, in cents;
    `patient` the number of the patient's file, 0 without one.
    """

    asked: CorrectionAsked
    thing: Thing = field(repr=False)
    orders: tuple[Dossier[PrescriptionFile], ...]
    next: NextVisit | None
    paid: int
    patient: int = 0

    @property
    def alone(self) -> bool:
        """Whether the demand to the complementary insurer is put right alone, the caisse's part kept."""
        return self.asked is CorrectionAsked.COMPLEMENTARY and goes_alone(self.thing)

    @property
    def waits(self) -> bool:
        """Whether the invoice stands, so that its correction waits for the return that ends it."""
        return not self.alone and correction_waits(self.thing)

    @property
    def who(self) -> str:
        """The patient's name."""
        return person_named(self.thing.visit.who.name)

    @property
    def order_day(self) -> date | None:
        """The day of the prescription that was billed with."""
        order = self.thing.visit.judged.visit.prescription
        return order.day if order else None

    @property
    def other(self) -> int:
        """The first kept prescription that is not of the day that was billed with, 0 for none."""
        return next((one.id for one in self.orders if one.told.day != self.order_day), 0)

    @property
    def day(self) -> date:
        """The day of the visit."""
        return self.thing.visit.judged.visit.days[0]

    @property
    def insurer(self) -> str:
        """The complementary insurer's number that was billed, "" where none was."""
        invoice = self.thing.invoice
        demands = [sheet.crf[1:] for sheet in invoice.sheets if sheet.kind == "DRE"] if invoice else []
        amc = self.thing.visit.judged.visit.amc
        if demands or amc is None:
            return demands[0] if demands else ""
        return amc.number

    @property
    def acts(self) -> list[dict[str, Any]]:
        """The acts of a visit with one passage, as the day file says them; [] of one with several."""
        return list(visit_table(self.thing.visit.judged.visit).get(ACTS, ()))


@dataclass(frozen=True)
class CorrectionTold:
    """What the carer says: the number of a kept prescription (0: none), or its day; an insurer's number and
    the patient's number there; the day of the visit; acts to leave out by their rank and coefficients by
    theirs, one to add as it is said (`AMI 1,5`); `reason` for the history; `scan` is the number of a
    photograph.
    """

    order: int = 0
    order_day: date | None = None
    insurer: str = ""
    member: str = ""
    day: date | None = None
    without: tuple[int, ...] = ()
    coefficients: tuple[tuple[int, str], ...] = ()
    added: str = ""
    reason: str = ""
    scan: int = 0


def correction_of(office: Office, one: ToSettle, asked: CorrectionAsked | None = None) -> CorrectionAt:
    """What a thing's correction asks for, or what the carer would rather change. StoreError when no single
    invoice is in cause.
    """
    if not one.invoices:
        raise StoreError("Aucune facture n’est en cause.", next_step="revenez à la liste")
    row = office.journal.invoices.get(one.invoices[0])
    thing = thing_of(office, row.visit_id, row.id)
    wanted = asked or asked_of(one, (row,))
    if asked is None and goes_alone(thing) and wanted is not CorrectionAsked.DUPLICATE:
        wanted = CorrectionAsked.COMPLEMENTARY  # the one thing of a demand that can be put right alone
    return _correction_at(office, thing, row, wanted)


def correction_of_visit(
    office: Office, thing: Thing, asked: CorrectionAsked = CorrectionAsked.OTHER
) -> CorrectionAt:
    """The same of a visit whose invoice nobody refused, or of which she knows better. StoreError, as of
    `correct_invoice`, where that invoice is not to be corrected.
    """
    if thing.invoice is None:
        raise StoreError("Cette visite n’a pas de facture.", next_step="ouvrez-la : elle se change encore")
    refuse_uncorrectable(office, thing, thing.invoice)
    return _correction_at(office, thing, thing.invoice, asked)


def _correction_at(office: Office, thing: Thing, row: InvoiceRow, wanted: CorrectionAsked) -> CorrectionAt:
    paid = row.shares.patient - owes(office, thing.id, row.id)
    known = _files(office, thing)
    orders = [order for one in known for order in of_patient(office, PrescriptionFile, one.id)]
    orders.sort(key=lambda one: one.told.day, reverse=True)
    following = next_visit(office, thing)
    return CorrectionAt(wanted, thing, tuple(orders), following, paid, known[0].id if known else 0)


def correct(office: Office, at: CorrectionAt, told: CorrectionTold) -> Corrected:
    """Make the correction. Errors as of `correct_invoice`; BillingError where nothing is said,
    NothingChangesError where it says what was billed.
    """
    invoice = at.thing.invoice
    assert invoice is not None
    edit, same = _change(office, at, told)
    done = correct_invoice(office, at.thing, invoice, edit, reason=told.reason, same=same)
    keep_photo(office, at, told)
    return done


def correct_alone(
    office: Office, config: Config | None, at: CorrectionAt, told: CorrectionTold
) -> DreSentAlone:
    """Put the demand to the complementary insurer right, alone. Errors as of `correct_dre`."""
    return correct_dre(office, config, at.thing, told.insurer, told.member, reason=told.reason)


def correction_said(done: Corrected, next_one: NextVisit | None) -> str:
    """What was done of it, in a line."""
    if done.way is CorrectionWay.WAITS:
        return "La correction attend : la facture compte encore, sa fin la fera"
    if done.way is CorrectionWay.LEFT:
        return "Rien ne change"
    return f"Prête pour le {next_one.day:%d/%m}" if next_one else "Prête pour sa prochaine carte"


def next_visit(office: Office, thing: Thing) -> NextVisit | None:
    """The next time that this patient is on the carer's round; of today what is still to come."""
    today, now = office.clock().date(), office.clock()
    minute = now.hour * 60 + now.minute
    visit, ps = thing.visit.judged.visit, thing.visit.row.ps
    found = [
        NextVisit(day, slot.minute)
        for plan, days in plans_between(office, today, today + _AHEAD, ps, absence_of(office, ps))
        if plan.patient.told.as_person.same(visit.person)
        for day in days[:2]
        for slot in plan.plan.told.slots[:1]
        if day > today or (slot.minute is not None and slot.minute > minute)
    ]
    return min(found, key=lambda one: (one.day, one.minute or 0), default=None)


def _files(office: Office, thing: Thing) -> list[Dossier[PatientFile]]:
    """The patient's files: a number is a family's."""
    visit = thing.visit.judged.visit
    found = find_patients(office, visit.nir) if visit.nir else []
    return [one for one in found if one.told.as_person.same(visit.person)]


def keep_photo(office: Office, at: CorrectionAt, told: CorrectionTold) -> date | None:
    """Keep the photograph, if one was taken, with the prescription that was chosen or is of the same day, or
    make the one that it is of; gives that one's day.
    """
    if not (told.scan and at.patient):
        return None
    digest = get(office, ScanFile, told.scan).told.digest
    number = told.order or next((one.id for one in at.orders if one.told.day == told.order_day), 0)
    if number:
        order = get(office, PrescriptionFile, number)
        change(office, order, replace(order.told, scan=digest))
        return order.told.day
    billed = at.thing.visit.judged.visit.prescription
    if billed is not None and told.order_day is not None:
        prescriber = Prescriber(number=billed.prescriber, rpps=billed.rpps, speciality=billed.speciality)
        add(office, PrescriptionFile(prescriber, told.order_day, scan=digest), patient=at.patient)
        return told.order_day
    return None


def _change(office: Office, at: CorrectionAt, told: CorrectionTold) -> tuple[Edit, bool]:
    if at.asked is CorrectionAsked.PRESCRIPTION:
        return Edit({"prescription": _prescription(office, told)}), False
    if at.asked is CorrectionAsked.COMPLEMENTARY:
        if len(told.insurer) != _AMC_DIGITS or not told.insurer.isdecimal():
            raise BillingError(
                "Le numéro d’une mutuelle a dix chiffres.", next_step="recopiez-le de l’attestation"
            )
        member = {"adherent": told.member} if told.member else {}
        return Edit({"amc": {"numero": told.insurer, **member}}), False
    if at.asked is CorrectionAsked.DATE:
        if told.day is None:
            raise BillingError("Le jour de la visite manque.", next_step="donnez-le")
        return Edit({"date": f"{told.day}"}), False
    if at.asked is CorrectionAsked.ACTS:
        return Edit({ACTS: _acts(at, told)}), False
    return Edit({}), True


def _prescription(office: Office, told: CorrectionTold) -> dict[str, Any]:
    if told.order:
        kept = get(office, PrescriptionFile, told.order).told
        numbers = {"prescripteur": kept.prescriber.number, "rpps": kept.prescriber.rpps}
        return {"date": f"{kept.day}", **{key: number for key, number in numbers.items() if number}}
    if told.order_day is None:
        raise BillingError("Le jour de l’ordonnance manque.", next_step="donnez-le")
    return {"date": f"{told.order_day}"}


def _acts(at: CorrectionAt, told: CorrectionTold) -> list[dict[str, Any]]:
    if not at.acts:
        raise BillingError(
            "Cette visite a plusieurs passages.", next_step="corrigez-les dans la visite elle-même"
        )
    said = dict(told.coefficients)
    left = [
        {**act, "coefficient": coefficient_as_said(said[rank])} if rank in said else act
        for rank, act in enumerate(at.acts)
        if rank not in told.without
    ]
    if told.added:
        left.append(act_as_said(told.added))
    if not left:
        raise BillingError("Il ne reste aucun acte.", next_step="gardez-en un, ou classez la facture")
    return left
