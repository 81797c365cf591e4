"""What no SQL can give a journal brought forward: values worked out with its key."""

from __future__ import annotations

import sqlite3

from tournee.store import opening
from tournee.store.accounts.three_shares import fill_three_shares
from tournee.store.cipher import Cipher
from tournee.store.integrity.keyed_digests import rekey


def fill(connection: sqlite3.Connection, cipher: Cipher, found: int) -> None:
    """Give a journal that was of version `found`, 0 for a new one, what its new version has; the caller holds
    the step.
    """
    now = opening.version(connection)
    if 0 < found < opening.CLEAR_EFFECTS:
        opening.fill_clear_effects(connection, cipher)
    if 0 < found < opening.THREE_SHARES <= now:
        fill_three_shares(connection, cipher)
    if now >= opening.IDENTITY:
        connection.execute("UPDATE journal SET identity = ?", (cipher.identity,))
    if 0 < found < opening.KEYED_DIGESTS <= now:
        rekey(connection, cipher)
