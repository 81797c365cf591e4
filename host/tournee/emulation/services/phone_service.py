"""The emulated service of the phone's card: judges codes, opens contexts, seals records. A simulation.

Of the client it knows the profile's table alone. Its seal's certificate is `sceau.pem` in its folder.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import cbor2
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

from tournee.emulation.cards.content import card_content
from tournee.emulation.services.believed_assertions import believing_cards
from tournee.emulation.services.counterpart import CounterpartSetting, Received, Reply
from tournee.emulation.services.phone import FOLDER, EmulatedPhone, holders, phones
from tournee.formats import zones
from tournee.services.phone_card import table
from tournee.services.phone_card.table import CodeClaim

JudgeAssertion = Callable[[bytes, datetime], str]
"""Of an assertion and the time: whose RPPS number it is; ValueError for one that is not to be believed."""

_CERTIFICATE, _KEY = "sceau.pem", "sceau-key.pem"
_DIGEST = 32
_CONTACTLESS = "desk.sock"  # of the emulated reader, on which a phone may lie
_BENEFICIARY = 104
_CODE_SLACK = 5  # seconds by which a phone's clock may be ahead


class _RefusedError(Exception):
    """Carries the code of `table.REFUSALS`."""


@dataclass
class _Context:
    token: str
    person: str
    carer: str
    ends: datetime


class PhoneService:
    """POST /contexte and /sceller. `judge` believes the carer's assertion, or not."""

    name, path, suffix, demands_certificate = "apcv", "/", "json", False

    def __init__(self, setting: CounterpartSetting, judge: JudgeAssertion) -> None:
        self._clock, self._judge = setting.clock, judge
        self._phones = setting.folder / FOLDER
        self._key, self.certificate = seal_identity(setting.folder)
        self.own = {
            "sceau": str((setting.folder / _CERTIFICATE).resolve()),
            "sans_contact": str((setting.folder.parents[1] / _CONTACTLESS).resolve()),
        }
        self._nonces: dict[bytes, datetime] = {}
        self._contexts: dict[str, _Context] = {}

    def answer(self, asked: Received) -> Reply:
        """One request."""
        does = {table.CONTEXT_PATH: self._open, table.SEAL_PATH: self._seal}.get(asked.path)
        if does is None or asked.method != "POST":
            return _json(404, {})
        try:
            return _json(200, does(json.loads(asked.body)))
        except _RefusedError as error:
            return _json(403, {"code": str(error)})

    def _open(self, told: dict[str, Any]) -> dict[str, str]:
        now = self._clock().astimezone(UTC)
        try:
            carer = self._judge(base64.b64decode(told["assertion"]), now)
        except ValueError as error:
            raise _RefusedError("A06") from error
        person, delegate = self._judged(base64.b64decode(told["code"]), now)
        renewed = self._contexts.get(told["renouvelle"])
        if told["renouvelle"] and (renewed is None or renewed.person != person):
            raise _RefusedError("A05" if renewed else "A08")
        zone = card_content(person).zone
        if _age(zone, now.date()) < table.AGE_MIN:
            raise _RefusedError("A09")
        identifier, token = secrets.token_hex(16), secrets.token_urlsafe(32)
        ends = now.replace(microsecond=0) + timedelta(seconds=table.CONTEXT_SECONDS)
        self._contexts[identifier] = _Context(token, person, carer, ends)
        end = ends.strftime(table.TIME)
        signed = table.SEALED_WORDS + f"{identifier}\n{end}\n".encode() + hashlib.sha256(zone).digest()
        return {
            "identifiant": identifier,
            "jeton": token,
            "fin": end,
            "zone": base64.b64encode(zone).decode(),
            "delegue": delegate,
            "signature": base64.b64encode(self._key.sign(signed, ec.ECDSA(SHA256()))).decode(),
        }

    def _judged(self, code: bytes, now: datetime) -> tuple[str, str]:
        """Whose card a code shows, and who shows it where that is another person."""
        try:
            protected, _, payload, signature = cbor2.loads(code).value
            claims = cbor2.loads(payload)
            ends = datetime.fromtimestamp(claims[CodeClaim.ENDS], UTC)
            nonce, shown = claims[CodeClaim.NONCE], claims[CodeClaim.PSEUDONYM]
        except Exception as error:
            raise _RefusedError("A04") from error
        known = list(phones(self._phones))
        phone = next((one for one in known if one.identifier == claims[CodeClaim.ID]), None)
        if phone is None:
            raise _RefusedError("A01")
        _verify(phone, cbor2.dumps(["Signature1", protected, b"", payload]), signature)
        if not now < ends <= now + timedelta(seconds=table.CODE_SECONDS + _CODE_SLACK):
            raise _RefusedError("A02")
        self._nonces = {one: end for one, end in self._nonces.items() if end > now}
        if nonce in self._nonces:
            raise _RefusedError("A03")
        self._nonces[nonce] = ends
        if shown == phone.pseudonym:
            return phone.name, ""
        person = next((one for one in _everyone(self._phones) if one.pseudonym == shown), None)
        if person is None or not person.trusts(phone.name, now):
            raise _RefusedError("A10" if person else "A01")
        return person.name, _holder(card_content(phone.name).zone)

    def _seal(self, told: dict[str, Any]) -> dict[str, str]:
        known = self._contexts.get(told["identifiant"])
        if known is None or not secrets.compare_digest(known.token, told["jeton"]):
            raise _RefusedError("A08")
        if self._clock().astimezone(UTC) >= known.ends:
            raise _RefusedError("A07")
        digest = bytes.fromhex(told["empreinte"])
        if len(digest) != _DIGEST:
            raise ValueError("not a SHA-256")
        seal = self._key.sign(digest, ec.ECDSA(Prehashed(SHA256())))
        return {"sceau": base64.b64encode(seal).decode()}


def made(setting: CounterpartSetting) -> PhoneService:
    """The counterpart as it stands for who tries: it believes the test cards."""
    return PhoneService(setting, believing_cards(setting.cards))


def seal_identity(folder: Path) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    """The key and certificate of the service's seal, made in `folder` when they are not there."""
    key_file, certificate_file = folder / _KEY, folder / _CERTIFICATE
    if not certificate_file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        key = ec.generate_private_key(ec.SECP256R1())
        form = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        key_file.write_bytes(key.private_bytes(serialization.Encoding.PEM, *form))
        key_file.chmod(0o600)
        certificate_file.write_bytes(_issued(key).public_bytes(serialization.Encoding.PEM))
    found = serialization.load_pem_private_key(key_file.read_bytes(), None)
    assert isinstance(found, ec.EllipticCurvePrivateKey)
    return found, x509.load_pem_x509_certificate(certificate_file.read_bytes())


def _issued(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Simulation open-2"),
            x509.NameAttribute(NameOID.COMMON_NAME, "Sceau de l'appli carte Vitale (emule)"),
        ]
    )
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2049, 12, 31, tzinfo=UTC))
        .sign(key, SHA256())
    )


def _verify(phone: EmulatedPhone, signed: bytes, signature: bytes) -> None:
    try:
        half = len(signature) // 2
        der = encode_dss_signature(*(int.from_bytes(one) for one in (signature[:half], signature[half:])))
        phone.key.public_key().verify(der, signed, ec.ECDSA(SHA256()))
    except (InvalidSignature, TypeError, ValueError) as error:
        raise _RefusedError("A04") from error


def _everyone(folder: Path) -> list[EmulatedPhone]:
    return [EmulatedPhone(folder, name) for name in holders()]


def _beneficiary(zone: bytes) -> zones.Group:
    return next(group for group in zones.decode(zone) if group.id == _BENEFICIARY)


def _age(zone: bytes, today: date) -> int:
    born = _beneficiary(zone).field("naissance")[:8]
    return (int(f"{today:%Y%m%d}") - int(born)) // 10_000


def _holder(zone: bytes) -> str:
    group = _beneficiary(zone)
    return f"{group.field('prenom')} {group.field('nom_usuel') or group.field('nom')}".title()


def _json(status: int, told: dict[str, str]) -> Reply:
    return Reply(status, "application/json", json.dumps(told, ensure_ascii=False).encode())
