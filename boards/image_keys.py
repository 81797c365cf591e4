"""Keys of application images: a PEM file, with a password or none, or a key that never leaves its token.

Whoever signs is an `ImageSigner`: SHA-256 of what an image's signature covers goes in, 256 bytes of
RSASSA-PKCS1-v1_5 come out (RFC 8017 8.2.1). The digest and the signature may as well go by hand, to a desk
without a network: `image.py` takes what comes back.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric import padding, rsa, utils
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from tournee.boards import BOARDS
from tournee.errors import ConfigError
from tournee.files import read_bounded
from tournee.french import reason
from tournee.secrets import open_to_others

SIGNATURE = 256  # bytes
EXPONENT = 65537
DEVELOPMENT_KEY = BOARDS / "keys" / "development.pem"
URI = "pkcs11:"
_PEM_MAX = 1 << 16
_OTHER_KEY = f"{{}} : il faut une clé RSA de 2048 bits, d’exposant {EXPONENT}."

Password = Callable[[str], str]
"""Asked, with what it is for, only when a key wants one."""


class ImageError(ConfigError):
    """An image cannot be made, or is none that a reader may take."""


class ImageSigner(Protocol):
    """Who signs images."""

    @property
    def public(self) -> rsa.RSAPublicKey:
        """The key that says whether a signature is its own."""

    def sign(self, digest: bytes) -> bytes:
        """The signature, 256 bytes, of 32 bytes of SHA-256. ImageError."""


class FileSigner:
    """A key in memory."""

    def __init__(self, key: rsa.RSAPrivateKey) -> None:
        self._key = key
        self.public = key.public_key()

    def sign(self, digest: bytes) -> bytes:
        """As `ImageSigner`."""
        return self._key.sign(digest, padding.PKCS1v15(), utils.Prehashed(SHA256()))


def signer(place: str | Path, password: Password | None = None) -> ImageSigner:
    """Who signs with the key at a place: a PEM file, or a `pkcs11:` URI. ImageError, or what an extra that is
    missing raises."""
    if str(place).startswith(URI):
        from tournee.boards.image_token import TokenSigner  # of an extra of its own

        return TokenSigner(str(place), password)
    return FileSigner(private_key(Path(place), password))


def private_key(path: Path, password: Password | None = None) -> rsa.RSAPrivateKey:
    """Return the maker's key in a PEM file. ImageError when it is none for images, or its password is
    another one, or none was given."""
    data = _pem(path)
    try:
        try:
            key = load_pem_private_key(data, None)
        except TypeError:  # it is encrypted
            _check_owner(path)
            if password is None:
                raise ImageError(f"La clé {path} a un mot de passe.", next_step="indiquez-le") from None
            key = load_pem_private_key(data, password(f"Mot de passe de {path}").encode())
    except (ValueError, TypeError):
        raise ImageError(f"{path} n’est pas une clé privée en PEM, ou son mot de passe est autre.") from None
    if not isinstance(key, rsa.RSAPrivateKey) or not fits(key.public_key()):
        raise ImageError(_OTHER_KEY.format(path))
    if path.resolve() != DEVELOPMENT_KEY.resolve() and not is_development(key.public_key()):
        _check_owner(path)
    return key


def _check_owner(path: Path) -> None:
    """ImageError for a private key that others than its owner can read."""
    if open_to_others(path):
        raise ImageError(
            f"La clé privée {path} est lisible par d’autres utilisateurs.",
            cause="ses droits le permettent : d’autres ont pu la copier",
            next_step=f"réservez-vous sa lecture (chmod 600 {path}), ou faites-en une autre",
        )


def public_key(place: str | Path, password: Password | None = None) -> rsa.RSAPublicKey:
    """Return the public half of a key: in a PEM file, private or public, or at a URI. ImageError."""
    if str(place).startswith(URI):
        return signer(place, password).public
    path = Path(place)
    try:
        key = load_pem_public_key(_pem(path))
    except ValueError:
        return private_key(path, password).public_key()
    if not isinstance(key, rsa.RSAPublicKey) or not fits(key):
        raise ImageError(_OTHER_KEY.format(path))
    return key


def _pem(path: Path) -> bytes:
    try:
        return read_bounded(path, _PEM_MAX)
    except OSError as error:
        raise ImageError(f"La clé {path} ne se lit pas.", cause=reason(error)) from None


def fits(key: rsa.RSAPublicKey) -> bool:
    """Whether readers can check what this key signs."""
    return key.key_size == SIGNATURE * 8 and key.public_numbers().e == EXPONENT


def modulus(key: rsa.RSAPublicKey) -> bytes:
    """Return the key's modulus, 256 bytes, as the reader keeps it."""
    return key.public_numbers().n.to_bytes(SIGNATURE, "big")


def key_of(known: bytes) -> rsa.RSAPublicKey:
    """Return the key of a modulus. ValueError when there is none such."""
    return rsa.RSAPublicNumbers(EXPONENT, int.from_bytes(known, "big")).public_key()


def fingerprint(key: rsa.RSAPublicKey) -> str:
    """SHA-256 of the key's SubjectPublicKeyInfo, in hexadecimal: what
    `openssl pkey -pubout -outform DER | openssl dgst -sha256` says."""
    return hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()


def is_development(key: rsa.RSAPublicKey) -> bool:
    """Whether it is the key that everybody has."""
    return key.public_numbers() == public_key(DEVELOPMENT_KEY).public_numbers()
