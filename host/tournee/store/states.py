"""States of what the journal follows, their French labels, and which state may follow which."""

from collections.abc import Mapping
from enum import Enum


class State(Enum):
    """A state: its value is written in the journal, its label is shown."""

    @property
    def label(self) -> str:
        """The state in French, as a face shows it."""
        return LABELS[self]

    def leads_to(self, following: "State") -> bool:
        """Whether `following` may come after this state."""
        return following in MOVES[self]


class VisitState(State):
    """A visit of an imported day; `OUTSIDE`: a record for the carer, which is never billed by this way."""

    PENDING = "pending"
    DONE = "done"
    ABANDONED = "abandoned"
    OUTSIDE = "outside"


class SheetState(State):
    """An FSE or DRE, from its making to its payment; `SEALED`: by the Vitale card alone (mode 04)."""

    MADE = "made"
    SEALED = "sealed"
    CERTIFIED = "certified"
    IN_LOT = "in_lot"
    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    REFUSED = "refused"
    PAID = "paid"
    PARTLY_PAID = "partly_paid"
    PAYMENT_REFUSED = "payment_refused"
    WRITTEN_OFF = "written_off"
    ON_PATIENT = "on_patient"
    ABANDONED = "abandoned"


class LotState(State):
    """A lot of sheets."""

    MADE = "made"
    CERTIFIED = "certified"
    IN_FILE = "in_file"
    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    REFUSED = "refused"
    ABANDONED = "abandoned"


class FileState(State):
    """A file of lots."""

    MADE = "made"
    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    REFUSED = "refused"


class MessageState(State):
    """One message that carries a file; `UNCERTAIN`: its bytes may have left, nobody knows; `UNDELIVERED`: a
    mail server took it, and said later that it could not deliver it.
    """

    MADE = "made"
    TRANSMITTING = "transmitting"
    SENT = "sent"
    UNCERTAIN = "uncertain"
    FAILED = "failed"
    UNDELIVERED = "undelivered"


class CorrectionState(State):
    """What an invoice that left should be: it waits while that may be paid, then is made."""

    WAITING = "waiting"
    MADE = "made"
    DROPPED = "dropped"


class ProofState(State):
    """A piece as it went for an invoice, and what was answered."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    REFUSED = "refused"


class ReturnState(State):
    """A message received; `QUARANTINED`: kept whole, not understood."""

    TAKEN = "taken"
    SETTLED = "settled"
    QUARANTINED = "quarantined"


class DoubtState(State):
    """What waits for the carer's eye in a return that was settled, and `SEEN` once she said so.

    Of what it says (an effect): money told against what was told before, amounts that differ from ours,
    something that is none of ours, or that is another station's. Of the return itself: damage or sums that
    differ, how it came. What cannot be read, or is said of another insured person, is `SEEN` as well once she
    leaves it at that.
    """

    CONTRADICTED = "contradicted"
    UNBALANCED = "unbalanced"
    UNMATCHED = "unmatched"
    OTHER_STATION = "other_station"
    UNSOUND = "unsound"
    ODD = "odd"
    SEEN = "seen"


class DossierState(State):
    """A document of the practice's file; `ERASED`: nothing of what it said is left."""

    OPEN = "open"
    CLOSED = "closed"
    MERGED = "merged"
    ERASED = "erased"


class RequestState(State):
    """What a service was asked; `WAITING`: for the network, or for its answer; `FAILED`: it says nothing."""

    WAITING = "waiting"
    ANSWERED = "answered"
    FAILED = "failed"
    REFUSED = "refused"
    USED = "used"
    ERASED = "erased"


STATES: Mapping[str, type[State]] = {
    "visit": VisitState,
    "sheet": SheetState,
    "lot": LotState,
    "file": FileState,
    "correction": CorrectionState,
    "message": MessageState,
    "proof": ProofState,
    "received": ReturnState,
    "effect": DoubtState,
    "return": DoubtState,
    "dossier": DossierState,
    "service_request": RequestState,
}
"""By what the history calls a thing."""

LABELS: Mapping[State, str] = {
    VisitState.PENDING: "à facturer",
    VisitState.DONE: "facturée",
    VisitState.ABANDONED: "abandonnée",
    VisitState.OUTSIDE: "hors télétransmission",
    SheetState.MADE: "préparée",
    SheetState.SEALED: "à contresigner",
    SheetState.CERTIFIED: "certifiée",
    SheetState.IN_LOT: "en lot",
    SheetState.SENT: "envoyée",
    SheetState.ACKNOWLEDGED: "acceptée",
    SheetState.REFUSED: "refusée",
    SheetState.PAID: "payée",
    SheetState.PARTLY_PAID: "payée en partie",
    SheetState.PAYMENT_REFUSED: "paiement refusé",
    SheetState.WRITTEN_OFF: "passée en perte",
    SheetState.ON_PATIENT: "due par le patient",
    SheetState.ABANDONED: "abandonnée",
    LotState.MADE: "préparé",
    LotState.CERTIFIED: "certifié",
    LotState.IN_FILE: "en fichier",
    LotState.SENT: "envoyé",
    LotState.ACKNOWLEDGED: "accepté",
    LotState.REFUSED: "refusé",
    LotState.ABANDONED: "abandonné",
    FileState.MADE: "préparé",
    FileState.SENT: "envoyé",
    FileState.ACKNOWLEDGED: "accepté",
    FileState.REFUSED: "refusé",
    MessageState.MADE: "préparé",
    MessageState.TRANSMITTING: "en cours d’envoi",
    MessageState.SENT: "envoyé",
    MessageState.UNCERTAIN: "envoi incertain",
    MessageState.FAILED: "envoi échoué",
    MessageState.UNDELIVERED: "non remis",
    CorrectionState.WAITING: "à rectifier",
    CorrectionState.MADE: "rectifiée",
    CorrectionState.DROPPED: "laissée telle quelle",
    ProofState.WAITING: "en attente",
    ProofState.ACCEPTED: "acceptée",
    ProofState.REFUSED: "refusée",
    ReturnState.TAKEN: "reçu",
    ReturnState.SETTLED: "traité",
    ReturnState.QUARANTINED: "en quarantaine",
    DoubtState.CONTRADICTED: "contradictoire",
    DoubtState.UNBALANCED: "montants à vérifier",
    DoubtState.UNMATCHED: "sans suite",
    DoubtState.OTHER_STATION: "d’un autre poste",
    DoubtState.UNSOUND: "sommes à vérifier",
    DoubtState.ODD: "venue à vérifier",
    DoubtState.SEEN: "vu",
    DossierState.OPEN: "ouvert",
    DossierState.CLOSED: "clos",
    DossierState.MERGED: "réuni à un autre",
    DossierState.ERASED: "effacé",
    RequestState.WAITING: "en attente",
    RequestState.ANSWERED: "répondue",
    RequestState.FAILED: "réponse inutilisable",
    RequestState.REFUSED: "refusée",
    RequestState.USED: "utilisée",
    RequestState.ERASED: "effacée",
}

_PAYMENTS = frozenset({SheetState.PAID, SheetState.PARTLY_PAID, SheetState.PAYMENT_REFUSED})
_GIVEN_UP = frozenset({SheetState.WRITTEN_OFF, SheetState.ON_PATIENT})

MOVES: Mapping[State, frozenset[State]] = {
    VisitState.PENDING: frozenset({VisitState.DONE, VisitState.ABANDONED}),
    VisitState.DONE: frozenset({VisitState.PENDING}),
    VisitState.ABANDONED: frozenset({VisitState.PENDING, VisitState.OUTSIDE}),
    VisitState.OUTSIDE: frozenset({VisitState.ABANDONED}),
    SheetState.MADE: _PAYMENTS | {SheetState.SEALED, SheetState.CERTIFIED, SheetState.ABANDONED},
    SheetState.SEALED: frozenset({SheetState.CERTIFIED, SheetState.ABANDONED}),
    SheetState.CERTIFIED: _PAYMENTS | {SheetState.IN_LOT, SheetState.ABANDONED},
    SheetState.IN_LOT: frozenset({SheetState.SENT, SheetState.CERTIFIED}),
    SheetState.SENT: _PAYMENTS | {SheetState.ACKNOWLEDGED, SheetState.REFUSED, SheetState.WRITTEN_OFF},
    SheetState.ACKNOWLEDGED: _PAYMENTS | {SheetState.REFUSED, SheetState.WRITTEN_OFF},
    SheetState.REFUSED: _PAYMENTS | {SheetState.SENT, SheetState.CERTIFIED, SheetState.MADE} | _GIVEN_UP,
    SheetState.PAID: _PAYMENTS,
    SheetState.PARTLY_PAID: _PAYMENTS | _GIVEN_UP,
    SheetState.PAYMENT_REFUSED: _PAYMENTS | _GIVEN_UP | {SheetState.MADE},
    SheetState.WRITTEN_OFF: _PAYMENTS,
    SheetState.ON_PATIENT: _PAYMENTS,
    SheetState.ABANDONED: frozenset(),
    LotState.MADE: frozenset({LotState.CERTIFIED, LotState.ABANDONED}),
    LotState.CERTIFIED: frozenset({LotState.IN_FILE}),
    LotState.IN_FILE: frozenset({LotState.SENT}),
    LotState.SENT: frozenset({LotState.ACKNOWLEDGED, LotState.REFUSED}),
    LotState.ACKNOWLEDGED: frozenset({LotState.REFUSED}),
    LotState.REFUSED: frozenset({LotState.SENT}),
    LotState.ABANDONED: frozenset(),
    FileState.MADE: frozenset({FileState.SENT}),
    FileState.SENT: frozenset({FileState.ACKNOWLEDGED, FileState.REFUSED}),
    FileState.ACKNOWLEDGED: frozenset({FileState.REFUSED}),
    FileState.REFUSED: frozenset({FileState.SENT}),
    MessageState.MADE: frozenset({MessageState.TRANSMITTING, MessageState.FAILED}),
    MessageState.TRANSMITTING: frozenset(
        {MessageState.SENT, MessageState.UNCERTAIN, MessageState.FAILED, MessageState.UNDELIVERED}
    ),
    MessageState.UNCERTAIN: frozenset({MessageState.SENT, MessageState.FAILED, MessageState.UNDELIVERED}),
    MessageState.FAILED: frozenset({MessageState.SENT}),  # a return proved that it had arrived all the same
    MessageState.SENT: frozenset({MessageState.UNDELIVERED}),
    MessageState.UNDELIVERED: frozenset({MessageState.SENT}),  # the same
    CorrectionState.WAITING: frozenset({CorrectionState.MADE, CorrectionState.DROPPED}),
    CorrectionState.MADE: frozenset({CorrectionState.WAITING}),
    CorrectionState.DROPPED: frozenset(),
    ProofState.WAITING: frozenset({ProofState.ACCEPTED, ProofState.REFUSED}),
    ProofState.ACCEPTED: frozenset(),
    ProofState.REFUSED: frozenset(),
    ReturnState.TAKEN: frozenset({ReturnState.SETTLED, ReturnState.QUARANTINED}),
    ReturnState.QUARANTINED: frozenset({ReturnState.SETTLED}),
    ReturnState.SETTLED: frozenset(),
    **dict.fromkeys(DoubtState, frozenset({DoubtState.SEEN})),
    DossierState.OPEN: frozenset({DossierState.CLOSED, DossierState.MERGED, DossierState.ERASED}),
    DossierState.CLOSED: frozenset({DossierState.OPEN, DossierState.ERASED}),
    DossierState.MERGED: frozenset({DossierState.ERASED}),
    DossierState.ERASED: frozenset(),
    RequestState.WAITING: frozenset(
        {RequestState.ANSWERED, RequestState.FAILED, RequestState.REFUSED, RequestState.ERASED}
    ),
    RequestState.ANSWERED: frozenset({RequestState.USED, RequestState.ERASED}),
    RequestState.USED: frozenset({RequestState.ERASED}),
    RequestState.FAILED: frozenset({RequestState.ERASED}),
    RequestState.REFUSED: frozenset({RequestState.ERASED}),
    RequestState.ERASED: frozenset(),
}
"""What may follow what. A refusal is never undone by an acceptance (its invoice may already be billed anew);
money received is: of a refused sheet, and of one taken out of its refused lot to be closed in another. What
was refused as a duplicate alone (0105) is sent again when the OCT's first word comes. A DRE that is
corrected and sent alone is made anew, in its own place.
"""


def sheet_label(state: SheetState, *, cancelled: bool) -> str:
    """The state of a sheet in French: the payment of one that its insurer gave up by word is not refused."""
    return "annulée" if cancelled and state is SheetState.PAYMENT_REFUSED else state.label
