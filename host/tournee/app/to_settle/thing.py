"""One thing to settle: whose it is, what is amiss in plain words, how much money hangs on it, its one act."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from tournee.app.accounts.unpaid import Debtor
from tournee.app.alerts import Alert, AlertKind


class OwingKind(StrEnum):
    """What waits beside the alerts: money that nobody refused."""

    PATIENT_OWES = "patient_owes"
    TO_GIVE_BACK = "to_give_back"
    UNANSWERED = "unanswered"


SettleKind = AlertKind | OwingKind


class SettleAct(StrEnum):
    """What can be done of a thing to settle."""

    CORRECT = "corriger"
    AS_IS = "telle-quelle"
    REMAKE_LOT = "refaire-lot"
    REMAKE_FILE = "refaire-fichier"
    SEND_DRE = "renvoyer-mutuelle"
    CHARGE_PATIENT = "patient"
    WRITE_OFF = "classer"
    CANCELLED = "annulee"
    LEAVE = "laisser"
    SEND = "envoyer"
    FETCH = "relever"
    FETCH_AGAIN = "relire"
    RESEND = "renvoyer"
    COUNTERSIGN = "contresigner"
    SEEN = "vu"
    STATION_SEEN = "poste-vu"
    ACCEPT_NIR = "nir"
    ACCEPT_JOURNAL = "accepter"
    BACK_UP = "sauvegarder"
    ROUTES = "adresses"
    ASK_LIST = "demander-la-liste"
    RENEW = "renouveler"
    CLOSE_ORDER = "fermer"
    CLAIM = "reclamer"
    COLLECT = "encaisser"
    GIVE_UP = "abandonner"
    GIVE_BACK = "rendre"
    RIGHTS = "droits"
    PIECE = "piece"


@dataclass(frozen=True)
class ToSettle:
    """One thing. `who` is the patient, or what it is about; `said` is one line, `headline` a
    sentence, `todo` what to do, `told` why; `day` is the visit's, where it is of one; `kind` is
    an alert's or money's; `refused` is DRE where it is the complementary insurer's refusal.

    `ps` is the billing number of whose it is, "" where it is everybody's, `substitute` the RPPS number of who
    gave the care in her place.

    `cents` is what hangs on it, 0 where no money does; `since` is ISO 8601 or AAAAMMJJ; `invoices` and
    `visits` are ids, the one that is meant first.
    """

    kind: SettleKind
    who: str = field(repr=False)
    said: str
    told: str = field(repr=False)
    lead: str = field(repr=False)
    act: SettleAct
    others: tuple[SettleAct, ...] = ()
    headline: str = field(default="", repr=False)
    todo: str = ""
    day: date | None = None
    debtor: Debtor | None = None
    cents: int = 0
    since: str = ""
    days: int = 0
    alert: Alert | None = None
    invoices: tuple[int, ...] = ()
    visits: tuple[int, ...] = ()
    person: str = field(default="", repr=False)
    number: str = ""
    ps: str = ""
    substitute: str = ""

    @property
    def key(self) -> str:
        """What names it in an address, as long as it waits: nothing of a patient is in it."""
        one = self.alert
        told = (one.about, one.ps, one.lot, one.file, one.station, one.since) if one else (self.person,)
        return f"{self.kind}-{hashlib.sha256('|'.join(told).encode()).hexdigest()[:12]}"

    @property
    def acts(self) -> tuple[SettleAct, ...]:
        """All that may be done of it, its one act first."""
        return (self.act, *self.others)

    @property
    def is_urgent(self) -> bool:
        """Whether a delay is over."""
        return self.alert is not None and self.alert.urgent
