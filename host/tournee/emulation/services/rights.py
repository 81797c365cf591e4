"""The counterpart of the service of rights: judges who asks by the card's certificate and what it asserts,
and answers with the groups of one beneficiary. Of the client it shares the table of the profile.
"""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from lxml import etree
from signxml.exceptions import SignXMLException
from signxml.verifier import XMLVerifier

from tournee.emulation.services.counterpart import CounterpartSetting, Received, Reply
from tournee.emulation.services.rights_answers import AskedPerson, answer_to, serials_of
from tournee.services.rights import table
from tournee.services.rights.table import RightsCode

_MEDIA = "application/soap+xml; charset=utf-8"
_NS = {
    "s": table.SOAP,
    "a": table.WSA,
    "w": table.WSSE,
    "m": table.SAML,
    "d": table.NAMESPACE,
    "l": table.LPS_NAMESPACE,
    "b": table.BAM_NAMESPACE,
}


class RightsFault(Exception):  # noqa: N818
    """Why a request is not answered."""

    def __init__(self, code: RightsCode, why: str) -> None:
        super().__init__(why)
        self.code = code


class RightsCounterpart:
    """Answers as a service that knows test cards (`knows` is `table.TEST_CARDS`) or real ones alone."""

    name, path, suffix = "droits", "/droits", "xml"
    demands_certificate = False

    def __init__(self, setting: CounterpartSetting, knows: str = table.TEST_CARDS) -> None:
        self._clock = setting.clock
        self.knows = knows
        self.busy = 0  # how many requests more are answered R20
        self._seen: set[str] = set()
        self._cards = [
            x509.load_pem_x509_certificate(path.read_bytes())
            for path in sorted(Path(setting.cards).glob("*.pem"))
        ]

    def answer(self, asked: Received) -> Reply:
        """One envelope for another."""
        message = ""
        try:
            root = _read(asked.body)
            message = root.findtext("s:Header/a:MessageID", "", _NS)
            if self.busy:
                self.busy -= 1
                raise RightsFault(RightsCode.BUSY, "saturé")
            code, zone = self._judged(root, message)
        except RightsFault as fault:
            return Reply(500 if fault.code is RightsCode.BUSY else 400, _MEDIA, _fault(fault, message))
        return Reply(200, _MEDIA, _answer(code, zone, message, self._clock()))

    def _judged(self, root: etree._Element, message: str) -> tuple[str, bytes]:
        self._once(message)
        if root.findtext("s:Header/l:ContexteLPS/l:LPS/l:IDAM", "", _NS) != table.IDAM:
            raise RightsFault(RightsCode.ASSERTION, "logiciel inconnu")
        if root.find("s:Header/b:ContexteBAM", _NS) is None:
            raise RightsFault(RightsCode.ASSERTION, "contexte absent")
        body = root.find("s:Body/d:DemanderDroits", _NS)
        if body is None:
            raise RightsFault(RightsCode.ASSERTION, "autre demande")
        told = {etree.QName(one).localname: one.text or "" for one in body}
        person = AskedPerson(told["immatriculation"], told["dateNaissance"], told["rangGemellaire"])
        self._judge_assertion(root, person, told["carte"])
        return answer_to(person)

    def _once(self, number: str) -> None:
        if not number or number in self._seen:
            raise RightsFault(RightsCode.ASSERTION, "déjà vu")
        self._seen.add(number)

    def _judge_assertion(self, root: etree._Element, person: AskedPerson, serial: str) -> None:
        found = root.find("s:Header/w:Security/m:Assertion", _NS)
        if found is None:
            raise RightsFault(RightsCode.ASSERTION, "absente")
        signed = self._signed(found)
        self._once(signed.get("ID", ""))
        conditions = signed.find("m:Conditions", _NS)
        if conditions is None or table.AUDIENCE not in conditions.xpath(
            "m:AudienceRestriction/m:Audience/text()", namespaces=_NS
        ):
            raise RightsFault(RightsCode.ASSERTION, "pour un autre")
        now = self._clock().astimezone(UTC)
        if not _time(conditions, "NotBefore") - table.EARLY <= now < _time(conditions, "NotOnOrAfter"):
            raise RightsFault(RightsCode.EXPIRED, "hors délai")
        told = {
            one.get("Name"): one.findtext("m:AttributeValue", "", _NS)
            for one in signed.iterfind("m:AttributeStatement/m:Attribute", _NS)
        }
        shown = told.get(table.VITALE_SERIAL, "")
        if shown != serial or (serial and serial not in serials_of(person)):
            raise RightsFault(RightsCode.ASSERTION, "la carte n’est pas de cette personne")

    def _signed(self, assertion: etree._Element) -> etree._Element:
        """What the card really signed; RightsFault when no card that is known did."""
        if self.knows != table.TEST_CARDS:
            raise RightsFault(RightsCode.ASSERTION, "carte d’essai en production")
        alone = etree.fromstring(etree.tostring(assertion))
        for certificate in self._cards:
            try:
                verified = XMLVerifier().verify(alone, x509_cert=certificate, id_attribute="ID")
            except (SignXMLException, ValueError):
                continue
            one = verified[0] if isinstance(verified, list) else verified
            if one.signed_xml is not None and etree.QName(one.signed_xml).localname == "Assertion":
                return one.signed_xml
        raise RightsFault(RightsCode.ASSERTION, "signature d’une carte inconnue")


def made(setting: CounterpartSetting) -> RightsCounterpart:
    """The counterpart as it stands for who tries."""
    return RightsCounterpart(setting)


def _read(body: bytes) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise RightsFault(RightsCode.ASSERTION, "pas du XML") from None
    if root.getroottree().docinfo.doctype:
        raise RightsFault(RightsCode.ASSERTION, "type de document")
    return root


def _time(conditions: etree._Element, name: str) -> datetime:
    return datetime.strptime(conditions.get(name, ""), "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


def _answer(code: str, zone: bytes, message: str, now: datetime) -> bytes:
    told = f"<zone>{base64.b64encode(zone).decode()}</zone>" if zone else ""
    at = now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return _envelope(
        message,
        f'<DemanderDroitsReponse xmlns="{table.NAMESPACE}"><code>{code}</code><date>{at}</date>{told}'
        "</DemanderDroitsReponse>",
    )


def _fault(fault: RightsFault, message: str) -> bytes:
    side = "Receiver" if fault.code is RightsCode.BUSY else "Sender"
    return _envelope(
        message,
        f"<s:Fault><s:Code><s:Value>s:{side}</s:Value></s:Code>"
        f'<s:Reason><s:Text xml:lang="fr">{fault}</s:Text></s:Reason>'
        f'<s:Detail><Erreur xmlns="{table.NAMESPACE}"><code>{fault.code}</code>'
        f"<texte>{fault}</texte></Erreur></s:Detail></s:Fault>",
    )


def _envelope(message: str, body: str) -> bytes:
    relates = f"<a:RelatesTo>{_escaped(message)}</a:RelatesTo>" if message else ""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<s:Envelope xmlns:s="{table.SOAP}" xmlns:a="{table.WSA}">'
        f"<s:Header><a:Action>{table.ANSWER_ACTION}</a:Action>{relates}</s:Header>"
        f"<s:Body>{body}</s:Body></s:Envelope>"
    ).encode()


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
