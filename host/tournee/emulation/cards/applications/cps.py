"""The CPS3 of firmware/PROFILE.md (domain 3.3, Cards): files, code porteur, hash ended and signed on card."""

from collections.abc import Mapping

from cryptography.hazmat.primitives.asymmetric import rsa

from tournee.emulation.cards.applications.application import OK, Command, Response
from tournee.emulation.cards.applications.filesystem import CardFiles
from tournee.emulation.cards.applications.sha256 import BLOCK, STATE, finish
from tournee.emulation.cards.applications.signing import sign_digest

ATR_CPS3 = bytes.fromhex("3bac00402a001225006480000310009000")
AID = bytes.fromhex("e828bd080f8025000001ff0010")
DIRECTORY = bytes.fromhex("0001")
EF_ZONE = DIRECTORY + bytes.fromhex("d120")
EF_CERTIFICATE = DIRECTORY + bytes.fromhex("7001")
PIN_REFERENCE = 0x01
PIN_TRIES = 3

_VERIFY, _MSE, _PSO, _GET_DATA = 0x20, 0x22, 0x2A, 0xCB
_SIGN_WITH_THIS_KEY = bytes.fromhex("800142840110")
_BIT_COUNT = 8
_PIN_STATE = bytes.fromhex("4d08 7006 bf81 01 02 a080")
_WRONG_LENGTH = Response(0x6700)
_NOT_UNLOCKED = Response(0x6982)
_BLOCKED = Response(0x6983)
_NOT_PREPARED = Response(0x6985)
_WRONG_DATA = Response(0x6A80)
_WRONG_PARAMETERS = Response(0x6A86)
_UNKNOWN_REFERENCE = Response(0x6A88)


class CpsApplication(CardFiles):
    """A professional's card. `tries_left` and `signatures` outlive a reset, the presented code does not."""

    INSTRUCTIONS = CardFiles.INSTRUCTIONS | {_VERIFY, _MSE, _PSO, _GET_DATA}

    def __init__(
        self, files: Mapping[bytes, bytes], key: rsa.RSAPrivateKey, pin: bytes, *, name: bytes = AID
    ) -> None:
        super().__init__(name, DIRECTORY, files)
        self.tries_left = PIN_TRIES
        self.key = key
        self._pin = pin
        self._unlocked = False
        self.key_chosen = False
        self._digest: bytes | None = None

    def reset(self) -> None:
        """A cold reset, or the choice of the application: the code must be presented again."""
        super().reset()
        self._unlocked = False
        self.key_chosen = False
        self._digest = None

    def execute(self, command: Command) -> Response:
        """VERIFY, MSE SET, PSO HASH, PSO CDS, the state of the code; files otherwise."""
        if command.ins == _VERIFY:
            return self._verify(command)
        if command.ins == _MSE:
            return self.set_environment(command)
        if command.ins == _PSO:
            return self._perform(command)
        if command.ins == _GET_DATA:
            return self._code_state(command)
        return super().execute(command)

    def _verify(self, command: Command) -> Response:
        if command.p1 != 0:
            return _WRONG_PARAMETERS
        if command.p2 != PIN_REFERENCE:
            return _UNKNOWN_REFERENCE
        if not command.data and self._unlocked:
            return OK
        if self.tries_left == 0:
            return _BLOCKED
        if command.data and not 4 <= len(command.data) <= 8:
            return _WRONG_LENGTH
        if command.data == self._pin:
            self.tries_left = PIN_TRIES
            self._unlocked = True
            return OK
        if command.data:
            self.tries_left -= 1
            self._unlocked = False
        return Response(0x63C0 | self.tries_left)

    def _code_state(self, command: Command) -> Response:
        if (command.p1, command.p2) != (0x3F, 0xFF) or command.data != _PIN_STATE:
            return _UNKNOWN_REFERENCE
        counters = bytes((0x9A, 1, PIN_TRIES, 0x9B, 1, self.tries_left, 0x9D, 2, 0xFF, 0xFF))
        state = b"\xbf\x81\x01" + bytes((len(counters) + 2,)) + b"\xa0" + bytes((len(counters),)) + counters
        return Response(0x9000, b"\x70" + bytes((len(state),)) + state)

    def set_environment(self, command: Command) -> Response:
        """MSE 41 B6: `80 01 algorithm 84 01 key`."""
        if (command.p1, command.p2) != (0x41, 0xB6):
            return _WRONG_PARAMETERS
        self.key_chosen = command.data == _SIGN_WITH_THIS_KEY
        return OK if self.key_chosen else _WRONG_DATA

    def _perform(self, command: Command) -> Response:
        if (command.p1, command.p2) == (0x90, 0xA0):
            return self._hash(command.data)
        if (command.p1, command.p2) == (0x9E, 0x9A):
            return self._sign(command)
        return _WRONG_PARAMETERS

    def _hash(self, data: bytes) -> Response:
        """`90 28 {state, bit count}` `80 L {last block}`: the card finishes the hash itself."""
        self._digest = None
        intermediate = 2 + STATE + _BIT_COUNT
        if data[:2] != bytes((0x90, STATE + _BIT_COUNT)) or len(data) < intermediate + 2:
            return _WRONG_DATA
        last = data[intermediate + 2 :]
        bits = int.from_bytes(data[2 + STATE : intermediate], "big")
        if (
            data[intermediate] != 0x80
            or data[intermediate + 1] != len(last)
            or len(last) > BLOCK
            or bits % 512
        ):
            return _WRONG_DATA
        self._digest = finish(data[2 : 2 + STATE], bits, last)
        return OK

    def _sign(self, command: Command) -> Response:
        if command.data:
            return _WRONG_LENGTH
        if not self._unlocked:
            return _NOT_UNLOCKED
        if not self.key_chosen or self._digest is None:
            return _NOT_PREPARED
        digest, self._digest = self._digest, None
        self.signatures += 1
        return Response(0x9000, self.sign(digest), worked=True)

    def sign(self, digest: bytes) -> bytes:
        """By the algorithm of the key chosen."""
        return sign_digest(self.key, digest)
