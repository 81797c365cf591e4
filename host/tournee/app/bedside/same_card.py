"""The card that was read is still the one in the reader: looked at just before it signs."""

from __future__ import annotations

from tournee.app.cards import VitaleInReader, read_vitale
from tournee.app.context import Office
from tournee.errors import BillingError
from tournee.reader import Reader


def same_card(office: Office, reader: Reader, known: VitaleInReader | None) -> VitaleInReader | None:
    """The card as it is now; a phone that was read, as it was. BillingError when another card was put in its
    place meanwhile, ReaderError.
    """
    if known is None or known.is_phone:
        return known
    now = read_vitale(office, reader)
    if now.serial != known.serial:
        raise BillingError(
            "La carte Vitale n’est plus la même.",
            cause="une autre a été mise à sa place",
            next_step="insérez celle du patient de cette visite, puis sécurisez de nouveau",
        )
    return now
