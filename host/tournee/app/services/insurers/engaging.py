"""An insurer asked what it pays of an invoice (CLC), and its word kept: used, refused, or gone without.

Asked where the directory says that the patient's insurer answers. Off line, late or lying, the invoice goes
by our own count and it is said: nothing of this stops a visit.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, timedelta

from tournee.app.context import Office
from tournee.app.services.asking import Said, ask
from tournee.app.services.insurers.listed import listed
from tournee.billing.engagement import Engagement, share_fault
from tournee.billing.invoice import Invoice
from tournee.errors import ConfigError, ServiceError
from tournee.french import euros
from tournee.model.codes import DRE
from tournee.services.calling import ServiceAnswerError
from tournee.services.insurers.asking import put
from tournee.services.insurers.bounded_json import read_object
from tournee.services.insurers.messages import (
    AskedLine,
    InsuredAsked,
    InsurerShares,
    clc_answer,
    clc_question,
)
from tournee.services.insurers.table import CLC, EXPIRY_DAYS, SERVICE
from tournee.store import RequestState, ServiceRow, SheetState

ORIGIN = "CLC"
_HERE = ("made", "sealed", "certified", "in_lot")
_WITHOUT = "Facture sans engagement, d’après le calcul de Tournée."


@dataclass(frozen=True)
class Engaged:
    """What came of asking: `engagement` None where the invoice goes without; `said` is told to the carer, ""
    where nobody was to be asked; `request` is where it stands, 0 nowhere.
    """

    engagement: Engagement | None = None
    said: str = ""
    request: int = 0


NOT_ASKED = Engaged()


def engage(office: Office, draft: Invoice, visit: int | None = None, *, anew: bool = False) -> Engaged:
    """Ask the insurer of an invoice to be made, unless it said so already; `anew`: ask in any case."""
    if draft.claim.amc is None or draft.claim.way == "single":
        return NOT_ASKED
    try:
        entry = listed(office, draft.claim.amc.number)
    except (ServiceError, ConfigError) as error:
        return Engaged(said=_without(error.message))
    if entry is None or not entry.clc:
        return NOT_ASKED
    question = _question(draft)
    if not anew and (kept := _kept(office, draft, question)).engagement is not None:
        return _of_visit(office, draft, kept, visit)

    def carry(row: ServiceRow) -> Said:
        answer = put(office.services.of(SERVICE).point, CLC, entry.clc, row.request)
        shares = clc_answer(read_object(answer))
        if fault := _fault(shares, draft, office.clock().date()) or _given_before(office, row, shares):
            raise ServiceAnswerError(f"La réponse de {entry.name} ne va pas avec la facture : {fault}.")
        return Said(ORIGIN, answer)

    subject, ps = _subject(office, question), draft.ps.billing_number
    row = ask(office, SERVICE, subject, question, carry, ps=ps, visit=visit)
    if row.state is RequestState.ANSWERED:
        return _engaged(draft, row)
    return Engaged(None, _without(row.reason), row.id)


def note_made(office: Office, engaged: Engaged) -> None:
    """Keep that an invoice went by this word, or without it: what waits is asked no more."""
    if not engaged.request:
        return
    requests = office.journal.requests
    row = requests.get(engaged.request)
    if engaged.engagement is not None:
        requests.choose(row.id, engaged.said)
    elif row.state is RequestState.WAITING:
        requests.fail(row.id, engaged.said)


def said_of_visit(office: Office, visit: int) -> str:
    """What is told of the insurer's word for a visit's invoice, in French; "" where nobody was asked."""
    rows = [one for one in office.journal.requests.of_visits([visit]) if one.service == SERVICE]
    if not rows:
        return ""
    last = rows[-1]
    return last.choice or (last.reason if last.reason.endswith(_WITHOUT) else _without(last.reason))


def _without(why: str) -> str:
    return f"{why} {_WITHOUT}".lstrip()


@dataclass(frozen=True)
class UnsentEngagement:
    """An invoice that repeats an engagement and has not left: until when it holds, since when it is made."""

    invoice: str
    visit: int
    ps: str
    expires: date
    since: str


def unsent_engagements(office: Office) -> list[UnsentEngagement]:
    """Those of invoices that are in no sent lot yet."""
    journal, found = office.journal, []
    waiting = {state for state in SheetState if state.value in _HERE}
    for row in journal.requests.find(SERVICE, state=RequestState.USED):
        live = journal.visits.live_invoice(row.visit) if row.visit is not None else None
        if live is None or row.origin != ORIGIN:
            continue
        invoice = journal.invoices.get(live)
        if any(sheet.kind == DRE and sheet.state in waiting for sheet in invoice.sheets):
            expires = clc_answer(read_object(row.answer)).expires
            found.append(
                UnsentEngagement(invoice.number, invoice.visit_id, invoice.ps, expires, row.answered)
            )
    return found


def _question(draft: Invoice) -> bytes:
    amc, patient = draft.claim.amc, draft.patient
    assert amc is not None
    who = InsuredAsked(amc.number, amc.member, patient.nir, patient.born, patient.birth_rank, draft.visit.day)
    lines = tuple(
        AskedLine(*(one.day, one.code, one.coefficient, one.quantity, one.base, one.rate, one.amo, one.fee))
        for one in draft.lines
    )
    return clc_question(who, lines)


def _subject(office: Office, question: bytes) -> bytes:
    """What stands for a question: the same lines of the same person are one."""
    return office.journal.requests.subject(CLC, hashlib.sha256(question).hexdigest())


def _kept(office: Office, draft: Invoice, question: bytes) -> Engaged:
    row = office.journal.requests.latest(SERVICE, _subject(office, question))
    if row is None:
        return NOT_ASKED
    found = _engaged(draft, row)
    today = office.clock().date()
    return found if found.engagement is not None and found.engagement.holds(today) else NOT_ASKED


def _of_visit(office: Office, draft: Invoice, kept: Engaged, visit: int | None) -> Engaged:
    """An answer that was asked before its visit was taken in, kept with the visit too."""
    requests = office.journal.requests
    row = requests.get(kept.request)
    if visit is None or row.visit == visit:
        return kept
    number = requests.ask(row.service, row.subject, row.request, ps=row.ps, visit=visit)
    requests.answer(number, row.origin, row.answer)
    return _engaged(draft, requests.get(number))


def _engaged(draft: Invoice, row: ServiceRow) -> Engaged:
    shares = clc_answer(read_object(row.answer))
    assert draft.claim.amc is not None
    made = Engagement(draft.claim.amc.number, shares.engagement, shares.expires, shares.shares)
    return Engaged(made, _said(made, draft.amc), row.id)


def _said(made: Engagement, ours: int) -> str:
    """What it pays, until when, and by how much that is not what we count."""
    theirs = sum(made.shares)
    less = ours - theirs
    differs = f", {euros(abs(less))} € de {'moins' if less > 0 else 'plus'} que calculé" if less else ""
    return (
        f"La mutuelle s’engage à payer {euros(theirs)} €{differs}, jusqu’au {made.expires:%d/%m/%Y} "
        f"(engagement {made.number})."
    )


def _given_before(office: Office, row: ServiceRow, shares: InsurerShares) -> str:
    """Whether the insurer gave this engagement for another invoice already: it is for one alone."""
    insurer = read_object(row.request)["amc"]
    for one in office.journal.requests.find(SERVICE, state=RequestState.USED):
        is_same = one.visit == row.visit or (one.visit is None and one.subject == row.subject)
        if one.origin != ORIGIN or is_same or read_object(one.request)["amc"] != insurer:
            continue
        if clc_answer(read_object(one.answer)).engagement == shares.engagement:
            return f"son engagement {shares.engagement} est déjà celui d’une autre facture"
    return ""


def _fault(shares: InsurerShares, draft: Invoice, today: date) -> str:
    if fault := share_fault(shares.shares, draft.lines):
        return fault
    if shares.expires < today:
        return f"l’engagement a expiré le {shares.expires:%d/%m/%Y}"
    if shares.expires > today + timedelta(days=EXPIRY_DAYS):
        return f"l’engagement va jusqu’au {shares.expires:%d/%m/%Y}, {EXPIRY_DAYS} jours au plus"
    return ""
