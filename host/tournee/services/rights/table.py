"""Every value of `open-2/droits`, read by the client and by its counterpart alike; all of it ours, but for
the shape of the two context headers and the names of the request's fields.
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

PROFILE = "open-2/droits"
ORIGIN = "ADRi"
"""Who is said to have said it."""

NAMESPACE = "urn:tournee:open-2:droits"
LPS_NAMESPACE = "urn:siram:lps:ctxlps"
BAM_NAMESPACE = "urn:siram:bam:ctxbam"
SOAP = "http://www.w3.org/2003/05/soap-envelope"
WSA = "http://www.w3.org/2005/08/addressing"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
DS = "http://www.w3.org/2000/09/xmldsig#"

ACTION = f"{NAMESPACE}:DemanderDroits"
ANSWER_ACTION = f"{ACTION}:Reponse"
AUDIENCE = "urn:tournee:open-2:droits:service"
SMARTCARD = "urn:oasis:names:tc:SAML:2.0:ac:classes:SmartcardPKI"
BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"

LPS_VERSION, BAM_VERSION = "01_00", "01_02"
LPS_NATURE = "CTXLPS"
LPS_NAME = "Tournée"
IDAM = "SIMULATION"
"""In place of the number by which an editor is authorised."""

RPPS, BILLING, VITALE_SERIAL = "identifiant-ps", "numero-facturation", "carte-vitale"
"""What an assertion says of who asks, and of the Vitale card that was read, "" for none."""

LIFE = timedelta(minutes=20)
EARLY = timedelta(minutes=2)  # a clock that is ahead of the service's
SECONDS = 5.0
TRIES = 2
ASSERTION_STEP, ASSERTION_MAX = 128, 8  # bytes and pieces of what the reader signs for an assertion

PUBLISHED = ("droits.wsdl", "droits.xsd", "contexte-lps.xsd", "contexte-bam.xsd")
STATE_AID = "92"
"""Service AMO (group 104) of who has the AME: ours, for none is published."""

TEST_CARDS, REAL_CARDS = "essai", "production"
"""Profiles of a service: which cards it knows."""


class RightsCode(StrEnum):
    """What the service answers by."""

    FOUND = "R00"
    UNKNOWN = "R01"
    SEVERAL = "R02"
    ASSERTION = "R10"
    EXPIRED = "R11"
    BUSY = "R20"


MEANINGS = {
    RightsCode.FOUND: "droits trouvés",
    RightsCode.UNKNOWN: "personne de ces traits n’est connue",
    RightsCode.SEVERAL: "plusieurs personnes ont ces traits",
    RightsCode.ASSERTION: "l’assertion de qui demande n’est pas admise",
    RightsCode.EXPIRED: "l’assertion n’est plus valable",
    RightsCode.BUSY: "le service est saturé",
}

FIELDS = (
    ("regime", 2),
    ("caisse", 3),
    ("centre", 4),
    ("immatriculation", 15),
    ("dateNaissance", 8),
    ("rangGemellaire", 1),
    ("nirCertifie", 15),
    ("dateCertification", 8),
    ("nom", 27),
    ("prenom", 27),
    ("carte", 10),
)
"""Fields of a request, in order, and the longest that each may be; `nirCertifie`, its date and `carte` (a
Vitale card's serial number) may be empty.
"""
