"""An alert: one thing to look into, what is amiss, and one next act."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from tournee.app.context import Office
from tournee.store import WaitingRow


class AlertKind(StrEnum):
    """What is amiss."""

    JOURNAL_ALTERED = "journal_altered"
    OTHER_NUMBERS = "other_numbers"
    TAKEN_ELSEWHERE = "taken_elsewhere"
    NO_ARL = "no_arl"
    NOT_SENT = "not_sent"
    IN_NO_FILE = "in_no_file"
    UNCERTAIN = "uncertain"
    UNFINISHED = "unfinished"
    TO_COUNTERSIGN = "to_countersign"
    UNDELIVERED = "undelivered"
    REFUSED = "refused"
    BILLED_TWICE = "billed_twice"
    TO_RECTIFY = "to_rectify"
    PAYMENT_REFUSED = "payment_refused"
    PAYMENT_DEFERRED = "payment_deferred"
    PARTLY_PAID = "partly_paid"
    CONTRADICTED = "contradicted"
    UNBALANCED = "unbalanced"
    UNMATCHED = "unmatched"
    OTHER_STATION = "other_station"
    UNSOUND = "unsound"
    ODD = "odd"
    OTHER_INSURED = "other_insured"
    QUARANTINED = "quarantined"
    BACKUP_DUE = "backup_due"
    CERTIFICATE_ENDING = "certificate_ending"
    LIST_AGEING = "list_ageing"
    COPY_STOPPED = "copy_stopped"
    COPY_BEHIND = "copy_behind"
    PRESCRIPTION_ENDING = "prescription_ending"
    CARD_TO_UPDATE = "card_to_update"
    SERVICE_WAITING = "service_waiting"
    INSURER_DIRECTORY = "insurer_directory"
    ENGAGEMENT_ENDING = "engagement_ending"
    PIECE_MISSING = "piece_missing"
    PIECE_REFUSED = "piece_refused"


@dataclass(frozen=True)
class Alert:
    """One thing to look into: `about` names it, `text` says what is amiss, `next_step` what to do, in French.

    `also` is what else names it; `invoices` (9 digits) and `visits` are those it is about, if few; all the
    invoices of another station, which is `station` (two digits). `since` is ISO 8601, `days` how many whole
    days that is ago; `ps` is the professional's number, `substitute` the RPPS number of who must act in that
    place, `lot` and `file` what it is about, "" where there is none; `number` is the return's or the
    prescription's, 0 where it is of none; `urgent`: a delay is over.
    """

    kind: AlertKind
    about: str
    since: str
    days: int
    text: str
    next_step: str
    ps: str = ""
    lot: str = ""
    file: str = ""
    urgent: bool = False
    also: str = ""
    station: str = ""
    invoices: tuple[str, ...] = ()
    visits: tuple[int, ...] = ()
    number: int = 0
    substitute: str = ""


def about_file(office: Office, kind: AlertKind, row: WaitingRow, text: str, next_step: str) -> Alert:
    """An alert about a lot or a file."""
    about = f"lot {row.lot}, fichier {row.file}" if row.lot else f"fichier {row.file}"
    return Alert(
        kind, about, row.since, age(office, row.since).days, text, next_step, row.ps, row.lot, row.file
    )


def also_of(office: Office, number: str, ps: str) -> dict[str, Any]:
    """What else an invoice (9 digits) is known by: its visit and its lots."""
    found = office.journal.lookup.numbered(int(number), ps)
    visits = tuple(visit for visit, _ in found.values())
    told = [f"visite {visit}" for visit in visits]
    told += [f"lot {lot}" for lot in office.journal.lookup.lots_of(tuple(found))]
    return {"also": ", ".join(told), "invoices": (number,), "visits": visits}


def age(office: Office, since: str) -> timedelta:
    """How long ago that was, 0 when the clock was set back since."""
    return max(office.clock() - datetime.fromisoformat(since), timedelta())
