"""When a Vitale card is to be brought up to date: its rights end soon, or the service says otherwise.

A real card is updated at a pharmacy, a kiosk or a caisse's office; Tournée says so and updates none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tournee.app.context import Office
from tournee.app.services.rights.answer import latest
from tournee.app.services.rights.differing import differences
from tournee.billing.identity import IdentityError, Patient
from tournee.billing.zones.card import patients_from_groups
from tournee.errors import TourneeError
from tournee.formats import zones
from tournee.formats.errors import SesamError
from tournee.store import CardKind

DUE_DAYS = 30
"""So many days before its rights end a card is due."""

SEEN_DAYS = 60
"""A card that was not read for longer is nobody's whom the carer sees now."""

WHERE = "dans une pharmacie, à une borne ou à l’accueil de la caisse"
_DAY = "%Y%m%d"
_LAW = ("droits", "caisse", "ald", "situation", "c2s")  # what an update would change


@dataclass(frozen=True)
class UpdateDue:
    """Why a card is to be updated: `why` is `soon`, `ended` or `differs`; `since` ISO 8601."""

    patient: Patient
    why: str
    text: str
    since: str


def due_of(office: Office, patient: Patient, day: date) -> UpdateDue | None:
    """Whether this card, as it was read, is to be updated; None when all is well."""
    answer = latest(office, patient)
    if answer is not None:
        found = [one for one in differences(patient, answer, day) if one.name in _LAW]
        if found:
            told = ", ".join(one.label for one in found)
            text = f"le service dit autre chose que la carte ({told})"
            return UpdateDue(patient, "differs", text, answer.row.answered)
    end = _read_day(patient.rights_end)
    if end is None or (end - day).days > DUE_DAYS:
        return None
    is_over = end < day
    text = f"ses droits {'sont terminés depuis' if is_over else 'se terminent'} le {end:%d/%m/%Y}"
    midnight = datetime.min.time().replace(tzinfo=office.clock().tzinfo)
    since = datetime.combine(min(end, day), midnight).isoformat(timespec="seconds")
    return UpdateDue(patient, "ended" if is_over else "soon", text, since)


def due_cards(office: Office) -> Iterator[UpdateDue]:
    """Every card read here lately that is to be updated: the first reason of its family."""
    today = office.clock().date()
    since = f"{today - timedelta(SEEN_DAYS):{_DAY}}"
    for card in office.journal.cards.all(CardKind.VITALE, since):
        try:
            people = patients_from_groups(zones.decode(card.zone))
        except (SesamError, IdentityError, TourneeError):
            continue
        found = next(filter(None, (due_of(office, one, today) for one in people)), None)
        if found is not None:
            yield found


def _read_day(digits: str) -> date | None:
    try:
        return datetime.strptime(digits, _DAY).date()
    except ValueError:
        return None
