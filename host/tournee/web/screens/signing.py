"""From « Vérifier » to « Fait »: what is signed, the signature, what the patient pays, and undoing it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import quote as quoted

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tournee.app.accounts.papers import receipt
from tournee.app.accounts.paying import owes, pay, take_back
from tournee.app.bedside.bill import BillLine, bill_lines
from tournee.app.bedside.care_visit import CareVisit, JudgedCare, VisitStanding, care_visits, judged_care
from tournee.app.bedside.carer import carer_shown
from tournee.app.bedside.european import is_european
from tournee.app.bedside.paid import given_for, payments_of
from tournee.app.bedside.proposing import proposed
from tournee.app.bedside.same_card import same_card
from tournee.app.bedside.securing import CARD_REASONS, can_undo, secure, undo
from tournee.app.bedside.sharing import Shared, shares_of
from tournee.app.context import Office
from tournee.app.correcting.dre_alone import undo_dre, waits_alone
from tournee.app.correcting.waiting import waits_to_be_corrected
from tournee.app.finding import is_correctable, thing_of
from tournee.app.pieces.shown import PieceShown, papers_shown
from tournee.app.services.from_here import reads_phones
from tournee.errors import BillingError, ReaderError, TourneeError
from tournee.model import Means
from tournee.reader import Reader
from tournee.store import PatientPayment
from tournee.web import words
from tournee.web.face import Face, face_of, go, show, show_error
from tournee.web.forms import fields_of
from tournee.web.live.reader_seen import LinkState, ReaderSeen
from tournee.web.screens.services.insurers import asked_at_signing, said_for_visit
from tournee.web.screens.services.phone import shown_by
from tournee.web.screens.visit_view import on_card, shown_visit

PAYMENTS = {
    "especes": (Means.CASH, "Espèces", "especes"),
    "cheque": (Means.CHEQUE, "Chèque", "cheque"),
    "cb": (Means.CARD, "CB", "carte"),
}
"""How a patient pays on the spot: the word, its label, its icon."""


@dataclass(frozen=True)
class ToSign:
    """What is signed: the visit with its lines, who gives what; `phone_ends` when it is the patient's phone
    that seals, `reads_phones` whether one may, `shown_by` who shows it in the patient's place.
    """

    care: CareVisit
    judged: JudgedCare
    lines: tuple[BillLine, ...]
    shares: Shared | None
    given: int = 0
    has_card: bool = False
    phone_ends: datetime | None = None
    reads_phones: bool = False
    shown_by: str = ""

    @property
    def days(self) -> tuple[date, ...]:
        """The days of its passages, where they are several."""
        if self.judged.judged is None:
            return ()
        days = sorted({one.day for one in self.judged.judged.visit.passages})
        return tuple(days) if len(days) > 1 else ()

    @property
    def awaits_card(self) -> bool:
        """Whether its Vitale card has to come first."""
        judged = self.judged.judged
        return judged is not None and judged.visit.by_card and not self.has_card

    @property
    def due(self) -> int:
        """What the patient gives now: what is due, less what was paid before."""
        return max(self.shares.due - self.given, 0) if self.shares else 0

    @property
    def refused(self) -> tuple[str, ...]:
        """Why it cannot be signed so."""
        told = tuple(one.text for one in self.judged.mistakes)
        return tuple(dict.fromkeys((*told, *(self.shares.refused if self.shares else ()))))


def to_sign(office: Office, key: str, state: ReaderSeen) -> ToSign:
    """The visit as it would be signed now."""
    care = shown_visit(office, key, state)
    judged = proposed(office, care)[0] if care.is_open else judged_care(office, care)
    vitale = state.vitale if on_card(care, state) else None
    lines = bill_lines(office, judged.judged)
    shares = shares_of(office, judged, state.ps, vitale)
    ends = vitale.ends if vitale is not None else None
    given = given_for(office, care)
    reads, holder = reads_phones(office), shown_by(office, state) if ends is not None else ""
    return ToSign(judged.care, judged, lines, shares, given, vitale is not None, ends, reads, holder)


def _reason(request: Request) -> str:
    word = request.query_params.get("sans", "")
    return word if word in CARD_REASONS else ""


async def verify(request: Request) -> Response:
    """`/visite/{key}/verifier`: the last look before the signature; the code porteur is asked for first."""
    face, key = face_of(request), request.path_params["key"]
    state = face.watch.state
    if state.link is LinkState.HERE and state.ps is not None and state.unlocked is None:
        query = f"?{request.url.query}" if request.url.query else ""
        return go(request, f"/code?vers={quoted(f'/visite/{key}/verifier{query}', safe='')}")
    found = await face.ports.ask_journal(lambda office: to_sign(office, key, state))
    if not found.care.is_open:
        return go(request, f"/visite/{found.care.key}/fait")
    face.at_visit = found.care.key
    file = found.care.patient.told if found.care.patient is not None else None
    asked = await face.ports.ask_journal(lambda office: asked_at_signing(office, file))
    return show(
        request,
        "verify.html",
        found=found,
        asked=asked,
        care=found.care,
        words=words,
        reason=_reason(request),
    )


async def sign(request: Request) -> Response:
    """Sign the visit: it goes on by itself, the page shows it and may be left."""
    face, key = face_of(request), request.path_params["key"]
    reason = _reason(request)
    state = face.watch.state
    if state.ps is None:
        raise ReaderError(
            "Votre carte CPS n’est pas dans le lecteur.", next_step="insérez-la, puis sécurisez la visite"
        )
    at = f"/visite/{key}/signature"
    found = await face.ports.ask_journal(lambda office: to_sign(office, key, state))
    if not found.care.is_open:  # touched twice
        return go(request, at)
    face.begin(f"signature {key}", _signing(face, key, reason, state))
    return show(request, "signature.html", at=at, found=found, care=found.care)


async def _signing(face: Face, key: str, reason: str, state: ReaderSeen) -> None:
    await face.shown()
    name = f"signature {key}"

    def work(office: Office, reader: Reader) -> tuple[int, int]:
        assert state.ps is not None
        found = to_sign(office, key, state)
        care = found.care
        vitale = same_card(office, reader, state.vitale) if on_card(care, state) else None
        invoice = secure(office, reader, care, care.told, state.ps, vitale, reason)
        return invoice.visit_id, owes(office, invoice.visit_id, invoice.id)

    try:
        visit, left = await face.ports.run_reader(work)
    except TourneeError as error:
        await face.watch.read_again()
        face.failures[name] = error
        await face.news.tell(f"/visite/{key}/echec", sound="error", call="Visite pas sécurisée")
        return
    face.signed, face.at_visit = f"v{visit}", ""
    face.watch.brings_back = left <= 0  # what is due waits for the touch that says how it is paid
    await face.news.tell(f"/visite/v{visit}/fait", said="Sécurisé", sound="ok", call="Visite sécurisée")


async def signature(request: Request) -> Response:
    """`/visite/{key}/signature`: it goes on; the cards stay."""
    face, key = face_of(request), request.path_params["key"]
    if not face.goes_on(f"signature {key}"):
        return go(request, f"/visite/{key}")
    found = await face.ports.ask_journal(lambda office: to_sign(office, key, face.watch.state))
    return show(request, "signature.html", found=found, care=found.care)


async def failed(request: Request) -> Response:
    """`/visite/{key}/echec`: why it was not signed; nothing is lost."""
    face, key = face_of(request), request.path_params["key"]
    error = face.failures.get(f"signature {key}")
    if error is None:
        return go(request, f"/visite/{key}")
    return show_error(request, error, back=f"/visite/{key}")


@dataclass(frozen=True)
class Done:
    """A visit that is signed: what the patient owes for it and in all, the one that comes next."""

    care: CareVisit
    lines: tuple[BillLine, ...]
    number: str
    fee: int
    amo: int
    amc: int
    owes: int
    payments: tuple[PatientPayment, ...]
    undoable: bool
    next: CareVisit | None
    alone: int = 0  # cents of a demand to the complementary insurer that was corrected and is not signed
    insurer: str = ""  # what it said on line
    pieces: tuple[PieceShown, ...] = ()
    correctable: bool = False
    waits: bool = False  # its correction, for the return that ends it

    @property
    def given(self) -> int:
        """What was paid on it, in cents."""
        return sum(one.cents for one in self.payments)


def done_of(office: Office, key: str, state: ReaderSeen) -> Done:
    """A visit that is signed. BillingError when it is not."""
    care = shown_visit(office, key, state)
    invoice = care.thing.invoice if care.thing else None
    if care.thing is None or invoice is None:
        raise BillingError(
            "Cette visite n’est pas encore sécurisée.", next_step="ouvrez-la, puis vérifiez-la"
        )
    left = [one for one in care_visits(office, care.day, care.ps) if one.standing == VisitStanding.TO_SEE]
    shares = invoice.shares
    return Done(
        care,
        bill_lines(office, care.thing.visit.judged),
        f"{int(invoice.number)}",
        care.thing.fee,
        shares.amo,
        shares.amc,
        owes(office, care.thing.id, invoice.id),
        payments_of(office, care),
        can_undo(care),
        left[0] if left else None,
        shares.amc if waits_alone(invoice) else 0,
        said_for_visit(office, care.thing.id),
        papers_shown(office, invoice.id),
        is_correctable(care.thing),
        waits_to_be_corrected(office, care.thing.id),
    )


async def done(request: Request) -> Response:
    """`/visite/{key}/fait`; a visit on a European card has its own."""
    face, key = face_of(request), request.path_params["key"]
    if await face.ports.ask_journal(lambda office: is_european(shown_visit(office, key, face.watch.state))):
        return go(request, f"/visite/{key}/carte-europeenne")
    found = await face.ports.ask_journal(lambda office: done_of(office, key, face.watch.state))
    fresh = face.signed == key
    if not face.watch.state.has_vitale:
        face.signed = ""  # told once
    return show(
        request,
        "done.html",
        done=found,
        care=found.care,
        words=words,
        payments=PAYMENTS,
        fresh=fresh,
    )


async def paid(request: Request) -> Response:
    """The patient pays on the spot."""
    face, key = face_of(request), request.path_params["key"]
    means = PAYMENTS.get((await fields_of(request)).get("moyen", ""))
    if means is None:
        raise BillingError("Comment le patient paie-t-il ?", next_step="touchez un moyen de paiement")

    def work(office: Office) -> None:
        care = shown_visit(office, key, face.watch.state)
        assert care.thing is not None
        if owes(office, care.thing.id) > 0:  # touched twice, it is paid once
            pay(office, thing_of(office, care.thing.id), means[0])

    await face.ports.ask_journal(work)
    face.watch.brings_back = True
    return go(request, "/tournee" if not face.watch.state.has_vitale else f"/visite/{key}/fait")


async def taken_back(request: Request) -> Response:
    """A payment noted by mistake is taken back."""
    face, key, line = face_of(request), request.path_params["key"], request.path_params["line"]

    def work(office: Office) -> None:
        known = {one.id for one in payments_of(office, shown_visit(office, key, face.watch.state))}
        if line not in known:
            raise BillingError("Ce paiement n’est plus noté.", next_step="rouvrez la visite")
        take_back(office, line, "noté par erreur")

    await face.ports.ask_journal(work)
    return go(request, f"/visite/{key}/fait")


async def receipt_of(request: Request) -> Response:
    """The receipt of a payment, as PDF."""
    face, key, line = face_of(request), request.path_params["key"], request.path_params["line"]

    def work(office: Office) -> bytes:
        care = shown_visit(office, key, face.watch.state)
        if line not in {one.id for one in payments_of(office, care)}:
            raise BillingError("Ce paiement n’est plus noté.", next_step="rouvrez la visite")
        return receipt(office, line, carer_shown(office, face.watch.state.ps).name)[0]

    return Response(await face.ports.ask_journal(work), media_type="application/pdf")


async def undone(request: Request) -> Response:
    """The invoice is given up, the visit is to be done again."""
    face, key = face_of(request), request.path_params["key"]

    def work(office: Office) -> None:
        undo(office, shown_visit(office, key, face.watch.state))

    await face.ports.ask_journal(work)
    face.signed, face.watch.brings_back = "", False
    return go(request, "/tournee")


async def dre_undone(request: Request) -> Response:
    """A demand to the complementary insurer that was corrected is refused as it was."""
    face, key = face_of(request), request.path_params["key"]

    def work(office: Office) -> None:
        thing = shown_visit(office, key, face.watch.state).thing
        if thing is not None:
            undo_dre(office, thing)

    await face.ports.ask_journal(work)
    await face.news.tell(said="La correction est annulée", sound="ok")
    return go(request, "/regler")


SIGNING = (
    Route("/visite/{key}/annuler-demande", dre_undone, methods=["POST"]),
    Route("/visite/{key}/verifier", verify),
    Route("/visite/{key}/securiser", sign, methods=["POST"]),
    Route("/visite/{key}/signature", signature),
    Route("/visite/{key}/echec", failed),
    Route("/visite/{key}/fait", done),
    Route("/visite/{key}/payer", paid, methods=["POST"]),
    Route("/visite/{key}/payer/{line:int}/reprendre", taken_back, methods=["POST"]),
    Route("/visite/{key}/recu/{line:int}", receipt_of),
    Route("/visite/{key}/annuler", undone, methods=["POST"]),
)
