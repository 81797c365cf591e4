"""Certificates of Vitale cards, kept beside the journal: reading one takes a second of the card's line.

Nothing needs them: one that is lost, or another card's under the same number, is read from the card again.
"""

from __future__ import annotations

import hmac
import logging
from pathlib import Path

from tournee.errors import StoreError
from tournee.files import read_bounded, write_whole
from tournee.store.cipher import Cipher

_SIZE_MAX = 8192
_NAME_DIGITS = 32
_log = logging.getLogger(__name__)


class KeptCertificates:
    """A file a card (0600) in a folder of their owner's, encrypted, under a name that only the journal's key
    gives: neither says whose card it is.
    """

    def __init__(self, folder: Path, key: bytes) -> None:
        self._folder, self._cipher = folder, Cipher(key)
        self._naming = hmac.digest(key, b"names of card certificates", "sha256")

    @classmethod
    def beside(cls, journal: Path, key: bytes) -> KeptCertificates:
        """Those of a journal with this key."""
        return cls(journal.with_name(journal.name + ".certificates"), key)

    def find(self, serial: str) -> bytes | None:
        """The certificate (DER) of the card of this serial number; None when none is kept, or readable."""
        file = self._file(serial)
        try:
            return self._cipher.decrypt(read_bounded(file, _SIZE_MAX), file.name)
        except (OSError, StoreError):
            return None

    def keep(self, serial: str, certificate: bytes) -> None:
        """Keep a card's certificate in place of any before; one that cannot be written is not kept. A card
        without a serial number is nobody's.
        """
        if not serial.strip():
            return
        file = self._file(serial)
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            write_whole(file, self._cipher.encrypt(certificate, file.name))
        except OSError:
            _log.warning("a card's certificate could not be kept")

    def _file(self, serial: str) -> Path:
        name = hmac.digest(self._naming, serial.encode(), "sha256").hex()[:_NAME_DIGITS]
        return self._folder / name
