"""The fictitious recipient that attachments are sealed for, and certificates with one thing wrong each."""

import socket
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.x509.oid import NameOID
from submission_rig import Rig

NOW = datetime(2030, 6, 1, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
VECTORS = Path(__file__).parent.parent / "vectors" / "exchange"


@pytest.fixture(scope="session")
def recipient_key() -> RSAPrivateKey:
    key = serialization.load_pem_private_key((VECTORS / "recipient-key.pem").read_bytes(), None)
    assert isinstance(key, RSAPrivateKey)
    return key


@pytest.fixture(scope="session")
def recipient_certificate() -> x509.Certificate:
    return x509.load_pem_x509_certificate((VECTORS / "recipient-cert.pem").read_bytes())


Issue = Callable[..., Path]


@pytest.fixture
def issue(tmp_path: Path, recipient_key: RSAPrivateKey) -> Issue:
    """Write a self-signed certificate as told, good but for what is told."""

    def write(
        *,
        key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey = recipient_key,
        public: rsa.RSAPublicKey | None = None,
        starts: datetime = NOW - DAY,
        ends: datetime = NOW + DAY,
        key_encipherment: bool | None = True,
        purposes: tuple[x509.ObjectIdentifier, ...] = (),
        critical: tuple[x509.ExtensionType, ...] = (),
        encoding: serialization.Encoding = serialization.Encoding.PEM,
    ) -> Path:
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "OCT fictif")])
        builder = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(public or key.public_key())
            .serial_number(0x80FF)
            .not_valid_before(starts)
            .not_valid_after(ends)
        )
        if key_encipherment is not None:
            usage = x509.KeyUsage(True, False, key_encipherment, False, False, False, False, False, False)
            builder = builder.add_extension(usage, critical=True)
        if purposes:
            builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
        for extension in critical:
            builder = builder.add_extension(extension, critical=True)
        path = tmp_path / "oct.crt"
        path.write_bytes(builder.sign(key, hashes.SHA256()).public_bytes(encoding))
        return path

    return write


@pytest.fixture
def closed_port() -> int:
    """A port where nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    """`submit` against a script."""
    return Rig(tmp_path)
