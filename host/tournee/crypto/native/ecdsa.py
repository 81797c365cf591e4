"""ECDSA by `cryptography`; the port's `ecdsa` says what each takes and gives."""

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from tournee.crypto.values import EcKey, NotAuthentic, UnreadableCertificate


def key_in(certificate_der: bytes) -> EcKey:
    """The P-256 key of a certificate. UnreadableCertificate."""
    try:
        key = x509.load_der_x509_certificate(certificate_der).public_key()
    except (ValueError, x509.InvalidVersion, UnsupportedAlgorithm) as error:
        raise UnreadableCertificate(str(error)) from error
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise UnreadableCertificate("no key on P-256")
    numbers = key.public_numbers()
    return EcKey(numbers.x, numbers.y)


def verify(key: EcKey, signature: bytes, data: bytes) -> None:
    """Check a signature over the SHA-256 of `data`. NotAuthentic."""
    public = ec.EllipticCurvePublicNumbers(key.x, key.y, ec.SECP256R1()).public_key()
    try:
        public.verify(signature, data, ec.ECDSA(SHA256()))
    except InvalidSignature:
        raise NotAuthentic from None
