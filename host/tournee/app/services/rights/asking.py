"""Rights asked of the service: with the carer's card in the reader they are asked now, else they wait."""

from __future__ import annotations

from datetime import date

from tournee.app.cards import PsOnDuty
from tournee.app.context import Office
from tournee.app.services.asking import Carry, Said, ask, carry_waiting
from tournee.app.services.rights.answer import (
    CARD,
    ON_LINE,
    SERVICE,
    checked_zone,
    kept_answer,
    last_asked,
    says_same,
    subject_of,
)
from tournee.billing.identity import Patient
from tournee.crypto import IS_NATIVE
from tournee.errors import BillingError, ConfigError
from tournee.extras import missing
from tournee.model.codes import DEGRADED, NO_CARD
from tournee.practice.patient_file import PatientFile
from tournee.reader import Reader
from tournee.reader.failures import OlderReader
from tournee.services.rights.request import RightsRequest
from tournee.services.rights.table import ORIGIN, RightsCode
from tournee.store import RequestState, ServiceRow

_NIR = 13


def request_of(person: Patient | PatientFile) -> RightsRequest:
    """What is asked of a person: who it is as a card or its file says. BillingError without a NIR."""
    if not person.nir or not person.key:
        raise BillingError(
            "Ce patient n’a pas encore de numéro : ses droits ne se demandent pas.",
            next_step="lisez sa carte, ou complétez son dossier",
        )
    read = person if isinstance(person, Patient) else _last_read(person)
    return RightsRequest(
        person.nir + person.key,
        person.born,
        person.birth_rank,
        regime=read.regime if read else "",
        caisse=read.caisse if read else "",
        centre=read.centre if read else "",
        name=person.name,
        first_name=person.first_name,
        serial=read.serial if read else "",
    )


def ask_rights(
    office: Office,
    person: Patient | PatientFile,
    ps: PsOnDuty | None,
    reader: Reader | None,
    *,
    visit: int | None = None,
) -> ServiceRow:
    """Ask for a person's rights; without the carer's card, off line or where the service does not answer the
    request waits. ConfigError where the service is off, BillingError, ReaderError (the request then waits).
    """
    office.services.of(SERVICE)
    request, subject = request_of(person), subject_of(office, person)
    carry = None if ps is None or reader is None or not IS_NATIVE else carrier(office, ps, reader)
    number = "" if ps is None else ps.identity.billing_number
    return _as_chosen(office, ask(office, SERVICE, subject, request.kept(), carry, ps=number, visit=visit))


def ask_waiting(office: Office, ps: PsOnDuty, reader: Reader) -> tuple[ServiceRow, ...]:
    """Ask all that waits, as long as the service answers. ConfigError, ReaderError."""
    done = carry_waiting(office, SERVICE, carrier(office, ps, reader))
    return tuple(_as_chosen(office, row) for row in done)


def ask_where_needed(
    office: Office, patient: Patient, mode: str, day: date, ps: PsOnDuty, reader: Reader, visit: int
) -> None:
    """Ask at certification, where the card says closed rights or there is none, and nobody asked today. What
    a service or a reader does wrong is kept with the request; the invoice goes its way.
    """
    closed = not patient.has_rights_on(f"{day:%Y%m%d}") or not patient.rights
    if not office.services.has(SERVICE) or not (closed or mode in (NO_CARD, DEGRADED)):
        return
    last = last_asked(office, patient)
    if last is not None and last.asked[:10] == f"{office.clock():%Y-%m-%d}":
        return
    try:
        ask_rights(office, patient, ps, reader, visit=visit)
    except (OlderReader, ConfigError) as error:  # a reader or an installation that cannot ask
        for row in office.journal.requests.waiting(SERVICE):
            if row.visit == visit:
                office.journal.requests.put_off(row.id, error.message)


def carrier(office: Office, ps: PsOnDuty, reader: Reader) -> Carry:
    """What takes a request to the service, signed by the card in the reader; a CPS that is locked refuses."""
    point = office.services.of(SERVICE).point
    try:
        from tournee.services.rights.assertion import Asserting
        from tournee.services.rights.client import ask_over_network
    except ImportError as error:
        raise missing("services") from error
    who = Asserting(ps.certificate, reader.sign_assertion, ps.identity.rpps, ps.identity.billing_number)

    def carry(row: ServiceRow) -> Said:
        request = RightsRequest.of_kept(row.request)
        told = ask_over_network(point, request, who, office.clock)
        if told.code is RightsCode.FOUND:
            checked_zone(told.zone, request.registration[:_NIR], request.born)
        return Said(ORIGIN, kept_answer(told.code, told.at, told.zone))

    return carry


def _as_chosen(office: Office, row: ServiceRow) -> ServiceRow:
    """A request as it stands; an answer that says what the one before said keeps what the carer chose."""
    if not row.has_answer or row.choice:
        return row
    found = office.journal.requests.find(SERVICE, row.subject)
    before = [one for one in found if one.has_answer and one.id != row.id]
    last = max(before, key=lambda one: (one.answered, one.id), default=None)
    if last is not None and last.choice and says_same(last, row):
        office.journal.requests.choose(row.id, CARD if last.choice == CARD else ON_LINE)
    return office.journal.requests.get(row.id)


def is_waiting(row: ServiceRow | None) -> bool:
    """Whether a request waits for the network or the carer's card."""
    return row is not None and row.state is RequestState.WAITING


def _last_read(file: PatientFile) -> Patient | None:
    read = file.last_read
    return None if read is None else read.beneficiary
