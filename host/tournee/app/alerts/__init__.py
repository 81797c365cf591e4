"""What a carer must look into now: no ARL after the route's delay, files that stay, doubts, refusals.

Nothing of it is kept: an alert is a question to the journal and to the clock, and ends with its cause.
"""

from __future__ import annotations

from tournee.app.alerts.ageing import of_ageing
from tournee.app.alerts.alert import Alert, AlertKind
from tournee.app.alerts.kept import BACKUP_DAYS, of_backup, of_copy
from tournee.app.alerts.money import of_money
from tournee.app.alerts.numbers import of_numbers
from tournee.app.alerts.returned import of_returns
from tournee.app.alerts.sending import UNSENT_DAYS, of_sending, without_arl
from tournee.app.alerts.services.insurers import of_insurers
from tournee.app.alerts.services.pieces import of_pieces
from tournee.app.alerts.services.prescribed import of_prescriptions
from tournee.app.alerts.services.requests import of_cards, of_requests
from tournee.app.alerts.signing import of_signing
from tournee.app.alerts.stations import of_stations
from tournee.app.context import Office

__all__ = ["BACKUP_DAYS", "UNSENT_DAYS", "Alert", "AlertKind", "alerts"]


def alerts(office: Office) -> list[Alert]:
    """Everything to look into at this time, what is most urgent first."""
    return [
        *_altered(office),
        *(one for one in of_copy(office) if one.urgent),
        *of_signing(office, urgent=True),
        *of_numbers(office),
        *without_arl(office),
        *of_money(office),
        *of_sending(office),
        *of_pieces(office),
        *of_returns(office),
        *of_stations(office),
        *of_signing(office, urgent=False),
        *of_insurers(office),
        *of_prescriptions(office),
        *of_requests(office),
        *of_cards(office),
        *(one for one in of_copy(office) if not one.urgent),
        *of_ageing(office),
        *of_backup(office),
    ]


def _altered(office: Office) -> list[Alert]:
    return [
        Alert(
            AlertKind.JOURNAL_ALTERED,
            "journal",
            "",
            0,
            f"il n’est plus tel que Tournée l’a laissé : {one.text}",
            one.next_step,
        )
        for one in office.journal.health.alterations
    ]
