"""Whether this device can ask a service itself: a tablet's own page has neither sockets nor the libraries."""

from __future__ import annotations

from tournee.app.context import Office
from tournee.crypto import IS_NATIVE
from tournee.extras import is_installed

NOT_FROM_HERE = "cet appareil ne peut pas interroger le service : faites-le sur l’ordinateur du cabinet"
"""Why a request waits on a device that cannot ask."""


def can_ask() -> bool:
    """Whether what services need is there."""
    return IS_NATIVE and is_installed("services")


def reads_phones(office: Office) -> bool:
    """Whether a patient's phone may stand in for her card on this device."""
    return office.services.has("apcv") and can_ask()
