"""What waits for the carer's own card is countersigned, all of it, with the card that is in the reader."""

from __future__ import annotations

from tournee.app.cards import read_ps
from tournee.app.certifying.desynchronised import countersign, to_countersign
from tournee.app.context import Office
from tournee.errors import BillingError, ReaderError
from tournee.reader import PS_UNLOCKED, Reader


def countersign_all(office: Office, reader: Reader) -> str:
    """Sign what waits for the card in the reader; says how many. ReaderError while it is locked or absent,
    BillingError when nothing waits for this card: it is another carer's.
    """
    if reader.cards().ps != PS_UNLOCKED:
        raise ReaderError(
            "Votre carte CPS n’est pas prête.",
            cause="elle n’est pas dans le lecteur, ou attend son code",
            next_step="insérez-la, donnez son code, puis recommencez",
            remedy="unlock",
        )
    ps = read_ps(reader)
    waiting = to_countersign(office, ps.identity)
    if not waiting:
        raise BillingError(
            "Rien n’attend la signature de cette carte.",
            cause="ces factures sont d’une autre personne",
            next_step="contresignez avec sa carte",
        )
    for invoice in waiting:
        countersign(office, reader, ps, invoice)
    return f"{len(waiting)} contresignée{'s' if len(waiting) > 1 else ''}"
