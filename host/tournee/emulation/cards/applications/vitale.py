"""The Vitale 2 of firmware/PROFILE.md (domain 3.2, Cards): two files and a seal over a digest; no code."""

from collections.abc import Mapping

from cryptography.hazmat.primitives.asymmetric import rsa

from tournee.emulation.cards.applications.application import Command, Response
from tournee.emulation.cards.applications.filesystem import CardFiles
from tournee.emulation.cards.applications.signing import DIGEST, sign_digest

ATR_VITALE2 = bytes.fromhex("3b75130000 43 09ea9000")
AID = bytes.fromhex("d250000002 564954414c45")
EF_ZONE = bytes.fromhex("2002")
EF_CERTIFICATE = bytes.fromhex("2003")

_INTERNAL_AUTHENTICATE = 0x88
_WRONG_LENGTH = Response(0x6700)
_NOT_SELECTED = Response(0x6985)
_WRONG_PARAMETERS = Response(0x6A86)


class VitaleApplication(CardFiles):
    """An insured person's card."""

    INSTRUCTIONS = CardFiles.INSTRUCTIONS | {_INTERNAL_AUTHENTICATE}

    def __init__(self, files: Mapping[bytes, bytes], key: rsa.RSAPrivateKey) -> None:
        super().__init__(AID, b"", files)
        self._key = key

    def execute(self, command: Command) -> Response:
        """INTERNAL AUTHENTICATE over a digest of 32 bytes gives the seal of 256; files otherwise."""
        if command.ins != _INTERNAL_AUTHENTICATE:
            return super().execute(command)
        if (command.p1, command.p2) != (0, 0):
            return _WRONG_PARAMETERS
        if len(command.data) != DIGEST:
            return _WRONG_LENGTH
        if not self._in_application:
            return _NOT_SELECTED
        self.signatures += 1
        return Response(0x9000, sign_digest(self._key, command.data), worked=True)
