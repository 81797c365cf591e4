"""Certificates by asn1crypto; the port's `certificates` says what each takes and gives.

asn1crypto reads late and forgives; here all is read at once, and what DER writes otherwise is refused.
"""

import string

from asn1crypto import pem
from asn1crypto.core import PrintableString
from asn1crypto.x509 import Certificate, Name

from tournee.crypto.values import CertificateContent, RsaKey, UnreadableCertificate

_ERRORS = (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, RecursionError)
_VERSIONS = ("v1", "v3")
_PRINTABLE = frozenset(string.ascii_letters + string.digits + " '()+,-./:=?")
_EXPONENT_MIN = 3


def read(data: bytes) -> CertificateContent:
    """A certificate in DER. UnreadableCertificate."""
    try:
        certificate = Certificate.load(data, strict=True)
        body = certificate["tbs_certificate"]
        if body["version"].native not in _VERSIONS:
            raise ValueError(f"version {body['version'].native}")
        if certificate["signature_algorithm"].dump() != body["signature"].dump():
            raise ValueError("two signature algorithms")
        _ = body["serial_number"].native
        _check_name(body["issuer"])
        _check_name(body["subject"])
        starts, ends = body["validity"]["not_before"].native, body["validity"]["not_after"].native
        key = _key(certificate)
        if certificate.copy().dump(force=True) != data:
            raise ValueError("not DER")
    except _ERRORS as error:
        raise UnreadableCertificate(str(error)) from error
    return CertificateContent(data, starts, ends, key, *_extensions(certificate))


def read_pem(data: bytes) -> CertificateContent:
    """The first certificate of a PEM file. UnreadableCertificate."""
    try:
        found = next(
            (der for kind, _, der in pem.unarmor(data, multiple=True) if kind == "CERTIFICATE"), None
        )
    except _ERRORS as error:
        raise UnreadableCertificate(str(error)) from error
    if found is None:
        raise UnreadableCertificate("no certificate in it")
    return read(found)


def _key(certificate: Certificate) -> RsaKey | None:
    info = certificate["tbs_certificate"]["subject_public_key_info"]
    if info["algorithm"]["algorithm"].native != "rsa":
        return None
    try:
        key = info["public_key"].parsed
        n, e = key["modulus"].native, key["public_exponent"].native
    except _ERRORS:
        return None
    return RsaKey(n, e) if _EXPONENT_MIN <= e < n and e & 1 else None


def _check_name(name: Name) -> None:
    """ValueError for a text that its kind of string cannot have (X.680 41.4)."""
    for part in name.chosen:
        for one in part:
            text = one["value"].native
            if isinstance(one["value"].chosen, PrintableString) and not _PRINTABLE.issuperset(text):
                raise ValueError("a name out of its alphabet")


def _extensions(
    certificate: Certificate,
) -> tuple[tuple[tuple[str, bool], ...] | None, bool | None, frozenset[str] | None]:
    """Numbers and criticality, keyEncipherment, extended usages."""
    wraps, purposes = None, None
    found: list[tuple[str, bool]] = []
    try:
        for one in certificate["tbs_certificate"]["extensions"]:
            number, value = one["extn_id"].dotted, one["extn_value"].parsed
            if any(number == other for other, _ in found):
                raise ValueError("an extension twice")
            found.append((number, one["critical"].native))
            _ = value.native
            if one["extn_id"].native == "key_usage":
                wraps = "key_encipherment" in value.native
            elif one["extn_id"].native == "extended_key_usage":
                purposes = frozenset(usage.dotted for usage in value)
    except _ERRORS:
        return None, None, None
    return tuple(found), wraps, purposes
