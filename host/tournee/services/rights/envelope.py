"""The request and its answer as SOAP 1.2, by the WSDL that is published, with the two contexts, WS-Addressing
and WS-Security.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import zeep
from lxml import etree
from lxml.builder import ElementMaker

from tournee.services.failures import ServiceAnswerError, ServiceRefusedError
from tournee.services.rights import table
from tournee.services.rights.assertion import Asserting, instant, signed_assertion
from tournee.services.rights.request import RightsRequest
from tournee.services.rights.table import RightsCode
from tournee.services.rights.xml import read_xml

_BINDING = f"{{{table.NAMESPACE}}}DroitsSoap12"
_VERB = "DemanderDroits"
_SOAP_NS = {"s": table.SOAP, "d": table.NAMESPACE}
Post = Callable[[bytes], bytes]
"""Takes an envelope to the service and its answer back. Raises a ServiceCallError."""


class RightsTold(NamedTuple):
    """What the service says: one of the codes for an answer, when, and the zone of groups 101 to 109."""

    code: RightsCode
    at: str
    zone: bytes


@dataclass(frozen=True)
class Asking:
    """By what a request is told from all others: when, and the numbers that are used once (hexadecimal)."""

    now: datetime
    message: str
    assertion: str
    version: str = field(default="0")


def ask_rights(request: RightsRequest, who: Asserting, asking: Asking, post: Post) -> RightsTold:
    """Ask once. ServiceRefusedError by the service's own code, ServiceAnswerError for what is no answer;
    whatever `post` and `who.sign` raise.
    """
    client = _client()
    service = client.create_service(_BINDING, table.AUDIENCE)
    assertion = signed_assertion(who, request.serial, asking.now, asking.assertion)
    envelope = client.create_message(
        service, _VERB, _soapheaders=_headers(who, asking, assertion), **request.fields()
    )
    answer = post(etree.tostring(envelope, xml_declaration=True, encoding="UTF-8"))
    return _told(read_xml(answer), asking)


def published(name: str) -> bytes:
    """One of the files of the profile: the WSDL, a schema."""
    return files("tournee.services.rights").joinpath("published", name).read_bytes()


@cache
def _client() -> Any:
    """The client that the WSDL makes; it reaches no network by itself."""
    wsdl = files("tournee.services.rights").joinpath("published", "droits.wsdl")
    settings = zeep.Settings(forbid_dtd=True, forbid_entities=True, xml_huge_tree=False)
    made: Any = zeep.Client  # untyped
    return made(str(wsdl), settings=settings)


def _headers(who: Asserting, asking: Asking, assertion: etree._Element) -> list[etree._Element]:
    wsa = ElementMaker(namespace=table.WSA, nsmap={"wsa": table.WSA})
    wsse = ElementMaker(namespace=table.WSSE, nsmap={"wsse": table.WSSE})
    lps = ElementMaker(namespace=table.LPS_NAMESPACE, nsmap={"lps": table.LPS_NAMESPACE})
    bam = ElementMaker(namespace=table.BAM_NAMESPACE, nsmap={"bam": table.BAM_NAMESPACE})
    time, whose = instant(asking.now), who.rpps or who.billing_number
    return [
        wsa.Action(table.ACTION),
        wsa.MessageID(f"uuid:{asking.message}"),
        wsa.To(table.AUDIENCE),
        lps.ContexteLPS(
            lps.Id(asking.message),
            lps.Temps(time),
            lps.Emetteur(whose),
            lps.LPS(
                lps.IDAM(table.IDAM),
                lps.Version(asking.version),
                lps.Instance(asking.message),
                lps.Nom(table.LPS_NAME),
            ),
            Nature=table.LPS_NATURE,
            Version=table.LPS_VERSION,
        ),
        bam.ContexteBAM(
            bam.Id(asking.message),
            bam.Temps(time),
            bam.Emetteur(whose),
            bam.COUVERTURE(),
            Version=table.BAM_VERSION,
        ),
        wsse.Security(assertion),
    ]


def _told(root: etree._Element, asking: Asking) -> RightsTold:
    """What an envelope answers; one that answers another request is none."""
    fault = root.find("s:Body/s:Fault", _SOAP_NS)
    if fault is not None:
        raise _refusal(fault.findtext("s:Detail/d:Erreur/d:code", "", _SOAP_NS))
    answers = root.findtext(f"s:Header/{{{table.WSA}}}RelatesTo", "", _SOAP_NS)
    if answers != f"uuid:{asking.message}":
        raise _no_answer("elle répond à une autre demande")
    body = root.find(f"s:Body/d:{_VERB}Reponse", _SOAP_NS)
    if body is None or not _schema().validate(body):
        raise _no_answer("elle n’est pas de la forme publiée")
    code = RightsCode(body.findtext("d:code", "", _SOAP_NS))
    if code not in (RightsCode.FOUND, RightsCode.UNKNOWN, RightsCode.SEVERAL):
        raise _refusal(code)
    zone = _client().get_element(f"{{{table.NAMESPACE}}}{_VERB}Reponse").parse(body, _client().wsdl.types)
    if (code is RightsCode.FOUND) != bool(zone.zone):
        raise _no_answer("elle n’a pas ce que son code annonce")
    return RightsTold(code, body.findtext("d:date", "", _SOAP_NS), zone.zone or b"")


@cache
def _schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.fromstring(published("droits.xsd")))


def _refusal(code: str) -> ServiceRefusedError:
    known = code in set(RightsCode)
    why = table.MEANINGS[RightsCode(code)] if known else "il ne dit pas pourquoi par un code connu"
    return ServiceRefusedError(
        "Le service des droits refuse la demande.",
        code=code if known else "",
        cause=f"{why} ({code})" if known else why,
        next_step="continuez avec la carte ; redemandez plus tard",
    )


def _no_answer(why: str) -> ServiceAnswerError:
    return ServiceAnswerError(
        "Ce que dit le service des droits n’est pas une réponse.",
        cause=why,
        next_step="continuez avec la carte ; redemandez plus tard",
    )
