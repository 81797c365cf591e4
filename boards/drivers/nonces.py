"""Nonces of a board that has a journal and no source of randomness; with `os.urandom` none of this is needed.

A handshake wants a nonce that never comes again. Here it is HMAC-SHA-256 under the reader's secret: of how
often the board has started, which the journal counts before the first handshake, and of the handshakes since.
"""

from reader.crypto.hmac import Hmac
from reader.storage.journal import IDENTITY, STARTS
from sesam import codes
from sesam.port import const

_SERIAL = const(16)  # bytes of the serial number, before the secret
_SECRET = const(32)
_COUNT = const(8)  # bytes of both counts, the start's first
_HALF = const(4)
_LABEL = b"tournee open-1 nonce"


class Nonces:
    """`journal` is handed in before the first handshake."""

    def __init__(self, sha256: object) -> None:
        self.journal = None
        self._hmac = Hmac(sha256)
        self._secret = bytearray(_SECRET)
        self._count = bytearray(_COUNT)
        self._counted = False

    def fill(self, buf: bytearray) -> int:
        """Fill 32 bytes; 0, or the status when this start cannot be counted: then no handshake is safe."""
        if not self._counted and not self._start():
            return codes.JOURNAL
        count = self._count
        hmac = self._hmac
        hmac.begin(self._secret, 0, _SECRET)
        hmac.update(_LABEL, 0, len(_LABEL))
        hmac.update(count, 0, _COUNT)
        hmac.finish(buf, 0)
        self._counted = self._add(_COUNT, _HALF)
        return 0

    def _start(self) -> bool:
        """Count this start, and whether the journal holds that."""
        journal = self.journal
        count = self._count
        at = journal.find(STARTS)
        if at:
            journal.load(at, count)
        if not self._add(_HALF, 0) or not journal.begin(STARTS, _COUNT):
            return False
        for i in range(_HALF, _COUNT):
            count[i] = 0
        journal.add(count)
        journal.load(journal.find(IDENTITY) + _SERIAL, self._secret)
        return journal.end()

    def _add(self, end: int, start: int) -> bool:
        """Add one to the number in count[start:end]; False when it comes round to zero."""
        count = self._count
        while end > start:
            end -= 1
            count[end] = count[end] + 1 & 255
            if count[end]:
                return True
        return False
