"""The protected channel: who both ends are, and every frame after that encrypted, in order and once.

Both ends hold the reader's secret, given by its maker. A handshake of two exchanges with fresh nonces proves
it and derives keys (HKDF-SHA-256, RFC 5869); frames then travel as records of AES-CCM (RFC 3610) under a
counter. `firmware/PROTOCOL.md` section 9 has every byte, and what this does not defend against.
"""

from reader.crypto.ccm import NONCE, TAG, Ccm
from reader.crypto.hmac import DIGEST, Hmac
from reader.storage.journal import IDENTITY
from sesam import codes, messages
from sesam.octets import copy, same, wipe
from sesam.port import const, ticks_diff

VERSION = const(1)
SUITE = const(1)  # HKDF-SHA-256, AES-128-CCM, tag of 8 bytes

COUNTER = const(3)  # bytes of a record's counter, before what is encrypted
LAST_RECORD = const(0xFFFFFF)  # the last counter of a key: then a new handshake is due

_SERIAL = const(16)  # bytes of the serial number, before the secret
_SECRET = const(32)
_NONCE = const(16)
_PROOF = const(16)
_KEY = const(16)
_SESSION = const(8)
_IDLE_MS = const(900_000)  # without a record, keys are forgotten
_BUSY_MS = const(20_000)  # after a record, no other host is let in
_TO_READER = const(0)  # what each key of 16 bytes is for, where it lies in the derived bytes
_TO_HOST = const(16)
_PROVING = const(32)
_READER = b"reader"
_HOST = b"host"
_LABEL = b"tournee open-1 link"


class Protection:
    """One reader's end. `aes(key)` makes a key, `random(buf)` fills with bytes that never come
    again, or returns the status for why it has none; the board's.

    Until `recall` has found a secret of 32 bytes nothing is protected.
    """

    def __init__(self, sha256: object, aes: object, random: object, ticks: object) -> None:
        self._aes = aes
        self._random = random
        self._secret = None
        self._ticks = ticks
        self._hmac = Hmac(sha256)
        self._ccm = Ccm()
        self._asked = bytearray(_SESSION + 2 * _NONCE)  # session, nonces of host and reader
        self._derived = bytearray(2 * DIGEST)
        self._proof = bytearray(DIGEST)
        self._proved = bytearray(_PROOF)  # the proof that made the keys in force
        self._session = bytearray(_SESSION)  # whose they are
        self._asking = False  # PROTECT is answered, PROVE has not come
        self._fresh = False  # no record was opened under these keys: their PROTECTED may be lost
        self._opening = None  # the keys in force
        self._protecting = None
        self._sent = 0
        self._next = 0  # the lowest counter that may still come
        self._used = 0  # tick of the last record

    def wanted(self) -> bool:
        """Whether frames in clear are refused: a reader with a secret serves nobody else."""
        return self._secret is not None

    def recall(self, journal: object) -> None:
        """Take the secret that the maker has given, if there is one; what is given later counts from the next
        start."""
        at = journal.find(IDENTITY)
        if at:
            self._secret = bytearray(_SECRET)
            journal.load(at + _SERIAL, self._secret)

    def greet(self, message: object, writer: object) -> int:
        """Answer PROTECT or PROVE; 0, or the status that refuses it."""
        if self._secret is None:
            return codes.NO_SECRET
        if message.number == messages.PROTECT:
            return self._protect(message, writer)
        return self._prove(message, writer)

    def names(self, buf: bytearray, at: int) -> bool:
        """Whether the session named at buf[at:] is that of the keys in force."""
        return same(self._session, 0, buf, at, _SESSION)

    def open(self, buf: bytearray, at: int, n: int) -> int:
        """Open the record buf[at:at+n] and move what it holds to buf[0:]; its length, or -1."""
        inside = n - COUNTER - TAG
        if self._opening is None or inside < 0:
            return -1
        counter = 0
        for i in range(COUNTER):
            counter = counter << 8 | buf[at + i]
        if counter < self._next:
            return -1
        self._nonce(counter)
        at += COUNTER
        if not self._ccm.decrypt(self._opening, buf, at, inside):
            return -1
        self._next = counter + 1
        self._fresh = False
        self._used = self._ticks()
        copy(buf, 0, buf, at, inside)
        return inside

    def protect(self, buf: bytearray, at: int, end: int) -> int:
        """Encrypt buf[at:end] where it is, its counter before it, its tag behind; the new end, or 0 when the
        keys are exhausted or gone."""
        if self._protecting is None or self._sent > LAST_RECORD:
            self.forget()
            return 0
        counter = self._sent
        self._sent = counter + 1
        for i in range(COUNTER):
            buf[at - 1 - i] = counter >> 8 * i & 0xFF
        self._nonce(counter)
        self._ccm.encrypt(self._protecting, buf, at, end - at)
        return end + TAG

    def watch(self) -> None:
        """Forget keys that nobody has used for a quarter of an hour."""
        if self._opening is not None and ticks_diff(self._ticks(), self._used) >= _IDLE_MS:
            self.forget()

    def forget(self) -> None:
        """Forget the keys: a new handshake is due."""
        self._opening = None
        self._protecting = None
        self._fresh = False

    def _protect(self, message: object, writer: object) -> int:
        if message.uint(1) != VERSION or message.uint(2) != SUITE:
            return codes.SUITE
        if self._busy(message.buf, message.offset(4)):
            return codes.HOST_BUSY
        asked = self._asked
        self._asking &= same(asked, 0, message.buf, message.offset(4), _SESSION)
        self._asking &= same(asked, _SESSION, message.buf, message.offset(3), _NONCE)
        if not self._asking:  # asked again word for word, it gets the same answer
            copy(asked, 0, message.buf, message.offset(4), _SESSION)
            copy(asked, _SESSION, message.buf, message.offset(3), _NONCE)
            status = self._random(self._proof)
            if status:
                return status
            copy(asked, _SESSION + _NONCE, self._proof, 0, _NONCE)
            self._derive()
            self._asking = True
        self._prove_by(_READER)
        writer.begin(messages.PROTECT + messages.ANSWER)
        writer.put_uint(1, VERSION)
        writer.put_uint(2, SUITE)
        writer.put_bytes(3, asked, _SESSION + _NONCE, _NONCE)
        writer.put_bytes(4, self._proof, 0, _PROOF)
        return 0

    def _prove(self, message: object, writer: object) -> int:
        """Make keys for who knows the secret; that they are made is said again until a record comes."""
        if not (self._fresh and _equal(self._proved, message)):
            status = self._judge(message)
            if status:
                return status
        writer.begin(messages.PROVE + messages.ANSWER)
        return 0

    def _judge(self, message: object) -> int:
        if not self._asking:
            return codes.PROOF
        if self._busy(self._asked, 0):
            return codes.HOST_BUSY
        self._prove_by(_HOST)
        known = _equal(self._proof, message)
        derived = self._derived
        if known:
            self._asking = False
            self.forget()  # the last keys first: there is room for two, not for four
            self._opening = self._aes(bytes(derived[_TO_READER : _TO_READER + _KEY]))
            self._protecting = self._aes(bytes(derived[_TO_HOST : _TO_HOST + _KEY]))
            self._sent = self._next = 0
            self._used = self._ticks()
            self._fresh = True
            copy(self._proved, 0, self._proof, 0, _PROOF)
            copy(self._session, 0, self._asked, 0, _SESSION)
            wipe(derived, 0, len(derived))
        return 0 if known else codes.PROOF

    def _busy(self, buf: bytearray, at: int) -> bool:
        """Whether a host was here a moment ago that is not the one named at buf[at:]."""
        recent = self._opening is not None and ticks_diff(self._ticks(), self._used) < _BUSY_MS
        return recent and not self.names(buf, at)

    def _derive(self) -> None:
        """HKDF: the nonces are the salt, the secret the key, version and suite part of the label."""
        hmac = self._hmac
        derived = self._derived
        hmac.begin(self._asked, _SESSION, 2 * _NONCE)
        hmac.update(self._secret, 0, _SECRET)
        hmac.finish(self._proof, 0)
        at = 0
        for number in range(1, 3):
            hmac.begin(self._proof, 0, DIGEST)
            hmac.update(derived, 0, at)
            self._label(number)
            hmac.finish(derived, at)
            at += DIGEST

    def _label(self, number: int) -> None:
        hmac = self._hmac
        hmac.update(_LABEL, 0, len(_LABEL))
        nonce = self._ccm.nonce  # any buffer of a few bytes
        nonce[0] = VERSION
        nonce[1] = SUITE
        nonce[2] = number
        hmac.update(nonce, 0, 3)

    def _prove_by(self, who: bytes) -> None:
        """Leave in `_proof` what `who` proves itself by: its name and all that was exchanged."""
        hmac = self._hmac
        hmac.begin(self._derived, _PROVING, DIGEST)
        hmac.update(who, 0, len(who))
        hmac.update(self._asked, 0, len(self._asked))
        hmac.finish(self._proof, 0)

    def _nonce(self, counter: int) -> None:
        nonce = self._ccm.nonce
        wipe(nonce, 0, NONCE)
        for i in range(COUNTER):
            nonce[NONCE - 1 - i] = counter >> 8 * i & 0xFF


def _equal(proof: bytearray, message: object) -> bool:
    """Whether PROVE brings this proof, in a time that does not tell where it differs."""
    at = message.offset(1)
    difference = 0
    for i in range(_PROOF):
        difference |= proof[i] ^ message.buf[at + i]
    return not difference
