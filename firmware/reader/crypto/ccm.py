"""AES-CCM in place, without allocation (RFC 3610: nonce of 13 bytes, tag of 8, no additional data)."""

from sesam.octets import copy, mix, wipe
from sesam.port import const

TAG = const(8)
NONCE = const(13)
_BLOCK = const(16)
_FLAGS_MAC = const(0x19)  # (TAG - 2) / 2 in bits 3 to 5, L - 1 in bits 0 to 2
_FLAGS_STREAM = const(0x01)  # L - 1


class Ccm:
    """The blocks that it works in; the key comes with each call, as an object with `encrypt(block, out)`."""

    def __init__(self) -> None:
        self.nonce = bytearray(NONCE)
        self._counter = bytearray(_BLOCK)
        self._stream = bytearray(_BLOCK)
        self._mac = bytearray(_BLOCK)

    def encrypt(self, aes: object, buf: bytearray, at: int, n: int) -> None:
        """Encrypt buf[at:at+n] under `nonce`, and write its tag behind it."""
        self._authenticate(aes, buf, at, n)
        self._cipher(aes, buf, at, n)
        copy(buf, at + n, self._mac, 0, TAG)

    def decrypt(self, aes: object, buf: bytearray, at: int, n: int) -> bool:
        """Decrypt buf[at:at+n], whose tag is behind it, under `nonce`; False, and zeros, when the tag is
        wrong."""
        self._cipher(aes, buf, at, n)
        self._authenticate(aes, buf, at, n)
        difference = 0
        for i in range(TAG):
            difference |= buf[at + n + i] ^ self._mac[i]
        if difference:
            wipe(buf, at, n)
        return difference == 0

    def _authenticate(self, aes: object, buf: bytearray, at: int, n: int) -> None:
        """Leave the tag in `_mac`: CBC-MAC over length, nonce and data, then the first block of stream."""
        mac = self._mac
        mac[0] = _FLAGS_MAC
        copy(mac, 1, self.nonce, 0, NONCE)
        mac[14] = n >> 8
        mac[15] = n & 0xFF
        aes.encrypt(mac, mac)
        end = at + n
        for start in range(at, end, _BLOCK):
            mix(mac, 0, buf, start, min(_BLOCK, end - start))
            aes.encrypt(mac, mac)
        counter = self._counter_of_nonce()
        counter[14] = counter[15] = 0
        aes.encrypt(counter, self._stream)
        mix(mac, 0, self._stream, 0, TAG)

    def _cipher(self, aes: object, buf: bytearray, at: int, n: int) -> None:
        stream = self._stream
        counter = self._counter_of_nonce()
        number = 0
        end = at + n
        for start in range(at, end, _BLOCK):
            number += 1
            counter[14] = number >> 8
            counter[15] = number & 0xFF
            aes.encrypt(counter, stream)
            mix(buf, start, stream, 0, min(_BLOCK, end - start))

    def _counter_of_nonce(self) -> bytearray:
        """The block that is encrypted for the stream, but for its last two bytes."""
        counter = self._counter
        counter[0] = _FLAGS_STREAM
        copy(counter, 1, self.nonce, 0, NONCE)
        return counter
