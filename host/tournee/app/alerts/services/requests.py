"""What services leave to look into: cards that are to be updated, requests that have waited for long."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from tournee.app.alerts.alert import Alert, AlertKind, age
from tournee.app.context import Office
from tournee.services.point import NAMES
from tournee.store import CardKind

_PATIENCE = timedelta(days=1)


def of_cards(office: Office) -> Iterator[Alert]:
    """Vitale cards whose rights end soon, or of which the service says otherwise (MAJ-1)."""
    if not office.journal.cards.last_day(CardKind.VITALE):
        return
    from tournee.app.services.card_update.due import WHERE, due_cards  # reading cards loads billing

    for due in due_cards(office):
        who = f"{due.patient.first_name} {due.patient.name}".title()
        yield Alert(
            AlertKind.CARD_TO_UPDATE,
            f"carte de {who}",
            due.since,
            age(office, due.since).days,
            f"carte Vitale à mettre à jour : {due.text}",
            f"dites au patient de la mettre à jour {WHERE}",
        )


def of_requests(office: Office) -> Iterator[Alert]:
    """Requests that no service has answered for a day."""
    waiting = [one for one in office.journal.requests.waiting() if age(office, one.asked) >= _PATIENCE]
    for service in sorted({one.service for one in waiting}):
        those = [one for one in waiting if one.service == service]
        since = min(one.asked for one in those)
        count = f"{len(those)} demande" + ("s attendent" if len(those) > 1 else " attend")
        yield Alert(
            AlertKind.SERVICE_WAITING,
            NAMES[service][:1].lower() + NAMES[service][1:],
            since,
            age(office, since).days,
            f"{count} sa réponse depuis le {since[8:10]}/{since[5:7]}/{since[:4]}",
            "elle repart avec le prochain envoi, votre carte CPS dans le lecteur",
        )
