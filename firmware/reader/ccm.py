"""AES-CCM in place, without allocation (RFC 3610: nonce of 13 bytes, tag of 8, no additional data)."""

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

    def seal(self, aes: object, buf: bytearray, at: int, n: int) -> None:
        """Encrypt buf[at:at+n] under `nonce`, and write its tag behind it."""
        self._authenticate(aes, buf, at, n)
        self._cipher(aes, buf, at, n)
        for i in range(TAG):
            buf[at + n + i] = self._mac[i]

    def open(self, aes: object, buf: bytearray, at: int, n: int) -> bool:
        """Decrypt buf[at:at+n], whose tag is behind it, under `nonce`; False, and zeros, when the tag is
        wrong."""
        self._cipher(aes, buf, at, n)
        self._authenticate(aes, buf, at, n)
        difference = 0
        for i in range(TAG):
            difference |= buf[at + n + i] ^ self._mac[i]
        if difference:
            for i in range(at, at + n):
                buf[i] = 0
        return difference == 0

    def _authenticate(self, aes: object, buf: bytearray, at: int, n: int) -> None:
        """Leave the tag in `_mac`: CBC-MAC over length, nonce and data, then the first block of stream."""
        mac = self._mac
        nonce = self.nonce
        mac[0] = _FLAGS_MAC
        for i in range(NONCE):
            mac[1 + i] = nonce[i]
        mac[14] = n >> 8
        mac[15] = n & 0xFF
        aes.encrypt(mac, mac)
        for start in range(at, at + n, _BLOCK):
            for i in range(min(_BLOCK, at + n - start)):
                mac[i] ^= buf[start + i]
            aes.encrypt(mac, mac)
        self._count(0)
        aes.encrypt(self._counter, self._stream)
        for i in range(TAG):
            mac[i] ^= self._stream[i]

    def _cipher(self, aes: object, buf: bytearray, at: int, n: int) -> None:
        stream = self._stream
        number = 0
        for start in range(at, at + n, _BLOCK):
            number += 1
            self._count(number)
            aes.encrypt(self._counter, stream)
            for i in range(min(_BLOCK, at + n - start)):
                buf[start + i] ^= stream[i]

    def _count(self, number: int) -> None:
        counter = self._counter
        counter[0] = _FLAGS_STREAM
        for i in range(NONCE):
            counter[1 + i] = self.nonce[i]
        counter[14] = number >> 8
        counter[15] = number & 0xFF
