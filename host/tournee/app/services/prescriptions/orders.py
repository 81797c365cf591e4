"""An electronic prescription: its number kept, looked up, made a prescription of the patient's file.

Off line the number waits. What was done of it is recorded back, a visit at a time, each once.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tournee.app.context import Office
from tournee.app.practice.dossiers import KINDS, Dossier, change, get, of_patient, read
from tournee.app.practice.prescriptions import add_prescription, visits_of
from tournee.app.services.asking import Carry, Said, ask, carry_one
from tournee.billing.kept.known import read_facts
from tournee.errors import ServiceError, TourneeError
from tournee.practice.patient_file import PatientFile
from tournee.practice.prescription_file import PrescribedCare, Prescriber, PrescriptionFile
from tournee.services.calling import ServiceAnswerError, ServiceRefusedError
from tournee.services.prescriptions import table
from tournee.services.prescriptions.number import order_number, shown
from tournee.services.prescriptions.service import ElectronicOrder, look_up, order_of, record_done
from tournee.services.qr_codes import find_code
from tournee.store import RequestState, ServiceRow

SERVICE, ORIGIN = "ordonnance", "base des ordonnances"
_LOOKUP, _DONE = "consulter", "realiser"
_USED = "ordonnance"
_log = logging.getLogger(__name__)

Assert = Callable[[], bytes]
"""Makes the carer's assertion for one request."""


Carried = tuple[ServiceRow, Dossier[PrescriptionFile] | None]
"""A request, and the prescription that it made."""


def number_in_picture(picture: bytes) -> str:
    """The number of the code that a camera's picture shows, "" when it shows none. Raises a ServiceError."""
    text = find_code(picture, table.PREFIX)
    return order_number(text) if text else ""


def keep_number(
    office: Office, patient: Dossier[PatientFile], typed: str, assertion: Assert | None = None
) -> ServiceRow:
    """Keep a number for a patient, and look it up now where there is who asserts; else it waits.

    A ServiceError for what is no number, or one of another patient's file. The row tells what became of it;
    `resolve` makes a prescription.
    """
    number = order_number(typed)
    _refuse_of_another(office, patient, number)
    told = json.dumps({"what": _LOOKUP, "number": number, "patient": patient.id}).encode()
    carry = None if assertion is None or not office.services.has(SERVICE) else carrier(office, assertion)
    return ask(office, SERVICE, _subject(office, patient), told, carry)


def number_of(row: ServiceRow) -> str:
    """The number that a request is about."""
    return str(_told(row).get("number", ""))


def waiting(office: Office) -> tuple[ServiceRow, ...]:
    """The numbers that wait for the network."""
    rows = office.journal.requests.waiting(SERVICE)
    return tuple(row for row in rows if _told(row).get("what") == _LOOKUP)


def carry_numbers(office: Office, assertion: Assert) -> list[Carried]:
    """Look up what waits, as long as the base answers; what became of each, and its prescription."""
    _resolve_left(office)
    done: list[Carried] = []
    for row in waiting(office):
        found = carry_one(office, row.id, carrier(office, assertion))
        done.append((found, resolve(office, found) if found.has_answer else None))
        if found.state is RequestState.WAITING:
            break
    return done


def _resolve_left(office: Office) -> None:
    """Make the prescriptions of answers that came as the program was stopped."""
    for row in office.journal.requests.find(SERVICE, state=RequestState.ANSWERED):
        if _told(row).get("what") == _LOOKUP:
            try:
                resolve(office, row)
            except TourneeError as error:
                _log.info("request %d makes no prescription: %s", row.id, type(error).__name__)


def resolve(office: Office, row: ServiceRow) -> Dossier[PrescriptionFile]:
    """The prescription that an answer tells: made, or that of the same number with what was done elsewhere.

    ServiceAnswerError when it tells none; ServiceError when it was not answered, or is another patient's.
    """
    if not row.has_answer:
        raise ServiceError(
            f"L’ordonnance {number_of(row)} n’est pas encore connue.",
            cause=row.reason or "elle n’a pas été demandée",
            next_step="son numéro est gardé : demandez-la quand le réseau est là",
        )
    told = _told(row)
    patient, number = get(office, PatientFile, int(told["patient"])), str(told["number"])
    _refuse_of_another(office, patient, number)
    order = order_of(row.answer)
    known = _known(office, patient, number)
    done = max(0, order.done - _reported(office, patient, number))
    if known is None:
        made = add_prescription(office, patient, _as_file(order, number, done))
    else:
        made = known
        if known.told.done != done:
            change(office, known, replace(known.told, done=done))
            made = get(office, PrescriptionFile, known.id)
    office.journal.requests.choose(row.id, f"{_USED} {made.id}")
    return made


def report_done(office: Office, order: Dossier[PrescriptionFile], assertion: Assert) -> list[ServiceRow]:
    """Record at the base the visits of a prescription that are billed and not recorded yet, a visit a
    request, then take over what others did; what became of each. StoreError, ServiceError.
    """
    number = order.told.electronic
    if not number or order.row.patient is None:
        raise ServiceError("Cette ordonnance n’est pas numérique.", next_step="rien n’est à dire à la base")
    patient = get(office, PatientFile, order.row.patient)
    carry, rows = carrier(office, assertion), []
    for visit, invoice, sessions, before in unreported(office, order.told, patient):
        if before is not None and before.state is RequestState.WAITING:
            rows.append(carry_one(office, before.id, carry))  # by its own reference: it may have arrived
        else:
            told = done_request(office, number, invoice, visit, sessions, before)
            rows.append(ask(office, SERVICE, _subject(office, patient), told, carry, visit=visit))
        if rows[-1].state is RequestState.WAITING:
            break
    if rows:
        take_over(office, rows[-1], order)
    return rows


def done_request(
    office: Office, number: str, invoice: str, visit: int, sessions: int, before: ServiceRow | None
) -> bytes:
    """What records a visit, by the reference that it had `before`, or a new one of its invoice's number."""
    reference = _reference(office, invoice) if before is None else _told(before)["reference"]
    request = {"what": _DONE, "number": number, "visit": visit, "sessions": sessions}
    return json.dumps(request | {"reference": reference}).encode()


def is_done(row: ServiceRow) -> bool:
    """Whether a request records what is done."""
    return _told(row).get("what") == _DONE


def order_for(office: Office, row: ServiceRow) -> Dossier[PrescriptionFile] | None:
    """The open prescription that a request is about."""
    found = _of_number(office, number_of(row))
    return next((one for one in found if one.row.patient is not None), None)


def take_over(office: Office, row: ServiceRow, order: Dossier[PrescriptionFile]) -> None:
    """Keep with a prescription what others did of it, by an answer of the base."""
    if not row.has_answer or order.row.patient is None:
        return
    patient = get(office, PatientFile, order.row.patient)
    done = max(0, order_of(row.answer).done - _reported(office, patient, order.told.electronic))
    if done != order.told.done:
        change(office, order, replace(order.told, done=done))


def carrier(office: Office, assertion: Assert) -> Carry:
    """What takes a number, or what was done, to the base."""
    point = office.services.of(SERVICE).point

    def carry(row: ServiceRow) -> Said:
        told = _told(row)
        if told.get("what") == _DONE:
            given = (told["number"], told["reference"], told["sessions"])
            try:
                return Said(ORIGIN, record_done(point, assertion(), *given))
            except ServiceRefusedError as refused:
                if refused.code != table.RECORDED:
                    raise  # else it arrived, and its answer was lost on the way
                return Said(ORIGIN, look_up(point, assertion(), told["number"]))
        _refuse_of_another(office, get(office, PatientFile, int(told["patient"])), told["number"])
        answer = look_up(point, assertion(), told["number"])
        _as_file(order_of(answer), told["number"], 0)
        return Said(ORIGIN, answer)

    return carry


def _as_file(order: ElectronicOrder, number: str, done: int) -> PrescriptionFile:
    try:
        prescriber = Prescriber(order.prescriber, rpps=order.rpps, speciality=order.speciality)
        months = (order.expires.year - order.day.year) * 12 + order.expires.month - order.day.month
        return PrescriptionFile(
            prescriber,
            order.day,
            tuple(PrescribedCare(one.words, one.sessions, one.ald) for one in order.lines),
            order.sessions,
            done,
            min(max(months, 1), 36),
            electronic=number,
        )
    except TourneeError as error:
        raise ServiceAnswerError(
            "Ce que dit la base de cette ordonnance ne peut pas servir.",
            cause=error.message,
            next_step="gardez l’ordonnance sur papier, avec sa photo",
        ) from error


def _known(office: Office, patient: Dossier[PatientFile], number: str) -> Dossier[PrescriptionFile] | None:
    kept = of_patient(office, PrescriptionFile, patient.id)
    return next((one for one in kept if one.told.electronic == number), None)


def _refuse_of_another(office: Office, patient: Dossier[PatientFile], number: str) -> None:
    """The base says of whom a prescription is to nobody: it is of the patient for whom it was kept first."""
    for one in _of_number(office, number):
        if one.row.patient is not None:
            holder = get(office, PatientFile, one.row.patient)
            if holder.id != patient.id:
                raise ServiceRefusedError(
                    f"L’ordonnance {shown(number)} est déjà au dossier de {holder.told.who}.",
                    cause="une ordonnance est d’une seule personne",
                    next_step="vérifiez le patient et le numéro",
                )


def _of_number(office: Office, number: str) -> list[Dossier[PrescriptionFile]]:
    found = (read(PrescriptionFile, row) for row in office.journal.dossiers.find(KINDS[PrescriptionFile]))
    return [one for one in found if one.told.electronic == number]


def _reported(office: Office, patient: Dossier[PatientFile], number: str) -> int:
    """The sessions that this journal has recorded at the base."""
    return sum(int(_told(row)["sessions"]) for row in _done_rows(office, patient, number) if row.has_answer)


def _done_rows(office: Office, patient: Dossier[PatientFile], number: str) -> list[ServiceRow]:
    rows = office.journal.requests.find(SERVICE, _subject(office, patient))
    return [row for row in rows if (_told(row).get("what"), _told(row).get("number")) == (_DONE, number)]


def unreported(
    office: Office, told: PrescriptionFile, patient: Dossier[PatientFile]
) -> list[tuple[int, str, int, ServiceRow | None]]:
    """Visits billed under a prescription that the base does not know of: as `_billed` has them, and the last
    request that was to record each, if any.
    """
    over = (RequestState.ANSWERED, RequestState.USED, RequestState.REFUSED)
    before = {int(_told(row)["visit"]): row for row in _done_rows(office, patient, told.electronic)}
    known = {visit for visit, row in before.items() if row.state in over}
    return [(*one, before.get(one[0])) for one in _billed(office, told, patient) if one[0] not in known]


def _billed(
    office: Office, told: PrescriptionFile, patient: Dossier[PatientFile]
) -> list[tuple[int, str, int]]:
    """The visits billed under a prescription: visit, whose invoice it is of what number, sessions."""
    key, person, found = told.prescription.key, patient.told.as_person, []
    for row in visits_of(office, patient.told):
        if row.invoice_id is None:
            continue
        sessions = sum(
            1 for one in read_facts(row.facts, "") if one.prescription == key and one.person.same(person)
        )
        if sessions:
            invoice = office.journal.invoices.get(row.invoice_id)
            found.append((row.id, f"{invoice.ps} {invoice.number}", sessions))
    return found


def _reference(office: Office, invoice: str) -> str:
    """What stands for an invoice at the base: the same each time, and nobody's number."""
    return office.journal.requests.subject("invoice", invoice).hex()[:32]


def _subject(office: Office, patient: Dossier[PatientFile]) -> bytes:
    file = patient.told
    return office.journal.requests.person(file.nir, file.born, file.birth_rank)


def _told(row: ServiceRow) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(row.request) if row.request else {}
    return told
