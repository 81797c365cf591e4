"""Keys and certificates that mail is sealed for: the OCT's own (OCT-MSG-8), and a PS's for the returns."""

from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

from tournee.files import write_whole

KEY_BITS = 2048
_LIFE = timedelta(days=3 * 365)
_SLACK = timedelta(days=1)


def make_oct_identity(directory: Path, now: datetime) -> tuple[Path, Path]:
    """The OCT's own: what its customers seal their files for; see `make_mail_identity`."""
    return make_mail_identity(directory, now, "OCT de demonstration open-1")


def make_mail_identity(directory: Path, now: datetime, owner: str) -> tuple[Path, Path]:
    """Make `key.pem` (PKCS#8, 0600) and `cert.pem` (RSA-2048, keyEncipherment, CN `owner`).

    The certificate is valid for three years from a day before `now`. What is there already is kept.
    """
    key_path, certificate_path = directory / "key.pem", directory / "cert.pem"
    if key_path.exists() and certificate_path.exists():
        return key_path, certificate_path
    directory.mkdir(parents=True, exist_ok=True)
    key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, owner)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _SLACK)
        .not_valid_after(now + _LIFE)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_encipherment_alone(), critical=True)
        .sign(key, SHA256())
    )
    write_whole(key_path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    certificate_path.write_bytes(certificate.public_bytes(Encoding.PEM))
    return key_path, certificate_path


def load_mail_identity(directory: Path) -> tuple[rsa.RSAPrivateKey, x509.Certificate]:
    """The key and certificate that `make_mail_identity` left in `directory`."""
    made_here = (directory / "key.pem").read_bytes()
    key = load_pem_private_key(made_here, password=None, unsafe_skip_rsa_key_validation=True)
    assert isinstance(key, rsa.RSAPrivateKey)
    return key, x509.load_pem_x509_certificate((directory / "cert.pem").read_bytes())


def _encipherment_alone() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=True,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
