"""Certificates by `cryptography`; the port's `certificates` says what each takes and gives."""

from collections.abc import Callable
from contextlib import suppress

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding

from tournee.crypto.values import CertificateContent, RsaKey, UnreadableCertificate


def read(data: bytes) -> CertificateContent:
    """A certificate in DER. UnreadableCertificate."""
    return _read(x509.load_der_x509_certificate, data)


def read_pem(data: bytes) -> CertificateContent:
    """The first certificate of a PEM file. UnreadableCertificate."""
    return _read(x509.load_pem_x509_certificate, data)


def _read(load: Callable[[bytes], x509.Certificate], data: bytes) -> CertificateContent:
    try:
        certificate = load(data)
        starts, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    except (ValueError, x509.InvalidVersion) as error:
        raise UnreadableCertificate(str(error)) from error
    wraps, purposes, found = None, None, None
    with suppress(ValueError):
        extensions = certificate.extensions
        found = tuple((one.oid.dotted_string, one.critical) for one in extensions)
        for one in extensions:
            if isinstance(one.value, x509.KeyUsage):
                wraps = one.value.key_encipherment
            elif isinstance(one.value, x509.ExtendedKeyUsage):
                purposes = frozenset(usage.dotted_string for usage in one.value)
    der = certificate.public_bytes(Encoding.DER)
    return CertificateContent(der, starts, ends, _key(certificate), found, wraps, purposes)


def _key(certificate: x509.Certificate) -> RsaKey | None:
    try:
        key = certificate.public_key()
    except (ValueError, UnsupportedAlgorithm):
        return None
    if not isinstance(key, RSAPublicKey):
        return None
    numbers = key.public_numbers()
    return RsaKey(numbers.n, numbers.e)
