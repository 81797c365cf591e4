"""What happened to an invoice, newest first, in plain words; codes of an insurer are beside, never alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from tournee.app.context import Office
from tournee.french import euros
from tournee.model import Outcome, PaymentKind, Target
from tournee.model.codes import DRE
from tournee.store import CorrectionState, HistoryRow, MessageState, SheetState, Trace

_OF_SHEET = {
    SheetState.CERTIFIED: ("ok", "bouclier", "Sécurisée"),
    SheetState.SEALED: ("warn", "bouclier", "Scellée par la carte Vitale, à contresigner"),
    SheetState.ACKNOWLEDGED: ("ok", "ok", "Acceptée"),
    SheetState.REFUSED: ("bad", "stop", "Refusée"),
    SheetState.PAYMENT_REFUSED: ("bad", "stop", "Paiement refusé"),
    SheetState.WRITTEN_OFF: ("", "document", "Classée sans suite"),
    SheetState.ON_PATIENT: ("", "especes", "Mise à la charge du patient"),
    SheetState.ABANDONED: ("", "annuler", "Annulée avant envoi"),
}
_BY_WHOM = (SheetState.ACKNOWLEDGED, SheetState.REFUSED, SheetState.PAYMENT_REFUSED)
_REFUSED = (SheetState.REFUSED.value, SheetState.PAYMENT_REFUSED.value)
_OF_CORRECTION = {
    CorrectionState.WAITING: "Une correction attend",
    CorrectionState.MADE: "Corrigée, à facturer de nouveau",
    CorrectionState.DROPPED: "Laissée telle quelle",
}


@dataclass(frozen=True)
class StoryLine:
    """One thing that happened: when, its tone (`ok`, `bad`, `warn`, ""), its icon, its words; `code` is what
    the insurer wrote, or the carer.
    """

    at: datetime
    tone: str
    icon: str
    text: str
    code: str = field(default="", repr=False)


def story_of(office: Office, number: str, ps: str) -> tuple[StoryLine, ...]:
    """The story of an invoice (9 digits) of a professional, and of what its patient paid."""
    trace = office.journal.trace(number, ps)
    lines = [*_of_states(trace), *_of_payments(trace), *_of_patient(trace)]
    once = {(one.at.replace(second=0), one.text): one for one in lines}
    found = sorted(once.values(), key=lambda one: one.at)
    return tuple(found[::-1])  # of one moment too, what came last first


def _of_states(trace: Trace) -> Iterator[StoryLine]:
    kinds = {sheet.id: sheet.kind for one in trace.invoices for sheet in one.sheets}
    several = len(set(kinds.values())) > 1
    before: dict[int, str] = {}
    for row in trace.history:
        at = datetime.fromisoformat(row.at)
        was = before.get(row.subject_id) if row.subject == "sheet" else None
        if row.subject == "sheet":
            before[row.subject_id] = row.state
        if was == SheetState.MADE.value and row.state in _REFUSED:
            yield StoryLine(at, "", "annuler", "Correction de la demande annulée", row.detail)
        elif row.subject == "sheet" and kinds.get(row.subject_id) is not None:
            yield from _of_sheet(row, at, "mutuelle" if kinds[row.subject_id] == DRE else "caisse", several)
        elif row.subject == "message" and row.state == MessageState.SENT.value:
            yield StoryLine(at, "ok", "envoi", f"Envoyée à {at:%H:%M}")
        elif row.subject == "correction":
            yield StoryLine(at, "", "crayon", _OF_CORRECTION[CorrectionState(row.state)], row.detail)


def _of_sheet(row: HistoryRow, at: datetime, who: str, several: bool) -> Iterator[StoryLine]:
    state = SheetState(row.state)
    if state is SheetState.MADE and row.detail:
        yield StoryLine(at, "", "crayon", "Demande à la mutuelle corrigée, elle repart seule", row.detail)
    if state not in _OF_SHEET:
        return
    tone, icon, text = _OF_SHEET[state]
    if state in _BY_WHOM and (several or state is not SheetState.ACKNOWLEDGED):
        text = f"{text} par la {who}"
    yield StoryLine(at, tone, icon, text, "" if state is SheetState.ACKNOWLEDGED else row.detail)


def _of_payments(trace: Trace) -> Iterator[StoryLine]:
    taken = {row.id: row.taken for row in trace.returns}
    for row in trace.effects:
        told = row.effect
        if not row.applied or told.target is not Target.INVOICE or row.return_id not in taken:
            continue
        at, who = (
            datetime.fromisoformat(taken[row.return_id]),
            "mutuelle" if told.share == "AMC" else "caisse",
        )
        if told.outcome is Outcome.PAID or told.paid:
            verb = "a payé" if told.paid >= 0 else "a repris"
            yield StoryLine(at, "ok", "euro", f"La {who} {verb} {euros(abs(told.paid))} €", told.reason)
        elif told.outcome is Outcome.DEFERRED:
            yield StoryLine(at, "warn", "horloge", f"La {who} paie plus tard", told.reason)


def _of_patient(trace: Trace) -> Iterator[StoryLine]:
    for one in trace.patient_payments:
        at = datetime.fromisoformat(one.at)
        if one.kind is PaymentKind.PAID:
            text = f"Le patient a payé {euros(one.cents)} € {one.means.told}"
        elif one.kind is PaymentKind.GIVEN_BACK:
            text = f"Rendu au patient : {euros(-one.cents)} €"
        elif one.kind is PaymentKind.GIVEN_UP:
            text = f"Part du patient classée : {euros(one.cents)} €"
        else:
            text = f"Paiement repris : {euros(abs(one.cents))} €"
        yield StoryLine(at, "ok", "euro", text, one.word)
