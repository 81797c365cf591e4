"""The copy brought forward, and a recovery code made, by an office that is joined to a practice's server."""

from __future__ import annotations

from tournee.app.context import Office
from tournee.app.copies.following import keep_recovery
from tournee.app.copies.recovery_code import new_recovery_code
from tournee.app.copies.standing import CopyFacts, copy_facts
from tournee.app.courier.practice import PracticeCourier
from tournee.errors import ConfigError


def bring_forward(office: Office) -> CopyFacts:
    """Have the numbers that lack, and the copy at the journal's last step; where it stands then. ConfigError
    for an office that is joined to nothing; UnreachableError, PracticeServerError.
    """
    _courier(office).bring_copy()
    return copy_facts(office)


def new_recovery(office: Office) -> str:
    """A new recovery code, to be written down; the last one opens nothing any more. Raises as above."""
    courier = _courier(office)
    courier.bring_copy()
    with courier.noted():
        return keep_recovery(courier.server, office.journal, new_recovery_code)


def _courier(office: Office) -> PracticeCourier:
    if isinstance(office.courier, PracticeCourier):
        return office.courier
    raise ConfigError(
        "Cet appareil n’est relié à aucun cabinet.", next_step="reliez-le par le QR code du cabinet"
    )
