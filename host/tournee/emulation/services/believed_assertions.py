"""Assertions of carers (SAML 2.0), judged by the certificates of the cards that are known."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree
from signxml.exceptions import SignXMLException
from signxml.verifier import XMLVerifier

from tournee.services.rights import table

_NS = {"m": table.SAML, "d": table.DS}
_LENGTH_MAX = 32_768


def believing_cards(cards: Path) -> Callable[[bytes, datetime], str]:
    """Of the certificates in a folder (`NAME.pem`): what gives the RPPS number of who asserts. An assertion
    serves once, within its time; ValueError for one that is not to be believed.
    """
    read = [x509.load_pem_x509_certificate(path.read_bytes()) for path in sorted(cards.glob("*.pem"))]
    known = {one.public_bytes(Encoding.DER): one for one in read}
    seen: set[str] = set()

    def judge(data: bytes, now: datetime) -> str:
        signed = _signed(data, known)
        number = signed.get("ID", "")
        if not number or number in seen:
            raise ValueError("used before")
        seen.add(number)
        conditions = signed.find("m:Conditions", _NS)
        if conditions is None or not _holds(conditions, now.astimezone(UTC)):
            raise ValueError("out of its time")
        for one in signed.iterfind("m:AttributeStatement/m:Attribute", _NS):
            if one.get("Name") == table.RPPS:
                return str(one.findtext("m:AttributeValue", "", _NS))
        raise ValueError("of nobody")

    return judge


def _holds(conditions: etree._Element, now: datetime) -> bool:
    begins, ends = (
        datetime.strptime(conditions.get(name, ""), "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        for name in ("NotBefore", "NotOnOrAfter")
    )
    return bool(begins - table.EARLY <= now < ends)


def _signed(data: bytes, known: dict[bytes, x509.Certificate]) -> etree._Element:
    """What a card really signed: the one whose certificate it brings, which has to be known."""
    if len(data) > _LENGTH_MAX:
        raise ValueError("too long")
    try:
        root = etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError as error:
        raise ValueError("no XML") from error
    try:
        certificate = known[b64decode("".join(root.findtext(".//d:X509Certificate", "", _NS).split()))]
        verified = XMLVerifier().verify(root, x509_cert=certificate, id_attribute="ID")
    except (SignXMLException, KeyError) as error:
        raise ValueError("signed by no card that is known") from error
    one = verified[0] if isinstance(verified, list) else verified
    if one.signed_xml is None or etree.QName(one.signed_xml).localname != "Assertion":
        raise ValueError("no assertion")
    return one.signed_xml
