"""The protected channel of this board, which has a journal and no source of randomness."""

from nonces import Nonces

from reader.crypto.aes import Aes
from reader.crypto.sha256 import Sha256
from reader.link.protection import Protection
from sesam.port import ticks_ms


class Guard:
    """`protection` is the core's; `keep` takes the journal that counts this board's starts."""

    def __init__(self) -> None:
        self._nonces = Nonces(Sha256)
        self.protection = Protection(Sha256, Aes, self._nonces.fill, ticks_ms)

    def keep(self, journal: object) -> None:
        """Count in this journal."""
        self._nonces.journal = journal
