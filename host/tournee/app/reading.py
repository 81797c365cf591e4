"""A return looked at again: read from the bytes that the journal kept, changing nothing."""

from __future__ import annotations

from tournee.app.mailroom import Settled
from tournee.app.office import Office
from tournee.returns.classify import take_in


def read_again(office: Office, return_id: int) -> Settled:
    """One return as it came, what it says and what became of it; StoreError when there is none."""
    row = office.journal.received(return_id)
    return Settled(row, take_in(row.raw, office.unseal), office.journal.effects(return_id))
