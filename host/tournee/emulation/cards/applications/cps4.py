"""The CPS4 as domain 3.4 has it: class 01, its own application name, an MSE of 4 bytes, PKCS#1 v1.5 or PSS.

Which byte stands for which algorithm is not published (the card's own directory tells middleware); 42 and 45
are those of IAS-ECC, the CPS3's family.
"""

from collections.abc import Mapping

from cryptography.hazmat.primitives.asymmetric import rsa

from tournee.emulation.cards.applications.application import OK, Command, Response
from tournee.emulation.cards.applications.cps import CpsApplication
from tournee.emulation.cards.applications.signing import sign_digest

ATR_CPS4 = bytes.fromhex("3b9b188001001225006480040100009044")
AID = bytes.fromhex("80250000 01ff0100")
CLASS = 0x01
PKCS1, PSS = 0x42, 0x45
_INTERNAL_AUTHENTICATE = 0x88
_SIGN_WITH = bytes.fromhex("9102")
_KEY = 0x10 | 0x80
_WRONG_DATA = Response(0x6A80)
_WRONG_PARAMETERS = Response(0x6A86)
_UNKNOWN_CLA = 0x6E00


class Cps4Application(CpsApplication):
    """A professional's card of the fourth generation; no INTERNAL AUTHENTICATE."""

    def __init__(self, files: Mapping[bytes, bytes], key: rsa.RSAPrivateKey, pin: bytes) -> None:
        super().__init__(files, key, pin, name=AID)
        self._algorithm = PKCS1

    def refusal(self, cla: int, ins: int) -> int:
        """All on logical channel 1."""
        return super().refusal(0, ins) if cla == CLASS else _UNKNOWN_CLA

    def set_environment(self, command: Command) -> Response:
        """MSE 81 B6: `91 02 algorithm key|80`."""
        self.key_chosen = False
        if (command.p1, command.p2) != (0x81, 0xB6):
            return _WRONG_PARAMETERS
        if command.data[:2] != _SIGN_WITH or command.data[2:] not in (
            bytes((PKCS1, _KEY)),
            bytes((PSS, _KEY)),
        ):
            return _WRONG_DATA
        self._algorithm = command.data[2]
        self.key_chosen = True
        return OK

    def sign(self, digest: bytes) -> bytes:
        """By the algorithm chosen."""
        return sign_digest(self.key, digest, pss=self._algorithm == PSS)
