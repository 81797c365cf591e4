"""Certificates of the virtual cards: made at load, the same bytes each time (fixed serial and dates)."""

from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from tournee.emulation.cards.applications.signing import read_key

_FROM = datetime(2020, 1, 1, tzinfo=UTC)
_UNTIL = datetime(2049, 12, 31, 23, 59, 59, tzinfo=UTC)
_ISSUER = x509.Name(
    [
        x509.NameAttribute(NameOID.COUNTRY_NAME, "FR"),
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Tournée, cartes de test"),
        x509.NameAttribute(NameOID.COMMON_NAME, "AC de test open-1"),
    ]
)
_OIDS = {
    "organization": NameOID.ORGANIZATION_NAME,
    "title": NameOID.TITLE,
    "surname": NameOID.SURNAME,
    "given_name": NameOID.GIVEN_NAME,
    "common_name": NameOID.COMMON_NAME,
}


def issue_certificate(
    subject: dict[str, str], serial: int, key: rsa.RSAPrivateKey, ca_pem: bytes
) -> x509.Certificate:
    """A signature certificate for a card's key; PKCS#1 v1.5 by the committed authority keeps it reproducible.

    `subject` names its parts in plain words (`common_name`, `surname`, ...), in the order they are to stand.
    """
    names = [x509.NameAttribute(NameOID.COUNTRY_NAME, "FR")]
    names += [x509.NameAttribute(_OIDS[part], value) for part, value in subject.items()]
    return _signed(x509.Name(names), serial, key.public_key(), read_key(ca_pem), authority=False)


def authority_certificate(ca_pem: bytes) -> x509.Certificate:
    """The test authority's own certificate, self-signed, for whoever wants to check the chain."""
    key = read_key(ca_pem)
    return _signed(_ISSUER, 1, key.public_key(), key, authority=True)


def as_der(certificate: x509.Certificate) -> bytes:
    """The form in which a card keeps it."""
    return certificate.public_bytes(serialization.Encoding.DER)


def as_pem(certificate: x509.Certificate) -> bytes:
    """The form that openssl reads first."""
    return certificate.public_bytes(serialization.Encoding.PEM)


def _signed(
    subject: x509.Name, serial: int, public: rsa.RSAPublicKey, ca: rsa.RSAPrivateKey, *, authority: bool
) -> x509.Certificate:
    usage = x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=not authority,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(_ISSUER)
        .public_key(public)
        .serial_number(serial)
        .not_valid_before(_FROM)
        .not_valid_after(_UNTIL)
        .add_extension(
            x509.BasicConstraints(ca=authority, path_length=0 if authority else None), critical=True
        )
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(ca.public_key()), critical=False)
        .sign(ca, hashes.SHA256())
    )
