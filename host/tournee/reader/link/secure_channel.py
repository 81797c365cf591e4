"""The host's end of the protected channel (`firmware/PROTOCOL.md` 9), on others' work: the device's judge.

The reader's secret comes from its label. It proves to both ends who the other is and makes fresh keys; from
then on frames travel as records of AES-CCM under a counter, each opened once.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Callable

from tournee.crypto.ciphers import AesCcm
from tournee.crypto.derivation import hkdf
from tournee.crypto.values import NotAuthentic
from tournee.firmware.sesam import codes, messages
from tournee.reader import codec
from tournee.reader.link.framing import Frame

VERSION = 1
SUITE = 1  # HKDF-SHA-256, AES-128-CCM with a tag of 8 bytes
SECRET_LENGTH = 32

_LABEL = b"tournee open-1 link"
_COUNTER = 3  # bytes
_TAG = 8
_NONCE = 16  # of the handshake
_CCM_NONCE = 13
_PROOF = 16
_LAST_RECORD = 0xFFFFFF
_WINDOW = 4096  # counters, to the highest: a kept answer comes as the record that it was


class SecureChannelError(Exception):
    """The reader's part of a handshake does not hold; `status` says why, as the reader's own codes do."""

    def __init__(self, status: int) -> None:
        super().__init__(f"status {status:04X}")
        self.status = status


class SecureChannel:
    """One reader's secret, and the keys made of it. `random(n)` gives unguessable bytes.

    Keys last until `forget` or the reader's refusal: over any number of connections.
    """

    def __init__(self, secret: bytes, random: Callable[[int], bytes] = os.urandom) -> None:
        if len(secret) != SECRET_LENGTH:
            raise ValueError(f"a reader’s secret has {SECRET_LENGTH} bytes, not {len(secret)}")
        self._secret = secret
        self._random = random
        self._session = b""
        self._host_nonce = b""
        self._derived = b""
        self._protecting: AesCcm | None = None
        self._opening: AesCcm | None = None
        self._sent = 0
        self._highest = -1
        self._seen = [-1] * _WINDOW  # the counter taken last of those of one remainder

    @property
    def established(self) -> bool:
        """Whether there are keys, and counters left under them."""
        return self._protecting is not None and self._sent <= _LAST_RECORD

    def forget(self) -> None:
        """Drop the keys: the next thing is a handshake."""
        self._protecting = self._opening = None
        self._derived = b""

    def begin(self, session: bytes) -> bytearray:
        """Begin a handshake: the PROTECT message, with a fresh nonce."""
        self.forget()
        self._host_nonce = self._random(_NONCE)
        self._session = session
        return codec.encode(
            messages.PROTECT,
            {"version": VERSION, "suite": SUITE, "nonce": self._host_nonce, "session": session},
        )

    def prove(self, answer: codec.Message) -> bytearray:
        """Go on: judge the reader's proof, return the PROVE message. SecureChannelError."""
        if (answer.uint("version"), answer.uint("suite")) != (VERSION, SUITE):
            raise SecureChannelError(codes.SUITE)
        nonces = self._host_nonce + answer.data("nonce")
        exchanged = self._session + nonces
        info = _LABEL + bytes((VERSION, SUITE))
        derived = hkdf(self._secret, nonces, info, 64)
        if not hmac.compare_digest(_proof(derived, b"reader", exchanged), answer.data("proof")):
            raise SecureChannelError(codes.PROOF)
        self._derived = derived
        return codec.encode(messages.PROVE, {"proof": _proof(derived, b"host", exchanged)})

    def establish(self) -> None:
        """End the handshake: the reader has taken the proof."""
        self._protecting = AesCcm(self._derived[:16], _TAG)
        self._opening = AesCcm(self._derived[16:32], _TAG)
        self._derived = b""
        self._sent = 0
        self._highest = -1
        self._seen = [-1] * _WINDOW

    def protect(self, kind: int, number: int, payload: bytes | bytearray) -> bytes:
        """Make the record that carries a frame; only with `established` keys."""
        assert self._protecting is not None
        counter = self._sent.to_bytes(_COUNTER, "big")
        self._sent += 1
        body = bytearray((kind, number)) + payload
        record = counter + self._protecting.encrypt(counter.rjust(_CCM_NONCE, b"\0"), body)
        body[:] = bytes(len(body))
        return record

    def open(self, record: bytes) -> Frame | None:
        """Read the frame in a record; None for one that does not open, or was opened before."""
        counter = int.from_bytes(record[:_COUNTER], "big")
        slot = counter % _WINDOW
        too_old = counter <= self._highest - _WINDOW or counter == self._seen[slot]
        if self._opening is None or len(record) < _COUNTER + _TAG or too_old:
            return None
        nonce = record[:_COUNTER].rjust(_CCM_NONCE, b"\0")
        try:
            body = self._opening.decrypt(nonce, record[_COUNTER:])
        except NotAuthentic:
            return None
        self._highest = max(self._highest, counter)
        self._seen[slot] = counter
        return Frame(body[0], body[1], body[2:]) if len(body) >= 2 else None


def _proof(derived: bytes, who: bytes, exchanged: bytes) -> bytes:
    return hmac.digest(derived[32:], who + exchanged, "sha256")[:_PROOF]
