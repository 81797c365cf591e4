"""The server's certificate: the one given, or one that it makes for itself and that a QR code vouches for."""

from __future__ import annotations

import hashlib
import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from tournee.errors import ConfigError
from tournee.files import read_bounded, write_whole
from tournee.french import reason

_LIFE = timedelta(days=3650)
_PEM_MAX = 1 << 18


def own_certificate(folder: Path, name: str, now: datetime) -> tuple[Path, Path]:
    """Certificate and key that the server made for itself, as PEM, made now where there are none."""
    certificate, key = folder / "server.pem", folder / "server.key"
    if not certificate.exists() or not key.exists():
        made, secret = _made(name, now)
        write_whole(key, secret)
        write_whole(certificate, made)
    return certificate, key


def fingerprint(certificate: Path) -> str:
    """The SHA-256 of a certificate, lower-case hexadecimal; ConfigError."""
    try:
        text = read_bounded(certificate, _PEM_MAX).decode("ascii")
        start = text.index("-----BEGIN CERTIFICATE-----")
        end = text.index("-----END CERTIFICATE-----") + len("-----END CERTIFICATE-----")
        der = ssl.PEM_cert_to_DER_cert(text[start:end])
    except (OSError, ValueError) as error:
        raise ConfigError(
            f"Le certificat du serveur, {certificate}, ne peut pas être lu.",
            cause=reason(error) if isinstance(error, OSError) else "ce n’est pas du PEM",
            next_step="indiquez un fichier PEM dans la table [serveur]",
        ) from error
    return hashlib.sha256(der).hexdigest()


def _made(name: str, now: datetime) -> tuple[bytes, bytes]:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    whose = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64])])
    try:
        known: x509.GeneralName = x509.IPAddress(ip_address(name))
    except ValueError:
        known = x509.DNSName(name)
    start = now.astimezone(UTC) - timedelta(days=1)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(whose)
        .issuer_name(whose)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + _LIFE)
        .add_extension(x509.SubjectAlternativeName([known]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return certificate.public_bytes(serialization.Encoding.PEM), secret
