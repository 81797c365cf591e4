"""Certificates made on the spot: an emulated server's TLS pair under its own authority, and a client's."""

import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tournee.files import write_whole

HOST = "localhost"
ADDRESS = "127.0.0.1"
_LIFE = timedelta(days=365)
_SLACK = timedelta(days=1)


@dataclass(frozen=True)
class TlsFiles:
    """PEM files: `authority` for the client to trust, `certificate` and `key` for the server; what a client
    shows of itself, and its key.
    """

    authority: Path
    certificate: Path
    key: Path
    client: Path
    client_key: Path


def make_tls(directory: Path, now: datetime, name: str = "smtp") -> TlsFiles:
    """Make an authority, a certificate for localhost and a client's in `directory`, their files begun by
    `name`, valid from a day before `now` (true time, as TLS libraries check it against the machine's clock)
    for a year. The authority's key is not kept.
    """
    directory.mkdir(parents=True, exist_ok=True)
    authority_key, server_key, client_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))
    authority_name, server_name = _name("Tournee emulation authority"), _name(HOST)
    authority = (
        _builder(authority_name, authority_name, authority_key, authority_key, now)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .sign(authority_key, SHA256())
    )
    names = [x509.DNSName(HOST), x509.IPAddress(ipaddress.ip_address(ADDRESS))]
    server = (
        _end(server_name, authority_name, server_key, authority_key, now, ExtendedKeyUsageOID.SERVER_AUTH)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(authority_key, SHA256())
    )
    whose = _name("Tournee emulation practice")
    client = _end(whose, authority_name, client_key, authority_key, now, ExtendedKeyUsageOID.CLIENT_AUTH)
    authority_file = directory / f"{name}-ca.pem"
    authority_file.write_bytes(authority.public_bytes(Encoding.PEM))
    return TlsFiles(
        authority_file,
        *_written(directory, f"{name}-cert.pem", f"{name}-key.pem", server, server_key),
        *_written(
            directory,
            *(f"{name}-client.pem", f"{name}-client-key.pem"),
            client.sign(authority_key, SHA256()),
            client_key,
        ),
    )


def _written(
    directory: Path,
    named: str,
    key_named: str,
    certificate: x509.Certificate,
    key: ec.EllipticCurvePrivateKey,
) -> tuple[Path, Path]:
    """A certificate and its key, each in a file of its own."""
    (directory / named).write_bytes(certificate.public_bytes(Encoding.PEM))
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    write_whole(directory / key_named, secret)
    return directory / named, directory / key_named


def _end(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    issuer_key: ec.EllipticCurvePrivateKey,
    now: datetime,
    serves: x509.ObjectIdentifier,
) -> x509.CertificateBuilder:
    return (
        _builder(subject, issuer, key, issuer_key, now)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([serves]), critical=False)
    )


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    issuer_key: ec.EllipticCurvePrivateKey,
    now: datetime,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _SLACK)
        .not_valid_after(now + _LIFE)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False
        )
    )


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )
