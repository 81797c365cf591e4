"""The assertion of who asks: SAML 2.0, signed by the PS's card through whoever holds it.

The reader signs pieces of 128 bytes alone, so the assertion's one-time id is made as long as makes the
canonical `SignedInfo` whole pieces (firmware/PROTOCOL.md, *An assertion*).
"""

from __future__ import annotations

import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from lxml import etree
from lxml.builder import ElementMaker
from signxml.algorithms import (
    CanonicalizationMethod,
    DigestAlgorithm,
    SignatureConstructionMethod,
    SignatureMethod,
)
from signxml.signer import XMLSigner

from tournee.errors import ServiceError
from tournee.services.rights import table

Sign = Callable[[bytes], bytes]
"""Signs a canonical `SignedInfo` by the PS's card: RSASSA-PKCS1-v1_5 with SHA-256. Raises what the reader
raises.
"""

_SAML = ElementMaker(namespace=table.SAML, nsmap={"saml": table.SAML})
_DS = ElementMaker(namespace=table.DS, nsmap={"ds": table.DS})


@dataclass(frozen=True)
class Asserting:
    """Who asks: the card's certificate (DER) and what it signs with; the RPPS and billing numbers."""

    certificate: bytes = field(repr=False)
    sign: Sign = field(repr=False)
    rpps: str = ""
    billing_number: str = ""


def signed_assertion(who: Asserting, serial: str, now: datetime, one_time: str) -> etree._Element:
    """An assertion for one request, from `now` on, of the Vitale card `serial` ("" for none); `one_time` is a
    number that was never used, in hexadecimal.
    """
    length = _Length()
    _signed(who, length, serial, now, f"_{one_time}")
    beyond = "0" * (-length.found % table.ASSERTION_STEP)
    if length.found + len(beyond) > table.ASSERTION_STEP * table.ASSERTION_MAX:
        raise ServiceError("L’assertion est plus longue que le lecteur n’en signe.")
    return _signed(who, _CardKey(who.sign), serial, now, f"_{one_time}{beyond}")


class _CardKey:
    """A private key that stays in a card, as a signer of XML asks for one."""

    def __init__(self, sign: Sign) -> None:
        self._sign = sign

    def sign(self, data: bytes, **_: object) -> bytes:
        """Sign by the card."""
        return self._sign(data)


class _Length:
    """Signs nothing, and knows how long what it was to sign is."""

    found = 0

    def sign(self, data: bytes, **_: object) -> bytes:
        """Take note."""
        self.found = len(data)
        return b""


def _signed(
    who: Asserting, key: _CardKey | _Length, serial: str, now: datetime, number: str
) -> etree._Element:
    signer = XMLSigner(
        method=SignatureConstructionMethod.enveloped,
        signature_algorithm=SignatureMethod.RSA_SHA256,
        digest_algorithm=DigestAlgorithm.SHA256,
        c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
    )
    signed: etree._Element = signer.sign(
        _assertion(who, serial, now, number),
        key=key,  # type: ignore[arg-type]  # a card's: all that is asked of it is `sign`
        cert=ssl.DER_cert_to_PEM_cert(who.certificate),
        reference_uri=number,
        id_attribute="ID",
    )
    return signed


def _assertion(who: Asserting, serial: str, now: datetime, number: str) -> etree._Element:
    told = {table.RPPS: who.rpps, table.BILLING: who.billing_number, table.VITALE_SERIAL: serial}
    attributes = [
        _SAML.Attribute(_SAML.AttributeValue(value), Name=name) for name, value in told.items() if value
    ]
    issued = instant(now)
    return _SAML.Assertion(
        _SAML.Issuer(who.rpps or who.billing_number),
        _DS.Signature(Id="placeholder"),
        _SAML.Subject(
            _SAML.NameID(who.rpps or who.billing_number), _SAML.SubjectConfirmation(Method=table.BEARER)
        ),
        _SAML.Conditions(
            _SAML.AudienceRestriction(_SAML.Audience(table.AUDIENCE)),
            _SAML.OneTimeUse(),
            NotBefore=issued,
            NotOnOrAfter=instant(now + table.LIFE),
        ),
        _SAML.AuthnStatement(
            _SAML.AuthnContext(_SAML.AuthnContextClassRef(table.SMARTCARD)), AuthnInstant=issued
        ),
        _SAML.AttributeStatement(*attributes),
        ID=number,
        Version="2.0",
        IssueInstant=issued,
    )


def instant(moment: datetime) -> str:
    """A time as XML has it, in UTC."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
