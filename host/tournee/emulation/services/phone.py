"""An emulated phone with the carte Vitale on it: its own keys, the codes it shows, what it says by contact.

Phones of the test cards' holders lie in one folder: `NAME.pem` a phone's key, made when it is first asked
for, `NAME.json` for whom else it may be shown and until when.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import cbor2
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from tournee.emulation.cards import card_names
from tournee.errors import EmulationError
from tournee.services.phone_card import table
from tournee.services.phone_card.table import CodeClaim

FOLDER = "telephones"
_PROTECTED = cbor2.dumps({1: table.ES256})
_HALF = 32  # bytes of r, and of s
_OK, _WRONG, _NO_APPLICATION = b"\x90\x00", b"\x6a\x80", b"\x6a\x82"
_NOT_READY, _NO_INSTRUCTION = b"\x69\x85", b"\x6d\x00"
_HEADER, _DATA_AT = 4, 5


@cache
def holders() -> tuple[str, ...]:
    """Whose phones there may be: the names of the test cards."""
    return tuple(card_names("vitale"))


@dataclass(frozen=True)
class EmulatedPhone:
    """The phone of the holder of the test card `name`."""

    folder: Path
    name: str

    def __post_init__(self) -> None:
        if self.name not in holders():
            raise EmulationError(
                f"Personne d’essai inconnue : {self.name}.",
                next_step=f"choisissez parmi : {', '.join(holders())}.",
            )

    @property
    def key(self) -> ec.EllipticCurvePrivateKey:
        """Its key, made when it is first asked for."""
        path = self.folder / f"{self.name}.pem"
        if not path.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            made = ec.generate_private_key(ec.SECP256R1())
            form = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            path.write_bytes(made.private_bytes(serialization.Encoding.PEM, *form))
            path.chmod(0o600)
        found = serialization.load_pem_private_key(path.read_bytes(), None)
        assert isinstance(found, ec.EllipticCurvePrivateKey)
        return found

    @property
    def identifier(self) -> bytes:
        """The application on this phone: 16 bytes of the SHA-256 of its public key."""
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        public = self.key.public_key().public_bytes(serialization.Encoding.DER, form)
        return hashlib.sha256(public).digest()[: table.NAME]

    @property
    def pseudonym(self) -> bytes:
        """What stands for the insured person."""
        return hashlib.sha256(f"assuré {self.name}".encode()).digest()[: table.NAME]

    def trust(self, other: str, until: datetime) -> None:
        """Let the person of another phone show this card, until then."""
        told = self._trusted() | {other: until.astimezone(UTC).strftime(table.TIME)}
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / f"{self.name}.json").write_text(json.dumps(told), "utf-8")

    def trusts(self, other: str, now: datetime) -> bool:
        """Whether the person of another phone may show this card now."""
        until = self._trusted().get(other)
        return until is not None and now.astimezone(UTC).strftime(table.TIME) < until

    def _trusted(self) -> dict[str, str]:
        path = self.folder / f"{self.name}.json"
        told: dict[str, str] = json.loads(path.read_text("utf-8")) if path.exists() else {}
        return told

    def code(self, now: datetime, *, nonce: bytes = b"", of: str = "") -> bytes:
        """A code made now: that of its own person, or of the holder `of` another card who trusts her."""
        person = self if not of else EmulatedPhone(self.folder, of)
        claims = {
            CodeClaim.ID.value: self.identifier,
            CodeClaim.PSEUDONYM.value: person.pseudonym,
            CodeClaim.ENDS.value: int(now.timestamp()) + table.CODE_SECONDS,
            CodeClaim.NONCE.value: nonce or os.urandom(table.NONCE),
        }
        return sign_one(self.key, cbor2.dumps(claims))

    def text(self, now: datetime, *, of: str = "") -> str:
        """What its screen shows as a QR code."""
        return text_of(self.code(now, of=of))


def phone_in(directory: Path, name: str) -> EmulatedPhone:
    """The phone of a test card's holder, in the folder of an emulated reader with its services."""
    phone = EmulatedPhone(directory / "services" / "apcv" / FOLDER, name)
    phone.key  # noqa: B018 (it is made: the application is installed)
    return phone


def text_of(code: bytes) -> str:
    """A code as a QR code has it."""
    return table.PREFIX + base64.urlsafe_b64encode(code).decode().rstrip("=")


def sign_one(key: ec.EllipticCurvePrivateKey, payload: bytes) -> bytes:
    """A COSE_Sign1 of this payload (RFC 9052 4.4)."""
    to_sign = cbor2.dumps(["Signature1", _PROTECTED, b"", payload])
    r, s = decode_dss_signature(key.sign(to_sign, ec.ECDSA(SHA256())))
    signature = r.to_bytes(_HALF, "big") + s.to_bytes(_HALF, "big")
    return cbor2.dumps(cbor2.CBORTag(table.COSE_TAG, [_PROTECTED, {}, payload, signature]))


def phones(folder: Path) -> Iterator[EmulatedPhone]:
    """The phones that have a key."""
    for path in sorted(folder.glob("*.pem")):
        yield EmulatedPhone(folder, path.stem)


class LaidPhone:
    """A phone laid on a contactless reader: command APDUs in, answers with their status word out."""

    def __init__(self, phone: EmulatedPhone, clock: Callable[[], datetime], *, of: str = "") -> None:
        self._phone, self._clock, self._of = phone, clock, of
        self._is_selected, self._nonce = False, b""

    def transmit(self, command: bytes) -> bytes:
        """Answer one command; never raises on what a reader can send."""
        if len(command) < _HEADER or command[0]:
            return _WRONG
        instruction, body = command[1], command[_DATA_AT:]
        body = body[: command[_HEADER]] if len(command) > _HEADER else b""
        if instruction == table.SELECT:
            self._is_selected, self._nonce = body == table.AID, b""
            return _OK if self._is_selected else _NO_APPLICATION
        if not self._is_selected:
            return _NOT_READY
        if instruction == table.GET_CHALLENGE:
            self._nonce = os.urandom(table.NONCE)
            return self._nonce + _OK
        if instruction == table.INTERNAL_AUTHENTICATE:
            nonce, self._nonce = self._nonce, b""
            if not nonce or body != nonce:
                return _NOT_READY
            return self._phone.code(self._clock(), nonce=nonce, of=self._of) + _OK
        return _NO_INSTRUCTION
